/** The lines of families that replace the live ones, written as `aspnet=4.8,dotnet-aspnet=9.0`. */
export function linesOf({ WINBAKE_LINES = '' }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const pairs = WINBAKE_LINES.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
}

/** What is cached beside the families, in the forms of `EXTRA_FORMS`. */
export function extrasOf({ WINBAKE_EXTRAS = '' }: NodeJS.ProcessEnv): readonly string[] {
  return WINBAKE_EXTRAS.split(' ').filter((text) => text !== '');
}

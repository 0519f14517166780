/** The lines of families that replace the live ones, written as `aspnet=4.8,dotnet-aspnet=9.0`. */
export function linesOf({ WINBAKE_LINES = '' }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const pairs = WINBAKE_LINES.split(',').filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
}

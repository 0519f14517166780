/** The kinds of images whose layers and sizes the embedded registry knows how to declare. */
export type ImageKind =
  | 'servercore'
  | 'nanoserver'
  | 'server'
  | 'iis'
  | 'frameworkRuntime'
  | 'frameworkAspnet'
  | 'frameworkSdk'
  | 'dotnetAspnet'
  | 'dotnetRuntime'
  | 'other';

/** The image whose layers an image begins with; none for what begins with layers of its own. */
export type BaseKind = 'servercore' | 'nanoserver' | 'none';

const KINDS: readonly (readonly [suffix: string, kind: ImageKind])[] = [
  ['windows/servercore/iis', 'iis'],
  ['windows/servercore', 'servercore'],
  ['windows/nanoserver', 'nanoserver'],
  ['windows/server', 'server'],
  ['dotnet/framework/runtime', 'frameworkRuntime'],
  ['dotnet/framework/aspnet', 'frameworkAspnet'],
  ['dotnet/framework/sdk', 'frameworkSdk'],
  ['dotnet/aspnet', 'dotnetAspnet'],
  ['dotnet/runtime', 'dotnetRuntime'],
];

/** The kind of a repository's images, by the end of its name, so that a mirror's folder before it does not matter. */
export function kindOf(repository: string): ImageKind {
  const found = KINDS.find(([suffix]) => repository === suffix || repository.endsWith(`/${suffix}`));
  return found?.[1] ?? 'other';
}

/** On which base image a tag of a repository stands. */
export function baseOf(repository: string, tag: string): BaseKind {
  const kind = kindOf(repository);
  if (kind === 'servercore' || kind === 'nanoserver' || kind === 'server') {
    return 'none';
  }
  return tag.includes('nanoserver') ? 'nanoserver' : 'servercore';
}

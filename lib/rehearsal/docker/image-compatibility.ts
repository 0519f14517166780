/**
 * Why Docker refuses an image of that `os.version` on a host of that build: its build is later than the host's. The
 * revision is not looked at, and a version without three parts, or none at all, passes.
 *
 * Source: moby v25.0.6 `distribution/pull_v2_windows.go`, checkImageCompatibility; unchanged in v28.
 * @see https://github.com/moby/moby/issues/36184
 */
export function incompatibility(osVersion: string | undefined, hostBuild: number): string | undefined {
  const [major, minor, build] = (osVersion ?? '').split('.');
  if (major === undefined || minor === undefined || build === undefined) {
    return undefined;
  }
  return Number(build) > hostBuild
    ? `a Windows version ${major}.${minor}.${build}-based image is incompatible with a 10.0.${hostBuild} host`
    : undefined;
}

import { UsageError } from './errors';
import { RELEASES, releaseOfBuild, type Release } from './release';

/** A Windows version as host and image carry it: `10.0.<build>.<revision>`. */
export interface OsVersion {
  readonly build: number;
  /** The update of that build, called UBR in the registry. */
  readonly revision: number;
}

const FOUR_PARTS = /^10\.0\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,8})$/;

/** The version in a text of four parts, or undefined where the text is none. */
export function readOsVersion(text: string): OsVersion | undefined {
  const match = FOUR_PARTS.exec(text);
  return match ? { build: Number(match[1]), revision: Number(match[2]) } : undefined;
}

/** The version that a person typed; throws a `UsageError` where it is none, or of a build that is no release. */
export function parseOsVersion(text: string): OsVersion {
  const version = readOsVersion(text);
  if (version === undefined) {
    throw new UsageError(`An OS version has four parts, such as 10.0.20348.4294; got: '${text}'.`);
  }
  checkBuild(version.build, text);
  return version;
}

/** The build of a version of three parts that a person typed, or undefined where the text is none; throws a `UsageError` where the build is no release. */
export function readBuild(text: string): number | undefined {
  const [, build] = /^10\.0\.(0|[1-9]\d{0,5})$/.exec(text) ?? [];
  if (build !== undefined) {
    checkBuild(Number(build), text);
  }
  return build === undefined ? undefined : Number(build);
}

function checkBuild(build: number, text: string): void {
  if (releaseOfBuild(build) === undefined) {
    const builds = RELEASES.map((release) => `${release.build} (${release.name})`).join(', ');
    throw new UsageError(`Build ${build} of '${text}' is no Windows Server release; known are ${builds}.`);
  }
}

/** The version of a host that a person typed for a release; throws a `UsageError` where it is of another build. */
export function parseHostVersion(text: string, release: Release): OsVersion {
  const version = parseOsVersion(text);
  if (version.build !== release.build) {
    throw new UsageError(
      `A host of Windows Server ${release.name} has build ${release.build}; got: '${text}', which is ` +
        `Windows Server ${releaseOfBuild(version.build)?.name ?? 'unknown'}.`,
    );
  }
  return version;
}

/** The four-part text of a version. */
export function formatOsVersion(version: OsVersion): string {
  return `10.0.${version.build}.${version.revision}`;
}

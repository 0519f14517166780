import { UsageError } from './errors';

/** The name of a Windows Server release, as people and documents write it. */
export type ReleaseName = '2016' | '2019' | '2022' | '2025';

/** A Windows Server release: one build of Windows, whose revisions are its updates. */
export interface Release {
  readonly name: ReleaseName;
  /** The third number of its OS versions. */
  readonly build: number;
  /** The last day of security updates, an ISO date. */
  readonly endOfSupport: string;
  /** Whether a container needs an image of exactly the host's revision. */
  readonly needsEqualRevision: boolean;
}

/**
 * The releases that can host Windows containers.
 *
 * Only 2016 compares revisions when a container starts; from build 17763 on the kernel accepts any revision of its build.
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 * @see https://learn.microsoft.com/lifecycle/products/windows-server-2022
 */
export const RELEASES: readonly Release[] = [
  { name: '2016', build: 14393, endOfSupport: '2027-01-12', needsEqualRevision: true },
  { name: '2019', build: 17763, endOfSupport: '2029-01-09', needsEqualRevision: false },
  { name: '2022', build: 20348, endOfSupport: '2031-10-14', needsEqualRevision: false },
  { name: '2025', build: 26100, endOfSupport: '2034-11-14', needsEqualRevision: false },
];

const NAMES = RELEASES.map((release) => release.name).join(', ');

/** The release of that name; throws a `UsageError` for any other text. */
export function parseRelease(text: string): Release {
  const release = RELEASES.find((candidate) => candidate.name === text);
  if (release === undefined) {
    throw new UsageError(`A Windows Server release is one of ${NAMES}; got: '${text}'.`);
  }
  return release;
}

/** The release of that build, or undefined where the build is no server release that hosts containers. */
export function releaseOfBuild(build: number): Release | undefined {
  return RELEASES.find((release) => release.build === build);
}

/** A release of Windows Server in one of its editions. */
export interface Os {
  readonly name: string;
  readonly release: Release;
  /** The public parameter that holds the id of its newest ECS-optimized AMI, in every region. */
  readonly baseAmiParameter: string;
}

/**
 * Reads the name of an os, such as `SERVER_2022_CORE`. Throws a `UsageError` where it names no release.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_windows_AMI.html
 */
export function osOf(name: string): Os {
  const [, year = '', edition = ''] = /^SERVER_(\d{4})_(CORE|FULL)$/.exec(name) ?? [];
  const baseAmiParameter = `/aws/service/ami-windows-latest/Windows_Server-${year}-English-${edition === 'CORE' ? 'Core' : 'Full'}-ECS_Optimized/image_id`;
  return { name, release: parseRelease(year), baseAmiParameter };
}

import { formatOsVersion, type OsVersion } from '../../contract/values/os-version';
import { releaseOfBuild } from '../../contract/values/release';

/** What Windows itself does when a process-isolated container of that image starts on that host. */
export type KernelVerdict = 'allowed' | 'risky' | 'refused';

/** Which line of the compatibility rule applied. */
export type CompatibilityRule =
  | 'sameRevision'
  | 'olderRevision'
  | 'newerRevision'
  | 'equalRevisionNeeded'
  | 'image2022OnHost2025'
  | 'otherBuild'
  | 'revisionNeeded'
  | 'noWindowsImage';

/** Whether an image is safe to run on a host, and why. */
export interface Compatibility {
  readonly compatible: boolean;
  readonly kernel: KernelVerdict;
  readonly rule: CompatibilityRule;
  /** One sentence for people. */
  readonly message: string;
}

/**
 * The compatibility rule for process isolation: the build must be the host's and the revision not newer; 2016 needs the
 * equal revision; a 2025 host also runs 2022 images. A newer revision starts on most days and fails on the days when
 * Microsoft changed the kernel interface (February 2020, February and April 2025), so it is never called safe.
 *
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 */
export function compatibility(host: OsVersion, image: OsVersion): Compatibility {
  const pair = `image ${formatOsVersion(image)} on host ${formatOsVersion(host)}`;
  if (image.build !== host.build) {
    return host.build === 26100 && image.build === 20348
      ? verdict(
          'allowed',
          'image2022OnHost2025',
          `A Windows Server 2025 host also runs 2022 images: ${pair}.`,
        )
      : verdict('refused', 'otherBuild', `Windows refuses images of another build: ${pair}.`);
  }
  if (image.revision === host.revision) {
    return verdict('allowed', 'sameRevision', `Same build and revision: ${pair}.`);
  }
  if (releaseOfBuild(host.build)?.needsEqualRevision === true) {
    return verdict(
      image.revision > host.revision ? 'refused' : 'risky',
      'equalRevisionNeeded',
      `Windows Server 2016 needs an image of the host's own revision: ${pair}.`,
    );
  }
  return image.revision > host.revision
    ? verdict('risky', 'newerRevision', `The image is newer than the host, update the host first: ${pair}.`)
    : verdict('allowed', 'olderRevision', `Same build, and the image is not newer than the host: ${pair}.`);
}

/**
 * The same for a host of which only the build is known. Another build has an answer; of its own build the host must not be older
 * than the image, so that without its revision nothing is called safe.
 */
export function compatibilityWithBuild(build: number, image: OsVersion): Compatibility {
  if (image.build !== build) {
    const { compatible, kernel, message, rule } = compatibility({ build, revision: 0 }, image);
    return { compatible, kernel, rule, message: message.replace(/(on host 10\.0\.\d+)\.0\b/, '$1') };
  }
  const needed =
    releaseOfBuild(build)?.needsEqualRevision === true
      ? `needs a host of exactly ${formatOsVersion(image)}`
      : `is safe on hosts from ${formatOsVersion(image)} on`;
  return verdict(
    'risky',
    'revisionNeeded',
    `The build is the same, and the image ${needed}; give the host's version with its fourth part, got: 10.0.${build}.`,
  );
}

function verdict(kernel: KernelVerdict, rule: CompatibilityRule, message: string): Compatibility {
  return { compatible: kernel === 'allowed', kernel, rule, message };
}

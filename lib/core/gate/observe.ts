import type { Observation } from '../contracts/catalog';
import type { Registry } from '../oci/registry';
import { RegistryError } from '../oci/registry-error';
import { chooseImage, type CandidateImage } from '../resolve/choose-image';
import type { ImageFamily } from '../resolve/family';
import type { Finding } from '../resolve/finding';
import { readFloating } from '../resolve/read-candidates';
import { formatOsVersion } from '../windows/os-version';

/** What one look shows of a family: the newest image under its floating tag, or why there is none. */
export interface FamilyLook {
  readonly family: ImageFamily;
  readonly image: CandidateImage | undefined;
  readonly findings: readonly Finding[];
}

/** Looks at the floating tags of families, all at once; a family that cannot be read says so in a finding. */
export function observeFamilies(
  registry: Registry,
  families: readonly ImageFamily[],
): Promise<readonly FamilyLook[]> {
  return Promise.all(families.map((family) => observeFamily(registry, family)));
}

/** The observations of a look, at an instant. */
export function observationsOf(looks: readonly FamilyLook[], at: Date): readonly Observation[] {
  return looks.flatMap(({ family, image }) =>
    image === undefined
      ? []
      : {
          at: at.toISOString(),
          repository: family.repository,
          tag: image.tag.tag,
          digest: image.digest,
          platformDigest: image.platformDigest,
          osVersion: formatOsVersion(image.osVersion),
          compressedBytes: null,
        },
  );
}

async function observeFamily(registry: Registry, family: ImageFamily): Promise<FamilyLook> {
  try {
    const { images, findings } = await readFloating(registry, family);
    const newest = {
      build: family.release.build,
      revision: Math.max(-1, ...images.map((one) => one.osVersion.revision)),
    };
    return { family, image: chooseImage(newest, images), findings };
  } catch (error) {
    if (error instanceof RegistryError) {
      const finding: Finding = {
        code: error.code,
        severity: 'warning',
        family: family.name,
        message: error.message,
      };
      return { family, image: undefined, findings: [finding] };
    }
    throw error;
  }
}

import { imageSetId } from '../catalog/image-set-id';
import type { ImageSet, SetImage } from '../../contract/documents/catalog';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { chooseExtras } from './choose-extras';
import type { GuardedFamily } from './gate-image';
import type { GateInput } from './gate-input';

/** Repositories whose images also carry their full revision as a tag, under which apps pin them. */
const WITH_REVISION_TAGS: readonly string[] = ['windows/servercore', 'windows/nanoserver', 'windows/server'];

/** The image set of the families for a target revision; a family below it is `late`, and a mix of revisions is said.
 * Extras stand after the families and are never late. */
export function buildImageSet(
  input: Pick<GateInput, 'catalog' | 'extras' | 'now' | 'release'>,
  families: readonly GuardedFamily[],
  revision: number,
  findings: readonly Finding[],
): ImageSet {
  const target = { build: input.release.build, revision };
  const own = families.flatMap(({ family, image }): SetImage[] =>
    image === undefined
      ? []
      : [
          {
            family: family.name,
            repository: family.repository,
            tag: image.tag,
            aliases: WITH_REVISION_TAGS.includes(family.repository) ? [formatOsVersion(image.osVersion)] : [],
            digest: image.digest,
            platformDigest: image.platformDigest,
            osVersion: formatOsVersion(image.osVersion),
            late: image.osVersion.revision < revision,
            ...(image.evidence === undefined ? {} : { evidence: image.evidence }),
          },
        ],
  );
  const extras = chooseExtras(input, target, own);
  const images = [...own, ...extras.images];
  return {
    id: imageSetId(target, images),
    at: input.now.toISOString(),
    target: formatOsVersion(target),
    images,
    findings: [...findings, ...mixed(own), ...extras.findings],
  };
}

function mixed(images: readonly SetImage[]): readonly Finding[] {
  const versions = new Set(images.map((image) => image.osVersion));
  if (versions.size < 2) {
    return [];
  }
  const list = images.map((image) => `${image.family} ${image.osVersion}`).join(', ');
  return [
    {
      code: 'MIXED_REVISIONS',
      severity: 'warning',
      message: `The images are of several revisions: ${list}.`,
    },
  ];
}

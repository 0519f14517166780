import { imageSetId } from '../catalog/image-set-id';
import type { ImageSet, SetImage } from '../contracts/catalog';
import type { Finding } from '../resolve/finding';
import { formatOsVersion } from '../windows/os-version';
import type { Release } from '../windows/release';
import type { FamilyLook } from './observe';

/** Repositories whose images also carry their full revision as a tag, under which apps pin them. */
const WITH_REVISION_TAGS: readonly string[] = ['windows/servercore', 'windows/nanoserver', 'windows/server'];

/** The image set of what the families show now, for a target revision; a family below it is `late`. */
export function buildImageSet(
  { now, release, looks }: { now: Date; release: Release; looks: readonly FamilyLook[] },
  revision: number,
  findings: readonly Finding[],
): ImageSet {
  const target = { build: release.build, revision };
  const images = looks.flatMap(({ family, image }): SetImage[] =>
    image === undefined
      ? []
      : [
          {
            family: family.name,
            repository: family.repository,
            tag: image.tag.tag,
            aliases: WITH_REVISION_TAGS.includes(family.repository) ? [formatOsVersion(image.osVersion)] : [],
            digest: image.digest,
            platformDigest: image.platformDigest,
            osVersion: formatOsVersion(image.osVersion),
            late: image.osVersion.revision < revision,
          },
        ],
  );
  return {
    id: imageSetId(target, images),
    at: now.toISOString(),
    target: formatOsVersion(target),
    images,
    findings: [...findings],
  };
}

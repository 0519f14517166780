import type { Catalog, ImageSet } from '../../contract/documents/catalog';
import type { ImageManifest } from '../../contract/documents/evidence';
import { type Order, orderedAt } from '../../contract/documents/order';
import { chooseImageSet, fitsHost } from '../images/choose-image-set';
import { isOwnImage } from '../images/own-image';
import { modeOfImage } from '../../contract/values/mode';
import { readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { quoted, refuse, refuseUnless, type EvidenceRefusal } from './publication-refused';

/** What the images of a manifest are judged by. */
export interface ImageEvidence {
  readonly order: Order;
  readonly catalog: Pick<Catalog, 'sets'>;
  readonly manifest: ImageManifest;
}

/** Judges the images of a manifest: that they are the set that the host takes, in the modes that follow. */
export function checkImages(input: ImageEvidence): readonly EvidenceRefusal[] {
  const { catalog, manifest, order } = input;
  const host = readOsVersion(manifest.host.osVersion);
  if (host === undefined) {
    return [];
  }
  // The image manifest of earlier scripts names no set, and means the order's.
  const id = manifest.set ?? order.set;
  const set = catalog.sets.find((one) => one.id === id);
  if (set === undefined) {
    return refuse(
      'EVIDENCE_SET',
      `the image manifest names a set that the catalog does not have; got: ${quoted(id)}`,
    );
  }
  const choice = chooseImageSet(setsKnownTo(input, set), host, { ...order, at: orderedAt(order) });
  const isChosen = 'set' in choice ? choice.set.id === id : choice.error === 'HOST_BEHIND_TARGET';
  return [
    ...refuseUnless(
      isChosen,
      'EVIDENCE_SET',
      `the host ${manifest.host.osVersion} takes ${'set' in choice ? `the set ${choice.set.id}` : 'none of the accepted sets'}, ` +
        `and the image manifest names another; got: ${quoted(id)}`,
    ),
    ...checkManifestFamilies(
      'the image manifest does not hold',
      familiesOf(wantedOf(set, manifest)),
      manifest.images,
    ),
    ...manifest.images.flatMap((image) => checkImage(image, set, host)),
  ];
}

/**
 * The sets that the instance could choose from: those that were accepted before its order was made, with the order's own,
 * and where it took a newer one, those up to that.
 */
function setsKnownTo({ catalog, order }: ImageEvidence, taken: ImageSet): readonly ImageSet[] {
  const ordered = catalog.sets.find(({ id }) => id === order.set);
  const until = Math.max(
    orderedAt(order).getTime(),
    Date.parse(taken.at),
    ordered === undefined ? 0 : Date.parse(ordered.at),
  );
  return catalog.sets.filter(({ at }) => Date.parse(at) <= until);
}

/** The images of a set that a manifest must hold: own ones may have been left out. */
function wantedOf({ images }: ImageSet, { leftOut = [] }: ImageManifest): ImageSet['images'] {
  return images.filter(
    (image) => !(isOwnImage(image) && leftOut.some(({ family }) => family === image.family)),
  );
}

/** Refuses images that are not each wanted family once; `what` begins the message. */
export function checkManifestFamilies(
  what: string,
  wanted: readonly string[],
  images: readonly { readonly family: string }[],
): readonly EvidenceRefusal[] {
  const got = familiesOf(images);
  return refuseUnless(
    JSON.stringify(got) === JSON.stringify(wanted),
    'EVIDENCE_FAMILIES',
    `${what} each family of the set once, ${wanted.join(', ')}; got: ${quoted(got.join(', '))}`,
  );
}

/** The families of images, sorted. */
export function familiesOf(images: readonly { readonly family: string }[]): readonly string[] {
  return images.map(({ family }) => family).sort();
}

function checkImage(
  image: ImageManifest['images'][number],
  set: ImageSet,
  host: OsVersion,
): readonly EvidenceRefusal[] {
  const wanted = set.images.find(({ family }) => family === image.family);
  if (wanted === undefined) {
    return [];
  }
  const mode = modeOfImage(host, image.osVersion, wanted.late);
  const fields = ['repository', 'tag', 'digest', 'osVersion'] as const;
  return [
    ...refuseUnless(
      fitsHost(image, host),
      'EVIDENCE_IMAGE_FIT',
      `the host of revision ${host.revision} must not run the image ${image.family} (R1); got: ${image.osVersion}`,
    ),
    ...fields.flatMap((field) =>
      refuseUnless(
        image[field] === wanted[field],
        'EVIDENCE_IMAGE',
        `the ${field} of ${image.family} is ${wanted[field]} in the set ${set.id}; got: ${quoted(image[field])}`,
      ),
    ),
    ...refuseUnless(
      JSON.stringify(image.aliases) === JSON.stringify(wanted.aliases),
      'EVIDENCE_IMAGE',
      `the aliases of ${image.family} are "${wanted.aliases.join(' ')}" in the set ${set.id}; got: ${quoted(image.aliases.join(' '))}`,
    ),
    ...refuseUnless(
      image.mode === mode,
      'EVIDENCE_MODE',
      `${image.family} ${image.osVersion} is ${mode} on the host of revision ${host.revision}; got: ${image.mode}`,
    ),
  ];
}

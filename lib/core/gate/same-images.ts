import type { Catalog, ImageSet } from '../../contract/documents/catalog';
import { familyImages } from '../images/image-extra';
import { isOwnImage } from '../images/own-image';

/**
 * Whether two sets are the same order: the same target and the same image of each family. Extras do not count, so that one
 * that moves neither orders a bake nor lets a failed one be tried for ever.
 */
function areSameOrder(one: ImageSet, other: ImageSet): boolean {
  return one.id === other.id || orderOf(one) === orderOf(other);
}

/** Whether a set is the same order as the one of that id; a set that the catalog does not know is another. */
export function isOrderOf(catalog: Catalog, id: string | undefined, set: ImageSet): boolean {
  const known = catalog.sets.find((one) => one.id === id);
  return id === set.id || (known !== undefined && areSameOrder(known, set));
}

function orderOf({ target, images }: ImageSet): string {
  return [
    target,
    ...familyImages(images)
      .map(({ family, digest }) => `${family} ${digest}`)
      .sort(),
  ].join(', ');
}

/**
 * Whether a catalog has a set already but for own images: these move with each deployment of an app, and a catalog that kept every one
 * would grow with them.
 */
export function isKnownButForOwn({ sets }: Pick<Catalog, 'sets'>, set: ImageSet): boolean {
  return sets.some((known) => butForOwn(known) === butForOwn(set));
}

function butForOwn({ target, images }: Pick<ImageSet, 'images' | 'target'>): string {
  const others = images.filter((image) => !isOwnImage(image));
  return [
    target,
    ...others.map(({ digest, family, late }) => `${family} ${digest} ${String(late)}`).sort(),
  ].join(', ');
}

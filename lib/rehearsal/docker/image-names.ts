import { formatImageReference, type ImageReference } from '../../core/oci/image-reference';
import type { EngineImage, EngineState } from './engine-state';

/**
 * The name under which the engine keeps a reference: where it has a tag and a digest, the digest alone.
 * Source: moby v25.0.6 `reference/store.go`, favorDigest.
 */
export function storedName(reference: ImageReference): string {
  return formatImageReference(reference.digest === undefined ? reference : { ...reference, tag: undefined });
}

/** The id of the image of that name, or undefined where there is none. */
export function imageIdOf(state: EngineState, reference: ImageReference): string | undefined {
  const name = storedName(reference);
  const names = reference.digest === undefined ? 'repoTags' : 'repoDigests';
  return Object.entries(state.images).find(([, image]) => image[names].includes(name))?.[0];
}

/**
 * Gives an image a name and takes a tag from the image that had it; names are kept in order, as `docker image inspect`
 * shows them. Source: moby v25.0.6 `reference/store.go`, addReference and References.
 */
export function withName(state: EngineState, id: string, reference: ImageReference): EngineState {
  const name = storedName(reference);
  const names = reference.digest === undefined ? 'repoTags' : 'repoDigests';
  const images = Object.entries(state.images).map(([one, image]): [string, EngineImage] => {
    const others = image[names].filter((other) => other !== name);
    return [one, { ...image, [names]: one === id ? [...others, name].sort() : others }];
  });
  return { ...state, images: Object.fromEntries(images) };
}

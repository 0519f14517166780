import { isDigest } from '../../contract/values/digest';
import { formatImageReference } from '../../core/oci/image-reference';
import { DaemonError } from './daemon-error';
import { dockerReference } from './docker-reference';
import type { EngineImage, EngineState } from './engine-state';
import { imageIdOf } from './image-names';

/** An image of the store with its id. */
export interface FoundImage {
  readonly id: string;
  readonly image: EngineImage;
}

/**
 * The stored image that an argument of the call names, by a reference or a whole id; throws the engine's `DaemonError`
 * where there is none. Source: moby v25.0.6 `daemon/images/image.go`, getImage and ErrImageDoesNotExist.
 */
export function findImage(state: EngineState, text: string, args: readonly string[]): FoundImage {
  if (isDigest(text)) {
    return found(state, text, text);
  }
  const { reference } = dockerReference(text, args);
  return found(state, imageIdOf(state, reference), formatImageReference(reference));
}

function found(state: EngineState, id: string | undefined, name: string): FoundImage {
  const image = id === undefined ? undefined : state.images[id];
  if (id === undefined || image === undefined) {
    throw new DaemonError(`No such image: ${name}`);
  }
  return { id, image };
}

import { isDigest } from '../../../lib/contract/values/digest';
import { UsageError } from '../../../lib/contract/values/errors';
import {
  parseImageReference,
  type ImageReference,
  formatImageReference,
} from '../../../lib/core/oci/image-reference';
import { notModelled, DaemonError, DockerFailure } from './docker-failure';
import type { Engine } from './docker-host';
import { type EngineImage, type EngineState, changeEngineState } from './engine-state';

/** An image that a command names, and whether it left the tag to docker. */
interface DockerReference {
  readonly reference: ImageReference;
  readonly defaultTag: boolean;
}

/**
 * The image that an argument of the call names; without a tag and a digest it is `latest`. Names without a registry are
 * those of the Docker Hub, which holds no Windows base images and is not modelled.
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export function dockerReference(text: string, args: readonly string[]): DockerReference {
  const bare = !text.includes('@') && !text.slice(text.lastIndexOf('/')).includes(':');
  try {
    return { reference: parseImageReference(bare ? `${text}:latest` : text), defaultTag: bare };
  } catch (error) {
    throw error instanceof UsageError ? notModelled(args, error.message) : error;
  }
}

/**
 * The name under which the engine keeps a reference: where it has a tag and a digest, the digest alone.
 * Source: moby v25.0.6 `reference/store.go`, favorDigest.
 */
function storedName(reference: ImageReference): string {
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

/** An image without a name, or undefined where that was its last. */
export function withoutName(image: EngineImage, reference: ImageReference): EngineImage | undefined {
  const name = storedName(reference);
  const repository = formatImageReference({ ...reference, tag: undefined, digest: undefined });
  const repoTags = image.repoTags.filter((one) => one !== name);
  const isTagged = repoTags.some((one) => one.replace(/:[^:/]*$/, '') === repository);
  const repoDigests = image.repoDigests.filter(
    (one) =>
      one !== name && (isTagged || reference.digest !== undefined || !one.startsWith(`${repository}@`)),
  );
  return repoTags.length + repoDigests.length === 0 ? undefined : { ...image, repoTags, repoDigests };
}

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

/**
 * `docker tag SOURCE TARGET`: gives an image one more name, which another image may lose; prints nothing.
 * Source: moby v25.0.6 `client/image_tag.go` (refuses a digest as target) and `api/server/router/image/image_routes.go`.
 */
export async function tagImage(engine: Engine, args: readonly string[]): Promise<void> {
  const [source, target, ...rest] = args;
  if (source === undefined || target === undefined || rest.length > 0) {
    throw notModelled(['tag', ...args]);
  }
  const { reference } = dockerReference(target, ['tag', ...args]);
  if (reference.digest !== undefined) {
    throw new DockerFailure(1, 'refusing to create a tag with a digest reference');
  }
  await changeEngineState(engine.folder, (state) => {
    const { id } = findImage(state, source, ['tag', ...args]);
    return { state: withName(state, id, reference), result: undefined };
  });
}

import { isDigest } from '../../../lib/contract/values/digest';
import { UsageError } from '../../../lib/contract/values/errors';
import {
  parseImageReference,
  type ImageReference,
  formatImageReference,
} from '../../../lib/core/oci/image-reference';
import { DaemonError, daemonResponse, DockerFailure, notModelled } from './docker-failure';
import type { Engine } from './docker-host';
import { changeEngineState, type EngineImage, type EngineState, readEngineState } from './engine-state';

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
function withoutName(image: EngineImage, reference: ImageReference): EngineImage | undefined {
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

/** The templates of `--format` that are known; docker knows a whole language. */
const FORMATS: ReadonlyMap<string, (image: object) => string> = new Map([
  ['{{json .}}', (image: object) => JSON.stringify(image)],
]);

/**
 * `docker image inspect [--format TEMPLATE] REF...`: describes images as a JSON list, or one by one in a template's form.
 * What is found is printed even where something else is not. Of docker's fields those are given that the simulated store
 * knows. Source: docker/cli v25.0.6 `cli/command/inspect/inspector.go`; moby v25.0.6
 * `api/server/router/image/image_routes.go`, toImageInspect.
 */
export function inspectImages(engine: Engine, args: readonly string[]): void {
  const call = ['image', 'inspect', ...args];
  const { format, texts } = readArguments(args, call);
  const state = readEngineState(engine.folder);
  const images: object[] = [];
  const failures: string[] = [];
  for (const text of texts) {
    try {
      images.push(describe(findImage(state, text, call)));
    } catch (error) {
      if (!(error instanceof DaemonError)) {
        throw error;
      }
      failures.push(daemonResponse(error));
    }
  }
  const lines = images.map((image) => format?.(image) ?? '');
  engine.print(format === undefined ? JSON.stringify(images, undefined, 4) : lines.join('\n'));
  if (failures.length > 0) {
    throw new DockerFailure(1, failures.join('\n'));
  }
}

/**
 * `docker image rm --force REF`: takes a name from an image, and with the last tag of a repository its digests there; an image without a
 * name goes, and so does one that is named by its id. Source: moby v25.0.6 `daemon/images/image_delete.go`.
 */
export async function removeImage({ folder }: Engine, args: readonly string[]): Promise<void> {
  const [force, text, ...rest] = args;
  const call = ['image', 'rm', ...args];
  if (force !== '--force' || text === undefined || rest.length > 0) {
    throw notModelled(call);
  }
  await changeEngineState(folder, (state) => {
    const { id, image } = findImage(state, text, call);
    const left = isDigest(text) ? undefined : withoutName(image, dockerReference(text, call).reference);
    const others = Object.entries(state.images).filter(([one]) => one !== id);
    const images = Object.fromEntries(left === undefined ? others : [...others, [id, left]]);
    return { state: { ...state, images }, result: undefined };
  });
}

interface Arguments {
  readonly format: ((image: object) => string) | undefined;
  readonly texts: readonly string[];
}

function readArguments(args: readonly string[], call: readonly string[]): Arguments {
  const [first = '', second] = args;
  const joined = /^--format=(.*)$/s.exec(first)?.[1];
  const separate = first === '--format' || first === '-f';
  const template = separate ? second : joined;
  const texts = args.slice(separate ? 2 : joined === undefined ? 0 : 1);
  const format = template === undefined ? undefined : FORMATS.get(template);
  const isKnown = template === undefined ? !separate : format !== undefined;
  if (!isKnown || texts.length === 0) {
    throw notModelled(call);
  }
  return { format, texts };
}

function describe({ id, image }: FoundImage): object {
  return {
    Id: id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Architecture: image.architecture,
    Os: image.os,
    // Docker leaves the field out where the image has none.
    ...(image.osVersion === null ? {} : { OsVersion: image.osVersion }),
    Size: image.size,
    RootFS: { Type: 'layers', Layers: image.layers.map(({ diffId }) => diffId) },
  };
}

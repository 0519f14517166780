import { shortDigest } from '../../../lib/contract/values/digest';
import { isJsonObject } from '../../../lib/contract/values/json';
import { type ImageReference, formatImageReference } from '../../../lib/core/oci/image-reference';
import { DaemonError, daemonResponse, DockerFailure, notModelled, registryFailure } from './docker-failure';
import { changeHostFile, readHostFile, type Engine, readDockerHost, takeFreeBytes } from './docker-host';
import {
  withEngineLock,
  readEngineState,
  type EngineLayer,
  type EngineState,
  changeEngineState,
  type EngineImage,
} from './engine-state';
import { dockerReference, imageIdOf, withName } from './images';
import {
  readImage,
  type DescribedImage,
  readTopManifest,
  resolveManifest,
  type ResolvedManifest,
} from './resolve-manifest';
import { withRegistry, type RegistryConnection } from './registry-connection';

/**
 * Fails a pull where the faults of the simulated host say so: `failingPulls` the next few, `wrongDigests` every one. The
 * words are those of the engine. Source: moby v25.0.6 `distribution/pull_v2.go`, pullManifest.
 */
export async function strikePull(folder: string, { digest }: ImageReference): Promise<void> {
  const { wrongDigests } = readHostFile(folder);
  if (wrongDigests === true) {
    throw new DaemonError(`manifest verification failed for digest ${digest ?? 'of the tag'}`);
  }
  const message = await withEngineLock(folder, () => {
    const { failingPulls } = readHostFile(folder);
    const { left, message: overrides } = isJsonObject(failingPulls) ? failingPulls : {};
    if (typeof left !== 'number' || left < 1) {
      return undefined;
    }
    changeHostFile(folder, { failingPulls: { left: left - 1, message: overrides } });
    return String(overrides);
  });
  if (message !== undefined) {
    throw new DaemonError(message);
  }
}

/** Lets Windows move to another revision behind the back of a pull, where the fault `driftsTo` says so. */
export async function driftHost(folder: string): Promise<void> {
  await withEngineLock(folder, () => {
    const { driftsTo } = readHostFile(folder);
    if (typeof driftsTo === 'number') {
      changeHostFile(folder, { ubr: driftsTo });
    }
  });
}

/**
 * `docker pull REF`: brings one image to the store. Its errors are prefixed only until the first line of progress is out.
 * Source: docker/cli v25.0.6 `cli/command/image/pull.go`; moby v25.0.6 `distribution/pull_v2.go`, pullTag, and
 * `api/server/router/image/image_routes.go`, postImagesCreate.
 */
export async function pullImage(engine: Engine, args: readonly string[]): Promise<void> {
  const [text, ...rest] = args;
  if (text === undefined || rest.length > 0) {
    throw notModelled(['pull', ...args]);
  }
  const { reference, defaultTag } = dockerReference(text, ['pull', ...args]);
  if (defaultTag) {
    engine.print('Using default tag: latest');
  }
  const progress = { started: false };
  const print = (line: string): void => {
    progress.started = true;
    engine.print(line);
  };
  try {
    await strikePull(engine.folder, reference);
    await withRegistry(engine, reference.registry, (connection) =>
      pull({ ...engine, print }, connection, reference),
    );
    await driftHost(engine.folder);
  } catch (error) {
    const failure = registryFailure(error, reference.registry);
    if (failure instanceof DaemonError) {
      throw new DockerFailure(1, progress.started ? failure.message : daemonResponse(failure));
    }
    throw failure;
  }
  engine.print(formatImageReference(reference));
}

async function pull(
  engine: Engine,
  connection: RegistryConnection,
  reference: ImageReference,
): Promise<void> {
  const { print } = engine;
  const { build } = engine.host.version;
  const name = formatImageReference(reference);
  const top = await readTopManifest(connection.client, reference);
  print(`${reference.digest === undefined ? reference.tag : name}: Pulling from ${reference.repository}`);
  const resolved = await resolveManifest(connection.client, reference, top, build);
  const image = storedImage(engine, resolved) ?? (await readImage(connection, reference, resolved, build));
  const missing = await downloadLayers(engine, connection, reference, image);
  const digested: ImageReference = { ...reference, tag: undefined, digest: top.digest };
  const names = reference.digest === undefined ? [reference, digested] : [digested];
  const upToDate = await storeImage(engine.folder, image, names);
  for (const layer of missing) {
    print(`${shortDigest(layer.digest)}: Pull complete`);
  }
  print(`Digest: ${top.digest}`);
  print(`Status: ${upToDate ? 'Image is up to date' : 'Downloaded newer image'} for ${name}`);
}

/** An image that is there already: the engine then asks for neither config nor layers. */
function storedImage(engine: Engine, { manifest }: ResolvedManifest): DescribedImage | undefined {
  const id = manifest.config.digest;
  const image = readEngineState(engine.folder).images[id];
  if (image === undefined) {
    return undefined;
  }
  const { os, architecture, osVersion, layers } = image;
  return { id, configBytes: 0, platform: { os, architecture, osVersion: osVersion ?? undefined }, layers };
}

/** Asks the registry for each layer that is missing, and gives those; tells of all of them unless the image is there. */
async function downloadLayers(
  { folder, print }: Engine,
  { layers: registry }: RegistryConnection,
  { repository }: ImageReference,
  image: DescribedImage,
): Promise<readonly EngineLayer[]> {
  const state = readEngineState(folder);
  if (state.images[image.id] !== undefined) {
    return [];
  }
  const missing = missingLayers(state, image.layers);
  for (const layer of image.layers) {
    print(`${shortDigest(layer.digest)}: ${missing.includes(layer) ? 'Pulling fs layer' : 'Already exists'}`);
  }
  await Promise.all(
    missing.map(async ({ digest, compressedBytes }) => {
      const size = await registry.size(repository, digest);
      if (size === undefined) {
        throw new DaemonError('unknown blob');
      }
      // Of other bytes than the manifest says the digest is another one, too.
      if (size !== null && size !== compressedBytes) {
        throw new DaemonError(`filesystem layer verification failed for digest ${digest}`);
      }
      print(`${shortDigest(digest)}: Verifying Checksum`);
      print(`${shortDigest(digest)}: Download complete`);
    }),
  );
  return missing;
}

/**
 * Bytes on disk for each compressed byte of a layer. SYNTHETIC: one figure for all layers, about what Server Core and Nano
 * Server show in `docker images` against their compressed sizes; nothing here was measured.
 */
const UNPACKED_PER_COMPRESSED = 2.6;

/** The bytes that a layer takes once unpacked; synthetic. */
function unpackedBytes(compressedBytes: number): number {
  return Math.round(compressedBytes * UNPACKED_PER_COMPRESSED);
}

/** The bytes that layers take on disk together; synthetic. */
function sizeOnDisk(layers: readonly { readonly compressedBytes: number }[]): number {
  return layers.reduce((sum, layer) => sum + unpackedBytes(layer.compressedBytes), 0);
}

const FULL = 'There is not enough space on the disk.';

/**
 * Docker's words where missing layers do not fit into the free bytes, or undefined where they do. All of them are
 * downloaded to temporary files, which takes less time than unpacking; then each is unpacked and its file deleted.
 *
 * Source: moby v25.0.6 `distribution/pull_v2.go` (Download: io.Copy to a file GetImageBlob...) and
 * `distribution/xfer/download.go` (makeDownloadFunc: registers one layer after its parent).
 * @see https://github.com/StefanScherer/windows-docker-machine/issues/48
 */
function spaceShortage(
  freeBytes: number,
  layers: readonly { readonly compressedBytes: number }[],
): string | undefined {
  let used = layers.reduce((sum, layer) => sum + layer.compressedBytes, 0);
  if (used > freeBytes) {
    return `write C:\\ProgramData\\docker\\tmp\\GetImageBlob123456789: ${FULL}`;
  }
  for (const { compressedBytes } of layers) {
    used += unpackedBytes(compressedBytes);
    if (used > freeBytes) {
      const importLayer = `hcsshim::ImportLayer failed in Win32: ${FULL} (0x70)`;
      return `failed to register layer: re-exec error: exit status 1: output: ${importLayer}`;
    }
    used -= compressedBytes;
  }
  return undefined;
}

/**
 * The layers of an image that must be downloaded: all from the first on whose chain, itself and everything below it, no
 * stored image has. The same layer on top of another base is downloaded again, since the engine keeps no blobs.
 * Source: moby v25.0.6 `distribution/xfer/download.go`, Download (looks layers up by chain id).
 */
function missingLayers(state: EngineState, layers: readonly EngineLayer[]): readonly EngineLayer[] {
  const shared = Object.values(state.images).map((image) => {
    const different = layers.findIndex(({ diffId }, index) => image.layers[index]?.diffId !== diffId);
    return different === -1 ? layers.length : different;
  });
  return layers.slice(Math.max(0, ...shared));
}

/**
 * Stores an image under its names in one step: what is missing is found out anew, since another pull may have brought
 * layers meanwhile, and a pull that does not fit leaves nothing behind. `names` begins with the one asked for; tells whether
 * that one pointed to this image already.
 */
export function storeImage(
  folder: string,
  image: DescribedImage,
  names: readonly ImageReference[],
): Promise<boolean> {
  return changeEngineState(folder, (state) => {
    const [asked] = names;
    const upToDate = asked !== undefined && imageIdOf(state, asked) === image.id;
    const added = missingLayers(state, image.layers);
    const { freeBytes } = readDockerHost(folder);
    const shortage = spaceShortage(freeBytes ?? Infinity, added);
    if (shortage !== undefined) {
      throw new DaemonError(shortage);
    }
    takeFreeBytes(folder, sizeOnDisk(added));
    const named = names.reduce(
      (next, name) => withName(next, image.id, name),
      withImage(state, image, added),
    );
    return { state: named, result: upToDate };
  });
}

function withImage(state: EngineState, image: DescribedImage, added: readonly EngineLayer[]): EngineState {
  if (state.images[image.id] !== undefined) {
    return state;
  }
  const { os, architecture, osVersion = null } = image.platform;
  const entry: EngineImage = {
    repoTags: [],
    repoDigests: [],
    os,
    architecture,
    osVersion,
    size: sizeOnDisk(image.layers),
    layers: image.layers,
  };
  const carried = added.reduce((sum, layer) => sum + layer.compressedBytes, image.configBytes);
  return {
    ...state,
    pulledBytes: state.pulledBytes + carried,
    images: { ...state.images, [image.id]: entry },
  };
}

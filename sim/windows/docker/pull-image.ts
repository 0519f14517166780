import { shortDigest } from '../../../lib/contract/values/digest';
import { isJsonObject } from '../../../lib/contract/values/json';
import { type ImageReference, formatImageReference } from '../../../lib/core/oci/image-reference';
import { DaemonError, daemonResponse, DockerFailure, notModelled, registryFailure } from './docker-failure';
import { changeHostFile, readHostFile, type Engine } from './docker-host';
import { withEngineLock, readEngineState, type EngineLayer } from './engine-state';
import { dockerReference } from './image-names';
import { readImage, type DescribedImage } from './read-image';
import { withRegistry, type RegistryConnection } from './registry-connection';
import { readTopManifest, resolveManifest, type ResolvedManifest } from './resolve-manifest';
import { missingLayers, storeImage } from './store-image';

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
    await withRegistry(engine.registries, reference.registry, (connection) =>
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

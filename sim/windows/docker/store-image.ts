import type { ImageReference } from '../../../lib/core/oci/image-reference';
import { DaemonError } from './docker-failure';
import { readDockerHost, takeFreeBytes } from './docker-host';
import { type EngineLayer, type EngineState, changeEngineState, type EngineImage } from './engine-state';
import { imageIdOf, withName } from './image-names';
import type { DescribedImage } from './read-image';

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
export function missingLayers(state: EngineState, layers: readonly EngineLayer[]): readonly EngineLayer[] {
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

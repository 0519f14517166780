import type { ImageReference } from '../../core/oci/image-reference';
import { DaemonError } from './daemon-error';
import { sizeOnDisk, spaceShortage } from './disk-space';
import { changeEngineState, type EngineImage, type EngineLayer, type EngineState } from './engine-state';
import { imageIdOf, withName } from './image-names';
import { missingLayers } from './missing-layers';
import { readDockerHost, takeFreeBytes } from './docker-host';
import type { DescribedImage } from './read-image';

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

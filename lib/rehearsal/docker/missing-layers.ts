import type { EngineLayer, EngineState } from './engine-state';

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

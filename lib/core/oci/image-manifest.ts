import { parseDescriptor, type Descriptor } from './descriptor';
import { parseJsonObject } from './parse-json';
import { RegistryError } from './registry-error';

/** The manifest of one image: where its config is, and its layers, base first. */
export interface ImageManifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/**
 * The image manifest in a body, Docker schema 2 or OCI; throws a `RegistryError` where it is none.
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md
 */
export function parseImageManifest(body: string, subject: string): ImageManifest {
  const { config, layers } = parseJsonObject(body, subject);
  if (config === undefined || !Array.isArray(layers)) {
    throw new RegistryError('REGISTRY_INVALID', `${subject} is a manifest without config and layers.`);
  }
  return {
    config: parseDescriptor(config, subject),
    layers: layers.map((layer: unknown) => parseDescriptor(layer, subject)),
  };
}

/** What a pull of the image carries over the network: config and layers. */
export function compressedBytes(manifest: ImageManifest): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.sizeBytes, manifest.config.sizeBytes);
}

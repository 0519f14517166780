import type { Registry } from '../../lib/core/oci/registry';
import { storeRegistry, type RegistryShape } from './registry-content';

/** A registry in memory that counts what is asked of it. */
export interface MemoryRegistry extends Registry {
  readonly asked: string[];
}

/** The port of a registry over a shape, without a network. */
export function memoryRegistry(shape: RegistryShape): MemoryRegistry {
  const stored = storeRegistry(shape);
  const asked: string[] = [];
  return {
    asked,
    manifest: (repository, reference) => {
      asked.push(`manifest ${repository} ${reference}`);
      const content = stored.get(repository);
      return Promise.resolve(content?.tags.get(reference) ?? content?.manifests.get(reference));
    },
    head: (repository, reference) => {
      asked.push(`head ${repository} ${reference}`);
      return Promise.resolve(stored.get(repository)?.tags.get(reference));
    },
    blob: (repository, digest) => {
      asked.push(`blob ${repository} ${digest}`);
      return Promise.resolve(stored.get(repository)?.blobs.get(digest));
    },
    tags: (repository) => {
      asked.push(`tags ${repository}`);
      const content = stored.get(repository);
      return Promise.resolve(content && [...content.tags.keys()]);
    },
  };
}

import { type Digest, isDigest } from '../../contract/values/digest';
import type { ManifestDocument, Registry } from '../oci/registry';

/**
 * A registry that asks for each thing named by digest only once: several tags of one look often lead to one image. What a
 * tag led to is remembered under its digest too; tags themselves are always asked.
 */
export function rememberingRegistry(registry: Registry): Registry {
  const manifests = new Map<string, Promise<ManifestDocument | undefined>>();
  const blobs = new Map<string, Promise<string | undefined>>();
  return {
    head: (repository, reference) => registry.head(repository, reference),
    tags: (repository) => registry.tags(repository),
    blob: (repository, digest) =>
      once(blobs, key(repository, digest), () => registry.blob(repository, digest)),
    manifest: async (repository, reference) => {
      if (isDigest(reference)) {
        return once(manifests, key(repository, reference), () => registry.manifest(repository, reference));
      }
      const document = await registry.manifest(repository, reference);
      if (document !== undefined) {
        manifests.set(key(repository, document.digest), Promise.resolve(document));
      }
      return document;
    },
  };
}

function key(repository: string, digest: Digest): string {
  return `${repository}@${digest}`;
}

function once<T>(known: Map<string, Promise<T>>, name: string, read: () => Promise<T>): Promise<T> {
  const answer = known.get(name) ?? read();
  known.set(name, answer);
  return answer;
}

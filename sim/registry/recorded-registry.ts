import { type Digest, isDigest } from '../../lib/contract/values/digest';
import type { ManifestDocument, Registry } from '../../lib/core/oci/registry';
import type { History } from './history/history';
import { publishedContentOf } from './images/image-store';
import type { Content } from './images/stored-content';

/** A registry of recorded history without a network, and what is on record of the bytes of layers. */
export interface RecordedRegistry extends Registry {
  /** The compressed bytes of a layer as they were recorded; undefined where its size is only declared. */
  readonly bytesOf: (layer: string) => number | undefined;
}

/** Shows a history as of a moment. It knows an image by the digest that the real registry had, too, where that was recorded. */
export function recordedRegistry(history: History, asOf: Date): RecordedRegistry {
  const content = publishedContentOf(history);
  const sizes = new Map(
    history.events.flatMap(({ layers }) =>
      layers.flatMap(({ digest, size }) => (size === null ? [] : [[digest as string, size] as const])),
    ),
  );
  const byRecordedDigest = (repository: string, digest: Digest): Content | undefined => {
    const events = history.eventsOf(repository).filter(({ time }) => time <= asOf.getTime());
    const whole = events.find((event) => event.digest === digest);
    const platform = whole ?? events.find((event) => event.platformDigest === digest);
    const image = platform && content.images.imageOf(platform);
    return whole === undefined ? image?.platform.manifest : image?.resolved;
  };
  const find = (repository: string, reference: string): Content | undefined =>
    isDigest(reference)
      ? (content.find(repository, reference, asOf) ?? byRecordedDigest(repository, reference))
      : content.resolve(repository, reference, asOf);
  const manifest = (repository: string, reference: string): Promise<ManifestDocument | undefined> => {
    const found = find(repository, reference);
    return Promise.resolve(found?.kind === 'manifest' ? found : undefined);
  };
  return {
    manifest,
    head: manifest,
    blob: (repository, digest) => {
      const found = content.find(repository, digest, asOf);
      return Promise.resolve(found?.kind === 'config' ? found.body : undefined);
    },
    tags: (repository) => {
      const tags = history.tagsAt(repository, asOf);
      return Promise.resolve(tags.length === 0 ? undefined : tags);
    },
    bytesOf: (layer) => sizes.get(layer),
  };
}

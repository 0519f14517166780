import type { ImageManifest } from '../../lib/contract/documents/evidence';
import type { Publication } from '../../lib/contract/documents/publication';
import type { PublishedManifest } from '../../lib/core/publish/find-publication';
import { contractFixture } from './contract-fixture';

/** The publication of the fixtures with its manifest, with changes of both. */
export function publishedManifest(
  publication: Partial<Publication> = {},
  manifest: Partial<ImageManifest> = {},
): PublishedManifest {
  return {
    publication: { ...(contractFixture('publication') as Publication), ...publication },
    manifest: { ...(contractFixture('image-manifest') as ImageManifest), ...manifest },
  };
}

/** An image of a manifest, with changes. */
export function manifestImage(
  changes: Partial<ImageManifest['images'][number]> = {},
): ImageManifest['images'][number] {
  const [first] = (contractFixture('image-manifest') as ImageManifest).images;
  return { ...first!, ...changes };
}

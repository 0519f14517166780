import { parseDocument } from '../../contract/documents/document';
import { type ImageManifest, imageManifestSchema } from '../../contract/documents/evidence';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import type { Announcer } from '../ports/notices';
import type { DocumentStore } from '../ports/stores';
import { noteAnnounced, noteImagesAnnounced, readDeliveries } from './deliveries';
import { readPublication } from './record-publication';

/** What the detail of `Winbake AMI Published` holds; `docs/events.md` documents it. */
export interface PublishedDetail extends Channel {
  readonly pipeline: string;
  readonly os: string;
  readonly parameterPath: string;
}

/** The detail of a publication's event. */
function publishedDetail(description: PipelineDescription, publication: Channel): PublishedDetail {
  const { os, pipeline } = description;
  return { ...publication, pipeline, os, parameterPath: pipelinePath(description) };
}

/** Sends the event of the newest publication unless it was sent: once as far as possible, twice where a run died between. */
export async function announceLatest(
  { announcer, documents }: { readonly announcer: Announcer; readonly documents: DocumentStore },
  description: PipelineDescription,
  latest: Channel | undefined,
): Promise<void> {
  if (latest === undefined || latest.mode === 'unbaked') {
    return;
  }
  const { announced } = await readDeliveries(documents);
  if (announced !== latest.id && !(await isNoNews(documents, announced, latest))) {
    await announcer.announce('Winbake AMI Published', { ...publishedDetail(description, latest) });
    await noteAnnounced(documents, latest.id);
  }
}

/** Where the newest was revoked `latest` goes back to one that was announced before it. */
async function isNoNews(
  documents: Pick<DocumentStore, 'read'>,
  announced: string | null,
  latest: Channel,
): Promise<boolean> {
  const record = announced === null ? undefined : await readPublication(documents, announced);
  return record !== undefined && Date.parse(record.at) >= Date.parse(latest.at);
}

/** An image that hosts have cached, as the detail of `Winbake Images Published` names it. */
type AnnouncedImage = Pick<
  ImageManifest['images'][number],
  'aliases' | 'digest' | 'family' | 'mode' | 'osVersion' | 'platformDigest' | 'repository' | 'tag'
>;

/** What the detail of `Winbake Images Published` holds; `docs/events.md` documents it. */
export interface ImagesDetail extends PublishedDetail {
  readonly images: readonly AnnouncedImage[];
  /** Own images that could not be pulled, and why; empty where all could. */
  readonly leftOut: NonNullable<ImageManifest['leftOut']>;
}

/**
 * Sends the event of the images of `current`, unless it was sent: an image that is built on those of `latest` could be newer than
 * every host. Of a publication without a manifest nothing is known.
 */
export async function announceImages(
  { announcer, documents }: { readonly announcer: Announcer; readonly documents: DocumentStore },
  description: PipelineDescription,
  current: Channel | undefined,
): Promise<void> {
  if (current === undefined || (await readDeliveries(documents)).imagesAnnounced === current.id) {
    return;
  }
  const manifest = (await readPublication(documents, current.id))?.manifest ?? null;
  const stored = manifest === null ? undefined : await documents.read(manifest);
  if (stored === undefined) {
    return;
  }
  const { leftOut = [], ...parsed } = parseDocument(imageManifestSchema, stored.text, manifest ?? '');
  const images = parsed.images.map(
    ({ aliases, digest, family, mode, osVersion, platformDigest, repository, tag }): AnnouncedImage => ({
      family,
      repository,
      tag,
      aliases,
      digest,
      platformDigest,
      osVersion,
      mode,
    }),
  );
  const detail: ImagesDetail = { ...publishedDetail(description, current), images, leftOut };
  await announcer.announce('Winbake Images Published', { ...detail });
  await noteImagesAnnounced(documents, current.id);
}

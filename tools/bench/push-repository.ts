import { BenchError } from './bench-error';
import { documentOf, imageDocuments, type ImageDocuments, type StoredDocument } from './image-documents';
import type { PlannedRepository, PlannedTag } from './plan-repositories';

const CONNECTIONS = 16;

/** Pushes repositories through the distribution API; each blob and manifest once, then the tags. */
export async function pushRepositories(
  url: string,
  repositories: readonly PlannedRepository[],
  signal: AbortSignal,
): Promise<void> {
  for (const repository of repositories) {
    await pushRepository(new Push(url, repository.repository, signal), repository);
  }
}

async function pushRepository(push: Push, { layers, tags }: PlannedRepository): Promise<void> {
  const images = [...Map.groupBy(tags, (tag) => tag.osVersion)].map(([version, ofVersion]) => ({
    tags: ofVersion,
    documents: imageDocuments(version, layers),
  }));
  await inParallel(unique(images.flatMap(({ documents }) => blobsOf(documents))), (blob) => push.blob(blob));
  await inParallel(images, (image) => pushImage(push, image.documents, image.tags));
}

/** One after the other: docker-registry writes the links of a manifest anew with each of its tags, and not in one step. */
async function pushImage(push: Push, documents: ImageDocuments, tags: readonly PlannedTag[]): Promise<void> {
  await push.manifest(documents.manifest.digest, documents.manifest);
  for (const tag of tags) {
    await push.manifest(tag.tag, documentOf(tag, documents));
  }
}

class Push {
  constructor(
    private readonly url: string,
    private readonly repository: string,
    private readonly signal: AbortSignal,
  ) {}

  async blob({ digest, body }: StoredDocument): Promise<void> {
    const location = await this.send('POST', `/v2/${this.repository}/blobs/uploads/`, 202);
    const { pathname, searchParams } = new URL(location, 'http://127.0.0.1');
    searchParams.set('digest', digest);
    const path = `${pathname}?${searchParams.toString()}`;
    await this.send('PUT', path, 201, 'application/octet-stream', body);
  }

  async manifest(reference: string, { mediaType, body }: StoredDocument): Promise<void> {
    await this.send('PUT', `/v2/${this.repository}/manifests/${reference}`, 201, mediaType, body);
  }

  private async send(
    method: 'POST' | 'PUT',
    path: string,
    expected: number,
    type = 'application/octet-stream',
    body = '',
  ): Promise<string> {
    const response = await fetch(new URL(path, this.url), {
      method,
      body,
      headers: { 'content-type': type },
      // Of its own: fetch leaves its listener at a signal until its memory is collected.
      signal: AbortSignal.any([this.signal]),
    });
    const text = await response.text();
    if (response.status !== expected) {
      throw new BenchError(
        `docker-registry refused ${method} ${path} with ${response.status}: ${text.trim()}`,
      );
    }
    return response.headers.get('location') ?? '';
  }
}

function blobsOf({ layers, config }: ImageDocuments): readonly StoredDocument[] {
  return [...layers, config];
}

function unique(blobs: readonly StoredDocument[]): readonly StoredDocument[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const item of rest) {
        await work(item);
      }
    }),
  );
}

import { createHash } from 'node:crypto';
import type { PlannedTag } from './plan-repositories';

/** A document or blob as the registry stores it. */
export interface StoredDocument {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: string;
}

/** All documents of one image. */
export interface ImageDocuments {
  readonly layers: readonly StoredDocument[];
  readonly config: StoredDocument;
  readonly manifest: StoredDocument;
  readonly list: StoredDocument;
}

const DOCKER = 'application/vnd.docker';

/**
 * The Docker schema 2 documents of a Windows image. The layers are a few bytes each, which nobody pulls, and their declared
 * sizes are their real ones; the same layers serve every image of a repository, so that they are pushed once.
 * @see https://distribution.github.io/distribution/spec/manifest-v2-2/
 */
export function imageDocuments(osVersion: string, layerCount: number): ImageDocuments {
  const layers = Array.from({ length: layerCount }, (_, index) =>
    stored(`${DOCKER}.image.rootfs.diff.tar.gzip`, `layer ${index}`),
  );
  const config = stored(`${DOCKER}.container.image.v1+json`, JSON.stringify(configOf(osVersion, layers)));
  const manifest = stored(
    `${DOCKER}.distribution.manifest.v2+json`,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${DOCKER}.distribution.manifest.v2+json`,
      config: descriptor(config),
      layers: layers.map(descriptor),
    }),
  );
  const list = stored(
    `${DOCKER}.distribution.manifest.list.v2+json`,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${DOCKER}.distribution.manifest.list.v2+json`,
      manifests: [
        {
          ...descriptor(manifest),
          platform: { architecture: 'amd64', os: 'windows', 'os.version': osVersion },
        },
      ],
    }),
  );
  return { layers, config, manifest, list };
}

/** What a tag points at. */
export function documentOf(tag: PlannedTag, documents: ImageDocuments): StoredDocument {
  return tag.form === 'list' ? documents.list : documents.manifest;
}

function configOf(osVersion: string, layers: readonly StoredDocument[]): object {
  return {
    architecture: 'amd64',
    os: 'windows',
    'os.version': osVersion,
    created: '2020-01-01T00:00:00Z',
    config: { Cmd: ['c:\\windows\\system32\\cmd.exe'], Env: ['PATH=C:\\Windows\\system32;C:\\Windows'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    history: layers.map((_layer, index) => ({
      created: '2020-01-01T00:00:00Z',
      created_by: index === 0 ? `Apply image ${osVersion}` : `cmd /S /C step ${index} of the image's making`,
    })),
  };
}

function descriptor({ mediaType, digest, body }: StoredDocument): object {
  return { mediaType, size: Buffer.byteLength(body), digest };
}

function stored(mediaType: string, body: string): StoredDocument {
  return { mediaType, body, digest: `sha256:${createHash('sha256').update(body).digest('hex')}` };
}

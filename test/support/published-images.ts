import type { Channel } from '../../lib/contract/documents/publication';
import { publicationKey } from '../../lib/contract/names/bucket-keys';

const SHA = 'a'.repeat(64);

/** The record and the image manifest of a publication, by key: one image of servercore. */
export function publishedImages({ at, id, osVersion }: Channel): Readonly<Record<string, unknown>> {
  const manifest = `publications/${id}.1-0-0-1.image-manifest.json`;
  return {
    [publicationKey(id)]: {
      schema: 'winbake.publication/1',
      id,
      os: 'SERVER_2022_CORE',
      mode: 'exact',
      amis: {},
      manifest,
      verification: null,
      baseAmiId: 'ami-00000001',
      imageBuildVersionArn: null,
      recipeArn: null,
      scriptsSha256: null,
      set: null,
      at,
    },
    [manifest]: {
      schema: 'winbake.image-manifest/1',
      order: 'order',
      os: 'SERVER_2022_CORE',
      host: { osVersion },
      images: [
        {
          family: 'servercore',
          repository: 'windows/servercore',
          tag: 'ltsc2022',
          aliases: [osVersion],
          digest: `sha256:${SHA}`,
          platformDigest: `sha256:${SHA}`,
          imageId: `sha256:${SHA}`,
          osVersion,
          mode: 'exact',
          bytesOnDisk: 1,
          pullSeconds: 1,
        },
      ],
      scripts: { sha256: SHA },
      catalog: { sha256: SHA },
      pulledBytes: 1,
      freeBytesLowest: 1,
      startedAt: at,
      finishedAt: at,
    },
  };
}

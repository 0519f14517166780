import type { DockerAnswer } from './fake-docker';

const HEX = '0123456789abcdef';

/** A digest that is easy to tell apart: one hexadecimal digit, 64 times. */
export function digestOf(digit: number): string {
  return `sha256:${HEX.charAt(digit).repeat(64)}`;
}

/** Two images of one set: servercore at the host's revision, iis one update behind and late. */
export const IMAGES = [
  {
    family: 'servercore',
    repository: 'windows/servercore',
    tag: 'ltsc2022',
    aliases: ['10.0.20348.4294'],
    digest: digestOf(1),
    platformDigest: digestOf(2),
    osVersion: '10.0.20348.4294',
    late: false,
  },
  {
    family: 'iis',
    repository: 'windows/servercore/iis',
    tag: 'windowsservercore-ltsc2022',
    aliases: [],
    digest: digestOf(3),
    platformDigest: digestOf(4),
    osVersion: '10.0.20348.4171',
    late: true,
  },
] as const;

const SIZES = [2_000_000_000, 2_100_000_000];

/** The catalog that holds the one set of these images. */
export const CATALOG = {
  schema: 'winbake.catalog/1',
  release: '2022',
  build: 20348,
  observations: IMAGES.map((image, index) => ({
    at: '2025-10-14T18:00:00Z',
    repository: image.repository,
    tag: image.tag,
    digest: image.digest,
    platformDigest: image.platformDigest,
    osVersion: image.osVersion,
    compressedBytes: SIZES[index],
  })),
  sets: [
    { id: 'set-1', at: '2025-10-15T06:00:00Z', target: '10.0.20348.4294', images: IMAGES, findings: [] },
  ],
  hosts: [],
  accepted: [],
};

/** The order that asks for a bake of that set. */
export const ORDER = {
  schema: 'winbake.order/1',
  id: 'bake-7',
  release: '2022',
  trigger: 'newerSet',
  set: 'set-1',
  targetRevision: 4294,
  baseAmiId: 'ami-0123456789abcdef0',
  scriptsSha256: 'a'.repeat(64),
  recipeArn: 'arn:aws:imagebuilder:eu-west-1:111122223333:image-recipe/winbake/1.0.0',
  attempt: 1,
};

/** What Assert-Host leaves on that host. */
export const HOST = {
  schema: 'winbake.host/1',
  osVersion: '10.0.20348.4294',
  at: '2025-10-15T07:00:00.123Z',
};

/** What Select-ImageSet leaves for that catalog on a host of 10.0.20348.4294. */
export const IMAGE_SET = {
  schema: 'winbake.image-set/1',
  set: 'set-1',
  target: '10.0.20348.4294',
  host: { osVersion: '10.0.20348.4294' },
  images: IMAGES.map(
    ({ family, repository, tag, aliases, digest, platformDigest, osVersion, late }, index) => ({
      family,
      repository,
      tag,
      aliases,
      digest,
      platformDigest,
      osVersion,
      mode: late ? 'previousRevision' : 'exact',
      compressedBytes: SIZES[index],
    }),
  ),
};

/** What Save-Image leaves for that set. */
export const SAVED_IMAGES = {
  schema: 'winbake.saved-images/1',
  set: 'set-1',
  osVersion: '10.0.20348.4294',
  images: IMAGE_SET.images.map(
    ({ family, repository, tag, aliases, digest, platformDigest, osVersion, mode }, index) => ({
      family,
      repository,
      tag,
      aliases,
      digest,
      platformDigest,
      imageId: digestOf(10 + index),
      osVersion,
      mode,
      bytesOnDisk: 5_000_000_000 + index,
      pullSeconds: index === 0 ? 12.3 : 0,
    }),
  ),
  leftOut: [],
  freeBytesLowest: 40_000_000_000,
  complete: true,
};

/** docker's answer to `image inspect` of one of the images, with changes. */
export function inspectAnswer(index: 0 | 1, changes: object = {}): string {
  const image = IMAGES[index];
  return JSON.stringify([
    {
      Id: digestOf(10 + index),
      RepoTags: [`mcr.microsoft.com/${image.repository}:${image.tag}`],
      RepoDigests: [`mcr.microsoft.com/${image.repository}@${image.platformDigest}`],
      OsVersion: image.osVersion,
      Size: 5_000_000_000 + index,
      ...changes,
    },
  ]);
}

/** A docker with which everything goes well; rows put before it make something go wrong. */
export const GOOD_DOCKER: readonly DockerAnswer[] = [
  { call: 'pull *', stdout: 'Digest: whatever\n', stderr: 'a line on the error stream is no failure\n' },
  { call: 'tag *' },
  { call: 'image inspect */iis*', stdout: inspectAnswer(1) },
  { call: 'image inspect *', stdout: inspectAnswer(0) },
  { call: 'version --format *', stdout: '25.0.6\n' },
  { call: 'network inspect nat', stdout: '[{"Name":"nat","Driver":"nat"}]' },
  {
    call: 'run * ipconfig',
    stdout:
      '   IPv4 Address. . . . . . . . . . . : 172.20.1.5\r\n   Default Gateway . . . . . . . . . : 172.20.0.1\r\n',
  },
  { call: 'run *', stdout: '\r\nMicrosoft Windows [Version 10.0.20348.4294]\r\n' },
];

/** What a baked AMI brings to a container host, as far as that reads it. */
export const BAKED_MANIFEST = {
  schema: 'winbake.image-manifest/1',
  order: 'bake-7',
  host: { osVersion: '10.0.20348.4294' },
  images: IMAGE_SET.images,
};

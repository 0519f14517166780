import { pipelineHosts, publishedHosts } from '../../../bin/pipeline/images';
import type { Catalog, ImageSet, Observation } from '../../../lib/contract/documents/catalog';
import { publicationKey } from '../../../lib/contract/names/bucket-keys';
import { coverageOn } from '../../../lib/core/coverage/coverage';
import { parseDockerImageName } from '../../../lib/core/oci/image-reference';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import { channelsAt, DESCRIPTION, publicationAt } from '../../support/pipeline-description';
import { platformDigestOf, type RegistryShape } from '../../../sim/registry/memory-registry';

const REVISIONS = [4052, 4171, 4294];
const image = (revision: number) =>
  ({ osVersion: `10.0.20348.${revision}`, versionInEntry: true, layers: [5000, revision] }) as const;
const digestAt = (revision: number) => platformDigestOf('docker', image(revision));
const SHAPE: RegistryShape = {
  'windows/servercore': Object.fromEntries(
    REVISIONS.map((revision) => [
      `r${revision}`,
      { flavour: 'docker', list: false, images: [image(revision)] },
    ]),
  ),
};

const base = `sha256:${'b'.repeat(64)}`;
const own = (revision: number) => `sha256:${String(revision).padStart(64, '0')}`;

function observation(revision: number, withLayers: boolean): Observation {
  const layers = [
    { digest: base, bytes: 5000 },
    { digest: own(revision), bytes: revision },
  ];
  return {
    at: `2025-0${revision - 4000 > 290 ? 9 : 8}-01T00:00:00.000Z`,
    repository: 'windows/servercore',
    tag: 'ltsc2022',
    digest: digestAt(revision),
    platformDigest: digestAt(revision),
    osVersion: `10.0.20348.${revision}`,
    compressedBytes: 5000 + revision,
    ...(withLayers ? { layers } : {}),
  };
}

const setImage = (revision: number) => ({
  family: 'servercore',
  repository: 'windows/servercore',
  tag: 'ltsc2022',
  aliases: [],
  digest: digestAt(revision),
  platformDigest: digestAt(revision),
  osVersion: `10.0.20348.${revision}`,
});

function set(revision: number): ImageSet {
  const images = [{ ...setImage(revision), late: false }];
  return {
    id: `s${revision}`,
    at: '2025-10-14T20:00:00.000Z',
    target: `10.0.20348.${revision}`,
    images,
    findings: [],
  };
}

/** A pipeline that runs 4052, has published 4171, and whose gate has accepted 4294. */
async function pipeline(withLayers = true, current: number | null = 4052) {
  const published = (revision: number) => publicationAt(revision, '2025-09-10T00:00:00.000Z');
  const records = [4052, 4171].flatMap((revision) => {
    const { id } = published(revision);
    const record = {
      schema: 'winbake.publication/1',
      id,
      os: 'SERVER_2022_CORE',
      mode: 'exact',
      amis: {},
      manifest: `publications/${id}.manifest`,
      verification: null,
      baseAmiId: 'ami-00000001',
      imageBuildVersionArn: null,
      recipeArn: null,
      scriptsSha256: null,
      set: null,
      at: '2025-09-10T00:00:00.000Z',
    };
    const manifest = {
      schema: 'winbake.image-manifest/1',
      order: 'o',
      os: 'SERVER_2022_CORE',
      host: { osVersion: `10.0.20348.${revision}` },
      images: [{ ...setImage(revision), imageId: own(1), mode: 'exact', bytesOnDisk: 1, pullSeconds: 1 }],
      scripts: { sha256: 'a'.repeat(64) },
      catalog: { sha256: 'a'.repeat(64) },
      pulledBytes: 1,
      freeBytesLowest: 1,
      startedAt: '2025-09-10T00:00:00.000Z',
      finishedAt: '2025-09-10T00:00:00.000Z',
    };
    return [
      [publicationKey(id), record],
      [record.manifest, manifest],
    ] as const;
  });
  const catalog: Catalog = {
    schema: 'winbake.catalog/1',
    release: '2022',
    build: 20348,
    observations: [
      ...REVISIONS.map((revision) => observation(revision, withLayers)),
      { ...observation(9999, withLayers), repository: 'shop.azurecr.io/web', tag: '7' },
    ],
    sets: [{ ...set(4294), findings: [] }],
    hosts: [],
    accepted: [],
  };
  const documents = memoryDocuments({ ...Object.fromEntries(records), 'catalog/2022.json': catalog });
  const channels = current === null ? {} : { current: published(current), latest: published(4171) };
  const home = memoryParameters(channelsAt(channels));
  const registry = memoryRegistry(SHAPE);
  const answer = await pipelineHosts(
    { documents, stores: { of: () => Promise.resolve(home) }, registry },
    DESCRIPTION,
  );
  return {
    ...answer,
    registry,
    published: await publishedHosts({ documents, registry }, DESCRIPTION),
  };
}

test('the hosts of current, of latest and of the next bake are read of documents alone', async () => {
  const { hosts, known, registry } = await pipeline();
  expect(hosts.map(({ channel, osVersion }) => [channel, osVersion?.revision])).toEqual([
    ['current', 4052],
    ['latest', 4171],
    ['next', 4294],
  ]);
  const app = known(parseDockerImageName(`mcr.microsoft.com/windows/servercore@${digestAt(4171)}`));
  expect(
    hosts.map((host) => coverageOn(host, app!)).map(({ missingBytes, runs }) => [missingBytes, runs]),
  ).toEqual([
    [4171, false],
    [0, true],
    [4171, true],
  ]);
  const floating = known(parseDockerImageName('mcr.microsoft.com/windows/servercore:ltsc2022'));
  expect(floating).toMatchObject({ osVersion: { revision: 4294 } });
  expect(known(parseDockerImageName('other.example/windows/servercore:ltsc2022'))).toBeUndefined();
  expect(registry.asked).toEqual([]);
});

test('the hosts of any publication are read of documents alone, and which layers are of base images', async () => {
  const { published, registry } = await pipeline();
  const host = await published.hostOf(publicationAt(4052, '2025-09-10T00:00:00.000Z').id);
  expect(host).toMatchObject({ osVersion: { build: 20348, revision: 4052 }, unknown: null });
  expect([...host.layers!].sort()).toEqual([base, own(4052)].sort());
  expect([...published.baseLayers].sort()).toEqual([base, ...REVISIONS.map(own)].sort());
  expect(await published.hostOf('20348.4294-7')).toMatchObject({
    layers: null,
    unknown: '2022-core keeps no image manifest of 20348.4294-7.',
  });
  expect(registry.asked).toEqual([]);
});

test('layers that the catalog of an earlier release has not are read by digest, two requests an image', async () => {
  const { hosts, known, registry } = await pipeline(false);
  expect(hosts.map(({ layers }) => layers?.size)).toEqual([2, 2, 2]);
  expect(registry.asked).toHaveLength(6);
  expect(known(parseDockerImageName('mcr.microsoft.com/windows/servercore:ltsc2022'))).toBeUndefined();
});

test('the plain base AMI has cached what nobody records', async () => {
  const { hosts } = await pipeline(true, null);
  expect(hosts[0]).toMatchObject({ osVersion: null, layers: null });
  expect(hosts[0]!.unknown).toBe(
    'The channel current of 2022-core has the plain base AMI, of which nobody records what it caches.',
  );
  expect(hosts[2]).toMatchObject({ channel: 'next', osVersion: { revision: 4294 } });
});

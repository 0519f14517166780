import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../../lib/core/contracts/catalog';
import type { ImageManifest } from '../../../lib/core/contracts/image-manifest';
import type { Order } from '../../../lib/core/contracts/order';
import { parseDocument } from '../../../lib/core/contracts/parse-document';
import { publicationSchema, type Channel, type Publication } from '../../../lib/core/contracts/publication';
import type { Verification } from '../../../lib/core/contracts/verification';
import type { ImageBuild } from '../../../lib/core/ports/image-builds';
import { asConfirmed, isEqualTo, readEqualBake } from '../../../lib/core/publish/equal-bake';
import { publishBake } from '../../../lib/core/publish/publish-bake';
import { memoryDocuments, memoryParameters, type MemoryDocuments } from '../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt, UNBAKED } from '../../support/pipeline-description';

const REGION = 'eu-central-1';
const IMAGE = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
const AMI = 'ami-0fedcba9876543210';
const MANIFEST_KEY = 'manifests/AROAEXAMPLE:i-build.json';
const VERIFICATION_KEY = 'verifications/AROAEXAMPLE:i-test.json';

const order = fixture('order') as Order;
const manifest = fixture('image-manifest') as ImageManifest;
const verification = fixture('verification') as Verification;
const catalog = fixture('catalog') as Catalog;
const BAKE = { orderId: order.id, imageBuildVersionArn: IMAGE };
const TARGET = { description: DESCRIPTION, instanceRoleId: 'AROAEXAMPLE' };

function fixture(name: string): unknown {
  const file = join(__dirname, '..', '..', 'fixtures', 'contracts', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')) as unknown;
}

/** A finished bake of the fixtures, with changes. */
function finishedBake(
  changes: {
    readonly documents?: Readonly<Record<string, unknown>>;
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly build?: Partial<ImageBuild>;
  } = {},
) {
  const calls: string[] = [];
  const documents = memoryDocuments({
    [`bakes/${order.id}.json`]: order,
    'catalog/2022.json': catalog,
    [MANIFEST_KEY]: manifest,
    [VERIFICATION_KEY]: verification,
    ...changes.documents,
  });
  const parameters = memoryParameters({
    ...channelsAt({}),
    ...changes.parameters,
  });
  const tags = jest.fn().mockImplementation(() => {
    calls.push('tag');
    return Promise.resolve();
  });
  const build: ImageBuild = {
    status: 'AVAILABLE',
    amis: { [REGION]: AMI },
    buildInstanceId: 'i-build',
    testInstanceId: 'i-test',
    startedAt: new Date('2025-10-14T21:00:00Z'),
    endedAt: new Date('2025-10-14T22:30:00Z'),
    ...changes.build,
  };
  const announce = jest.fn().mockResolvedValue(undefined);
  const ports = {
    documents,
    stores: { of: () => Promise.resolve(parameters) },
    announcer: { announce },
    builds: { describe: () => Promise.resolve(build) },
    tags: { tag: tags },
    now: () => new Date('2025-10-14T22:31:00Z'),
  };
  return { ports, documents, parameters, tags, announce };
}

test('a bake lasts from its first step to its publication, in every run the same', async () => {
  const { ports } = finishedBake();
  const first = await publishBake(ports, TARGET, BAKE);
  const seconds = (Date.parse(first.publication.at) - Date.parse(manifest.startedAt)) / 1000;
  expect(first).toMatchObject({ bakeSeconds: seconds, endedAt: new Date(first.publication.at) });
  const later = { ...ports, now: () => new Date('2025-10-15T09:00:00Z') };
  expect(await publishBake(later, TARGET, BAKE)).toMatchObject({ bakeSeconds: seconds });
});

test('a verified AMI is recorded, tagged and announced', async () => {
  const { ports, documents, parameters, tags } = finishedBake();
  const { publication } = await publishBake(ports, TARGET, BAKE);
  expect(publication).toEqual({ ...(fixture('publication') as Publication), at: '2025-10-14T22:31:00.000Z' });
  expect(recordOf(documents, '20348.4294-1')).toEqual(publication);
  expect(JSON.parse(documents.texts.get(publication.manifest!)!)).toEqual(manifest);
  expect(JSON.parse(documents.texts.get(publication.verification!)!)).toEqual(verification);
  const [region, amiId, written] = tags.mock.calls[0] as [string, string, Record<string, string>];
  expect([region, amiId]).toEqual([REGION, AMI]);
  expect(written).toMatchObject({
    'winbake:publication': '20348.4294-1',
    'winbake:images': 'servercore=sha256:aaaaaaaaaaaa',
  });
  const channel = {
    id: '20348.4294-1',
    amiId: AMI,
    osVersion: '10.0.20348.4294',
    mode: 'exact',
    at: '2025-10-14T22:31:00.000Z',
  };
  expect(parameters.puts).toEqual([
    `${PATH}/by-revision/20348.4294/ami-id`,
    `${PATH}/by-revision/20348.4294`,
    ...['latest', 'current'].flatMap((one) =>
      ['ami-id', 'os-version', 'publication'].map((name) => `${PATH}/${one}/${name}`),
    ),
  ]);
  expect(parameters.json(`${PATH}/by-revision/20348.4294`)).toEqual(channel);
  expect(parameters.json(`${PATH}/current/publication`)).toEqual(channel);
  expect(parameters.json(`${PATH}/previous/publication`)).toEqual(UNBAKED);
});

test('for the same image again it ends in the same state', async () => {
  const { ports, documents, parameters } = finishedBake();
  const first = await publishBake(ports, TARGET, BAKE);
  const [texts, values] = [new Map(documents.texts), new Map(parameters.values)];
  const later = { ...ports, now: () => new Date('2025-10-15T00:00:00Z') };
  expect(await publishBake(later, TARGET, BAKE)).toMatchObject({ publication: first.publication });
  expect(documents.texts).toEqual(texts);
  expect(parameters.values).toEqual(values);
});

test('a publication names the set that the instance took; where its manifest tells none, the set of its order', async () => {
  const newerSet = { ...catalog.sets[0]!, id: 'a-newer-set', at: '2025-10-14T21:00:00Z' };
  const newer = finishedBake({
    documents: {
      'catalog/2022.json': { ...catalog, sets: [newerSet, ...catalog.sets] },
      [MANIFEST_KEY]: { ...manifest, set: 'a-newer-set' },
    },
  });
  expect(await publishBake(newer.ports, TARGET, BAKE)).toMatchObject({
    publication: { set: 'a-newer-set' },
  });
  expect(manifest).not.toHaveProperty('set');
  expect(await publishBake(finishedBake().ports, TARGET, BAKE)).toMatchObject({
    publication: { set: order.set },
  });
});

test('what an earlier run did not come to is done by the next', async () => {
  const { ports, parameters, tags } = finishedBake();
  tags.mockRejectedValueOnce(new Error('throttled'));
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow('throttled');
  expect(parameters.puts).toEqual([]);
  expect(await publishBake(ports, TARGET, BAKE)).toMatchObject({ publication: { id: '20348.4294-1' } });
  expect(parameters.json(`${PATH}/current/publication`)).toMatchObject({ amiId: AMI });
});

/** A second image of the same revision with other scripts, published an hour later. */
async function publishTwice(parameters: Readonly<Record<string, unknown>> = {}) {
  const bake = finishedBake({ parameters });
  await publishBake(bake.ports, TARGET, BAKE);
  const scriptsSha256 = 'e'.repeat(64);
  const changed = { ...manifest, scripts: { sha256: scriptsSha256 } };
  const key = `bakes/${order.id}.json`;
  await bake.documents.overwrite(key, JSON.stringify({ ...order, scriptsSha256 }));
  await bake.documents.overwrite('manifests/AROAEXAMPLE:i-second.json', JSON.stringify(changed));
  const other = 'ami-00000000000000002';
  const ports = {
    ...bake.ports,
    builds: {
      describe: async () => ({
        ...(await bake.ports.builds.describe()),
        buildInstanceId: 'i-second',
        amis: { [REGION]: other },
      }),
    },
    now: () => new Date('2025-10-14T23:31:00Z'),
  };
  const { publication: second } = await publishBake(ports, TARGET, {
    ...BAKE,
    imageBuildVersionArn: `${IMAGE.slice(0, -1)}2`,
  });
  await bake.documents.overwrite(key, JSON.stringify(order));
  return { ...bake, second, other };
}

test('another image of the same revision gets the next number, and the one before is kept', async () => {
  const { second, other, documents, parameters } = await publishTwice();
  expect(second).toMatchObject({ id: '20348.4294-2', amis: { [REGION]: other } });
  expect(recordOf(documents, '20348.4294-1')).toMatchObject({ amis: { [REGION]: AMI } });
  expect(parameters.json(`${PATH}/by-revision/20348.4294`)).toMatchObject({ id: '20348.4294-2' });
  expect(parameters.json(`${PATH}/current/publication`)).toMatchObject({ id: '20348.4294-2' });
  expect(parameters.json(`${PATH}/previous/publication`)).toMatchObject({ id: '20348.4294-1', amiId: AMI });
});

test('an older image that is published again takes no channel back', async () => {
  const { ports, parameters } = await publishTwice();
  const values = new Map(parameters.values);
  expect(await publishBake(ports, TARGET, BAKE)).toMatchObject({ publication: { id: '20348.4294-1' } });
  expect(parameters.values).toEqual(values);
});

test('an equal bake is discarded: its number stays free, and the gate is told that it was made', async () => {
  const { ports, documents, parameters, tags, announce } = finishedBake();
  await publishBake(ports, TARGET, BAKE);
  const [texts, values] = [new Map(documents.texts), new Map(parameters.values)];
  const again = {
    ...ports,
    builds: {
      describe: async () => ({
        ...(await ports.builds.describe()),
        amis: { [REGION]: 'ami-00000000000000002' },
        endedAt: new Date('2025-11-19T23:59:00Z'),
      }),
    },
    now: () => new Date('2025-11-20T00:00:00Z'),
  };
  const imageBuildVersionArn = `${IMAGE.slice(0, -1)}2`;
  const result = await publishBake(again, TARGET, { ...BAKE, imageBuildVersionArn });
  expect(result).toMatchObject({
    publication: { id: '20348.4294-1', amis: { [REGION]: AMI } },
    discarded: { [REGION]: 'ami-00000000000000002' },
  });
  expect(parameters.values).toEqual(values);
  const equal = documents.texts.get('publications/equal-bake.json')!;
  expect(documents.texts).toEqual(new Map([...texts, ['publications/equal-bake.json', equal]]));
  expect(tags).toHaveBeenLastCalledWith(REGION, 'ami-00000000000000002', {
    Name: 'winbake-2022-core-equal-to-20348.4294-1',
    'winbake:pipeline': '2022-core',
    'winbake:equal-to': '20348.4294-1',
  });
  expect(announce).toHaveBeenCalledTimes(1);
  const standing = result.publication;
  expect(asConfirmed(standing, await readEqualBake(documents))).toEqual({
    ...standing,
    at: '2025-11-20T00:00:00.000Z',
  });
});

test.each<[string, Partial<ImageManifest>, Partial<Order>]>([
  ['another host revision', { host: { osVersion: '10.0.20348.4295' } }, {}],
  ['another digest', { images: [{ ...manifest.images[0]!, digest: `sha256:${'d'.repeat(64)}` }] }, {}],
  ['other scripts', { scripts: { sha256: 'e'.repeat(64) } }, {}],
  ['another recipe', {}, { recipeArn: `${order.recipeArn}0` }],
])('a bake with %s is not equal', async (_name, otherManifest, otherOrder) => {
  const { ports, documents } = finishedBake();
  const { publication } = await publishBake(ports, TARGET, BAKE);
  const evidence = {
    order: { ...order, ...otherOrder },
    manifest: { ...manifest, ...otherManifest },
    amis: {},
    verification,
  };
  expect(await isEqualTo(documents, evidence, publication)).toBe(false);
  expect(await isEqualTo(documents, { ...evidence, order, manifest }, publication)).toBe(true);
});

test('the event says what the channel says, and of which pipeline', async () => {
  const { ports, parameters, announce } = finishedBake();
  await publishBake(ports, TARGET, BAKE);
  await publishBake(ports, TARGET, BAKE);
  expect(announce.mock.calls).toEqual([
    [
      'Winbake AMI Published',
      {
        ...(parameters.json(`${PATH}/latest/publication`) as object),
        pipeline: '2022-core',
        os: 'SERVER_2022_CORE',
        parameterPath: PATH,
      },
    ],
  ]);
});

test('a clock that went back makes no publication older than the one that stands', async () => {
  const future: Channel = publicationAt(4171, '2030-01-01T00:00:00.000Z');
  const { ports, parameters } = finishedBake({ parameters: channelsAt({ latest: future, current: future }) });
  await publishBake(ports, TARGET, BAKE);
  expect(parameters.json(`${PATH}/current/publication`)).toMatchObject({
    id: '20348.4294-1',
    at: '2030-01-01T00:00:00.001Z',
  });
});

test('while promotion is held, current stays', async () => {
  const hold = { by: 'ops', reason: 'fair', at: '2025-10-14T00:00:00Z', until: '2025-10-20T00:00:00Z' };
  const { ports, parameters } = finishedBake({ parameters: { [`${PATH}/hold`]: hold } });
  await publishBake(ports, TARGET, BAKE);
  expect(parameters.json(`${PATH}/latest/publication`)).toMatchObject({ id: '20348.4294-1' });
  expect(parameters.json(`${PATH}/current/publication`)).toEqual(UNBAKED);
});

test('an image without an AMI in the region of the pipeline publishes nothing', async () => {
  const { ports, documents } = finishedBake({ build: { amis: { 'us-east-1': AMI } } });
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow(
    `EVIDENCE_BUILD: ${IMAGE} has no AMI in ${REGION}; got: "us-east-1".`,
  );
  expect(documents.texts.has('publications/20348.4294-1.json')).toBe(false);
});

const [check] = verification.checks;
const [image] = manifest.images;

test.each<[string, Parameters<typeof finishedBake>[0], string]>([
  [
    'no order',
    { documents: { [`bakes/${order.id}.json`]: { ...order, id: '' } } },
    'bakes/.* is damaged: id',
  ],
  [
    'an image that is not finished',
    { build: { status: 'TESTING' } },
    'Nothing was published. EVIDENCE_BUILD: arn:\\S+ is not finished; got: the state TESTING\\.',
  ],
  [
    'a manifest of another order',
    { documents: { [MANIFEST_KEY]: { ...manifest, order: 'another' } } },
    'EVIDENCE_ORDER: the image manifest is not of the order 20348-20251014T204800Z; got: "another"',
  ],
  [
    'a verification of another order',
    { documents: { [VERIFICATION_KEY]: { ...verification, order: 'another' } } },
    'EVIDENCE_ORDER: the verification is not of the order 20348-20251014T204800Z; got: "another"',
  ],
  [
    'a manifest that was not finished',
    { documents: { [MANIFEST_KEY]: { ...manifest, finishedAt: null } } },
    'EVIDENCE_UNFINISHED: the image manifest was not finished',
  ],
  [
    'a check that failed',
    {
      documents: {
        [VERIFICATION_KEY]: { ...verification, checks: [{ ...check, ok: false, detail: 'it is not' }] },
      },
    },
    'EVIDENCE_CHECK_FAILED: the check "ecs agent" of the verification failed; got: "it is not"',
  ],
  [
    'an image that was not found',
    { documents: { [VERIFICATION_KEY]: { ...verification, images: [] } } },
    'EVIDENCE_IMAGE_UNVERIFIED: the verification did not find servercore with sha256:a{64}; got: no image',
  ],
  [
    'an image with another digest',
    {
      documents: {
        [MANIFEST_KEY]: { ...manifest, images: [{ ...image, digest: `sha256:${'d'.repeat(64)}` }] },
      },
    },
    'EVIDENCE_IMAGE: the digest of servercore is sha256:a{64} in the set \\S+; got: "sha256:d{64}"',
  ],
  [
    'a host that started as another',
    { documents: { [VERIFICATION_KEY]: { ...verification, host: { osVersion: '10.0.20348.4295' } } } },
    'EVIDENCE_HOST_CHANGED: the AMI was baked as 10.0.20348.4294 \\D+; got: 10.0.20348.4295',
  ],
  [
    'a manifest that is not there',
    { build: { buildInstanceId: undefined } },
    'EVIDENCE_DOCUMENT: manifests/AROAEXAMPLE:unknown.json was not uploaded',
  ],
  [
    'a verification that is not there',
    { build: { testInstanceId: 'i-other' } },
    'EVIDENCE_DOCUMENT: verifications/AROAEXAMPLE:i-other.json was not uploaded',
  ],
  [
    'no image and no check at all',
    {
      documents: {
        [MANIFEST_KEY]: { ...manifest, images: [] },
        [VERIFICATION_KEY]: { ...verification, images: [], checks: [] },
      },
    },
    'EVIDENCE_FAMILIES: the image manifest does not hold each family of the set once, servercore; got: ""',
  ],
  [
    'an image newer than its host',
    { documents: { [MANIFEST_KEY]: { ...manifest, images: [{ ...image, osVersion: '10.0.20348.4999' }] } } },
    'EVIDENCE_IMAGE_FIT: the host of revision 4294 must not run the image servercore; got: 10.0.20348.4999',
  ],
  [
    'a host below the target of its order',
    { documents: { [`bakes/${order.id}.json`]: { ...order, targetRevision: 4350 } } },
    'EVIDENCE_HOST_BELOW_TARGET: the host of the image manifest is below the revision 4350',
  ],
  [
    'an image that ended 7 days ago',
    { build: { startedAt: new Date('2025-10-07T21:00:00Z'), endedAt: new Date('2025-10-07T22:30:00Z') } },
    'EVIDENCE_CLOCK: the image is of 2025-10-07T22:30:00.000Z and is published within 7 days after that or never',
  ],
  [
    'a damaged manifest',
    { documents: { [MANIFEST_KEY]: '{' } },
    'EVIDENCE_DOCUMENT: manifests/\\S+ is damaged: it is not JSON',
  ],
])('%s publishes nothing', async (_name, changes, message) => {
  const { ports, documents, parameters, tags } = finishedBake(changes);
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow(new RegExp(message));
  expect(parameters.puts).toEqual([]);
  expect(tags).not.toHaveBeenCalled();
  expect([...documents.texts.keys()].filter((key) => key.startsWith('publications/'))).toEqual([]);
});

test('a host below what stands is published once a person accepts that, and not before', async () => {
  const standing = publicationAt(4350, '2025-10-01T00:00:00.000Z');
  const { ports, documents, parameters } = finishedBake({
    parameters: channelsAt({ latest: standing, current: standing }),
  });
  const finding = 'HOST_BELOW_LATEST 10.0.20348.4294 10.0.20348.4350';
  await expect(publishBake(ports, TARGET, BAKE)).rejects.toThrow(
    'Nothing was published. HOST_BELOW_LATEST: the host is below the revision of "latest", 10.0.20348.4350; got: ' +
      `10.0.20348.4294. The finished image is kept: to publish it, accept it with winbake accept "${finding}", ` +
      'and start a rebake.',
  );
  expect(parameters.puts).toEqual([]);
  const key = 'publications/awaiting.json';
  expect([...documents.texts.keys()].filter((one) => one.startsWith('publications/'))).toEqual([key]);
  expect(JSON.parse(documents.texts.get(key)!)).toEqual({
    schema: 'winbake.awaiting-publication/1',
    order: order.id,
    imageBuildVersionArn: IMAGE,
    finding,
    at: '2025-10-14T22:31:00.000Z',
  });
  const accepted = [{ finding, by: 'ops', at: '2025-10-14T22:40:00Z' }];
  await documents.overwrite('catalog/2022.json', JSON.stringify({ ...catalog, accepted }));
  expect(await publishBake(ports, TARGET, BAKE)).toMatchObject({ publication: { id: '20348.4294-1' } });
  expect(parameters.json(`${PATH}/latest/publication`)).toMatchObject({ id: '20348.4294-1' });
});

test('an order that was never written publishes nothing', async () => {
  const { ports } = finishedBake();
  const bake = { ...BAKE, orderId: 'never' };
  await expect(publishBake(ports, TARGET, bake)).rejects.toThrow(
    'EVIDENCE_ORDER: there is no order; got: "never".',
  );
});

function recordOf(documents: MemoryDocuments, id: string) {
  return parseDocument(publicationSchema, documents.texts.get(`publications/${id}.json`)!, id);
}

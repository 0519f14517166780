import { parseDocument } from '../../../lib/contract/documents/document';
import type { ImageManifest } from '../../../lib/contract/documents/evidence';
import type { Order } from '../../../lib/contract/documents/order';
import {
  type Channel,
  type Publication,
  publicationSchema,
} from '../../../lib/contract/documents/publication';
import type { DocumentStore } from '../../../lib/core/ports/stores';
import { collectEvidence } from '../../../lib/core/publish/collect-evidence';
import { asConfirmed, isEqualTo, publishBake, readEqualBake } from '../../../lib/core/publish/publish-bake';
import { recordPublication } from '../../../lib/core/publish/record-publication';
import {
  AMI,
  BAKE,
  catalog,
  finishedBake,
  fixture,
  IMAGE,
  manifest,
  MANIFEST_KEY,
  order,
  REGION,
  TARGET,
  verification,
} from '../../support/finished-bake';
import type { MemoryDocuments } from '../../support/memory-ports';
import { channelsAt, PATH, publicationAt, UNBAKED } from '../../support/pipeline-description';

test('a bake lasts from its first step to its publication, in every run the same', async () => {
  const { ports } = finishedBake();
  const first = await publishBake(ports, TARGET, BAKE);
  const seconds = (Date.parse(first.publication.at) - Date.parse(manifest.startedAt)) / 1000;
  expect(first).toMatchObject({ bakeSeconds: seconds, endedAt: new Date(first.publication.at) });
  const later = { ...ports, now: () => new Date('2025-10-15T09:00:00Z') };
  expect(await publishBake(later, TARGET, BAKE)).toMatchObject({ bakeSeconds: seconds });
});

test('a number that a deleted pipeline of the same name gave is not given again', async () => {
  const before = publicationAt(4294, '2025-10-14T12:00:00.000Z');
  const { ports } = finishedBake({
    parameters: { [`${PATH}/by-revision/20348.4294`]: { ...before, id: '20348.4294-2' } },
  });
  const { publication } = await publishBake(ports, TARGET, BAKE);
  expect(publication.id).toBe('20348.4294-3');
  // Run again, it is the same.
  expect((await publishBake(ports, TARGET, BAKE)).publication).toEqual(publication);
});

test('two builds that take the same number at once never mix their documents', async () => {
  const { ports, documents } = finishedBake();
  const { description, instanceRoleId } = TARGET;
  const evidence = await collectEvidence(ports, description, instanceRoleId, BAKE);
  const other = {
    bake: { ...BAKE, imageBuildVersionArn: BAKE.imageBuildVersionArn.replace('1.0.3/1', '1.0.4/1') },
    manifest: { ...manifest, finishedAt: '2025-10-14T23:00:00.000Z' },
  };
  const recording = { os: description.os, now: ports.now(), published: undefined, newest: undefined };
  let isFirst = true;
  const interleaved: DocumentStore = {
    ...documents,
    read: documents.read.bind(documents),
    write: documents.write.bind(documents),
    overwrite: async (key, text) => {
      await documents.overwrite(key, text);
      if (isFirst) {
        isFirst = false;
        await recordPublication(documents, recording, other.bake, { ...evidence, manifest: other.manifest });
      }
    },
  };
  const late = await recordPublication(interleaved, recording, BAKE, evidence);
  const early = recordOf(documents, '20348.4294-1');
  expect([early.imageBuildVersionArn, late.id]).toEqual([other.bake.imageBuildVersionArn, '20348.4294-2']);
  expect(JSON.parse(documents.texts.get(early.manifest!)!)).toEqual(other.manifest);
  expect(JSON.parse(documents.texts.get(late.manifest!)!)).toEqual(manifest);
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
    revisionSeenAt: '2025-10-14T17:48:00.000Z',
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
  const published = result.publication;
  expect(asConfirmed(published, await readEqualBake(documents))).toEqual({
    ...published,
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

function recordOf(documents: MemoryDocuments, id: string) {
  return parseDocument(publicationSchema, documents.texts.get(`publications/${id}.json`)!, id);
}

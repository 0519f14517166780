import type { Channel } from '../../../lib/contract/documents/publication';
import {
  moveChannel,
  noteRevision,
  readChannel,
  readRevision,
  settleChannel,
} from '../../../lib/core/publish/move-channel';
import { seedChannels, unbakedChannel } from '../../../lib/core/publish/seed-channels';
import { parseRelease } from '../../../lib/contract/values/release';
import { memoryParameters } from '../../support/memory-ports';

const PATH = '/winbake/2022-core';
const BASE = 'ami-0123456789abcdef0';
const AT = new Date('2025-10-14T17:00:00Z');
const CHANNEL: Channel = {
  id: '20348.4294-1',
  amiId: 'ami-00000000000000002',
  osVersion: '10.0.20348.4294',
  mode: 'exact',
  at: '2025-10-14T21:46:00.000Z',
};

test('the plain JSON, which is the truth, is written last', async () => {
  const parameters = memoryParameters();
  await moveChannel(parameters, PATH, 'current', CHANNEL);
  expect(parameters.puts).toEqual(
    ['ami-id', 'os-version', 'publication'].map((name) => `${PATH}/current/${name}`),
  );
  expect(await readChannel(parameters, PATH, 'current')).toEqual(CHANNEL);
  expect(await readChannel(parameters, PATH, 'latest')).toBeUndefined();
});

test('an AMI id is put as one, so that it is checked', async () => {
  const parameters = memoryParameters();
  const put = jest.spyOn(parameters, 'put');
  await moveChannel(parameters, PATH, 'current', CHANNEL);
  expect(put.mock.calls.map(([, , type]) => type)).toEqual(['aws:ec2:image', 'text', 'text']);
});

test('a channel that is damaged says where', async () => {
  const parameters = memoryParameters({ [`${PATH}/current/publication`]: { ...CHANNEL, id: 'newest' } });
  await expect(readChannel(parameters, PATH, 'current')).rejects.toMatchObject({
    code: 'DOCUMENT_INVALID',
    message: `${PATH}/current/publication is damaged: id is no publication id.`,
  });
});

test('a new pipeline points all its channels to the plain base AMI', async () => {
  const parameters = memoryParameters();
  const release = parseRelease('2022');
  await seedChannels(parameters, PATH, release, BASE, AT);
  const seeded = {
    id: '20348.0-0',
    amiId: BASE,
    osVersion: '10.0.20348.0',
    mode: 'unbaked',
    at: AT.toISOString(),
  };
  expect(unbakedChannel(release, BASE, AT)).toEqual(seeded);
  for (const channel of ['latest', 'current', 'previous'] as const) {
    expect(await readChannel(parameters, PATH, channel)).toEqual(seeded);
  }
  expect(parameters.puts.filter((name) => name.includes('by-revision'))).toEqual([]);
});

test('what a channel points to already stays', async () => {
  const parameters = memoryParameters();
  await moveChannel(parameters, PATH, 'current', CHANNEL);
  await seedChannels(parameters, PATH, parseRelease('2022'), BASE, AT);
  expect(await readChannel(parameters, PATH, 'current')).toEqual(CHANNEL);
  expect(await readChannel(parameters, PATH, 'latest')).toMatchObject({ mode: 'unbaked' });
});

test('while nothing is baked the channels follow newer base AMIs, and not after the first bake', async () => {
  const parameters = memoryParameters();
  const release = parseRelease('2022');
  const newer = 'ami-00000000000000009';
  await seedChannels(parameters, PATH, release, BASE, AT);
  await seedChannels(parameters, PATH, release, newer, new Date('2025-11-11T18:00:00Z'));
  expect(await readChannel(parameters, PATH, 'current')).toMatchObject({
    id: '20348.0-0',
    amiId: newer,
    at: '2025-11-11T18:00:00.000Z',
  });
  await moveChannel(parameters, PATH, 'latest', CHANNEL);
  const values = new Map(parameters.values);
  await seedChannels(parameters, PATH, release, BASE, AT);
  expect(parameters.values).toEqual(values);
});

test('the same base AMI again writes nothing', async () => {
  const parameters = memoryParameters();
  await seedChannels(parameters, PATH, parseRelease('2022'), BASE, AT);
  const count = parameters.puts.length;
  await seedChannels(parameters, PATH, parseRelease('2022'), BASE, new Date('2025-11-11T18:00:00Z'));
  expect(parameters.puts).toHaveLength(count);
});

test('a move that was cut off after its convenience copies is taken back to the truth', async () => {
  const parameters = memoryParameters();
  await moveChannel(parameters, PATH, 'current', CHANNEL);
  await parameters.put(`${PATH}/current/ami-id`, BASE, 'aws:ec2:image');
  await settleChannel(parameters, PATH, 'current');
  expect(parameters.values.get(`${PATH}/current/ami-id`)).toBe(CHANNEL.amiId);
});

test('a revision points to its newest publication, whichever comes last', async () => {
  const parameters = memoryParameters();
  const second = { ...CHANNEL, id: '20348.4294-2', at: '2025-10-15T00:00:00.000Z' };
  await noteRevision(parameters, PATH, second, () => true);
  await noteRevision(parameters, PATH, CHANNEL, () => true);
  expect(await readRevision(parameters, PATH, CHANNEL)).toEqual(second);
  const newest = { ...second, id: '20348.4294-3', amiId: BASE };
  await noteRevision(parameters, PATH, newest, () => true);
  expect(await readRevision(parameters, PATH, CHANNEL)).toEqual(newest);
  expect(parameters.values.get(`${PATH}/by-revision/20348.4294/ami-id`)).toBe(BASE);
  await noteRevision(parameters, PATH, second, () => false);
  expect(await readRevision(parameters, PATH, CHANNEL)).toEqual(second);
});

test('a revision whose noting was cut off is ended by the next, and not written again', async () => {
  const parameters = memoryParameters();
  await noteRevision(parameters, PATH, CHANNEL, () => true);
  const count = parameters.puts.length;
  await noteRevision(parameters, PATH, CHANNEL, () => true);
  expect(parameters.puts).toHaveLength(count);
  parameters.values.delete(`${PATH}/by-revision/20348.4294/ami-id`);
  await noteRevision(parameters, PATH, CHANNEL, () => true);
  expect(parameters.values.get(`${PATH}/by-revision/20348.4294/ami-id`)).toBe(CHANNEL.amiId);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FailedPublications } from '../../../lib/contract/documents/failed-publications';
import type { HousekeepingPorts } from '../../../lib/core/housekeeping/memory';
import { noteFailed } from '../../../lib/core/housekeeping/note-failed';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from '../../support/pipeline-description';

const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const NEWER = publicationAt(4648, '2025-11-11T22:00:00.000Z');
const AWAY = { account: '210987654321', region: 'eu-central-1' };
const CLOSED = { account: '333333333333', region: 'eu-central-1' };
const DESCRIBED = { ...DESCRIPTION, accounts: [AWAY.account, CLOSED.account] };

const NOW = new Date('2025-10-15T00:00:00.000Z');

/** A pipeline with two accounts that it reaches, and one that it does not. */
function world(more: Readonly<Record<string, unknown>> = {}, documents = memoryDocuments()) {
  const home = memoryParameters({ ...channelsAt({ latest: LATEST, current: LATEST }), ...more });
  const away = memoryParameters(channelsAt({ latest: LATEST, current: LATEST }));
  const stores: HousekeepingPorts['stores'] = {
    of: ({ account }) =>
      account === CLOSED.account
        ? Promise.reject(new Error('AccessDenied'))
        : Promise.resolve(account === AWAY.account ? away : home),
  };
  return {
    home,
    away,
    poll: () => noteFailed({ documents, stores, now: () => NOW }, DESCRIBED),
  };
}

describe('a fleet on which a publication failed', () => {
  const stateOf = (fleet: string, publication: string, channel = `${PATH}/current/publication`) => ({
    ...(JSON.parse(
      readFileSync(join(__dirname, '..', '..', 'fixtures', 'contracts', 'fleet-state.json'), 'utf8'),
    ) as object),
    fleet,
    channel,
    ring: null,
    bad: [{ publication, reason: 'tasks ended', at: '2025-10-14T22:30:00.000Z' }],
  });
  const failed = {
    id: LATEST.id,
    fleet: 'shop',
    ring: null,
    reason: 'tasks ended',
    at: '2025-10-14T22:30:00.000Z',
  };
  const document = { schema: 'winbake.failed/1', publications: [failed], hold: null, rings: [] };

  test('holds it for the fleets of every account, and no longer than it is bad there', async () => {
    const { poll, home, away } = world();
    await poll();
    expect(home.values.has(`${PATH}/failed`)).toBe(false);
    away.values.set('/winbake/fleets/shop/state', JSON.stringify(stateOf('shop', LATEST.id)));
    await poll();
    expect(home.json(`${PATH}/failed`)).toEqual(document);
    expect(away.json(`${PATH}/failed`)).toEqual(document);
    const puts = home.puts.length;
    await poll();
    expect(home.puts).toHaveLength(puts);
    away.values.set('/winbake/fleets/shop/state', JSON.stringify({ ...stateOf('shop', LATEST.id), bad: [] }));
    await poll();
    expect(home.json(`${PATH}/failed`)).toEqual({ ...document, publications: [] });
  });

  test.each(['get', 'below', 'put'] as const)(
    'is held elsewhere where one account lets in and refuses to %s',
    async (call) => {
      const { poll, home, away } = world({ '/winbake/fleets/shop/state': stateOf('shop', LATEST.id) });
      jest.spyOn(away, call).mockRejectedValue(new Error('AccessDenied: a policy of the organization'));
      const answer = await poll();
      expect(answer).toContain(`${LATEST.id} has failed on shop.`);
      expect(answer).toContain('210987654321/eu-central-1: AccessDenied: a policy of the organization');
      expect(home.json(`${PATH}/failed`)).toEqual(document);
    },
  );

  test.each(['below', 'put'] as const)(
    'fails where its own account refuses to %s, after the others',
    async (call) => {
      const { poll, home, away } = world();
      away.values.set('/winbake/fleets/shop/state', JSON.stringify(stateOf('shop', LATEST.id)));
      jest.spyOn(home, call).mockRejectedValue(new Error('AccessDenied: not authorized'));
      await expect(poll()).rejects.toThrow(/^\d{12}\/[\w-]+: AccessDenied: not authorized$/);
      expect(away.json(`${PATH}/failed`)).toEqual(document);
    },
  );

  test.each([
    ['another pipeline', stateOf('shop', LATEST.id, '/winbake/2022/current/publication')],
    ['what no channel shows any more', stateOf('shop', '20348.1-1')],
    ['a damaged document', '{'],
  ])('says nothing of %s', async (_what, state) => {
    const { poll, home } = world({ '/winbake/fleets/shop/state': state });
    expect(await poll()).toContain('No publication of a channel has failed on a fleet.');
    expect(home.values.has(`${PATH}/failed`)).toBe(false);
  });
});

describe('rings', () => {
  const good = JSON.parse(
    readFileSync(join(__dirname, '..', '..', 'fixtures', 'contracts', 'fleet-state.json'), 'utf8'),
  ) as object;
  const fleetIn = (ring: number | null, fleet: string, more: object) => ({
    [`/winbake/fleets/${fleet}/state`]: {
      ...good,
      fleet,
      ring,
      channel: `${PATH}/current/publication`,
      wanted: { publication: LATEST, since: LATEST.at },
      rollout: null,
      bad: [],
      ...more,
    },
  });
  const well = { publication: LATEST };

  test('count the fleets of all accounts, whose word stands in each of them', async () => {
    const { poll, home, away } = world({
      ...channelsAt({ latest: NEWER, current: LATEST }),
      ...fleetIn(0, 'a', well),
      ...fleetIn(0, 'b', { bad: [{ publication: LATEST.id, reason: 'tasks ended', at: LATEST.at }] }),
      ...fleetIn(null, 'c', {}),
      ...fleetIn(2, 'not polled since', {
        wanted: { publication: { ...LATEST, id: '20348.1-1' }, since: LATEST.at },
      }),
      ...fleetIn(2, 'of another channel', {
        channel: `${PATH}/latest/publication`,
        ...well,
      }),
    });
    const other = fleetIn(1, 'd', {
      bad: [{ publication: LATEST.id, reason: 'later ring', at: '2025-10-14T20:00:00.000Z' }],
    });
    Object.entries({ ...other, ...fleetIn(1, 'e', well) }).forEach(([name, state]) =>
      away.values.set(name, JSON.stringify(state)),
    );
    await poll();
    const document = away.json(`${PATH}/failed`);
    expect(document).toEqual(home.json(`${PATH}/failed`));
    expect(document).toMatchObject({
      // The ring that stops most, not the failure that came first.
      publications: [{ fleet: 'b', ring: 0 }],
      rings: [
        { id: NEWER.id, ring: 2, fleets: 1, well: 0, behind: ['of another channel'] },
        { id: LATEST.id, ring: 0, fleets: 2, well: 1, behind: ['b'] },
        { id: LATEST.id, ring: 1, fleets: 2, well: 1, behind: ['d'] },
        { id: LATEST.id, ring: 2, fleets: 1, well: 0, behind: ['not polled since'] },
      ],
      unread: ['333333333333/eu-central-1'],
    });
  });

  describe('stay within a parameter', () => {
    const sizeOf = (text: string | undefined) => new TextEncoder().encode(text).length;
    const bad = [{ publication: LATEST.id, reason: 'x'.repeat(300), at: LATEST.at }];
    const putAll = (store: ReturnType<typeof memoryParameters>, states: object) => {
      Object.entries(states).forEach(([name, state]) => store.values.set(name, JSON.stringify(state)));
    };

    test('however many fleets there are', async () => {
      const { poll, home } = world();
      for (let index = 0; index < 400; index += 1) {
        putAll(home, fleetIn(index % 10, `a-fleet-with-a-long-name-of-forty-letters-${index}`, { bad }));
      }
      await poll();
      expect(home.json(`${PATH}/failed`)).toMatchObject({
        publications: [{ reason: 'x'.repeat(300) }],
        rings: Array.from({ length: 10 }, (_, ring) => ({ ring, fleets: 40 })),
      });
      expect(sizeOf(home.values.get(`${PATH}/failed`))).toBeLessThan(4096);
    });

    test('after years of revocations, in whatever words', async () => {
      const publications = Array.from({ length: 12 }, (_, index) => ({
        id: `20348.${4000 + index}-1`,
        by: 'Плато\u0301вская команда'.repeat(5),
        reason: '日本語で書かれた理由 "引用"'.repeat(20),
        at: `2025-0${1 + (index % 9)}-01T00:00:00.000Z`,
        amis: { 'eu-central-1': `ami-0000000000000${4000 + index}` },
        restored: null,
        disabled: {},
        isSettled: true,
        usedBy: [],
      }));
      const documents = memoryDocuments({
        'publications/revoked.json': { schema: 'winbake.revocations/1', publications },
      });
      const { poll, home } = world(channelsAt({ latest: NEWER, current: LATEST }), documents);
      for (let index = 0; index < 40; index += 1) {
        putAll(home, fleetIn(index % 4, `fleet-${index}`, { bad }));
      }
      await poll();
      expect(home.json(`${PATH}/failed`)).toMatchObject({
        publications: [{ id: LATEST.id, fleet: 'fleet-0', ring: 0 }],
        revoked: { length: 10 },
        rings: { length: 4 },
      });
      expect(sizeOf(home.values.get(`${PATH}/failed`))).toBeLessThanOrEqual(4096);
    });

    test('whatever one team writes into the states of its fleets, and the first rings stay named', async () => {
      const { poll, home, away } = world();
      putAll(home, fleetIn(0, 'shop', { bad }));
      for (let index = 1; index < 300; index += 1) {
        putAll(away, fleetIn(index * 1_000_003, `"\\${index}`.repeat(400), { bad }));
      }
      await poll();
      const document = home.json(`${PATH}/failed`) as FailedPublications;
      expect(document).toEqual(away.json(`${PATH}/failed`));
      expect(document.publications).toMatchObject([{ fleet: 'shop', ring: 0 }]);
      expect(document.rings.slice(0, 2)).toMatchObject([
        { ring: 0, fleets: 1, well: 0 },
        { ring: 1_000_003, fleets: 1 },
      ]);
      // Rings wait as for an account that cannot be read.
      expect(document.unread).toEqual(['more rings than a parameter holds']);
      expect(sizeOf(home.values.get(`${PATH}/failed`))).toBeLessThanOrEqual(4096);
    });
  });

  test('are told of the hold of the pipeline, which ends', async () => {
    const hold = { by: 'ann', reason: 'trade fair', at: LATEST.at, until: '2025-10-20T00:00:00.000Z' };
    const { poll, home, away } = world({ [`${PATH}/hold`]: hold });
    await poll();
    expect(away.json(`${PATH}/failed`)).toMatchObject({ hold });
    home.values.delete(`${PATH}/hold`);
    await poll();
    expect(away.json(`${PATH}/failed`)).toMatchObject({ hold: null });
  });
});

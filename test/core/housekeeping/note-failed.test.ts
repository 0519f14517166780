import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HousekeepingPorts } from '../../../lib/core/housekeeping/memory';
import { noteFailed } from '../../../lib/core/housekeeping/note-failed';
import { memoryParameters } from '../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from '../../support/pipeline-description';

const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const AWAY = { account: '210987654321', region: 'eu-central-1' };
const CLOSED = { account: '333333333333', region: 'eu-central-1' };
const DESCRIBED = { ...DESCRIPTION, accounts: [AWAY.account, CLOSED.account] };

/** A pipeline with two accounts that it reaches, and one that it does not. */
function world(more: Readonly<Record<string, unknown>> = {}) {
  const home = memoryParameters({ ...channelsAt({ latest: LATEST, current: LATEST }), ...more });
  const away = memoryParameters(channelsAt({ latest: LATEST, current: LATEST }));
  const stores: HousekeepingPorts['stores'] = {
    of: ({ account }) =>
      account === CLOSED.account
        ? Promise.reject(new Error('AccessDenied'))
        : Promise.resolve(account === AWAY.account ? away : home),
  };
  return { home, away, poll: () => noteFailed({ stores } as HousekeepingPorts, DESCRIBED) };
}

describe('a fleet on which a publication failed', () => {
  const stateOf = (fleet: string, publication: string, channel = `${PATH}/current/publication`) => ({
    ...(JSON.parse(
      readFileSync(join(__dirname, '..', '..', 'fixtures', 'contracts', 'fleet-state.json'), 'utf8'),
    ) as object),
    fleet,
    channel,
    bad: [{ publication, reason: 'tasks ended', at: '2025-10-14T22:30:00.000Z' }],
  });
  const failed = { id: LATEST.id, fleet: 'shop', reason: 'tasks ended', at: '2025-10-14T22:30:00.000Z' };
  const document = { schema: 'winbake.failed/1', publications: [failed] };

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
      away[call] = () => Promise.reject(new Error('AccessDenied: a policy of the organization'));
      const said = await poll();
      expect(said).toContain(`${LATEST.id} has failed on shop.`);
      expect(said).toContain('210987654321/eu-central-1: AccessDenied: a policy of the organization');
      expect(home.json(`${PATH}/failed`)).toEqual(document);
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

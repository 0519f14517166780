import type { PipelineDescription } from '../../../lib/contract/documents/pipeline-description';
import { fleetParameters } from '../../../lib/contract/names/parameters';
import { applyPlan, describeChange } from '../../../lib/core/publish/channel-plan';
import {
  planHold,
  planPromotionOf,
  planRollback,
  planRollbackOf,
  planUnhold,
  promoteWhenDue,
} from '../../../lib/core/publish/operate-channels';
import { contractFixture } from '../../support/contract-fixture';
import { memoryDocuments, memoryParameters } from '../../support/memory-ports';
import { channelsAt, DESCRIPTION, PATH, publicationAt, UNBAKED } from '../../support/pipeline-description';

const LATEST = publicationAt(4294, '2025-10-14T22:00:00.000Z');
const CURRENT = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const OLDEST = publicationAt(4052, '2025-08-13T00:00:00.000Z');
const NOW = new Date('2025-10-15T02:00:00.000Z');
const ANN = { by: 'ann', reason: 'the fair' };
const HOLD = {
  by: 'bob',
  reason: 'a change',
  at: '2025-10-15T00:00:00.000Z',
  until: '2025-10-20T00:00:00.000Z',
};
const AWAY = '210987654321';
const CLOSED = '333333333333';
const DESCRIBED: PipelineDescription = {
  ...DESCRIPTION,
  accounts: [AWAY, CLOSED],
  promotion: { ...DESCRIPTION.promotion, delaySeconds: 0, canaryFleets: ['shop'] },
};

/** A pipeline with an account that it reaches, and one that it does not. */
function world(home: Readonly<Record<string, unknown>> = {}, away: Readonly<Record<string, unknown>> = {}) {
  const parameters = memoryParameters({
    ...channelsAt({ latest: LATEST, current: CURRENT, previous: OLDEST }),
    ...home,
  });
  const elsewhere = memoryParameters(away);
  const ports = {
    documents: memoryDocuments(),
    stores: {
      of: ({ account }: { account: string }) =>
        account === CLOSED
          ? Promise.reject(new Error('AccessDenied'))
          : Promise.resolve(account === AWAY ? elsewhere : parameters),
    },
    now: () => NOW,
  };
  return { elsewhere, parameters, ports };
}

describe('a hold', () => {
  test('is put for fourteen days, and says who and why', async () => {
    const { parameters, ports } = world();
    const plan = await planHold(ports, DESCRIPTION, ANN);
    expect(plan.reasons).toEqual(['ann: the fair']);
    expect(plan.changes.map(describeChange)).toEqual([
      'hold promotion and rollouts until 2025-10-29T02:00:00.000Z (ann: the fair)',
    ]);
    await applyPlan(ports, DESCRIPTION, plan);
    expect(parameters.json(`${PATH}/hold`)).toMatchObject({ ...ANN, until: '2025-10-29T02:00:00.000Z' });
  });

  test('takes the place of another, whose end it names', async () => {
    const { ports } = world({ [`${PATH}/hold`]: HOLD });
    const { reasons } = await planHold(ports, DESCRIPTION, ANN, new Date('2025-10-16T00:00:00.000Z'));
    expect(reasons).toEqual(['ann: the fair', `It replaces the hold of bob until ${HOLD.until}.`]);
  });

  test('is ended by a person, with whose it was', async () => {
    const { parameters, ports } = world({ [`${PATH}/hold`]: HOLD });
    const plan = await planUnhold(ports, DESCRIPTION, ANN);
    expect(plan.reasons).toEqual(['ann: the fair', 'It ends the hold of bob: a change']);
    expect(plan.changes.map(describeChange)).toEqual(['release the hold (ann: the fair)']);
    await applyPlan(ports, DESCRIPTION, plan);
    expect(parameters.json(`${PATH}/hold`)).toMatchObject({ ...ANN, until: NOW.toISOString() });
    expect(await planUnhold(ports, DESCRIPTION, ANN)).toEqual({
      changes: [],
      reasons: ['Promotion is not held.'],
    });
  });
});

describe('a rollback', () => {
  test('holds promotion, then takes current back', async () => {
    const { parameters, ports } = world();
    const plan = await planRollbackOf(ports, DESCRIPTION, ANN);
    expect(plan.changes.map(describeChange)).toEqual([
      'hold promotion and rollouts until 2025-10-29T02:00:00.000Z (ann: the fair)',
      `current -> ${OLDEST.id} (${OLDEST.amiId})`,
    ]);
    expect(plan.reasons).toEqual([
      `ann takes ${CURRENT.id} back to ${OLDEST.id}: the fair`,
      `Promotion is held until 2025-10-29T02:00:00.000Z, so that ${CURRENT.id} does not come back.`,
    ]);
    await applyPlan(ports, DESCRIPTION, plan);
    expect(parameters.json(`${PATH}/current/publication`)).toEqual(OLDEST);
  });

  const input = {
    now: NOW,
    current: CURRENT,
    previous: OLDEST,
    hold: undefined,
    asked: ANN,
    revoked: new Set<string>(),
  };

  test.each<[string, Partial<Parameters<typeof planRollback>[0]>, string[], string]>([
    [
      'a hold that ends later stays',
      { hold: { ...HOLD, until: '2025-10-30T00:00:00.000Z' } },
      ['move'],
      'stays held until 2025-10-30',
    ],
    [
      'one that ends at the same instant stays',
      { hold: HOLD, until: new Date(HOLD.until) },
      ['move'],
      'stays held until 2025-10-20',
    ],
    ['one that ends earlier is replaced', { hold: HOLD }, ['hold', 'move'], 'is held until 2025-10-29'],
    ['where it is there already, it is held', { current: OLDEST }, ['hold'], 'only promotion is held'],
    [
      'where it is there and held, nothing is done',
      { current: OLDEST, hold: HOLD },
      [],
      'promotion is held until 2025-10-20',
    ],
    ['from nothing it goes, too', { current: undefined }, ['hold', 'move'], 'takes nothing back'],
    ['nothing is there to go back to', { previous: undefined }, [], 'nothing to go back to'],
    ['the plain base AMI is nothing to go back to', { previous: UNBAKED }, [], 'nothing to go back to'],
    ['what was revoked is nothing to go back to', { revoked: new Set([OLDEST.id]) }, [], 'was revoked'],
  ])('%s', (_what, more, kinds, sentence) => {
    const { changes, reasons } = planRollback({ ...input, ...more });
    expect(changes.map(({ kind }) => kind)).toEqual(kinds);
    expect(reasons.join(' ')).toContain(sentence);
  });

  test('ends its hold when a person says', async () => {
    const until = new Date('2025-10-17T00:00:00.000Z');
    const { changes } = await planRollbackOf(world().ports, DESCRIPTION, ANN, until);
    expect(changes[0]).toMatchObject({ override: { until: until.toISOString() } });
  });
});

describe('promotion asks its canary fleets', () => {
  const name = fleetParameters('/winbake', 'shop').state;
  const state = (more: object) => ({
    [name]: {
      ...(contractFixture('fleet-state') as object),
      rollout: null,
      bad: [],
      last: null,
      ...more,
    },
  });
  const WELL = { last: { publication: LATEST.id, outcome: 'finished', at: LATEST.at, proven: true } };
  const BAD = { bad: [{ publication: LATEST.id, reason: 'tasks ended', at: LATEST.at }] };

  test.each<
    [string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>, string | undefined]
  >([
    ['well where it is', state(WELL), {}, undefined],
    ['well in another account', {}, state(WELL), undefined],
    ['well in one account, not yet in another', state(WELL), state({}), 'canary'],
    ['bad in one account, well in another', state(WELL), state(BAD), 'failedCanary'],
    [
      'well with another publication',
      state({ last: { ...WELL.last, publication: CURRENT.id } }),
      {},
      'canary',
    ],
    ['found nowhere', {}, {}, 'canary'],
  ])('%s', async (_what, home, away, waitsFor) => {
    const { ports } = world(home, away);
    const { changes, ...plan } = await planPromotionOf(ports, DESCRIBED);
    expect(plan.waitsFor).toBe(waitsFor);
    expect(changes.length > 0).toBe(waitsFor === undefined);
  });

  test('and says which account could not be asked, or has a damaged document', async () => {
    const { ports } = world({}, { [name]: '{' });
    const { reasons } = await planPromotionOf(ports, DESCRIBED);
    expect(reasons.slice(1)).toEqual([
      expect.stringContaining(
        `The state of shop could not be read in ${AWAY}/eu-central-1: ${name} is damaged`,
      ),
      `The state of shop could not be read in ${CLOSED}/eu-central-1: AccessDenied`,
    ]);
  });

  test('not where the newest is current already, or nothing was published', async () => {
    for (const channels of [{ latest: LATEST, current: LATEST }, {}]) {
      const { ports } = world(channelsAt(channels));
      const asked: string[] = [];
      const stores = {
        of: (target: { account: string }) => {
          asked.push(target.account);
          return ports.stores.of(target);
        },
      };
      await planPromotionOf({ ...ports, stores }, DESCRIBED);
      expect(asked).toEqual([DESCRIPTION.account]);
    }
  });

  test('is asked for by a person, and then waits for none of them', async () => {
    const { parameters, ports } = world();
    expect(await planPromotionOf(ports, DESCRIBED, ANN)).toMatchObject({
      changes: [{ channel: 'previous' }, { channel: 'current' }],
      reasons: [expect.stringContaining('ann asked for it: the fair'), expect.anything()],
    });
    await promoteWhenDue(ports, DESCRIBED);
    expect(parameters.json(`${PATH}/current/publication`)).toEqual(CURRENT);
  });
});

import type { ImageSet } from '../../../lib/contract/documents/catalog';
import type { Publication } from '../../../lib/contract/documents/publication';
import { CURRENT_ORDER_KEY } from '../../../lib/contract/names/bucket-keys';
import { parseRelease } from '../../../lib/contract/values/release';
import { WEEKDAYS } from '../../../lib/contract/values/weekly-window';
import { emptyCatalog } from '../../../lib/core/catalog/catalog';
import { changeCatalog, readCatalog } from '../../../lib/core/catalog/catalog-store';
import type { FailedOrder } from '../../../lib/core/gate/gate-input';
import { pollAndDecide, type GateRequest } from '../../../lib/core/gate/order-bake';
import { isTriedAgain, newOrder } from '../../../lib/core/gate/why-bake';
import { contractFixture } from '../../support/contract-fixture';
import { orderWorld } from '../../support/order-world';
import { channelsAt, publicationAt } from '../../support/pipeline-description';

const NOW = new Date('2025-10-15T02:00:00.000Z');
const INPUTS = {
  release: '2022',
  trigger: 'patchTuesday',
  set: 'set-1',
  targetRevision: 4294,
  baseAmiId: 'ami-0123456789abcdef0',
  scriptsSha256: 'a'.repeat(64),
  recipeArn: 'arn:recipe',
} as const;
const FAILED: FailedOrder = {
  ...newOrder(new Date('2025-10-15T00:00:00.000Z'), undefined, INPUTS),
  at: '2025-10-15T00:00:00.000Z',
  cancelled: false,
};

describe('an order', () => {
  test('that follows none is the first attempt, named after its set and instant', () => {
    expect(newOrder(NOW, undefined, INPUTS)).toEqual({
      schema: 'winbake.order/1',
      id: 'set-1-20251015T020000Z',
      ...INPUTS,
      attempt: 1,
    });
  });

  test.each<[string, Partial<FailedOrder>, object]>([
    ['one that failed is the next attempt', {}, { attempt: 2, firstAt: FAILED.at }],
    [
      'a later attempt keeps when the first was made',
      { attempt: 2, firstAt: '2025-10-14T00:00:00.000Z' },
      { attempt: 3, firstAt: '2025-10-14T00:00:00.000Z' },
    ],
    ['one that was refused is the same attempt', { refused: true }, { attempt: 1 }],
    [
      'one whose profile was not known is the same attempt, and is counted',
      { notLaunched: true, launchRetries: 1 },
      { attempt: 1, launchRetries: 2 },
    ],
    [
      'one that was interrupted is the same attempt, and is counted',
      { interrupted: true, interruptions: 1 },
      { attempt: 1, interruptions: 2 },
    ],
    [
      'one that a service failed is the same attempt, and is counted',
      { outage: true, outages: 3 },
      { attempt: 1, outages: 4 },
    ],
    [
      'one that failed by itself keeps what was counted',
      { launchRetries: 1, interruptions: 2, outages: 3 },
      { attempt: 2, launchRetries: 1, interruptions: 2, outages: 3 },
    ],
  ])('after %s', (_what, failed, expected) => {
    const { attempt, firstAt, interruptions, launchRetries, outages } = newOrder(
      NOW,
      { ...FAILED, ...failed },
      INPUTS,
    );
    expect({ attempt, firstAt, interruptions, launchRetries, outages }).toEqual({
      firstAt: FAILED.at,
      ...expected,
    });
  });

  test.each<[what: string, inputs: Partial<FailedOrder>, isAgain: boolean]>([
    ['the same inputs is tried again', {}, true],
    ['another set is not', { set: 'set-2' }, false],
    ['another recipe is not', { recipeArn: 'arn:other' }, false],
    ['other scripts is not', { scriptsSha256: 'b'.repeat(64) }, false],
  ])('that failed with %s', (_what, changes, isAgain) => {
    const set: ImageSet = { id: 'set-1', at: FAILED.at, target: '10.0.20348.4294', images: [], findings: [] };
    const input = { ...INPUTS, catalog: emptyCatalog(parseRelease('2022')) };
    expect(isTriedAgain(input, { ...FAILED, ...changes }, set)).toBe(isAgain);
    expect(isTriedAgain(input, undefined, set)).toBe(false);
  });
});

/** A pipeline on which `revision` was published, with the catalog of the poll before it. */
async function baked(revision = 4294, id = `20348.${revision}-1`) {
  const world = orderWorld();
  const poll = (more: Partial<GateRequest> = {}) =>
    pollAndDecide(world.ports, { ...world.request('one'), ...more });
  const { order } = await poll();
  world.pass(1);
  const published: Publication = {
    ...(contractFixture('publication') as Publication),
    id,
    set: order!.set,
    at: world.clock.now.toISOString(),
    recipeArn: order!.recipeArn,
    scriptsSha256: order!.scriptsSha256,
    baseAmiId: order!.baseAmiId,
  };
  const publish = async (one: Publication, latest = publicationAt(revision, one.at)) => {
    await world.documents.overwrite(`publications/${one.id}.json`, JSON.stringify(one));
    Object.entries(channelsAt({ latest: { ...latest, id: one.id } })).forEach(([name, text]) => {
      world.parameters.values.set(name, text);
    });
  };
  return { ...world, first: order!, poll, publish, published };
}

const catalogOf = ({ ports, request }: ReturnType<typeof orderWorld>) =>
  readCatalog(ports.documents, request('one').release);

describe('a poll', () => {
  test('fails where the base AMI has no parameter', async () => {
    const { parameters, ports, request } = orderWorld();
    parameters.values.delete('base');
    await expect(pollAndDecide(ports, request('one'))).rejects.toThrow(
      'The parameter base does not exist; does this region have that AMI?',
    );
  });

  test('remembers the revision that the host of a publication reached', async () => {
    const world = await baked(4294, '20348.4405-12');
    await world.publish(world.published);
    await world.poll();
    expect((await catalogOf(world)).hosts).toMatchObject([{ revision: 4405, bake: '20348.4405-12' }]);
  });

  test('remembers the revision that the host of a failed bake reached', async () => {
    const world = await baked();
    await world.poll({ reached: { order: world.first.id, revision: 4171 } });
    expect((await catalogOf(world)).hosts).toMatchObject([{ revision: 4171, bake: world.first.id }]);
  });

  test('keeps a set once, however often it is seen', async () => {
    const world = await baked();
    await world.publish(world.published);
    const { sets } = await catalogOf(world);
    await world.poll();
    expect(sets).toHaveLength(1);
    expect((await catalogOf(world)).sets).toEqual(sets);
  });

  test('orders what a person asks for with the update that must be there', async () => {
    const { poll } = await baked();
    expect((await poll({ kb: 'KB5066782' })).order).toMatchObject({ kb: 'KB5066782' });
  });
});

const ALWAYS = [...WEEKDAYS].map((day) => ({ days: [day], startHour: 0, endHour: 24, timeZone: 'UTC' }));

describe('a window without bakes', () => {
  const asPolicy = (request: GateRequest, noBakeWindows: readonly object[]) =>
    ({ ...request.policy, noBakeWindows }) as GateRequest['policy'];

  test('makes a due bake wait, and says which one it is', async () => {
    const { ports, request } = orderWorld();
    const policy = asPolicy(request('one'), ALWAYS);
    const { decision, order, reason } = await pollAndDecide(ports, { ...request('one'), policy });
    expect({ decision, order }).toEqual({ decision: 'wait', order: undefined });
    expect(reason).toBe('A bake is due, and none starts on WED from 0:00 to 24:00 (UTC).');
  });

  test('stops no bake of a person, and no bake on another day', async () => {
    for (const [forced, windows] of [
      [true, ALWAYS],
      [false, ALWAYS.filter(({ days }) => days[0] !== 'WED')],
    ] as const) {
      const { ports, request } = orderWorld();
      const policy = asPolicy(request('one'), windows);
      expect((await pollAndDecide(ports, { ...request('one', { forced }), policy })).decision).toBe('bake');
    }
  });

  test('hides nothing of a gate that does not bake', async () => {
    const world = await baked();
    await world.publish(world.published);
    const { decision, reason } = await world.poll({ policy: asPolicy(world.request('one'), ALWAYS) });
    expect(decision).toBe('nothing');
    expect(reason).not.toContain('none starts');
  });
});

/** Of iis the registry has nothing, so that no set can be made. */
const UNREADABLE = ['servercore', 'iis'];

describe('a person who forces', () => {
  test('gets the newest accepted set, though the gate would wait', async () => {
    const world = await baked();
    await world.publish(world.published);
    expect((await world.poll({ families: UNREADABLE })).decision).not.toBe('bake');
    const { decision, order, reason } = await world.poll({ forced: true, families: UNREADABLE });
    expect(decision).toBe('bake');
    expect(order?.set).toBe(world.first.set);
    expect(reason).toBe('A person asked for it: 10.0.20348.4294 is accepted.');
  });

  test.each<[string, readonly (readonly [number, number])[], string]>([
    ['no host stayed below', [], '10.0.20348.4294'],
    ['a host stayed below, after it was accepted', [[4171, 1]], '10.0.20348.4171'],
    [
      'a host reached, whatever others did',
      [
        [4171, 1],
        [4294, 2],
      ],
      '10.0.20348.4294',
    ],
    ['a host stayed below before it was accepted', [[4171, -24]], '10.0.20348.4294'],
  ])('gets the newest set that %s', async (_what, hosts, target) => {
    const world = await baked();
    await changeCatalog(world.ports.documents, world.request('one').release, (before) => {
      const [set] = before.sets;
      const at = (hours: number) => new Date(Date.parse(set!.at) + hours * 3_600_000).toISOString();
      const older = { ...set!, id: 'older', target: '10.0.20348.4171', at: at(-48) };
      return {
        ...before,
        sets: [set!, older],
        hosts: hosts.map(([revision, hours]) => ({ at: at(hours), revision, bake: 'b' })),
      };
    });
    await world.documents.overwrite(
      CURRENT_ORDER_KEY,
      JSON.stringify({ ...world.first, set: 'another', id: 'another-20251014T000000Z' }),
    );
    const { reason } = await world.poll({ forced: true, families: UNREADABLE });
    expect(reason).toContain(target);
  });
});

describe('the last order', () => {
  /** What the gate says of an order that was written and then ended so. */
  async function decided(
    change: (world: Awaited<ReturnType<typeof baked>>) => unknown,
    ended?: Partial<NonNullable<GateRequest['ended']>>,
  ) {
    const world = await baked();
    await world.documents.overwrite(CURRENT_ORDER_KEY, JSON.stringify(world.first));
    await change(world);
    return world.poll(
      ended === undefined ? {} : { ended: { order: world.first.id, ended: 'failed', ...ended } },
    );
  }

  test.each<[string, Partial<NonNullable<GateRequest['ended']>> | undefined, string, object]>([
    ['whose end nobody knows has failed', undefined, 'bake', { attempt: 2 }],
    ['that another one followed has failed', { order: 'other', ended: 'published' }, 'bake', { attempt: 2 }],
    ['that a person cancelled is not tried again', { ended: 'cancelled' }, 'nothing', {}],
    ['that was refused is not tried again', { ended: 'refused' }, 'needsOperator', {}],
    ['whose profile was unknown', { ended: 'notLaunched' }, 'bake', { attempt: 1, launchRetries: 1 }],
    ['that a service failed', { isOutage: true }, 'bake', { attempt: 1, outages: 1 }],
    ['that was interrupted', { isInterrupted: true }, 'bake', { attempt: 1, interruptions: 1 }],
    ['that waits for a person', { awaits: 'X 1' }, 'needsOperator', {}],
    ['that was published has not failed', { ended: 'published' }, 'bake', { attempt: 1 }],
  ])('%s', async (_what, ended, decision, order) => {
    const answer = await decided(() => undefined, ended);
    expect(answer.decision).toBe(decision);
    expect(answer.order ?? {}).toMatchObject(order);
  });

  test('has not failed where its set was published since', async () => {
    const answer = await decided(({ publish, published }) => publish(published), undefined);
    expect(answer.decision).toBe('nothing');
  });

  test('has failed where its set was published before it', async () => {
    const answer = await decided(
      ({ publish, published }) =>
        publish({ ...published, at: '2025-10-14T00:00:00.000Z', recipeArn: 'arn:old' }),
      undefined,
    );
    expect(answer.order).toMatchObject({ attempt: 2 });
  });
});

test('the newest revoked publication counts as baked: nothing is baked again until something changes', async () => {
  const world = await baked();
  const older: Publication = { ...world.published, id: '20348.4171-1', at: '2025-09-10T00:00:00.000Z' };
  const revoked = { ...older, id: '20348.4052-1', at: '2025-08-10T00:00:00.000Z', set: 'old' };
  for (const one of [world.published, revoked]) {
    await world.documents.overwrite(`publications/${one.id}.json`, JSON.stringify(one));
  }
  await world.publish({ ...older, set: 'older' }, publicationAt(4171, older.at));
  await world.documents.overwrite(
    'publications/revoked.json',
    JSON.stringify({
      schema: 'winbake.revocations/1',
      publications: [revoked.id, '20348.1-1', world.published.id].map((id) => ({
        id,
        by: 'ann',
        reason: 'leaks',
        at: '2025-10-15T00:30:00.000Z',
        amis: {},
        restored: null,
        disabled: {},
        isSettled: true,
        usedBy: [],
      })),
    }),
  );
  expect((await world.poll()).decision).toBe('nothing');
});

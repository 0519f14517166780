import { withAccepted, withHost } from '../../../lib/core/catalog/catalog';
import { imageSetId } from '../../../lib/core/gate/build-image-set';
import { findingKey } from '../../../lib/contract/documents/catalog';
import type { FailedOrder, PublishedBake } from '../../../lib/core/gate/gate-input';
import { DEFAULT_GATE_POLICY } from '../../../lib/contract/values/gate-policy';
import { clientTokenOf, type Order } from '../../../lib/contract/documents/order';
import { newOrder } from '../../../lib/core/gate/why-bake';
import { inShort } from '../../support/gate-history';
import { GateState, type Shown } from '../../support/gate-state';

/** October 2025: Patch Tuesday is the 14th, 17:00Z. */
const BEFORE = '2025-10-01T00:00:00Z';
const TUESDAY = '2025-10-14T18:00:00Z';
const all = (revision: number) => ({ servercore: revision, iis: revision });

function published(set: string | null, more: Partial<PublishedBake> = {}): PublishedBake {
  return { set, at: BEFORE, recipeArn: 'recipe', scriptsSha256: 'scripts', baseAmiId: 'ami', ...more };
}

/** A gate whose families stood at 100 on the first, and that baked them. */
function settled(release = '2022') {
  const gate = new GateState(release);
  const set = gate.poll(BEFORE, all(100)).set!;
  return { gate, set, baked: published(set.id) };
}

/** Accepts every finding that a reason names. */
function accept(gate: GateState, reason: string) {
  const keys = [...reason.matchAll(/"([A-Z_]+ [^"]+)"/g)].map(([, key = '']) => key);
  expect(keys).not.toHaveLength(0);
  for (const key of keys) {
    gate.catalog = withAccepted(gate.catalog, key, 'ann', new Date(BEFORE));
  }
}

test('nothing that stands is baked again, and the reason says so', () => {
  const { gate, baked } = settled();
  expect(gate.poll('2025-10-02T00:00:00Z', all(100), { published: baked })).toMatchObject({
    decision: 'nothing',
    reason: '10.0.20348.100 is baked already.',
  });
});

test.each([
  ['a changed recipe', { recipeArn: 'other' }, 'recipe, its components or the scripts changed'],
  ['changed scripts', { scriptsSha256: 'other' }, 'recipe, its components or the scripts changed'],
  ['a person', { forced: true }, 'A person asked'],
  [
    'a newer base AMI where the policy says so',
    { baseAmiId: 'new', policy: { ...DEFAULT_GATE_POLICY, baseAmi: 'atOnce' as const } },
    'base AMI new is newer',
  ],
  ['age', { policy: { ...DEFAULT_GATE_POLICY, maxAgeSeconds: 86_400 } }, 'older than 1 days'],
])('%s orders a bake', (_what, change, reason) => {
  const { gate, baked } = settled();
  const decision = gate.poll('2025-10-02T00:00:00Z', all(100), { published: baked, ...change });
  expect(decision.decision).toBe('bake');
  expect(decision.reason).toContain(reason);
});

test('a newer base AMI waits for the next bake by default', () => {
  const { gate, baked } = settled();
  expect(gate.poll('2025-10-02T00:00:00Z', all(100), { published: baked, baseAmiId: 'new' }).decision).toBe(
    'nothing',
  );
});

test('age never cuts a wait short', () => {
  const { gate, baked } = settled();
  const policy = { ...DEFAULT_GATE_POLICY, maxAgeSeconds: 86_400 };
  gate.poll(TUESDAY, { servercore: 200, iis: 100 }, { published: baked, policy });
  expect(
    gate.poll('2025-10-15T00:00:00Z', { servercore: 200, iis: 100 }, { published: baked, policy }).decision,
  ).toBe('wait');
});

test('where Patch Tuesday brings nothing the wait ends, the host is baked once, and 2016 stops', () => {
  const { gate, baked } = settled();
  expect(inShort(gate.poll('2025-10-16T04:59:00Z', all(100), { published: baked }))).toBe(
    'wait, EXPECTED_NEWER',
  );
  const end = gate.poll('2025-10-16T05:00:00Z', all(100), { published: baked });
  expect(end).toMatchObject({ decision: 'bake', set: { target: '10.0.20348.100' } });
  expect(end.findings).toMatchObject([{ code: 'EXPECTED_NEWER', severity: 'warning' }]);
  const done = published(end.set!.id, { at: '2025-10-16T05:00:00Z' });
  expect(gate.poll('2025-10-16T05:15:00Z', all(100), { published: done }).decision).toBe('nothing');
  const old = settled('2016');
  expect(old.gate.poll('2025-10-16T05:00:00Z', all(100), { published: old.baked }).decision).toBe(
    'needsOperator',
  );
});

test('after the end of support nothing is expected any more', () => {
  const gate = new GateState('2016');
  const set = gate.poll('2027-01-20T00:00:00Z', all(100)).set!;
  const baked = published(set.id, { at: '2027-02-01T00:00:00Z' });
  expect(gate.poll('2027-02-09T19:00:00Z', all(100), { published: baked }).decision).toBe('nothing');
});

test('an operator accepts one finding: the older image is then followed', () => {
  const { gate } = settled();
  const newer = gate.poll(TUESDAY, all(200)).set!;
  const baked = published(newer.id, { at: TUESDAY });
  const back = { servercore: 100, iis: 200 };
  const refused = gate.poll('2025-10-17T00:00:00Z', back, { published: baked });
  expect(inShort(refused)).toBe('nothing, WENT_BACK servercore');
  const finding = findingKey(refused.findings[0]!, '10.0.20348.100');
  gate.catalog = { ...gate.catalog, accepted: [{ finding, by: 'me', at: TUESDAY }] };
  expect(gate.poll('2025-10-17T00:15:00Z', back, { published: baked }).set?.images[0]?.osVersion).toBe(
    '10.0.20348.100',
  );
});

test('a family that cannot be read is taken from the catalog, and said', () => {
  const { gate, baked } = settled();
  const decision = gate.poll(
    '2025-10-02T00:00:00Z',
    { servercore: 100, iis: undefined },
    { published: baked },
  );
  expect(decision).toMatchObject({ decision: 'nothing', set: { id: baked.set } });
});

describe('a registry that cannot be read', () => {
  const unread = { servercore: 'unread', iis: 'unread' } as const;

  test.each([
    ['knows nothing', () => new GateState()],
    ['knows what stood before', () => settled().gate],
  ])('is asked for one longest wait, then a person is; a gate that %s', (_what, begin) => {
    const gate = begin();
    const first = gate.poll('2025-10-02T00:00:00Z', unread);
    expect(first.changesAt?.toISOString()).toBe('2025-10-03T12:00:00.000Z');
    expect(gate.poll('2025-10-03T11:59:00Z', unread).decision).toBe('wait');
    expect(gate.poll('2025-10-03T12:00:00Z', unread)).toMatchObject({
      decision: 'needsOperator',
      reason:
        'No family has shown an image that can be read since 2025-10-02T00:00Z. servercore answers nothing.',
    });
  });

  test('begins anew after it healed', () => {
    const gate = new GateState();
    gate.poll('2025-10-02T00:00:00Z', unread);
    gate.poll('2025-10-03T00:00:00Z', all(100));
    expect(gate.poll('2025-10-03T12:00:00Z', unread).decision).toBe('wait');
  });

  test('for one family that was never seen is waited for as long', () => {
    const gate = new GateState();
    const one = { servercore: 100, iis: 'unread' } as const;
    expect(gate.poll('2025-10-02T00:00:00Z', one)).toMatchObject({
      decision: 'wait',
      reason:
        'iis cannot be read and was never seen; it is asked for again, at the latest until 2025-10-03T12:00Z.',
    });
    expect(gate.poll('2025-10-03T12:00:00Z', one).decision).toBe('needsOperator');
  });
});

test('a family without any image stops the gate when its time is up', () => {
  const gate = new GateState();
  expect(gate.poll(BEFORE, { servercore: 100, iis: undefined })).toMatchObject({
    decision: 'needsOperator',
    reason: 'iis has no image at all, not even an older one.',
  });
});

test('a download that doubles is warned of', () => {
  const { gate } = settled();
  gate.catalog = {
    ...gate.catalog,
    observations: gate.catalog.observations.map((one) => ({ ...one, compressedBytes: 400 })),
  };
  expect(inShort(gate.poll(TUESDAY, all(200)))).toBe('bake, SIZE_JUMP servercore, SIZE_JUMP iis');
});

test('an observation of the future stops nothing but waits until the clocks agree', () => {
  const { gate } = settled();
  const decision = gate.poll('2025-09-30T00:00:00Z', all(100));
  expect(inShort(decision)).toBe('wait, CLOCK_SKEW');
});

test('one of the far future asks the operator, who may pass over it', () => {
  const { gate } = settled();
  const decision = gate.poll('2025-09-20T00:00:00Z', all(100));
  expect(inShort(decision)).toBe('needsOperator, CLOCK_SKEW');
  const [, key = ''] = /accept "(CLOCK_SKEW [^"]+)"/.exec(decision.reason) ?? [];
  gate.catalog = withAccepted(gate.catalog, key, 'ann', new Date('2025-09-20T00:00:00Z'));
  expect(inShort(gate.poll('2025-09-20T00:15:00Z', all(100)))).not.toContain('CLOCK_SKEW');
});

describe('an order that failed', () => {
  const failedIn = ({ set }: ReturnType<typeof settled>, attempt: number): FailedOrder => ({
    ...{ id: 'order', set: set.id, recipeArn: 'recipe', scriptsSha256: 'scripts' },
    attempt,
    at: '2025-10-02T00:00:00Z',
  });

  test.each([
    ['is not repeated at once', 1, '2025-10-02T00:15:00Z', 'wait'],
    ['is tried once more after an hour', 1, '2025-10-02T01:00:00Z', 'bake'],
    ['asks the operator after the second time', 2, '2025-10-09T00:00:00Z', 'needsOperator'],
  ])('%s', (_what, attempt, now, expected) => {
    const state = settled();
    expect(state.gate.poll(now, all(100), { failed: failedIn(state, attempt) }).decision).toBe(expected);
  });

  test('asks the operator at once where Image Builder refused it, and the next is the same attempt', () => {
    const state = settled();
    const failed = { ...failedIn(state, 1), refused: true };
    const decision = state.gate.poll('2025-10-02T06:00:00Z', all(100), { failed });
    expect(decision.decision).toBe('needsOperator');
    expect(decision.reason).toContain('Image Builder refuses to start the bake of 10.0.20348.100, and would');
    const { set, recipeArn, scriptsSha256 } = failed;
    const inputs = {
      ...{ set, recipeArn, scriptsSha256, trigger: 'byHand', targetRevision: 100, baseAmiId: 'ami' },
      release: '2022' as const,
    };
    const attempts = [failed, failedIn(state, 1)].map((one) => newOrder(new Date(0), one, inputs).attempt);
    expect(attempts).toEqual([1, 2]);
  });

  test.each([
    ['the scripts change', 100, { scriptsSha256: 'new' }],
    ['a newer image is out', 101, {}],
    ['it is forced', 100, { forced: true }],
  ])('is tried again when %s', (_what, revision, change) => {
    const state = settled();
    const failed = failedIn(state, 2);
    expect(state.gate.poll('2025-10-09T00:00:00Z', all(revision), { failed, ...change }).decision).toBe(
      'bake',
    );
  });
});

describe('an order that failed because of the registry or Windows Update', () => {
  const FIRST = Date.parse('2025-10-02T00:00:00Z');
  const HOUR = 3_600_000;
  const at = (hours: number) => new Date(FIRST + hours * HOUR).toISOString();

  /** Its number among the starts, the hours of the last start and of this poll after the first. */
  function decided(starts: number, last: number, now: number, shown: Record<string, Shown> = all(100)) {
    const { gate, set } = settled();
    const failed: FailedOrder = {
      ...{ id: 'order', set: set.id, recipeArn: 'recipe', scriptsSha256: 'scripts', attempt: 1 },
      ...{ at: at(last), firstAt: at(0), outage: true, outages: starts - 1 },
    };
    return gate.poll(at(now), shown, { failed });
  }

  test.each<[number, number, number, string]>([
    [1, 0, 0.9, 'wait'],
    [1, 0, 1, 'bake'],
    [2, 1, 1.9, 'wait'],
    [2, 1, 2, 'bake'],
    [3, 2, 3.9, 'wait'],
    [3, 2, 4, 'bake'],
    [4, 4, 7.9, 'wait'],
    [4, 4, 8, 'bake'],
    [5, 8, 15.9, 'wait'],
    [5, 8, 16, 'bake'],
    [6, 16, 16.1, 'needsOperator'],
    [6, 16, 200, 'needsOperator'],
    [2, 1, 23.9, 'bake'],
    [2, 1, 24, 'needsOperator'],
    [3, 20, 21, 'wait'],
    [3, 20, 24, 'needsOperator'],
    // The one that every failed order has, however long the registry was away.
    [1, 0, 30, 'bake'],
  ])('start %s at %s h, polled at %s h: %s', (starts, last, now, expected) => {
    expect(decided(starts, last, now).decision).toBe(expected);
  });

  test.each<[string, Record<string, Shown>]>([
    ['all', { servercore: 'unread', iis: 'unread' }],
    ['one', { servercore: 100, iis: 'unread' }],
  ])('waits while the registry fails for %s of its repositories', (_what, shown) => {
    expect(decided(3, 2, 10, shown).decision).toBe('wait');
  });

  test('says until when it is tried again, and which poll may change it', () => {
    const decision = decided(3, 2, 10, { servercore: 100, iis: 'unread' });
    expect(decision.reason).toBe(
      'The bake of 10.0.20348.100 failed 3 times because of the registry or Windows Update; it is tried again once the ' +
        'registry answers for every family, at the latest until 2025-10-03T00:00Z.',
    );
    expect(decision.changesAt?.toISOString()).toBe(at(24));
    expect(decided(3, 2, 3).changesAt?.toISOString()).toBe(at(4));
    expect(decided(6, 16, 17).reason).toContain('failed 6 times because of');
  });

  test('costs no attempt, so that a failure of its own has both of its tries; six starts are all', () => {
    const inputs = {
      ...{ set: 'set', recipeArn: 'recipe', scriptsSha256: 'scripts', trigger: 'poll', targetRevision: 100 },
      ...{ baseAmiId: 'ami', release: '2022' as const },
    };
    const ordered = (order: Order, outage: boolean) =>
      newOrder(new Date(0), { ...order, at: at(1), outage }, inputs);
    const first = newOrder(new Date(0), undefined, inputs);
    const second = ordered(first, true);
    const third = ordered(second, true);
    const fourth = ordered(third, false);
    expect([first, second, third, fourth].map(({ attempt, outages }) => [attempt, outages])).toEqual([
      [1, undefined],
      [1, 1],
      [1, 2],
      [2, 2],
    ]);
    expect([second, third, fourth].map(({ firstAt }) => firstAt)).toEqual([at(1), at(1), at(1)]);
  });
});

test('a host beyond every image gets the nearest lower one, said so; 2016 needs an operator', () => {
  const poll = (release: string) => {
    const { gate, baked } = settled(release);
    gate.catalog = withHost(gate.catalog, new Date(BEFORE), 150, 'a bake');
    return gate.poll('2025-10-02T00:00:00Z', all(100), { published: baked });
  };
  expect(inShort(poll('2022'))).toBe('nothing, HOST_WITHOUT_IMAGE');
  expect(poll('2022').findings[0]?.message).toContain('used as nearestLower');
  expect(inShort(poll('2016'))).toBe('needsOperator, HOST_WITHOUT_IMAGE');
});

test('a policy may stop for a host beyond every image', () => {
  const { gate, baked } = settled();
  gate.catalog = withHost(gate.catalog, new Date(BEFORE), 150, 'a bake');
  const policy = { ...DEFAULT_GATE_POLICY, hostWithoutImage: 'stop' as const };
  const decision = gate.poll('2025-10-02T00:00:00Z', all(100), { published: baked, policy });
  expect(inShort(decision)).toBe('needsOperator, HOST_WITHOUT_IMAGE');
  expect(decision.reason).toContain('the newest is 10.0.20348.100, and the policy is to stop.');
  accept(gate, decision.reason);
  expect(gate.poll('2025-10-02T00:15:00Z', all(100), { published: baked, policy }).decision).toBe('nothing');
});

test('a policy may stop for late families, and an operator may bake them as they are, this once', () => {
  const { gate, baked } = settled();
  const policy = { ...DEFAULT_GATE_POLICY, late: 'stop' as const };
  const late = { servercore: 200, iis: 100 };
  gate.poll(TUESDAY, late, { published: baked, policy });
  const stopped = gate.poll('2025-10-16T06:00:00Z', late, { published: baked, policy });
  expect(inShort(stopped)).toBe('needsOperator, LATE iis');
  accept(gate, stopped.reason);
  const taken = gate.poll('2025-10-16T06:15:00Z', late, { published: baked, policy });
  expect(taken).toMatchObject({ decision: 'bake', set: { images: [{ late: false }, { late: true }] } });
  gate.poll('2025-11-11T18:30:00Z', { servercore: 300, iis: 100 }, { published: baked, policy });
  const next = gate.poll('2025-11-13T12:00:00Z', { servercore: 300, iis: 100 }, { published: baked, policy });
  expect(next.decision).toBe('needsOperator');
});

test('a decision says when time alone may change it', () => {
  const { gate, baked } = settled();
  expect(gate.poll('2025-10-14T17:15:00Z', all(100), { published: baked }).changesAt?.toISOString()).toBe(
    '2025-10-16T05:00:00.000Z',
  );
});

test.each([4294, 32_230])(
  'an order of revision %s has a client token that Image Builder takes',
  (revision) => {
    const at = new Date('2025-10-14T21:00:00Z');
    const set = imageSetId({ build: 26_100, revision }, [
      { family: 'servercore', digest: `sha256:${'a'.repeat(64)}`, late: false },
    ]);
    const inputs = {
      ...{ trigger: 'byHand', set, targetRevision: revision, baseAmiId: 'ami' },
      ...{ scriptsSha256: 'scripts', recipeArn: 'recipe', release: '2025' as const },
    };
    const token = clientTokenOf(newOrder(at, undefined, inputs));
    expect(token).toMatch(/^[\w.-]{1,36}$/);
    // Another set at the same instant, and the same set at another, are other builds.
    const later = newOrder(new Date('2025-10-14T21:00:01Z'), undefined, inputs);
    const other = newOrder(at, undefined, { ...inputs, set: set.replace(/a$/, 'b') });
    expect(new Set([later, other].map(clientTokenOf)).add(token).size).toBe(3);
  },
);

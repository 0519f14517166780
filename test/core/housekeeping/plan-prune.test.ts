import fc from 'fast-check';
import type { BakedAmi } from '../../../lib/core/ports/amis';
import { planPrune, type PruneInput } from '../../../lib/core/housekeeping/plan-prune';

const NOW = new Date('2026-07-15T12:00:00Z');
const REGION = 'eu-central-1';

function ami(id: string, ageDays: number, more: Partial<BakedAmi> = {}): BakedAmi {
  return {
    region: REGION,
    amiId: `ami-0000000${id}`,
    publication: `20348.${id}-1`,
    createdAt: daysAgo(ageDays),
    deprecatedAt: undefined,
    lastLaunchedAt: undefined,
    sharedWith: [],
    ...more,
  };
}

function daysAgo(count: number): Date {
  return new Date(NOW.getTime() - count * 86_400_000);
}

function plan(amis: readonly BakedAmi[], more: Partial<PruneInput> = {}) {
  const input = {
    now: NOW,
    retention: { newest: 3, minimumAgeDays: 45 },
    uses: [],
    unread: [],
    revoked: new Set<string>(),
    ...more,
  };
  return Object.fromEntries(
    planPrune({ ...input, amis }).map(({ amiId, action, reasons }) => [
      amiId.slice(-1),
      `${action}: ${reasons.join(' | ')}`,
    ]),
  );
}

const FOUR_NEWER = [ami('9', 10), ami('8', 40), ami('7', 70), ami('6', 100)];

test('the newest three stay whatever their age, the rest once it is old is deprecated', () => {
  expect(plan(FOUR_NEWER)).toEqual({
    '9': expect.stringContaining('keep: one of the newest 3 publications'),
    '8': expect.stringContaining('keep: one of the newest 3 publications'),
    '7': 'keep: one of the newest 3 publications',
    '6': 'deprecate: nothing uses it, and newer ones are there; removed 7 days after its deprecation',
  });
});

test.each<[string, Partial<BakedAmi>, Partial<PruneInput>, string]>([
  [
    'deprecated yesterday',
    { deprecatedAt: daysAgo(1) },
    {},
    'keep: deprecated since 2026-07-14, to be removed 7 days after that: nothing uses it, and newer ones are there',
  ],
  [
    'of exactly the least age',
    { createdAt: daysAgo(45) },
    { retention: { newest: 1, minimumAgeDays: 45 } },
    'deprecate: nothing uses it, and newer ones are there; removed 7 days after its deprecation',
  ],
  [
    'shared with an account that could not be read in another region',
    { deprecatedAt: daysAgo(90), sharedWith: ['444455556666'] },
    { unread: [{ account: '444455556666', region: 'eu-west-1', why: 'AccessDenied' }] },
    'remove: nothing uses it, and newer ones are there; deprecated since 2026-04-16',
  ],
  [
    'launched exactly as long ago as the least age',
    { deprecatedAt: daysAgo(90), lastLaunchedAt: daysAgo(45) },
    {},
    'remove: nothing uses it, and newer ones are there; deprecated since 2026-04-16',
  ],
  [
    'deprecated for a week',
    { deprecatedAt: daysAgo(7) },
    {},
    'remove: nothing uses it, and newer ones are there; deprecated since 2026-07-08',
  ],
  [
    'deprecated for long and in use again',
    { deprecatedAt: daysAgo(90) },
    { uses: [{ region: REGION, amiId: 'ami-00000001', by: 'instance i-1, account 111122223333' }] },
    'keep: used by instance i-1, account 111122223333',
  ],
  [
    'in use in another region only',
    { deprecatedAt: daysAgo(90) },
    { uses: [{ region: 'eu-west-1', amiId: 'ami-00000001', by: 'instance i-1' }] },
    'remove: nothing uses it, and newer ones are there; deprecated since 2026-04-16',
  ],
  [
    'shared with an account that could not be read',
    { deprecatedAt: daysAgo(90), sharedWith: ['444455556666'] },
    { unread: [{ account: '444455556666', region: REGION, why: 'AccessDenied' }] },
    'keep: shared with account 444455556666, whose uses in eu-central-1 could not be read: AccessDenied',
  ],
  [
    'launched a month ago, as far as is known',
    { deprecatedAt: daysAgo(90), lastLaunchedAt: daysAgo(30) },
    {},
    'keep: an instance was started from it on 2026-06-15',
  ],
  [
    'launched long ago',
    { deprecatedAt: daysAgo(90), lastLaunchedAt: daysAgo(46) },
    {},
    'remove: nothing uses it, and newer ones are there; deprecated since 2026-04-16',
  ],
  [
    'never published, young',
    { publication: undefined, createdAt: daysAgo(2) },
    {},
    'keep: 2 days old, 7 is the least',
  ],
  [
    'never published, old',
    { publication: undefined, createdAt: daysAgo(8) },
    {},
    'deprecate: never published; removed 7 days after its deprecation',
  ],
])('%s', (_name, more, input, expected) => {
  expect(plan([...FOUR_NEWER, ami('1', 200, more)], input)['1']).toBe(expected);
});

test('a publication has an AMI in each region, and counts once', () => {
  const twice = FOUR_NEWER.flatMap((one) => [one, { ...one, region: 'eu-west-1', amiId: `${one.amiId}2` }]);
  const kept = planPrune({
    now: NOW,
    retention: { newest: 3, minimumAgeDays: 0 },
    amis: twice,
    uses: [],
    unread: [],
    revoked: new Set(),
  }).filter(({ action }) => action === 'keep');

  expect(kept.map(({ publication }) => publication)).toEqual([
    '20348.9-1',
    '20348.9-1',
    '20348.8-1',
    '20348.8-1',
    '20348.7-1',
    '20348.7-1',
  ]);
});

test('whatever the AMIs, what is used, young, or of an unread account never goes, and each has a reason', () => {
  const amis = fc.uniqueArray(
    fc.record({
      number: fc.nat(30),
      age: fc.integer({ min: 0, max: 200 }),
      deprecated: fc.option(fc.integer({ min: 0, max: 200 }), { nil: undefined }),
      used: fc.boolean(),
      shared: fc.boolean(),
      published: fc.boolean(),
    }),
    { selector: ({ number }) => number },
  );
  fc.assert(
    fc.property(amis, fc.boolean(), (drawn, isUnread) => {
      const all = drawn.map(({ number, age, deprecated, shared, published }) =>
        ami(String(number), age, {
          publication: published ? `20348.${number}-1` : undefined,
          deprecatedAt: deprecated === undefined ? undefined : daysAgo(deprecated),
          sharedWith: shared ? ['444455556666'] : [],
        }),
      );
      const uses = drawn
        .filter(({ used }) => used)
        .map(({ number }) => ({ region: REGION, amiId: `ami-0000000${number}`, by: 'x' }));
      const unread = isUnread ? [{ account: '444455556666', region: REGION, why: 'x' }] : [];
      const planned = planPrune({
        now: NOW,
        retention: { newest: 3, minimumAgeDays: 45 },
        amis: all,
        uses,
        unread,
        revoked: new Set(),
      });

      expect(planned).toHaveLength(all.length);
      for (const { amiId, action, reasons } of planned) {
        const one = drawn.find(({ number }) => amiId === `ami-0000000${number}`);
        expect(reasons.length).toBeGreaterThan(0);
        if (one?.used === true || (one?.shared === true && isUnread) || (one?.age ?? 0) < 7) {
          expect(action).toBe('keep');
        }
        if (action === 'remove') {
          expect(one?.deprecated).toBeGreaterThanOrEqual(7);
        }
      }
    }),
  );
});

test('what is revoked is none of the newest, stays while it is young, and goes when nothing uses it', () => {
  const revoked = new Set(['20348.9-1', '20348.8-1', '20348.7-1']);
  const uses = [{ region: REGION, amiId: 'ami-00000007', by: 'instance i-1' }];
  expect(plan([...FOUR_NEWER, ami('5', 130)], { revoked, uses })).toEqual({
    '9': 'keep: 10 days old, 45 is the least',
    '8': 'keep: 40 days old, 45 is the least',
    '7': 'keep: used by instance i-1',
    '6': 'keep: one of the newest 3 publications',
    '5': 'keep: one of the newest 3 publications',
  });
  expect(plan([...FOUR_NEWER, ami('5', 130)], { revoked })).toMatchObject({
    '7': 'deprecate: revoked, and nothing uses it; removed 7 days after its deprecation',
  });
});

test('an AMI that was never published takes no place of a publication', () => {
  const unpublished = [ami('5', 20, { publication: undefined }), ami('4', 21, { publication: undefined })];
  expect(plan([...unpublished, ...FOUR_NEWER], { retention: { newest: 4, minimumAgeDays: 1 } })['6']).toBe(
    'keep: one of the newest 4 publications',
  );
});

test('the newest publications are those whose last AMI is newest, and of equal age the later name', () => {
  const elsewhere = (id: string, ageDays: number) =>
    ami(id, ageDays, { region: 'eu-west-1', amiId: `ami-1000000${id}` });
  const newest = (amis: readonly BakedAmi[]) =>
    Object.entries(plan(amis, { retention: { newest: 1, minimumAgeDays: 1 } }))
      .filter(([, what]) => what.startsWith('keep: one of the newest'))
      .map(([id]) => id);
  // Copied again of late, into a region that came later.
  expect(newest([ami('1', 90), elsewhere('1', 10), ami('2', 50), elsewhere('2', 50)])).toEqual(['1']);
  expect(newest([elsewhere('1', 10), ami('1', 90), ami('2', 50)])).toEqual(['1']);
  expect(newest([ami('1', 50), ami('2', 50)])).toEqual(['2']);
  expect(newest([ami('2', 50), ami('1', 50)])).toEqual(['2']);
});

test('AMIs are listed from the newest on, those of one instant by their id', () => {
  const listed = (amis: readonly BakedAmi[]) =>
    planPrune({
      now: NOW,
      retention: { newest: 3, minimumAgeDays: 45 },
      uses: [],
      unread: [],
      revoked: new Set(),
      amis,
    }).map(({ amiId }) => amiId.slice(-1));
  expect(listed([ami('3', 9), ami('2', 9), ami('4', 1), ami('1', 9)])).toEqual(['4', '1', '2', '3']);
  expect(listed([ami('1', 9), ami('2', 9), ami('3', 9)])).toEqual(['1', '2', '3']);
});

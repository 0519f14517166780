import fc from 'fast-check';
import { patchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import { emptyCatalog } from '../../../lib/core/catalog/catalog';
import { patchBudget } from '../../../lib/core/housekeeping/patch-budget';
import type { Catalog } from '../../../lib/contract/documents/catalog';
import { parseRelease } from '../../../lib/contract/values/release';
import { publicationAt, UNBAKED } from '../../support/pipeline-description';
import { propertyRuns } from '../../support/property-runs';

/** 10:00 Pacific of Patch Tuesday in October 2025. */
const TUESDAY = '2025-10-14T17:00:00.000Z';

/** A catalog in which revisions were first seen at instants, each accepted as a set. */
function catalog(seen: Readonly<Record<number, string>>, hosts: readonly number[] = []): Catalog {
  const versions = Object.entries(seen).map(([revision, at]) => [`10.0.20348.${revision}`, at] as const);
  return {
    ...emptyCatalog(parseRelease('2022')),
    observations: [['10.0.20348.4052', '2025-08-20T00:00:00.000Z'] as const, ...versions].map(
      ([osVersion, at]) => ({
        at,
        repository: 'windows/servercore',
        tag: 'ltsc2022',
        digest: `sha256:${'a'.repeat(64)}`,
        platformDigest: null,
        osVersion,
        compressedBytes: null,
      }),
    ),
    sets: versions.map(([target, at]) => ({ id: target, at, target, images: [], findings: [] })).reverse(),
    hosts: hosts.map((revision) => ({
      at: seen[revision] ?? TUESDAY,
      revision,
      bake: String(revision),
    })),
  };
}

const OCTOBER = { 4294: '2025-10-14T18:30:00.000Z' };
const OUT_OF_BAND = { 4297: '2025-10-23T20:00:00.000Z' };
const CURRENT = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const hoursAfter = (instant: string, hours: number) => new Date(Date.parse(instant) + hours * 3_600_000);

test.each<[string, Catalog, Date, number | undefined, number]>([
  ['counts from 10:00 Pacific', catalog(OCTOBER), hoursAfter(TUESDAY, 54), 4294, 54],
  [
    'a later release does not set it back',
    catalog({ ...OCTOBER, 4405: '2025-11-11T19:00:00.000Z' }),
    hoursAfter(TUESDAY, 700),
    4294,
    700,
  ],
  [
    'an out-of-band release that no host has does not count',
    catalog(OUT_OF_BAND),
    hoursAfter(OUT_OF_BAND[4297], 9),
    undefined,
    0,
  ],
  [
    'one that a host has counts from its first seenAt',
    catalog(OUT_OF_BAND, [4297]),
    hoursAfter(OUT_OF_BAND[4297], 9),
    4297,
    9,
  ],
  [
    'a set that was never accepted does not hide a release',
    { ...catalog(OCTOBER), sets: [] },
    hoursAfter(TUESDAY, 223),
    4294,
    223,
  ],
  [
    'a revision that only a host has counts, as after a rollback from an AMI without images',
    { ...catalog({}), hosts: [{ at: '2025-10-15T03:00:00.000Z', revision: 4294, bake: 'b' }] },
    hoursAfter(TUESDAY, 629),
    4294,
    629,
  ],
])('%s', (_name, known, now, revision, hours) => {
  const budget = patchBudget({ now, catalog: known, current: CURRENT, patchWithinSeconds: 72 * 3600 });
  expect(budget.missing).toBe(revision === undefined ? undefined : `10.0.20348.${revision}`);
  expect(budget.hoursUnpatched).toBeCloseTo(hours);
  expect(budget.percent).toBeCloseTo((hours / 72) * 100);
});

const CORE = 'windows/servercore';
const IIS = 'windows/servercore/iis';

test.each<[string, Partial<Parameters<typeof patchBudget>[0]>, number, number]>([
  ['what nobody has seen yet counts from 10:00 Pacific', {}, 9, 9],
  ['what nobody saw within 36 h did not come', {}, 37, 0],
  ['it counts while nothing can be read', { unreadSince: { [CORE]: '2025-10-10T00:00:00.000Z' } }, 90, 90],
  ['it counts while the gate is silent', { polledAt: new Date('2025-10-13T00:00:00.000Z') }, 90, 90],
  [
    'a repository that fails later saw nothing',
    { unreadSince: { [CORE]: '2025-10-17T00:00:00.000Z' } },
    90,
    0,
  ],
  [
    'another repository that fails hides nothing',
    { unreadSince: { [IIS]: '2025-10-10T00:00:00.000Z' } },
    90,
    0,
  ],
  [
    'a month that current has is not missed',
    { current: publicationAt(4294, '2025-10-14T16:00:00.000Z') },
    9,
    0,
  ],
  [
    'the revision counts, not the publication',
    {
      current: {
        ...publicationAt(4171, '2025-10-14T19:00:00.000Z'),
        revisionSeenAt: '2025-09-09T18:00:00.000Z',
      },
    },
    30,
    30,
  ],
])('%s', (_name, given, hoursLater, hours) => {
  const now = hoursAfter(TUESDAY, hoursLater);
  const budget = patchBudget({
    now,
    catalog: catalog({}),
    current: CURRENT,
    patchWithinSeconds: 72 * 3600,
    ...given,
  });
  expect(budget.hoursUnpatched).toBeCloseTo(hours);
  expect(budget.missing).toBe(hours === 0 ? undefined : 'the updates of Patch Tuesday 2025-10-14');
});

/** A year of releases: one on each Patch Tuesday, and some out of band that hosts are offered. */
const releases = fc
  .array(fc.record({ isOutOfBand: fc.boolean(), daysLater: fc.integer({ min: 3, max: 20 }) }), {
    minLength: 12,
    maxLength: 12,
  })
  .map((months) =>
    months.flatMap(({ daysLater, isOutOfBand }, month) => {
      const tuesday = patchTuesday(2025, month);
      const revision = 4000 + 10 * month;
      const later = new Date(tuesday.getTime() + daysLater * 86_400_000);
      return [{ revision, at: tuesday }, ...(isOutOfBand ? [{ revision: revision + 1, at: later }] : [])];
    }),
  );

test('hours are never fewer than the truth, whatever is accepted, published, rolled back or late', () => {
  fc.assert(
    fc.property(
      releases,
      fc.array(fc.record({ lagHours: fc.integer({ min: 0, max: 35 }), isSeen: fc.boolean() }), {
        minLength: 24,
        maxLength: 24,
      }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 370 }),
      fc.integer({ min: 0, max: 500 }),
      (all, lags, current, days, lateHours) => {
        const now = new Date(Date.UTC(2025, 0, 20 + days));
        const out = all.filter(({ at }) => at <= now);
        const runs = out[Math.min(current, out.length - 1)]!;
        const seen = out.flatMap(({ at, revision }, index) => {
          const { isSeen, lagHours } = lags[index]!;
          const seenAt = new Date(at.getTime() + lagHours * 3_600_000);
          return seenAt > now
            ? []
            : [{ revision, at: seenAt.toISOString(), isImage: isSeen || revision % 10 === 0 }];
        });
        const empty = catalog({});
        const [pattern] = empty.observations;
        const known: Catalog = {
          ...empty,
          observations: [
            { ...pattern!, at: '2024-12-01T00:00:00.000Z', osVersion: '10.0.20348.3900' },
            ...seen
              .filter(({ isImage }) => isImage)
              .map(({ at, revision }) => ({ ...pattern!, at, osVersion: `10.0.20348.${revision}` })),
          ],
          hosts: seen.map(({ at, revision }) => ({ at, revision, bake: String(revision) })),
        };
        const budget = patchBudget({
          now,
          catalog: known,
          current: {
            ...publicationAt(
              runs.revision,
              new Date(runs.at.getTime() + lateHours * 3_600_000).toISOString(),
            ),
            revisionSeenAt: runs.at.toISOString(),
          },
          patchWithinSeconds: 72 * 3600,
        });
        const missing = out.filter(({ revision }) => revision > runs.revision).map(({ at }) => at.getTime());
        const truth = missing.length === 0 ? 0 : (now.getTime() - Math.min(...missing)) / 3_600_000;
        // What came out of band is not known before it is seen.
        const unknown = 36;
        const isOutOfBand = out.find(({ at }) => at.getTime() === Math.min(...missing))?.revision;
        const tolerance = isOutOfBand !== undefined && isOutOfBand % 10 === 1 ? unknown : 0.001;
        expect(budget.hoursUnpatched).toBeGreaterThanOrEqual(truth - tolerance);
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});

test('a base AMI counts from the day that channels follow it, whatever was seen before', () => {
  const now = hoursAfter(TUESDAY, 54);
  const known = catalog({ 4171: '2025-09-09T18:00:00.000Z', ...OCTOBER });
  const base = { ...UNBAKED, at: hoursAfter(TUESDAY, 4).toISOString() };
  const input = { now, catalog: known, patchWithinSeconds: 72 * 3600 };
  expect(patchBudget({ ...input, current: base })).toMatchObject({
    hoursUnpatched: 50,
    missing: '10.0.20348.4294',
  });
  const before = { ...UNBAKED, at: hoursAfter(TUESDAY, -48).toISOString() };
  expect(patchBudget({ ...input, current: before }).hoursUnpatched).toBeCloseTo(102);
});

test('what is current is not missed, and a fresh pipeline counts from its first poll', () => {
  const now = hoursAfter(TUESDAY, 10);
  const input = { now, catalog: catalog(OCTOBER), patchWithinSeconds: 72 * 3600 };
  expect(patchBudget({ ...input, current: publicationAt(4294, TUESDAY) }).hoursUnpatched).toBe(0);
  const first = {
    ...input.catalog,
    observations: input.catalog.observations
      .slice(1)
      .map((one) => ({ ...one, at: '2025-10-15T01:00:00.000Z' })),
  };
  expect(patchBudget({ ...input, catalog: first, current: UNBAKED }).hoursUnpatched).toBeCloseTo(2);
});

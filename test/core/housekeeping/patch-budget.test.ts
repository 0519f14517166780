import fc from 'fast-check';
import { patchTuesday } from '../../../lib/core/calendar/patch-tuesday';
import { emptyCatalog } from '../../../lib/core/catalog/catalog';
import { patchBudget, readPatchBudget } from '../../../lib/core/housekeeping/patch-budget';
import type { Catalog } from '../../../lib/contract/documents/catalog';
import { parseRelease } from '../../../lib/contract/values/release';
import { memoryDocuments } from '../../support/memory-ports';
import { publicationAt, UNBAKED } from '../../support/pipeline-description';
import { propertyRuns } from '../../support/property-runs';
import { imageSet, setImage } from '../../support/right-evidence';

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

/** A pipeline whose very first poll, an hour after Patch Tuesday's release, showed what it has baked since. */
const BEGUN = hoursAfter(TUESDAY, 1).toISOString();
const YOUNG = {
  catalog: { ...catalog({}), observations: catalog({ 4171: BEGUN }).observations.slice(1) },
  current: { ...publicationAt(4171, hoursAfter(TUESDAY, 3).toISOString()), revisionSeenAt: BEGUN },
};

const CORE = 'windows/servercore';
const IIS = 'windows/servercore/iis';

test.each<[string, Partial<Parameters<typeof patchBudget>[0]>, number, number]>([
  ['what nobody has seen yet counts from 10:00 Pacific', {}, 9, 9],
  ['what nobody saw within 36 h did not come', {}, 37, 0],
  ['what the very first poll showed that day may lack them', YOUNG, 9, 9],
  ['what the very first poll showed has them where nothing newer came', YOUNG, 37, 0],
  ['it counts while nothing can be read', { unreadSince: { [CORE]: '2025-10-10T00:00:00.000Z' } }, 90, 90],
  ['it counts while the gate is silent', { polledAt: new Date('2025-10-13T00:00:00.000Z') }, 90, 90],
  ['what nobody has seen counts to the end of the 36 h', {}, 36, 36],
  [
    'it counts while all has been unread since the end of the 36 h',
    { unreadSince: { [CORE]: hoursAfter(TUESDAY, 36).toISOString() } },
    90,
    90,
  ],
  ['it counts where the gate polled last at their end', { polledAt: hoursAfter(TUESDAY, 36) }, 90, 90],
  ['it does not where the gate polled after it', { polledAt: hoursAfter(TUESDAY, 36.1) }, 90, 0],
  [
    'one repository of two that can be read saw that nothing came',
    {
      catalog: withRepository(catalog({}), IIS),
      unreadSince: { [CORE]: '2025-10-10T00:00:00.000Z' },
    },
    90,
    0,
  ],
  [
    'of a set its own repositories count, whatever else was seen',
    {
      catalog: withSet(withRepository(catalog({}), IIS)),
      unreadSince: { [CORE]: '2025-10-10T00:00:00.000Z' },
    },
    90,
    90,
  ],
  ['before anything was seen nothing is missed', { catalog: { ...catalog({}), observations: [] } }, 9, 0],
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

/** What another repository showed at the same time as the first. */
function withRepository(known: Catalog, repository: string): Catalog {
  const [first] = known.observations;
  return { ...known, observations: [...known.observations, { ...first!, repository }] };
}

/** A set of servercore alone. */
function withSet(known: Catalog): Catalog {
  const images = [setImage('servercore', '10.0.20348.4171')];
  return { ...known, sets: [imageSet('set-1', '2025-09-10T00:00:00.000Z', '10.0.20348.4171', images)] };
}

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

test('what came within 36 h of Patch Tuesday is its own, what came later is out of band', () => {
  const input = { now: hoursAfter(TUESDAY, 100), current: CURRENT, patchWithinSeconds: 72 * 3600 };
  const of = (hours: number) =>
    patchBudget({ ...input, catalog: catalog({ 4294: hoursAfter(TUESDAY, hours).toISOString() }) });
  expect(of(36)).toMatchObject({ hoursUnpatched: 100, missing: '10.0.20348.4294' });
  expect(of(36.1)).toMatchObject({ hoursUnpatched: 0, missing: undefined });
});

test('where channels point nowhere all that was seen is missed, from its own day on', () => {
  const input = { now: hoursAfter(TUESDAY, 10), current: undefined, patchWithinSeconds: 72 * 3600 };
  expect(patchBudget({ ...input, catalog: catalog(OCTOBER) }).missing).toBe('10.0.20348.4052');
});

test('a base AMI may have all that was out when channels were pointed to it, but for the newest', () => {
  const known = catalog({ 4171: '2025-09-09T18:00:00.000Z', ...OCTOBER });
  const of = (at: string) =>
    patchBudget({
      now: hoursAfter(TUESDAY, 54),
      catalog: known,
      current: { ...UNBAKED, at },
      patchWithinSeconds: 72 * 3600,
    });
  // At the very instant of its first sight it was out.
  expect(of(OCTOBER[4294])).toMatchObject({ hoursUnpatched: 52.5, missing: '10.0.20348.4294' });
  expect(of('2025-10-01T00:00:00.000Z').missing).toBe('10.0.20348.4171');
});

test('the last poll of the gate and what it could not read are read from documents', async () => {
  const input = {
    now: hoursAfter(TUESDAY, 90),
    catalog: catalog({}),
    current: CURRENT,
    patchWithinSeconds: 72 * 3600,
  };
  const last = (at: string) => ({
    schema: 'winbake.last-decision/1' as const,
    at,
    decision: 'nothing' as const,
    reason: 'x',
    findings: [],
    changesAt: null,
  });
  const of = (one?: ReturnType<typeof last>) =>
    readPatchBudget(memoryDocuments(), parseRelease('2022'), one, input).then(
      ({ hoursUnpatched }) => hoursUnpatched,
    );
  expect(await of()).toBe(0);
  expect(await of(last('2025-10-13T00:00:00.000Z'))).toBe(90);
  expect(await of(last('2025-10-18T00:00:00.000Z'))).toBe(0);
});

import { emptyCatalog } from '../../../lib/core/catalog/catalog';
import { patchBudget } from '../../../lib/core/housekeeping/patch-budget';
import type { Catalog } from '../../../lib/contract/documents/catalog';
import { parseRelease } from '../../../lib/contract/values/release';
import { publicationAt, UNBAKED } from '../../support/pipeline-description';

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
    hosts: hosts.map((revision) => ({ at: TUESDAY, revision, bake: String(revision) })),
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
    'one that a host has counts from its first sight',
    catalog(OUT_OF_BAND, [4297]),
    hoursAfter(OUT_OF_BAND[4297], 9),
    4297,
    9,
  ],
  ['nothing accepted', catalog({}), hoursAfter(TUESDAY, 9), undefined, 0],
])('%s', (_name, known, now, revision, hours) => {
  const budget = patchBudget({ now, catalog: known, current: CURRENT, patchWithinSeconds: 72 * 3600 });
  expect(budget.missing).toBe(revision === undefined ? undefined : `10.0.20348.${revision}`);
  expect(budget.hoursUnpatched).toBeCloseTo(hours);
  expect(budget.percent).toBeCloseTo((hours / 72) * 100);
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

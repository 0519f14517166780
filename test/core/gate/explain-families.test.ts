import type { Catalog, Observation } from '../../../lib/contract/documents/catalog';
import { DEFAULT_GATE_POLICY } from '../../../lib/contract/values/gate-policy';
import { parseRelease } from '../../../lib/contract/values/release';
import { emptyCatalog } from '../../../lib/core/catalog/catalog';
import { explainFamilies } from '../../../lib/core/gate/explain-families';
import type { FamilyPoll } from '../../../lib/core/gate/gate-input';
import { familyOf } from '../../../lib/core/images/family';
import { parseImageExtras } from '../../../lib/core/images/image-extra';
import { digestOf } from '../../../sim/registry/memory-registry';

const RELEASE = parseRelease('2022');
const NOW = new Date('2025-10-15T06:00:00.000Z');
type Name = 'servercore' | 'iis' | 'framework-sdk';
const FAMILY = {
  servercore: familyOf('servercore', RELEASE),
  iis: familyOf('iis', RELEASE),
  'framework-sdk': familyOf('framework-sdk', RELEASE),
};

/** What a family was seen to show, oldest first: an instant and a revision. */
function seen(name: Name, ...all: readonly (readonly [at: string, revision: number])[]): Observation[] {
  const { floatingTags, repository } = FAMILY[name];
  return all.map(([at, revision]) => ({
    at: new Date(at).toISOString(),
    repository,
    tag: floatingTags[0]!,
    digest: digestOf(`${name} ${revision}`),
    platformDigest: digestOf(`${name} ${revision}`),
    osVersion: `10.0.20348.${revision}`,
    compressedBytes: null,
  }));
}

function pollOf(name: Name, revision: number | undefined): FamilyPoll {
  const family = FAMILY[name];
  const digest = digestOf(`${name} ${revision ?? ''}`);
  const osVersion = { build: RELEASE.build, revision: revision ?? 0 };
  const image = {
    tag: family.floatingTags[0]!,
    digest,
    platformDigest: digest,
    osVersion,
    compressedBytes: 1,
  };
  return { family, image: revision === undefined ? undefined : image, findings: [] };
}

function explain(
  shown: Readonly<Partial<Record<Name, number | undefined>>>,
  observations: readonly Observation[],
  extras: readonly string[] = [],
) {
  const catalog: Catalog = { ...emptyCatalog(RELEASE), observations: [...observations] };
  const polls = Object.entries(shown).map(([name, revision]) => pollOf(name as Name, revision));
  const parsed = parseImageExtras({ extras, previousRevisions: 0 }, { release: RELEASE, families: ['iis'] });
  return explainFamilies(
    { now: NOW, release: RELEASE, policy: DEFAULT_GATE_POLICY, catalog, polls },
    parsed.map((extra) => ({ extra, poll: { ...pollOf('framework-sdk', 4294), family: extra.family } })),
  );
}

const SEPTEMBER = '2025-09-09T18:00:00.000Z';
const [SIX, EIGHT] = ['2025-10-14T18:00:00.000Z', '2025-10-14T20:00:00.000Z'];
const BOTH_BEFORE = [...seen('servercore', [SEPTEMBER, 4171]), ...seen('iis', [SEPTEMBER, 4171])];

test('a family that came later than the first is late by that, and behind no more', () => {
  const [first, second] = explain({ servercore: 4294, iis: 4294 }, [
    ...BOTH_BEFORE,
    ...seen('servercore', [SIX, 4294]),
    ...seen('iis', [EIGHT, 4294]),
  ]);
  expect(first).toEqual({
    family: 'servercore',
    tag: 'windows/servercore:ltsc2022',
    shows: '10.0.20348.4294',
    since: SIX,
    counts: '10.0.20348.4294',
    isBehind: false,
    lateHours: 0,
  });
  expect(second).toMatchObject({ family: 'iis', since: EIGHT, isBehind: false, lateHours: 2 });
});

test('a family that has not come is behind, and late until now', () => {
  const [, iis] = explain({ servercore: 4294, iis: 4171 }, [
    ...BOTH_BEFORE,
    ...seen('servercore', [SIX, 4294]),
  ]);
  expect(iis).toMatchObject({ shows: '10.0.20348.4171', since: SEPTEMBER, isBehind: true, lateHours: 12 });
});

test('what the first poll of all showed is of unknown age', () => {
  const families = explain({ servercore: 4171, iis: 4171 }, BOTH_BEFORE);
  expect(families.map(({ isBehind, lateHours }) => [isBehind, lateHours])).toEqual([
    [false, null],
    [false, null],
  ]);
});

test('a tag that went back counts as before, and shows since then', () => {
  const [core] = explain(
    { servercore: 4171 },
    seen('servercore', [SEPTEMBER, 4171], [SIX, 4294], [EIGHT, 4171]),
  );
  expect(core).toMatchObject({
    shows: '10.0.20348.4171',
    since: EIGHT,
    counts: '10.0.20348.4294',
    isBehind: false,
  });
});

test('what is shown for the first time has no beginning that is known', () => {
  const [core] = explain({ servercore: 4294 }, []);
  expect(core).toMatchObject({ shows: '10.0.20348.4294', since: null, lateHours: null });
});

test('a family that cannot be read shows nothing, and the newest that was seen counts', () => {
  const [core, iis] = explain({ servercore: undefined, iis: 4294 }, [
    ...BOTH_BEFORE,
    ...seen('iis', [SIX, 4294]),
  ]);
  expect(core).toMatchObject({
    tag: 'windows/servercore:ltsc2022',
    shows: null,
    since: null,
    counts: '10.0.20348.4171',
    isBehind: true,
    lateHours: 12,
  });
  expect(iis).toMatchObject({ lateHours: 0 });
});

test('where nothing was ever seen nothing counts', () => {
  const [core] = explain({ servercore: undefined }, []);
  expect(core).toMatchObject({ shows: null, since: null, counts: null, lateHours: null });
});

test('an extra stands after the families, with what is taken of it; nothing waits for it', () => {
  const families = explain(
    { iis: 4294 },
    [...seen('iis', [SEPTEMBER, 4171], [SIX, 4294]), ...seen('framework-sdk', [EIGHT, 4294])],
    ['framework-sdk'],
  );
  expect(families).toHaveLength(2);
  expect(families[1]).toEqual({
    family: expect.stringContaining('framework-sdk@'),
    tag: expect.stringContaining('dotnet/framework/sdk:'),
    shows: '10.0.20348.4294',
    since: EIGHT,
    counts: '10.0.20348.4294',
    isBehind: false,
    lateHours: null,
  });
});

test('of several extras each has its own, and none where nothing of it can be taken', () => {
  const families = explain({ iis: 4171 }, seen('iis', [SEPTEMBER, 4171]), [
    'framework-sdk',
    'framework-runtime',
  ]);
  expect(families.map(({ counts }) => counts)).toEqual(['10.0.20348.4171', null, null]);
  const newer = explain({ iis: 4294 }, seen('iis', [SEPTEMBER, 4294]), [
    'framework-runtime',
    'framework-sdk',
  ]);
  expect(newer.map(({ family }) => family.split('@')[0])).toEqual([
    'iis',
    'framework-runtime',
    'framework-sdk',
  ]);
});

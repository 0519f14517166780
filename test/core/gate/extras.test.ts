import { emptyCatalog, withObservations } from '../../../lib/core/catalog/catalog';
import type { ExtraPoll, FailedOrder, PublishedBake } from '../../../lib/core/gate/gate-input';
import { observationsOf, observeFamilies, observeExtras } from '../../../lib/core/gate/observe';
import { familyOf } from '../../../lib/core/images/family';
import { parseImageExtras } from '../../../lib/core/images/image-extra';
import { rememberingRegistry } from '../../../lib/core/images/read-images';
import { inShort } from '../../support/gate-history';
import { GateState } from '../../support/gate-state';
import { memoryRegistry } from '../../../sim/registry/memory-registry';
import { digestOf, type TagShape } from '../../../sim/registry/memory-registry';

const BEFORE = '2025-10-01T00:00:00Z';
const LATER = '2025-10-02T00:00:00Z';
const TUESDAY = '2025-10-14T18:00:00Z';
const all = (revision: number) => ({ servercore: revision, iis: revision });

/** A gate that also caches extras, which show revisions; a previous revision shows nothing of its own. */
class ExtraState extends GateState {
  extras(
    shown: Readonly<Record<string, number | undefined>>,
    lines: Readonly<Record<string, string>> = {},
    previousRevisions = 0,
  ): readonly ExtraPoll[] {
    return parseImageExtras(
      { extras: Object.keys(shown), previousRevisions },
      { release: this.release, families: ['servercore', 'iis'], lines },
    ).map((extra, index) => {
      const revision = Object.values(shown)[index];
      const { family } = extra;
      const digest = digestOf(`${family.repository} ${revision ?? ''}`);
      const image = {
        ...{ tag: family.floatingTags[0]!, digest, platformDigest: digest, compressedBytes: 1 },
        osVersion: { build: family.release.build, revision: revision ?? 0 },
      };
      return { extra, poll: { family, image: revision === undefined ? undefined : image, findings: [] } };
    });
  }

  inspect(
    instant: string,
    revisions: Readonly<Record<string, number>>,
    extras: readonly ExtraPoll[],
    more = {},
  ) {
    const polls = extras.map(({ poll }) => poll);
    this.catalog = withObservations(this.catalog, observationsOf(polls, new Date(instant)));
    return this.poll(instant, revisions, { extras, ...more });
  }
}

function published(set: string): PublishedBake {
  return { set, at: BEFORE, recipeArn: 'recipe', scriptsSha256: 'scripts', baseAmiId: 'ami' };
}

const shownBy = ({ set }: ReturnType<GateState['poll']>) =>
  set?.images.map(({ family, tag, osVersion, late }) => [family, tag, Number(osVersion.split('.')[3]), late]);

test('extras stand in the set after the families, chosen by R1', () => {
  const gate = new ExtraState('2025');
  gate.poll(BEFORE, all(90));
  const extras = gate.extras({ 'framework-sdk': 100, 'servercore@2022': 5000 }, {}, 1);
  expect(shownBy(gate.inspect(TUESDAY, all(100), extras))).toEqual([
    ['servercore', 'ltsc2025', 100, false],
    ['iis', 'windowsservercore-ltsc2025', 100, false],
    ['framework-sdk@extra', '4.8.1-windowsservercore-ltsc2025', 100, false],
    ['servercore@2022', 'ltsc2022', 5000, false],
    ['servercore@previous', '10.0.26100.90', 90, false],
    ['iis@previous', '10.0.26100.90', 90, false],
  ]);
});

test('each previous revision is below the one after it, also where a family is late', () => {
  const gate = new ExtraState();
  for (const [day, revision] of [70, 80, 90].entries()) {
    gate.poll(`2025-09-0${day + 1}T00:00:00Z`, all(revision));
  }
  gate.poll(LATER, { servercore: 100, iis: 90 });
  const { decision, set } = gate.poll(
    '2025-10-03T12:15:00Z',
    { servercore: 100, iis: 90 },
    { extras: gate.extras({}, {}, 2) },
  );
  expect(decision).toBe('bake');
  expect(set?.images.map(({ family, osVersion }) => `${family} ${osVersion.split('.')[3]!}`)).toEqual([
    'servercore 100',
    'iis 90',
    'servercore@previous 90',
    'iis@previous 80',
    'servercore@previous2 80',
    'iis@previous2 70',
  ]);
});

test('of a previous revision that was pushed again the last image counts', () => {
  const gate = new ExtraState();
  gate.poll('2025-09-01T00:00:00Z', all(90));
  const image = { tag: 'windowsservercore-ltsc2022', osVersion: '10.0.20348.90', compressedBytes: 1 };
  const again = (at: string, digest: string) => ({
    ...{ ...image, at, repository: 'windows/servercore/iis', digest: digestOf(digest) },
    platformDigest: digestOf(digest),
  });
  gate.catalog = withObservations(gate.catalog, [
    again('2025-09-05T00:00:00Z', 'second push'),
    again('2025-09-09T00:00:00Z', 'third push'),
  ]);
  const { set } = gate.poll(TUESDAY, all(100), { extras: gate.extras({}, {}, 1) });
  expect(set?.images.find(({ family }) => family === 'iis@previous')).toMatchObject({
    osVersion: '10.0.20348.90',
    digest: digestOf('third push'),
  });
});

test('an extra that is late or missing is said; it neither delays nor mixes', () => {
  const gate = new ExtraState();
  const decision = gate.inspect(BEFORE, all(100), gate.extras({ 'framework-sdk': 90, server: undefined }));
  expect(inShort(decision)).toBe('bake, LATE framework-sdk@extra, HOST_WITHOUT_IMAGE server@extra');
  expect(decision.findings.map(({ severity }) => severity)).toEqual(['info', 'info']);
});

test('an extra newer than the set is not taken; what was seen of it before is', () => {
  const gate = new ExtraState();
  gate.inspect(BEFORE, all(100), gate.extras({ 'framework-sdk': 95 }));
  expect(shownBy(gate.inspect(LATER, all(100), gate.extras({ 'framework-sdk': 120 })))?.at(-1)).toEqual([
    'framework-sdk@extra',
    '4.8.1-windowsservercore-ltsc2022',
    95,
    false,
  ]);
  const fresh = new ExtraState();
  const none = fresh.inspect(BEFORE, all(100), fresh.extras({ 'framework-sdk': 120 }));
  expect(inShort(none)).toBe('bake, HOST_WITHOUT_IMAGE framework-sdk@extra');
});

test('a newer extra makes another set and no order; the next bake takes it', () => {
  const gate = new ExtraState();
  const baked = gate.inspect(BEFORE, all(100), gate.extras({ 'framework-sdk': 90 })).set!;
  const next = gate.inspect(LATER, all(100), gate.extras({ 'framework-sdk': 100 }), {
    published: published(baked.id),
  });
  expect(next.decision).toBe('nothing');
  expect(next.set?.id).not.toBe(baked.id);
  expect(gate.catalog.sets.map(({ id }) => id)).toEqual([next.set?.id, baked.id]);
});

test('an extra that moves does not let a failed order be tried again', () => {
  const gate = new ExtraState();
  const { set } = gate.inspect(BEFORE, all(100), gate.extras({ 'framework-sdk': 90 }));
  const failed: FailedOrder = {
    ...{ id: 'order', set: set!.id, recipeArn: 'recipe', scriptsSha256: 'scripts' },
    attempt: 2,
    at: BEFORE,
  };
  expect(gate.inspect(LATER, all(100), gate.extras({ 'framework-sdk': 100 }), { failed }).decision).toBe(
    'needsOperator',
  );
});

test.each<[string, string, number | undefined, string]>([
  ['2025-10-13T23:59:00Z', '4.8', 100, ''],
  ['2025-10-14T00:00:00Z', '4.8', 100, ', RETIRED_LINE framework-sdk@extra'],
  ['2025-10-01T00:00:00Z', '4.9', 100, ''],
  [
    '2025-10-01T00:00:00Z',
    '4.9',
    undefined,
    ', RETIRED_LINE framework-sdk@extra, HOST_WITHOUT_IMAGE framework-sdk@extra',
  ],
])('at %s an extra of the line %s that shows %s', (instant, line, revision, found) => {
  const gate = new ExtraState();
  const extras = gate.extras({ 'framework-sdk': revision }, { 'framework-sdk': line });
  const decision = gate.inspect(instant, all(100), extras);
  expect(inShort(decision)).toBe(`bake${found}`);
});

test('a poll of an extra is due again when its line ends', () => {
  const gate = new ExtraState();
  const extras = gate.extras({ 'framework-sdk': 100 }, { 'framework-sdk': '4.8' });
  const { set } = gate.inspect(BEFORE, all(100), extras);
  const decision = gate.inspect(LATER, all(100), extras, { published: published(set!.id) });
  expect(decision.changesAt).toEqual(new Date('2025-10-14T00:00:00Z'));
});

test('2016 takes an extra of the very revision only', () => {
  const gate = new ExtraState('2016');
  expect(inShort(gate.inspect(BEFORE, all(100), gate.extras({ 'framework-sdk': 90 })))).toBe(
    'bake, HOST_WITHOUT_IMAGE framework-sdk@extra',
  );
});

test('what is built on servercore is read as far as its previous revision, and not an older one instead', async () => {
  const { release } = new GateState();
  const tag = (revision: number): TagShape => ({
    flavour: 'docker',
    list: false,
    images: [{ osVersion: `10.0.20348.${revision}`, versionInEntry: false }],
  });
  const dated = (month: number) => `20250${month}09-windowsservercore-ltsc2022`;
  const shape = {
    'windows/servercore': { ltsc2022: tag(100), '10.0.20348.90': tag(90), '10.0.20348.80': tag(80) },
    'windows/servercore/iis': {
      'windowsservercore-ltsc2022': tag(100),
      [dated(9)]: tag(90),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((month) => [dated(month), tag(10 * month)])),
    },
  };
  const names = ['servercore', 'iis'];
  const families = names.map((name) => familyOf(name, release));
  const extras = parseImageExtras({ extras: [], previousRevisions: 2 }, { release, families: names });
  const empty = emptyCatalog(release);
  const registry = memoryRegistry(shape);
  const polls = await observeFamilies(registry, families, empty);
  const found = await observeExtras(rememberingRegistry(registry), extras, polls, empty);
  expect(found.map(({ extra, poll }) => [extra.family.name, poll.image?.osVersion.revision])).toEqual([
    ['servercore@previous', 90],
    ['iis@previous', 90],
    ['servercore@previous2', 80],
    ['iis@previous2', undefined],
  ]);
});

test.each([
  [1, [90]],
  [2, [90, 80]],
])(
  'a new pipeline reads %i previous revisions with their sizes from the other tags, once',
  async (previousRevisions, found) => {
    const { release } = new GateState();
    const tag = (revision: number) =>
      ({
        flavour: 'docker',
        list: true,
        images: [{ osVersion: `10.0.20348.${revision}`, versionInEntry: true }],
      }) as const;
    const registry = memoryRegistry({
      'windows/servercore': {
        ltsc2022: tag(100),
        '10.0.20348.100': tag(100),
        '10.0.20348.90': tag(90),
        '10.0.20348.70': tag(70),
        '10.0.20348.80': tag(80),
      },
    });
    const families = [familyOf('servercore', release)];
    const extras = parseImageExtras({ extras: [], previousRevisions }, { release, families: ['servercore'] });
    const empty = emptyCatalog(release);
    const polls = await observeFamilies(registry, families, empty);
    const first = await observeExtras(registry, extras, polls, empty);
    expect(first.map(({ poll }) => poll.image?.osVersion.revision)).toEqual(found);
    expect(first.every(({ poll }) => (poll.image?.compressedBytes ?? 0) > 0)).toBe(true);
    const known = withObservations(
      empty,
      observationsOf([...polls, ...first.map(({ poll }) => poll)], new Date(BEFORE)),
    );
    const asked = registry.asked.length;
    const again = await observeExtras(registry, extras, polls, known);
    expect(again.every(({ poll }) => poll.image === undefined)).toBe(true);
    expect(registry.asked).toHaveLength(asked);
  },
);

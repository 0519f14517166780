import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import type { Catalog } from '../../../lib/contract/documents/catalog';
import type { ImageManifest, Verification } from '../../../lib/contract/documents/evidence';
import type { Mode } from '../../../lib/contract/values/mode';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { RELEASES, releaseOfBuild } from '../../../lib/contract/values/release';
import {
  INSTANCE_CLOCK_SKEW_SECONDS,
  checkEvidence,
  LONGEST_PUBLICATION_DELAY_SECONDS,
  type EvidenceInput,
} from '../../../lib/core/publish/check-evidence';
import { EVIDENCE_CODES, publicationRefused } from '../../../lib/core/publish/publication-refused';
import { chooseImageSet } from '../../../lib/core/images/choose-image-set';
import { publicationAt, UNBAKED } from '../../support/pipeline-description';
import { imageSet, ORDERED_AT, RIGHT_BAKES, rightEvidence, setImage } from '../../support/right-evidence';

const RIGHT = { refusals: [], awaits: undefined };
const PLAIN = rightEvidence(RIGHT_BAKES['a set at the revision of the host']!);
const EXTRAS = rightEvidence(RIGHT_BAKES['extras of every kind']!);
const NEWER = rightEvidence(Object.values(RIGHT_BAKES)[1]!);

/** The evidence of the plain bake with changes. */
function changed(
  changes: Partial<EvidenceInput>,
  manifest: Partial<ImageManifest> = {},
  verification: Partial<Verification> = {},
  right = PLAIN,
): EvidenceInput {
  return {
    ...right,
    ...changes,
    manifest: { ...right.manifest, ...manifest },
    verification: { ...right.verification, ...verification },
  };
}

function codesOf(input: EvidenceInput): readonly string[] {
  return [...new Set(checkEvidence(input).refusals.map(({ code }) => code))];
}

describe('right evidence passes', () => {
  test.each(Object.entries(RIGHT_BAKES))('%s', (_name, bake) => {
    expect(checkEvidence(rightEvidence(bake))).toEqual(RIGHT);
  });

  const table = readFileSync(join(__dirname, '..', '..', 'fixtures', 'image-set-choice.json'), 'utf8');
  const choices = JSON.parse(table) as readonly {
    readonly name: string;
    readonly hostVersion: string;
    readonly ordered?: object;
    readonly targetRevision?: number;
    readonly sets: Catalog['sets'];
    readonly expected: { readonly set?: string; readonly modes?: Readonly<Record<string, Mode>> };
  }[];

  // The table that holds the instance's own choice, in PowerShell, to the rule.
  const unordered = choices.filter(({ expected, ordered }) => expected.set !== undefined && !ordered);
  test.each(unordered)('$name', (choice) => {
    const { expected, hostVersion, sets, targetRevision } = choice;
    const { build } = readOsVersion(hostVersion)!;
    const evidence = rightEvidence({
      ...{ hostVersion, sets, targetRevision: targetRevision ?? 0 },
      release: releaseOfBuild(build)!.name,
      ordered: sets.at(-1)!.id,
      taken: expected.set!,
      modes: expected.modes!,
    });
    expect(checkEvidence(evidence)).toEqual(RIGHT);
  });

  test('of any sets on any host that may run one of them', () => {
    const revision = fc.integer({ min: 100, max: 106 });
    const bake = fc.record({
      release: fc.constantFrom(...RELEASES),
      host: revision,
      target: revision,
      sets: fc.array(
        fc.record({
          images: fc.array(fc.record({ behind: fc.integer({ min: 0, max: 2 }), late: fc.boolean() }), {
            minLength: 1,
            maxLength: 3,
          }),
          target: revision,
          minute: fc.integer({ min: -30, max: 15 }),
          hasGuest: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      ordered: fc.nat(),
      namesSet: fc.boolean(),
    });
    let taken = 0;
    fc.assert(
      fc.property(bake, ({ host, namesSet, ordered, release, sets, target }) => {
        const version = (number: number) => `10.0.${release.build}.${number}`;
        const accepted = sets
          .map(({ hasGuest, images, minute, target: top }, index) => {
            const at = new Date(Date.parse('2025-10-15T06:00:00Z') + minute * 60_000).toISOString();
            const own = images.map(({ behind, late }, family) =>
              setImage(`family${family}`, version(top - behind), late),
            );
            const guest = hasGuest && release.name === '2025' ? [setImage('iis@2022', '10.0.20348.9')] : [];
            return imageSet(`set${index}`, at, version(top), [...own, ...guest]);
          })
          .sort((one, other) => (one.at < other.at ? 1 : -1));
        const order = accepted[ordered % accepted.length]!.id;
        const wanted = { set: order, at: new Date(ORDERED_AT), targetRevision: target };
        const choice = chooseImageSet(accepted, { build: release.build, revision: host }, wanted);
        if (!('set' in choice)) {
          return;
        }
        taken += 1;
        const evidence = rightEvidence({
          release: release.name,
          hostVersion: version(host),
          sets: accepted,
          ordered: order,
          targetRevision: target,
          taken: choice.set.id,
          modes: choice.modes,
          namesSet: namesSet || order !== choice.set.id,
        });
        expect(checkEvidence(evidence)).toEqual(RIGHT);
        // What came to be known afterwards makes right evidence no less right.
        const later = imageSet('later', '2025-10-15T07:00:00.000Z', version(host), [
          setImage('servercore', version(host)),
        ]);
        const grown = { ...evidence.catalog, sets: [later, ...evidence.catalog.sets] };
        expect(checkEvidence({ ...evidence, catalog: grown })).toEqual(RIGHT);
      }),
      { numRuns: propertyRuns(2000) },
    );
    expect(taken).toBeGreaterThan(200);
  });

  test('an instance whose clock is off by what S3 lets pass, and a service that reports no times', () => {
    const off = INSTANCE_CLOCK_SKEW_SECONDS * 1000;
    const { endedAt, startedAt } = PLAIN.build as { startedAt: Date; endedAt: Date };
    const early = new Date(startedAt.getTime() - off).toISOString();
    const late = new Date(endedAt.getTime() + off).toISOString();
    expect(checkEvidence(changed({}, { startedAt: early, finishedAt: late }))).toEqual(RIGHT);
    const untimed = { startedAt: undefined, endedAt: undefined };
    expect(checkEvidence(changed({ build: untimed }))).toEqual(RIGHT);
  });

  test('further checks of younger scripts', () => {
    const checks = [...PLAIN.verification.checks, { name: 'something new', ok: true, detail: '' }];
    expect(checkEvidence(changed({}, {}, { checks }))).toEqual(RIGHT);
  });
});

const [servercore, iis] = PLAIN.manifest.images as [ImageManifest['images'][0], ImageManifest['images'][0]];
const host = (osVersion: string) => ({ host: { osVersion } });
const withBuild = (build: number, revision: number) => host(`10.0.${build}.${revision}`);
const [firstSet] = PLAIN.catalog.sets as [Catalog['sets'][number]];

/** What was published and promoted before evidence was judged, and what only comes near it. */
test.each<[string, EvidenceInput, readonly string[]]>([
  [
    'an image newer than its host',
    changed({}, { images: [{ ...servercore, osVersion: '10.0.20348.4999' }, iis] }),
    ['EVIDENCE_IMAGE_FIT', 'EVIDENCE_IMAGE', 'EVIDENCE_MODE'],
  ],
  [
    'an image of another build',
    changed({}, { images: [{ ...servercore, osVersion: '10.0.26100.4294' }, iis] }),
    ['EVIDENCE_IMAGE_FIT', 'EVIDENCE_IMAGE', 'EVIDENCE_MODE'],
  ],
  [
    'no image and no check',
    changed({}, { images: [] }, { images: [], checks: [] }),
    ['EVIDENCE_FAMILIES', 'EVIDENCE_CHECK_MISSING'],
  ],
  [
    'one of the families',
    changed({}, { images: [servercore] }, { images: PLAIN.verification.images.slice(0, 1) }),
    ['EVIDENCE_FAMILIES'],
  ],
  ['a family twice', changed({}, { images: [servercore, servercore, iis] }), ['EVIDENCE_FAMILIES']],
  [
    'no container that ever started',
    changed(
      {},
      {},
      {
        images: PLAIN.verification.images.map((one) => ({
          ...one,
          firstStartSeconds: null,
          secondStartSeconds: null,
        })),
        checks: [],
      },
    ),
    ['EVIDENCE_CHECK_MISSING', 'EVIDENCE_START'],
  ],
  [
    'an older image that claims to be exact',
    changed(
      {
        catalog: {
          ...PLAIN.catalog,
          sets: [{ ...firstSet, images: [setImage('servercore', '10.0.20348.4194'), firstSet.images[1]!] }],
        },
      },
      { images: [{ ...servercore, ...rightImage('10.0.20348.4194') }, iis] },
      {
        images: PLAIN.verification.images.map((one) =>
          one.family === 'servercore' ? { ...one, digest: rightImage('10.0.20348.4194').digest } : one,
        ),
      },
    ),
    ['EVIDENCE_MODE'],
  ],
  [
    'a host below the target of its order',
    changed({}, withBuild(20348, 4100), withBuild(20348, 4100)),
    ['EVIDENCE_HOST_BELOW_TARGET', 'EVIDENCE_IMAGE_FIT', 'EVIDENCE_MODE'],
  ],
  [
    'a host of another build',
    changed({}, withBuild(26100, 4294), withBuild(26100, 4294)),
    ['EVIDENCE_HOST_BUILD', 'EVIDENCE_SET', 'EVIDENCE_IMAGE_FIT', 'EVIDENCE_MODE'],
  ],
  ['another os', changed({}, { os: 'SERVER_2022_FULL' }), ['EVIDENCE_OS']],
  ['scripts of another order', changed({}, { scripts: { sha256: 'd'.repeat(64) } }), ['EVIDENCE_SCRIPTS']],
  ['a set that no catalog has', changed({}, { set: 'invented' }), ['EVIDENCE_SET']],
  [
    'an older set than the one that was ordered, whole as it is',
    rightEvidence({
      ...RIGHT_BAKES['a set at the revision of the host']!,
      taken: '20348.4171-1',
      modes: { servercore: 'nearestLower', iis: 'nearestLower' },
    }),
    ['EVIDENCE_SET'],
  ],
  [
    'an order of another release',
    changed({ order: { ...PLAIN.order, release: '2019' } }),
    ['EVIDENCE_ORDER'],
  ],
  ['a manifest that was not finished', changed({}, { finishedAt: null }), ['EVIDENCE_UNFINISHED']],
  [
    'a 2022 image as an own family of a 2025 host',
    changed(
      {},
      { images: EXTRAS.manifest.images.map((one) => ({ ...one, family: one.family.replace(/@2022$/, '') })) },
      {},
      EXTRAS,
    ),
    ['EVIDENCE_FAMILIES', 'EVIDENCE_IMAGE_FIT', 'EVIDENCE_IMAGE', 'EVIDENCE_IMAGE_UNVERIFIED'],
  ],
  [
    'a newer set than that of the order, which was known when the order was made',
    changed(
      {
        catalog: {
          ...NEWER.catalog,
          sets: NEWER.catalog.sets.map((set) => ({ ...set, at: '2025-10-15T05:00:00Z' })),
        },
      },
      {},
      {},
      NEWER,
    ),
    ['EVIDENCE_SET'],
  ],
  [
    'a set of before another one that fits and was known when the order was made',
    evidenceOfOlder('2025-09-20T06:00:00.000Z', '2025-09-10T06:00:00.000Z'),
    ['EVIDENCE_SET'],
  ],
  [
    'a set older than another one that fits and was known when the set of the order was',
    evidenceOfOlder('2025-10-15T06:02:00.000Z', '2025-10-15T06:03:00.000Z'),
    ['EVIDENCE_SET'],
  ],
  [
    'a manifest of an instant after the build',
    changed({}, { finishedAt: '2025-10-15T07:45:01.000Z' }),
    ['EVIDENCE_INSTANT'],
  ],
  [
    'a manifest of an instant before the build',
    changed({}, { startedAt: '2025-10-15T05:45:59.000Z' }),
    ['EVIDENCE_INSTANT'],
  ],
  [
    'a manifest of 2031, where Image Builder reports no times',
    changed(
      { build: { startedAt: undefined, endedAt: undefined } },
      { startedAt: '2031-01-01T00:00:00Z', finishedAt: '2031-01-01T00:01:00Z' },
    ),
    ['EVIDENCE_INSTANT'],
  ],
  [
    'a manifest that was finished before it was started',
    changed({}, { finishedAt: '2025-10-15T06:19:59.000Z' }),
    ['EVIDENCE_INSTANT'],
  ],
  ['a publication of 2031', changed({ now: new Date('2031-01-01T00:00:00Z') }), ['EVIDENCE_CLOCK']],
  ['a publication before its image', changed({ now: new Date('2025-10-15T07:00:00Z') }), ['EVIDENCE_CLOCK']],
])('%s is refused', (_name, input, codes) => {
  const verdict = checkEvidence(input);
  expect(codesOf(input)).toEqual(codes);
  expect(verdict.awaits).toBeUndefined();
  for (const { message } of verdict.refusals) {
    expect(message).toMatch(/; got: .+[^.]$/s);
  }
});

/** A bake with the oldest of three sets, where the newer one fits the host and the ordered one does not. */
function evidenceOfOlder(newerAt: string, orderedAt: string): EvidenceInput {
  const of = (id: string, at: string, revision: number) =>
    imageSet(id, at, `10.0.20348.${revision}`, [setImage('servercore', `10.0.20348.${revision}`)]);
  const sets = [
    of('ordered', orderedAt, 4294),
    of('newer', newerAt, 4171),
    of('taken', '2025-08-12T06:00:00.000Z', 4052),
  ];
  return rightEvidence({
    release: '2022',
    hostVersion: '10.0.20348.4171',
    sets: sets.sort((one, other) => (one.at < other.at ? 1 : -1)),
    ordered: 'ordered',
    targetRevision: 4052,
    taken: 'taken',
    modes: { servercore: 'nearestLower' },
  });
}

function rightImage(osVersion: string) {
  const { aliases, digest } = setImage('servercore', osVersion);
  return { aliases, digest, osVersion };
}

describe('a host below what stands', () => {
  const latest = publicationAt(4350, '2025-10-01T00:00:00.000Z');
  const finding = 'HOST_BELOW_LATEST 10.0.20348.4294 10.0.20348.4350';
  const accepting = (name: string) => ({
    ...PLAIN.catalog,
    accepted: [{ finding: name, by: 'ops', at: '2025-10-15T08:00:00Z' }],
  });

  test('waits for a person, who accepts this host below this publication', () => {
    expect(checkEvidence(changed({ latest }))).toEqual({
      refusals: [],
      awaits: {
        finding,
        message: 'the host is below the revision of "latest", 10.0.20348.4350; got: 10.0.20348.4294',
      },
    });
    expect(checkEvidence(changed({ latest, catalog: accepting(finding) }))).toEqual(RIGHT);
    const other = accepting('HOST_BELOW_LATEST 10.0.20348.4294 10.0.20348.4300');
    expect(checkEvidence(changed({ latest, catalog: other })).awaits?.finding).toBe(finding);
  });

  test.each([
    ['no publication', { latest: undefined }],
    ['the plain base AMI', { latest: { ...UNBAKED, osVersion: '10.0.20348.9999' } }],
    ['one of the same revision', { latest: publicationAt(4294, '2025-10-01T00:00:00.000Z') }],
    ['an older one', { latest: publicationAt(4171, '2025-10-01T00:00:00.000Z') }],
    ['one that came after this image was recorded', { latest, isRecorded: true }],
  ])('is none beside %s', (_name, changes) => {
    expect(checkEvidence(changed(changes))).toEqual(RIGHT);
  });

  test('is no way to pass evidence that is refused', () => {
    const input = changed({ latest, catalog: accepting(finding) }, { os: 'SERVER_2022_FULL' });
    expect(codesOf(input)).toEqual(['EVIDENCE_OS']);
  });
});

test('an image that was recorded in time is published to its end at any time', () => {
  const late = new Date(Date.parse('2025-10-15T07:30:00Z') + LONGEST_PUBLICATION_DELAY_SECONDS * 1000 + 1);
  expect(codesOf(changed({ now: late }))).toEqual(['EVIDENCE_CLOCK']);
  expect(checkEvidence(changed({ now: late, isRecorded: true }))).toEqual(RIGHT);
});

test('the error holds the first reasons, and what the instance wrote at a bearable length', () => {
  const { refusals } = checkEvidence(
    changed({}, { os: `\u001b[2J${'x'.repeat(5000)}`, images: [] }, { images: [], checks: [] }),
  );
  const error = publicationRefused(refusals);
  expect(error.code).toBe('PUBLICATION_REFUSED');
  expect(error.message).toMatch(
    /^Nothing was published\. EVIDENCE_OS: .*got: "\\u001b\[2Jx+\.\.\."\. EVIDENCE_FAMILIES: .* \d more reasons .*with --force bakes at once\. docs\/publication\.md explains the codes\.$/,
  );
  expect(error.message.length).toBeLessThan(1500);
});

test('every code is explained', () => {
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'publication.md'), 'utf8');
  for (const code of [...EVIDENCE_CODES, 'HOST_BELOW_LATEST']) {
    expect(page).toContain(`\n${code}  `);
  }
});

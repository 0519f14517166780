import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageManifestSchema, verificationSchema } from '../../../lib/contract/documents/evidence';
import { MODES } from '../../../lib/contract/values/mode';
import { readOsVersion } from '../../../lib/contract/values/os-version';
import { checkEvidence, type EvidenceInput } from '../../../lib/core/publish/check-evidence';
import { BUILD_ENDED_AT, ORDERED_AT, RIGHT_BAKES, rightEvidence } from '../../support/right-evidence';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

/** One change of a leaf: `invalid` values no instance could write, `other` ones of the same form, `removed` ones. */
interface Change {
  readonly kind: 'invalid' | 'other' | 'removed';
  readonly value?: Json;
}

/**
 * The leaves that nothing judges, as `docs/publication.md` lists them. Each row says which kind of change passes; any
 * other change of the leaf is refused.
 */
const IRRELEVANT: readonly {
  readonly leaf: string;
  readonly kind: Change['kind'];
  readonly reason: string;
}[] = [
  {
    leaf: 'manifest.images.*.imageId',
    kind: 'other',
    reason: "docker's own id, which the test instance compared; no registry and no catalog knows it",
  },
  { leaf: 'manifest.images.*.bytesOnDisk', kind: 'other', reason: 'a measurement' },
  { leaf: 'manifest.images.*.pullSeconds', kind: 'other', reason: 'a measurement' },
  { leaf: 'manifest.pulledBytes', kind: 'other', reason: 'a measurement' },
  { leaf: 'manifest.freeBytesLowest', kind: 'other', reason: 'a measurement' },
  {
    leaf: 'manifest.catalog.sha256',
    kind: 'other',
    reason: 'the catalog has grown since; sets are judged by the catalog itself',
  },
  { leaf: 'manifest.startedAt', kind: 'other', reason: 'a measurement, within the build' },
  { leaf: 'manifest.finishedAt', kind: 'other', reason: 'a measurement, within the build' },
  { leaf: 'manifest.set', kind: 'removed', reason: "scripts of an earlier deployment mean the order's set" },
  { leaf: 'verification.images.*.firstStartSeconds', kind: 'other', reason: 'a measurement' },
  { leaf: 'verification.images.*.secondStartSeconds', kind: 'other', reason: 'a measurement' },
  { leaf: 'verification.checks.*.detail', kind: 'other', reason: 'words for people' },
];

/** The rows for a bake: where the instance took a newer set than the ordered one, its name may not be missing. */
function irrelevantIn({ manifest, order }: EvidenceInput) {
  return IRRELEVANT.filter(({ leaf }) => leaf !== 'manifest.set' || manifest.set === order.set);
}

/** Every leaf, and every array and object as a whole. */
function leavesOf(value: Json, path: Path): readonly Path[] {
  if (typeof value !== 'object' || value === null) {
    return [path];
  }
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, keyOf(value, key)])),
  ];
}

function keyOf(parent: Json, key: string): string | number {
  return Array.isArray(parent) ? Number(key) : key;
}

function at(root: Json, path: Path): Json {
  return path.reduce<Json>((value, key) => (value as Record<string | number, Json>)[key]!, root);
}

/** The document with one leaf changed. */
function changedAt(root: Json, path: Path, change: Change): Json {
  const copy = structuredClone(root);
  const [last] = path.slice(-1) as [string | number];
  const parent = at(copy, path.slice(0, -1)) as Record<string | number, Json>;
  if (change.kind !== 'removed') {
    parent[last] = change.value!;
  } else if (Array.isArray(parent)) {
    parent.splice(last as number, 1);
  } else {
    Reflect.deleteProperty(parent, last);
  }
  return copy;
}

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  'manifest.os': ['SERVER_2022_FULL', 'SERVER_2019_CORE'],
  'manifest.set': ['20348.4294-2', '20348.4171-1', '20348.4294-1'],
};

/** Changes of a leaf by the type and form of its value; every value in the same place of all bakes is another one too. */
function changesOf(value: Json, leaf: string, seen: ReadonlySet<Json>): readonly Change[] {
  const invalid = (...values: readonly Json[]): readonly Change[] =>
    values.map((one) => ({ kind: 'invalid', value: one }));
  const other = (...values: readonly Json[]): readonly Change[] =>
    values.filter((one) => one !== value).map((one) => ({ kind: 'other', value: one }));
  const always: readonly Change[] = [{ kind: 'removed' }, ...invalid(null, {}, [[]])];
  if (typeof value === 'number') {
    return [...always, ...invalid(-1, String(value), 'NaN'), ...other(0, value + 1, Math.floor(value * 2))];
  }
  if (typeof value === 'boolean') {
    return [...always, ...invalid(0, 'true'), ...other(!value)];
  }
  if (typeof value === 'string') {
    const elsewhere = [...(OTHERS[leaf] ?? []), ...seen].filter((one) => typeof one === 'string');
    return [...always, ...invalid(7, true), ...textChanges(value), ...other(...elsewhere)];
  }
  return Array.isArray(value)
    ? [...always.slice(0, 3), ...invalid(value.length > 0 ? [] : ['more'], [...value, value[0] ?? 'more'])]
    : always.slice(0, 2);
}

function textChanges(text: string): readonly Change[] {
  const make =
    (kind: Change['kind']) =>
    (value: string): Change => ({ kind, value });
  if (/^sha256:[0-9a-f]{64}$/.test(text)) {
    const damaged = ['', text.slice(0, -1), text.toUpperCase(), text.slice(7)];
    return [...damaged.map(make('invalid')), make('other')(`sha256:${'e'.repeat(64)}`)];
  }
  if (/^[0-9a-f]{64}$/.test(text)) {
    return [...['', text.slice(1), `sha256:${text}`].map(make('invalid')), make('other')('e'.repeat(64))];
  }
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) {
    const beyond = [
      '2031-01-01T00:00:00Z',
      '1970-01-01T00:00:00Z',
      hoursFrom(BUILD_ENDED_AT, 1),
      hoursFrom(ORDERED_AT, -1),
    ];
    const within = [hoursFrom(text, 1 / 3600), hoursFrom(text, -1 / 3600)];
    const damaged = ['', 'yesterday', text.slice(0, 10), text.replace('Z', ''), '2025-13-45T00:00:00Z'];
    return [...[...beyond, ...damaged].map(make('invalid')), ...within.map(make('other'))];
  }
  if (MODES.some((mode) => mode === text)) {
    return [...MODES.filter((mode) => mode !== text).map(make('other')), make('invalid')('unbaked')];
  }
  const version = readOsVersion(text);
  if (version !== undefined) {
    const { build, revision } = version;
    const others = [
      `10.0.${build}.${revision + 1}`,
      `10.0.${build}.${revision - 1}`,
      `10.0.${build + 1}.${revision}`,
    ];
    const damaged = ['', `${build}.${revision}`, `10.0.${build}.0${revision}`, `${text}.0`];
    return [...damaged.map(make('invalid')), ...others.map(make('other'))];
  }
  return [`${text}x`, text.toUpperCase(), ''].filter((one) => one !== text).map(make('other'));
}

function hoursFrom(text: string, hours: number): string {
  return new Date(Date.parse(text) + hours * 3_600_000).toISOString();
}

function patternOf(path: Path): string {
  return path.map((key) => (typeof key === 'number' ? '*' : key)).join('.');
}

/** Whether documents as they come from the bucket are published. */
function isPublished(input: EvidenceInput, documents: Json): boolean {
  const { manifest, verification } = documents as Record<string, unknown>;
  const parsed = [
    imageManifestSchema.safeParse(manifest),
    verificationSchema.safeParse(verification),
  ] as const;
  if (!parsed[0].success || !parsed[1].success) {
    return false;
  }
  const evaluated = checkEvidence({ ...input, manifest: parsed[0].data, verification: parsed[1].data });
  return evaluated.refusals.length === 0 && evaluated.awaits === undefined;
}

const BAKES = Object.entries(RIGHT_BAKES).map(([name, bake]) => {
  const input = rightEvidence(bake);
  const { manifest, verification } = input;
  return { name, input, documents: JSON.parse(JSON.stringify({ manifest, verification })) as Json };
});

/** What stands in the same place of any bake. */
const seenAt = new Map<string, Set<Json>>();
for (const { documents } of BAKES) {
  for (const path of leavesOf(documents, [])) {
    const values = seenAt.get(patternOf(path)) ?? new Set();
    seenAt.set(patternOf(path), values.add(at(documents, path)));
  }
}

/** Changes every leaf of a bake in turn: how many changes there were, what went wrong, and which rows were met. */
function walk({ documents, input }: (typeof BAKES)[number]) {
  const irrelevant = irrelevantIn(input);
  const wrong: string[] = [];
  const used = new Set<string>();
  let changes = 0;
  for (const path of leavesOf(documents, []).filter((one) => one.length > 1)) {
    const leaf = patternOf(path);
    for (const change of changesOf(at(documents, path), leaf, seenAt.get(leaf)!)) {
      const row = irrelevant.find((one) => one.leaf === leaf && one.kind === change.kind);
      if (row !== undefined) {
        used.add(`${row.leaf} ${row.kind}`);
      }
      changes += 1;
      if (isPublished(input, changedAt(documents, path, change)) !== (row !== undefined)) {
        wrong.push(
          `${path.join('.')} ${row === undefined ? 'passes' : 'is refused'}: ${JSON.stringify(change)}`,
        );
      }
    }
  }
  return { changes, used, wrong };
}

const WALKS = BAKES.map((bake) => ({ ...bake, ...walk(bake) }));

test.each(WALKS)('$name: every leaf that is changed is refused, or listed as irrelevant', (walked) => {
  expect(isPublished(walked.input, walked.documents)).toBe(true);
  expect(walked.wrong).toEqual([]);
  expect(walked.changes).toBeGreaterThan(300);
});

test('every row of what is irrelevant is needed, and written in the documentation', () => {
  const used = new Set(WALKS.flatMap((walked) => [...walked.used]));
  expect([...used].sort()).toEqual(IRRELEVANT.map(({ kind, leaf }) => `${leaf} ${kind}`).sort());
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'publication.md'), 'utf8');
  for (const { leaf } of IRRELEVANT) {
    expect(page).toContain(`\`${leaf.replace('.*', '[]')}\``);
  }
});

test('what the instance says of its updates and software passes in any form that a document may have, and in no other', () => {
  const { input, documents } = BAKES[0]!;
  const host = (more: Json) =>
    changedAt(documents, ['manifest', 'host'], {
      kind: 'other',
      value: { ...(at(documents, ['manifest', 'host']) as object), ...(more as object) },
    });
  const docker = { name: 'docker', version: '25.0.6' };
  expect(isPublished(input, host({ updates: ['KB5066782'], software: [docker] }))).toBe(true);
  expect(isPublished(input, host({ updates: [], software: [] }))).toBe(true);
  const wrongs: readonly Json[] = [
    { updates: 'KB1' },
    { updates: [1] },
    { updates: [''] },
    { software: [{ name: 'x' }] },
  ];
  for (const wrong of wrongs) {
    expect(isPublished(input, host(wrong))).toBe(false);
  }
});

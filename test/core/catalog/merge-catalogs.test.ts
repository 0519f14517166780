import fc from 'fast-check';
import { catalogSchema } from '../../../lib/contract/documents/catalog';
import { parseRelease } from '../../../lib/contract/values/release';
import {
  emptyCatalog,
  withObservations,
  mergeCatalogs,
  type CatalogEntries,
} from '../../../lib/core/catalog/catalog';
import { digestOf } from '../../../sim/registry/memory-registry';

const empty = emptyCatalog(parseRelease('2022'));
const at = fc.integer({ min: 0, max: 5 }).map((hour) => `2025-10-14T0${hour}:00:00.000Z`);
const digest = fc.constantFrom('a', 'b', 'c').map(digestOf);
const version = fc.constantFrom('10.0.20348.1', '10.0.20348.2');

const entries: fc.Arbitrary<CatalogEntries> = fc.record({
  observations: fc.array(
    fc.record({
      at,
      repository: fc.constantFrom('r', 's'),
      tag: fc.constantFrom('t', 'u'),
      digest,
      platformDigest: digest,
      osVersion: version,
      compressedBytes: fc.constantFrom(1, null),
    }),
    { maxLength: 6 },
  ),
  sets: fc.array(
    fc.record({
      id: fc.constantFrom('x', 'y', 'z'),
      at,
      target: version,
      images: fc.constant([
        {
          ...{
            family: 'iis',
            repository: 'r',
            tag: 't',
            aliases: [],
            osVersion: '10.0.20348.1',
            late: false,
          },
          ...{ digest: digestOf('a'), platformDigest: digestOf('a') },
        },
      ]),
      findings: fc.constant([]),
    }),
    { maxLength: 4 },
  ),
  hosts: fc.array(fc.record({ at, revision: fc.nat(3), bake: fc.constantFrom('1', '2') }), { maxLength: 3 }),
  accepted: fc.array(
    fc.record({ at, finding: fc.constantFrom('F', 'G'), by: fc.constantFrom('me', 'you') }),
    {
      maxLength: 3,
    },
  ),
});

test('merging is commutative, associative and idempotent, and gives a valid catalog', () => {
  fc.assert(
    fc.property(entries, entries, entries, (a, b, c) => {
      const [A, B, C] = [a, b, c].map((one) => mergeCatalogs(empty, one)) as [
        typeof empty,
        typeof empty,
        typeof empty,
      ];
      expect(mergeCatalogs(A, B)).toEqual(mergeCatalogs(B, A));
      expect(mergeCatalogs(mergeCatalogs(A, B), C)).toEqual(mergeCatalogs(A, mergeCatalogs(B, C)));
      expect(mergeCatalogs(A, A)).toEqual(A);
      expect(catalogSchema.safeParse(A).success).toBe(true);
    }),
  );
});

test('no observation is lost, and none stands twice', () => {
  const keys = (list: CatalogEntries['observations']) =>
    list.map(({ at: time, repository, tag, digest: one }) => [time, repository, tag, one].join(' '));
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      const merged = keys(mergeCatalogs(mergeCatalogs(empty, a), b).observations);
      expect(new Set(merged)).toEqual(new Set(keys([...a.observations, ...b.observations])));
      expect(new Set(merged).size).toBe(merged.length);
    }),
  );
});

test('sets stand newest first, and of a set accepted twice the earlier one stays', () => {
  const image = {
    family: 'iis',
    repository: 'r',
    tag: 't',
    aliases: [],
    osVersion: '10.0.20348.1',
    late: false,
  };
  const images = [{ ...image, digest: digestOf('a'), platformDigest: digestOf('a') }];
  const set = (id: string, hour: number) => ({
    ...{ id, target: '10.0.20348.1', images, findings: [] },
    at: `2025-10-14T0${hour}:00:00Z`,
  });
  const { sets } = mergeCatalogs(empty, { sets: [set('x', 3), set('y', 2), set('x', 1)] });
  expect(sets.map(({ id, at: time }) => [id, time.slice(11, 13)])).toEqual([
    ['y', '02'],
    ['x', '01'],
  ]);
});

test('a poll that shows what its tag showed before adds nothing', () => {
  const observation = {
    ...{ at: '2025-10-14T01:00:00.000Z', repository: 'r', tag: 't', platformDigest: null },
    ...{ digest: digestOf('a'), osVersion: null, compressedBytes: null },
  };
  const once = withObservations(empty, [observation]);
  expect(withObservations(once, [{ ...observation, at: '2025-10-14T02:00:00.000Z' }])).toBe(once);
  const back = withObservations(
    withObservations(once, [{ ...observation, at: '2025-10-14T02:00:00.000Z', digest: digestOf('b') }]),
    [{ ...observation, at: '2025-10-14T03:00:00.000Z' }],
  );
  expect(back.observations).toHaveLength(3);
});

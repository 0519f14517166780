import fc from 'fast-check';
import type { OracleFamily } from './brute-force';
import type { RegistryShape, TagShape } from '../../sim/registry/memory-registry';

/** The four default families of 2022 as the oracle knows them, written out by hand. */
export const FAMILIES_2022: Readonly<Record<string, OracleFamily>> = {
  servercore: { repository: 'windows/servercore', floating: ['ltsc2022'], dated: undefined },
  nanoserver: { repository: 'windows/nanoserver', floating: ['ltsc2022'], dated: undefined },
  iis: {
    repository: 'windows/servercore/iis',
    floating: ['windowsservercore-ltsc2022'],
    dated: /^(\d{8})-windowsservercore-ltsc2022$/,
  },
  aspnet: {
    repository: 'dotnet/framework/aspnet',
    floating: ['4.8.1-windowsservercore-ltsc2022'],
    dated: /^4\.8\.1-(\d{8})-windowsservercore-ltsc2022$/,
  },
};

const BUILD = 20348;
const DATES = ['20250513', '20250610', '20250708', '20250812', '20250909', '20251014', '20251024'];
const revision = fc.integer({ min: 4290, max: 4299 });

/** Images that lie beside the wanted one: other processors, other builds, other systems, attestations. */
const bystander = fc.constantFrom(
  { architecture: 'arm64', osVersion: `10.0.${BUILD}.4295` },
  { osVersion: '10.0.26100.6899' },
  { osVersion: '10.0.17763.7919' },
  { os: 'linux', osVersion: undefined },
  { os: 'unknown', architecture: 'unknown', osVersion: undefined },
  { osVersion: undefined },
);

function tagShape(version: fc.Arbitrary<number>): fc.Arbitrary<TagShape> {
  const wanted = version.map((value) => ({ osVersion: `10.0.${BUILD}.${value}` }));
  return fc
    .record({
      flavour: fc.constantFrom('docker' as const, 'oci' as const),
      list: fc.boolean(),
      salt: fc.constantFrom('a', 'b'),
      versionInEntry: fc.boolean(),
      images: fc.oneof(
        { weight: 6, arbitrary: fc.tuple(wanted) },
        { weight: 3, arbitrary: fc.tuple(bystander, wanted) },
        { weight: 2, arbitrary: fc.tuple(wanted, wanted, bystander) },
        { weight: 1, arbitrary: fc.tuple(bystander) },
      ),
    })
    .map(({ flavour, list, salt, versionInEntry, images }) => ({
      flavour,
      list,
      images: images.slice(0, list ? undefined : 1).map((image) => ({ ...image, salt, versionInEntry })),
    }));
}

/** Full-revision tags that hold what they say, in any number; a tag's own platform tag beside it. */
const revisionTags = fc
  .uniqueArray(revision, { maxLength: 6 })
  .chain((revisions) =>
    fc.tuple(
      ...revisions.map((value) =>
        fc.record({
          value: fc.constant(value),
          plain: fc.option(tagShape(fc.constant(value)), { nil: undefined }),
          platform: fc.option(tagShape(fc.constant(value)), { nil: undefined }),
        }),
      ),
    ),
  )
  .map((rows) =>
    Object.fromEntries(
      rows.flatMap(({ value, plain, platform }) => [
        ...(plain ? [[`10.0.${BUILD}.${value}`, plain] as const] : []),
        ...(platform ? [[`10.0.${BUILD}.${value}-amd64`, platform] as const] : []),
      ]),
    ),
  );

function datedTags(name: (date: string) => string): fc.Arbitrary<Record<string, TagShape>> {
  return fc
    .dictionary(fc.constantFrom(...DATES), tagShape(revision), { maxKeys: 7 })
    .map((tags) => Object.fromEntries(Object.entries(tags).map(([date, tag]) => [name(date), tag])));
}

/** Tags that no family asks for; a choice that reads them is wrong. */
const strangers = fc.dictionary(
  fc.constantFrom(
    'latest',
    'ltsc2022-amd64',
    'ltsc2022-KB5066782',
    '10.0.17763.7919',
    '4.8-20251014-windowsservercore-ltsc2022',
  ),
  tagShape(revision),
);

function repository(floating: string, others: fc.Arbitrary<Record<string, TagShape>>) {
  return fc
    .record({ floating: fc.option(tagShape(revision), { nil: undefined }), others, strangers })
    .map((row) => ({
      ...row.strangers,
      ...row.others,
      ...(row.floating ? { [floating]: row.floating } : {}),
    }));
}

/** Any registry that Microsoft's could turn into, with the families of 2022 in it, some of them missing. */
export const arbitraryRegistry: fc.Arbitrary<RegistryShape> = fc
  .record(
    {
      'windows/servercore': repository('ltsc2022', revisionTags),
      'windows/nanoserver': repository('ltsc2022', revisionTags),
      'windows/servercore/iis': repository(
        'windowsservercore-ltsc2022',
        datedTags((date) => `${date}-windowsservercore-ltsc2022`),
      ),
      'dotnet/framework/aspnet': repository(
        '4.8.1-windowsservercore-ltsc2022',
        datedTags((date) => `4.8.1-${date}-windowsservercore-ltsc2022`),
      ),
    },
    { requiredKeys: [] },
  )
  .map((shape) => shape as RegistryShape);

/** A host at, between, below or above the revisions that images have. */
export const arbitraryHostRevision = fc.option(fc.integer({ min: 4288, max: 4301 }), { nil: undefined });

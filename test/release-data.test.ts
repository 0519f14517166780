import { WindowsOs } from '../lib/ami/windows-os';
import { type Release, RELEASES } from '../lib/contract/values/release';
import { defaultFamilies, familyOf } from '../lib/core/images/family';
import { readHostRevisions } from '../sim/registry/history/host-revisions';
import { readHistory } from '../sim/registry/history/read-history';
import { hasDeclaredSizes } from '../sim/registry/images/layer-plans';

const osList = Object.values(WindowsOs).filter((one): one is WindowsOs => one instanceof WindowsOs);
const hosts = readHostRevisions();
const history = readHistory();

/** What a release lacks, each with the file that it belongs to. */
function missingOf(release: Release): readonly string[] {
  const { build, name } = release;
  const families = withoutError(() => defaultFamilies(release)).map((family) => familyOf(family, release));
  const isRecorded = families.every(({ floatingTags, repository }) =>
    floatingTags.some((tag) => history.eventsOf(repository, tag).length > 0),
  );
  const facts: Readonly<Record<string, boolean>> = {
    'an os: lib/ami/windows-os.ts': osList.some((os) => os.release === name && os.buildNumber === build),
    'default families: lib/core/images/family.ts': families.length > 0,
    'sizes of images: sim/registry/images/layer-plans.ts': hasDeclaredSizes(build),
    'B revisions of hosts: assets/history/host-revisions.csv': hosts.some(
      (row) => row.build === build && row.type === 'B',
    ),
    'a history of its families: assets/history/registry-timeline.jsonl.gz': families.length > 0 && isRecorded,
  };
  return Object.keys(facts).filter((fact) => facts[fact] !== true);
}

function withoutError(names: () => readonly string[]): readonly string[] {
  try {
    return names();
  } catch {
    return [];
  }
}

test.each(RELEASES)('Windows Server $name has an os, families, sizes, host revisions, history', (release) => {
  expect(missingOf(release)).toEqual([]);
});

test('a release that is only in the table of releases lacks them all', () => {
  const added = { ...RELEASES[0]!, name: '2028' as Release['name'], build: 29000 };
  expect(missingOf(added)).toEqual([
    'an os: lib/ami/windows-os.ts',
    'default families: lib/core/images/family.ts',
    'sizes of images: sim/registry/images/layer-plans.ts',
    'B revisions of hosts: assets/history/host-revisions.csv',
    'a history of its families: assets/history/registry-timeline.jsonl.gz',
  ]);
  expect(() => defaultFamilies(added)).toThrow(
    'No default image family is known for Windows Server 2028; add its lines to lib/core/images/family-lines.ts.',
  );
});

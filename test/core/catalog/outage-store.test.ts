import { changeOutage, outageKey } from '../../../lib/core/gate/outage';
import type { FamilyPoll, GateImage } from '../../../lib/core/gate/gate-input';
import { familyOf } from '../../../lib/core/images/family';
import { parseRelease } from '../../../lib/contract/values/release';
import { memoryDocuments } from '../../support/memory-ports';
import { digestOf } from '../../../sim/registry/memory-registry';

const release = parseRelease('2022');
const key = outageKey(release);
const at = (hour: string) => new Date(`2025-10-14T${hour}:00:00Z`);

function polls(...read: readonly string[]): readonly FamilyPoll[] {
  const image: GateImage = {
    ...{ tag: 'ltsc2022', digest: digestOf('a'), platformDigest: digestOf('a'), compressedBytes: 1 },
    osVersion: { build: 20348, revision: 100 },
  };
  return ['servercore', 'iis'].map((name) => ({
    family: familyOf(name, release),
    image: read.includes(name) ? image : undefined,
    findings: [],
  }));
}

test('the first failure stays until the repository is read again, and nothing is written in between', async () => {
  const documents = memoryDocuments();
  expect(await changeOutage(documents, release, polls('servercore', 'iis'), at('00'))).toEqual({});
  expect(documents.texts.has(key)).toBe(false);

  const since = { 'windows/servercore/iis': '2025-10-14T01:00:00.000Z' };
  expect(await changeOutage(documents, release, polls('servercore'), at('01'))).toEqual(since);
  const { version } = (await documents.read(key))!;
  expect(await changeOutage(documents, release, polls('servercore'), at('02'))).toEqual(since);
  expect((await documents.read(key))!.version).toBe(version);

  expect(await changeOutage(documents, release, polls(), at('03'))).toEqual({
    'windows/servercore': '2025-10-14T03:00:00.000Z',
    ...since,
  });
  expect(await changeOutage(documents, release, polls('servercore', 'iis'), at('04'))).toEqual({});
  expect(JSON.parse(documents.texts.get(key)!)).toEqual({
    schema: 'winbake.outage/1',
    release: '2022',
    since: {},
  });
});

test('a writer in between loses nothing', async () => {
  const documents = memoryDocuments();
  const rival = { ...documents };
  let wrote = false;
  rival.write = async (name, text, version) => {
    if (!wrote) {
      wrote = true;
      await changeOutage(documents, release, polls('iis'), at('01'));
    }
    return documents.write(name, text, version);
  };
  expect(await changeOutage(rival, release, polls('iis'), at('02'))).toEqual({
    'windows/servercore': '2025-10-14T01:00:00.000Z',
  });
});

import fc from 'fast-check';
import { propertyRuns } from '../../support/property-runs';
import { readHistory } from '../../../sim/registry/history/read-history';
import { LIST } from './history/event-fixture';
import { ask, follow, start } from './embedded-fixture';

const { events } = readHistory();

test('at any instant each tag shows over HTTP what the history has of it', async () => {
  const registry = await start();
  const anyEvent = fc.constantFrom(...events);
  const aside = fc.constantFrom(-1, 0, 1, 3_600_000, 30 * 86_400_000);
  await fc.assert(
    fc.asyncProperty(anyEvent, anyEvent, aside, async (moment, { repository, tag }, milliseconds) => {
      const instant = new Date(moment.time + milliseconds);
      registry.setInstant(instant);
      const row = readHistory().pointsAt(repository, tag, instant);
      const found = await follow(registry, repository, tag);
      expect(found?.mediaType).toBe(row?.mediaType);
      expect(found?.configVersion).toBe(row?.osVersion ?? undefined);
      expect(found?.listVersion).toBe(row?.mediaType === LIST ? (row.osVersion ?? undefined) : undefined);
      expect(registry.recordedDigest(found?.digest ?? '')?.recordedDigest).toBe(row?.digest);
    }),
    { numRuns: propertyRuns(150) },
  );
});

test('one recorded digest is one digest here, and two are two', async () => {
  const { images } = await start();
  const pairs = new Set(
    events.flatMap((one) => (one.digest ? [`${one.digest} ${images.imageOf(one).resolved.digest}`] : [])),
  );
  const recorded = new Set(events.flatMap((one) => one.digest ?? []));
  const own = new Set(events.flatMap((one) => (one.digest ? [images.imageOf(one).resolved.digest] : [])));
  expect([pairs.size, own.size]).toEqual([recorded.size, recorded.size]);
  const platforms = new Set(events.flatMap((one) => one.platformDigest ?? []));
  const pairsOfPlatforms = new Set(
    events.flatMap((one) =>
      one.platformDigest ? [`${one.platformDigest} ${images.imageOf(one).platform.manifest.digest}`] : [],
    ),
  );
  expect(pairsOfPlatforms.size).toBe(platforms.size);
});

test('every change of a tag is a change of its digest', async () => {
  const { images } = await start();
  const unchanged = events.filter((one) => {
    const before = readHistory().pointsAt(one.repository, one.tag, new Date(one.time - 1));
    return before && images.imageOf(before).resolved.digest === images.imageOf(one).resolved.digest;
  });
  expect(unchanged).toEqual([]);
});

describe('events of the record', () => {
  const CORE = 'windows/servercore';
  const IIS = 'windows/servercore/iis';
  const SERVER = 'windows/server';
  const NANO = 'windows/nanoserver';
  const DATED = '4.8.1-20251014-windowsservercore-ltsc2022';

  test.each([
    ['back to March', CORE, 'ltsc2022', '2025-04-01', '2025-04-11', 'same'],
    ['back to March without a digest', SERVER, 'ltsc2025', '2025-04-01', '2025-04-11', 'same'],
    ['and forward to April in 2016', CORE, 'ltsc2016', '2025-04-09', '2025-04-25', 'same'],
    ['a full-revision tag that stays', CORE, '10.0.20348.3453', '2025-04-09', '2025-04-30', 'same'],
    ['pushed again', CORE, '10.0.20348.1787', '2023-06-22', '2023-06-24', 'other'],
    ['pushed again without a digest', SERVER, '10.0.20348.1787', '2023-06-22', '2023-06-24', 'other'],
    [
      'pushed again in IIS without a digest',
      IIS,
      'windowsservercore-ltsc2022',
      '2023-06-22',
      '2023-06-24',
      'other',
    ],
    ['pushed again the day after', CORE, '10.0.17763.2452', '2022-01-12T00:00:00Z', '2022-01-13', 'other'],
    ['second digest of a day', NANO, 'ltsc2022', '2025-04-08T20:00:00Z', '2025-04-09', 'other'],
    ['recreated', IIS, 'windowsservercore-ltsc2022', '2025-07-09', '2025-07-10', 'other'],
    ['a dated tag', 'dotnet/framework/runtime', DATED, '2025-10-20', '2025-12-20', 'other'],
  ])('%s: %s:%s at %s and %s has the %p digest', async (_name, repository, tag, before, after, relation) => {
    const registry = await start({ asOf: before });
    const first = await follow(registry, repository, tag);
    registry.setInstant(new Date(after));
    const second = await follow(registry, repository, tag);
    expect(first?.digest).toBeDefined();
    expect(first?.digest === second?.digest ? 'same' : 'other').toBe(relation);
    expect(first?.configVersion === second?.configVersion).toBe(tag !== DATED);
  });

  test('tags of one push are one image, with their digests recorded or not', async () => {
    const registry = await start({ asOf: '2025-10-20' });
    for (const repository of [CORE, SERVER]) {
      const digests = await Promise.all(
        ['ltsc2022', '10.0.20348.4294', 'ltsc2022-KB5066782'].map(
          async (tag) => (await follow(registry, repository, tag))?.digest,
        ),
      );
      expect([repository, new Set(digests).size]).toEqual([repository, 1]);
    }
  });

  test('a list and the single manifest beside it hold one image', async () => {
    const registry = await start({ asOf: '2025-10-20' });
    const [list, single] = await Promise.all(
      ['ltsc2022', 'ltsc2022-amd64'].map((tag) => follow(registry, SERVER, tag)),
    );
    expect(list?.manifest).toEqual(single?.manifest);
    expect(list?.digest).not.toBe(single?.digest);
  });

  test('a dated tag that is pushed again keeps its name and has four digests in 2025', async () => {
    const registry = await start();
    const digests = new Set<string | undefined>();
    for (const day of ['2025-10-15', '2025-10-25', '2025-11-12', '2025-12-10']) {
      registry.setInstant(new Date(day));
      digests.add((await follow(registry, 'dotnet/framework/runtime', DATED))?.digest);
    }
    expect(digests.size).toBe(4);
  });

  test('images are never deleted, and none is there before its time', async () => {
    const registry = await start({ asOf: '2025-04-09' });
    const april = (await follow(registry, CORE, 'ltsc2022'))?.digest ?? '';
    registry.setInstant(new Date('2025-04-30'));
    expect((await follow(registry, CORE, 'ltsc2022'))?.digest).not.toBe(april);
    expect((await follow(registry, CORE, april))?.configVersion).toBe('10.0.20348.3453');
    registry.setInstant(new Date('2025-04-08T18:11:59Z'));
    expect(await follow(registry, CORE, april)).toBeUndefined();
    registry.setInstant(new Date('2025-04-30'));
    expect((await ask(registry, `/v2/windows/nanoserver/manifests/${april}`)).status).toBe(404);
  });

  test('an image whose version is not known states none', async () => {
    const registry = await start({ asOf: '2024-11-27' });
    const found = await follow(registry, CORE, 'ltsc2025');
    expect(found).toMatchObject({ mediaType: LIST, listVersion: undefined, configVersion: undefined });
    expect(Object.keys(found?.config ?? {})).not.toContain('os.version');
  });

  test("base images of 2025 are for arm64 as well, and a client's first entry is for amd64", async () => {
    const registry = await start();
    const platforms = async (repository: string, tag: string): Promise<string[]> => {
      const { body } = await ask(registry, `/v2/${repository}/manifests/${tag}`);
      const list = JSON.parse(body) as {
        manifests: { digest: string; platform: { architecture: string } }[];
      };
      for (const { digest } of list.manifests) {
        expect((await ask(registry, `/v2/${repository}/manifests/${digest}`)).status).toBe(200);
      }
      return list.manifests.map((one) => one.platform.architecture);
    };
    expect(await platforms(CORE, 'ltsc2025')).toEqual(['amd64', 'arm64']);
    expect(await platforms(NANO, 'ltsc2025')).toEqual(['amd64', 'arm64']);
    expect(await platforms(CORE, 'ltsc2022')).toEqual(['amd64']);
    expect(await platforms(SERVER, 'ltsc2025')).toEqual(['amd64']);
  });
});

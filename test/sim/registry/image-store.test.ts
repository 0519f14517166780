import type { HistoryEvent } from '../../../lib/core/history/history-event';
import type { History } from '../../../sim/registry/history/history';
import { readHistory } from '../../../sim/registry/history/read-history';
import { ImageStore, publishedContentOf } from '../../../sim/registry/images/image-store';
import type { StoredImage } from '../../../sim/registry/images/stored-content';
import { SINGLE, digest, history } from './history/event-fixture';

const FRAMEWORK = 'dotnet/framework/runtime';

function imageAt(timeline: History, repository: string, tag: string, instant = '2026-12-31'): StoredImage {
  const event = timeline.pointsAt(repository, tag, new Date(instant));
  return publishedContentOf(timeline).images.imageOf(event as HistoryEvent);
}

/** What two events' tags resolve to. */
function pair(one: object, other: object, before: object[] = []): [string, string] {
  const timeline = history(...([...before, one, other] as Record<string, unknown>[]));
  const store = new ImageStore(timeline);
  const [first, second] = timeline.events.slice(-2).map((event) => store.imageOf(event).resolved.digest);
  return [first ?? '', second ?? ''];
}

describe('without a recorded digest', () => {
  const later = { from: '2026-03-12T18:00:00Z' };
  const single = { mediaType: SINGLE };

  test.each([
    ['two tags of one moment', {}, { tag: 'other' }],
    ['two tags of two moments', {}, { tag: 'other', ...later }],
    [
      'a tag and its dated name',
      { repository: 'windows/servercore/iis', tag: 'a', ...single },
      { repository: 'windows/servercore/iis', tag: '20260310-a', ...single },
    ],
    [
      'a .NET version and its patch',
      { repository: 'dotnet/aspnet', tag: '8.0-nanoserver-1809', ...single },
      { repository: 'dotnet/aspnet', tag: '8.0.22-nanoserver-1809', ...single },
    ],
    [
      'a recorded platform in two lists',
      { platformDigest: digest('a') },
      { tag: 'other', platformDigest: digest('a') },
    ],
  ])('%s are one image', (_name, one, other) => {
    const [first, second] = pair(one, other);
    expect(first).toBe(second);
  });

  test.each([
    ['two versions', {}, { tag: 'other', osVersion: '10.0.20348.9001' }],
    ['two repositories', {}, { repository: 'windows/nanoserver' }],
    ['list and single manifest', {}, { tag: 'other', ...single }],
    ['Docker and OCI', {}, { tag: 'other', mediaType: 'application/vnd.oci.image.index.v1+json' }],
    ['a tag and its next push of the same version', {}, later],
    ['a push with a digest and the next without', { digest: digest('a') }, later],
    [
      'two lists of one recorded platform under one tag',
      { platformDigest: digest('a') },
      { platformDigest: digest('a'), ...later },
    ],
    [
      'two .NET Framework lines',
      { repository: FRAMEWORK, tag: '4.8-windowsservercore-ltsc2022', ...single },
      { repository: FRAMEWORK, tag: '4.8.1-windowsservercore-ltsc2022', ...single },
    ],
    ['two tags of unknown versions', { osVersion: null }, { osVersion: null, tag: 'other' }],
  ])('%s are two images', (_name, one, other) => {
    const [first, second] = pair(one, other);
    expect(first).not.toBe(second);
  });

  test('all tags follow a push of the same version, and a third push is a third image', () => {
    const rows = ['2026-03-10', '2026-03-11', '2026-03-12'].flatMap((day) =>
      ['ltsc2022', '10.0.20348.9000'].map((tag) => ({ from: `${day}T18:00:00Z`, tag })),
    );
    const timeline = history(...rows);
    const store = new ImageStore(timeline);
    const digests = timeline.events.map((event) => store.imageOf(event).resolved.digest);
    expect(new Set(digests).size).toBe(3);
    expect([digests[0], digests[2], digests[4]]).toEqual([digests[1], digests[3], digests[5]]);
    const last = timeline.events.map((event) => store.imageOf(event).platform.config.body).at(-1);
    expect(last).toContain('10.0.20348.9000, push 3,');
  });

  test('a tag that goes back goes back to the same image', () => {
    const timeline = history(
      { from: '2026-03-10T18:00:00Z' },
      { from: '2026-04-14T18:00:00Z', osVersion: '10.0.20348.9100' },
      { from: '2026-04-16T18:00:00Z' },
    );
    const store = new ImageStore(timeline);
    const [march, april, back] = timeline.events.map((event) => store.imageOf(event).resolved.digest);
    expect(back).toBe(march);
    expect(april).not.toBe(march);
  });
});

test('a contradictory history, one digest for two versions, still shows each row its version', () => {
  const timeline = history(
    { digest: digest('a') },
    { digest: digest('a'), tag: 'other', osVersion: '10.0.20348.9001' },
  );
  const store = new ImageStore(timeline);
  expect(timeline.events.map((event) => store.imageOf(event).osVersion)).toEqual([
    '10.0.20348.9000',
    '10.0.20348.9001',
  ]);
});

describe('layers', () => {
  const core = { repository: 'windows/servercore', tag: 'ltsc2022' };
  const iis = { repository: 'windows/servercore/iis', tag: 'windowsservercore-ltsc2022', mediaType: SINGLE };
  const nano = { repository: 'windows/nanoserver', tag: 'ltsc2022' };
  const aspnet = { repository: 'dotnet/aspnet', tag: '8.0-nanoserver-ltsc2022', mediaType: SINGLE };
  const timeline = history(core, iis, nano, aspnet);
  const layersOf = (
    { repository, tag }: typeof core,
    of = timeline,
    at?: string,
  ): readonly { digest: string; size: number }[] =>
    imageAt(of, repository, tag, at).platform.layers.map(({ digest: of1, size }) => ({ digest: of1, size }));

  test('have the declared sizes where none was recorded', () => {
    expect(layersOf(core).map((layer) => layer.size)).toEqual([1_489_000_000, 695_000_000]);
    expect(layersOf(iis).map((layer) => layer.size)).toEqual([1_489_000_000, 695_000_000, 107_000_000]);
    expect(layersOf(nano).map((layer) => layer.size)).toEqual([124_000_000]);
    expect(layersOf(aspnet).map((layer) => layer.size)).toEqual([124_000_000, 49_000_000]);
  });

  test('are those of the base image of the same version', () => {
    expect(layersOf(iis).slice(0, 2)).toEqual(layersOf(core));
    expect(layersOf(aspnet).slice(0, 1)).toEqual(layersOf(nano));
  });

  test('share the base with the month before, but not the update', () => {
    const months = history(core, { ...core, from: '2026-04-14T18:00:00Z', osVersion: '10.0.20348.9100' });
    const [march, april] = [layersOf(core, months, '2026-03-31'), layersOf(core, months, '2026-04-30')];
    expect(march[0]).toEqual(april[0]);
    expect(march[1]?.digest).not.toBe(april[1]?.digest);
  });

  test('after another push of the base stand on that push', () => {
    const again = { from: '2026-03-20T18:00:00Z' };
    const pushed = history(core, iis, { ...core, ...again }, { ...iis, ...again });
    const [before, after] = ['2026-03-12', '2026-03-31'].map((at) => [
      layersOf(core, pushed, at),
      layersOf(iis, pushed, at),
    ]);
    expect(before?.[1]?.slice(0, 2)).toEqual(before?.[0]);
    expect(after?.[1]?.slice(0, 2)).toEqual(after?.[0]);
    expect(before?.[0]?.[1]).not.toEqual(after?.[0]?.[1]);
  });

  test('were recorded: .NET Framework brings the layers of its Server Core along', () => {
    const recorded = readHistory();
    const at = '2025-12-20';
    const runtime = layersOf(
      { repository: FRAMEWORK, tag: '4.8.1-windowsservercore-ltsc2022' },
      recorded,
      at,
    );
    expect(runtime.map((layer) => layer.size)).toEqual([1_489_019_076, 290_860_200, 1283, 514_253_499]);
    expect(layersOf(core, recorded, at)).toEqual(runtime.slice(0, 2));
    expect(layersOf(iis, recorded, at).slice(0, 2)).toEqual(runtime.slice(0, 2));
  });

  test('one layer has one size wherever it is', () => {
    const recorded = readHistory();
    const store = publishedContentOf(recorded).images;
    const layers = recorded.events.flatMap((event) => store.imageOf(event).platform.layers);
    const sizes = new Set(layers.map((layer) => `${layer.digest} ${layer.size}`));
    expect(sizes.size).toBe(new Set(layers.map((layer) => layer.digest)).size);
    expect(layers.filter((layer) => layer.size <= 0)).toEqual([]);
  });

  test.each(['windowsservercore-ltsc2016', 'windowsservercore-ltsc2019', 'windowsservercore-ltsc2022'])(
    'of aspnet %s add up to the published order of magnitude through the years',
    (channel) => {
      const recorded = readHistory();
      const line = channel.endsWith('2022') ? '4.8.1' : '4.8';
      for (const at of ['2021-06-01', '2022-03-01', '2023-01-15', '2024-10-01', '2025-06-01', '2025-12-20']) {
        const event = recorded.pointsAt('dotnet/framework/aspnet', `${line}-${channel}`, new Date(at));
        const bytes = event
          ? publishedContentOf(recorded).images.imageOf(event).platform.compressedBytes
          : 2.5e9;
        expect([at, bytes > 2e9 && bytes < 7.5e9]).toEqual([at, true]);
      }
    },
  );
});

describe('what is made up says so', () => {
  const timeline = history(
    { digest: digest('a'), platformDigest: digest('b'), evidence: 'recorded' },
    { tag: 'invented' },
  );
  const store = new ImageStore(timeline);
  const [invented, recorded] = timeline.events.map((event) => store.imageOf(event));

  test('in the labels of its config', () => {
    const labels = (image?: StoredImage): unknown => JSON.parse(image?.platform.config.body ?? '') as unknown;
    expect(labels(recorded)).toMatchObject({
      config: {
        Labels: {
          'io.winbake.synthetic': 'true',
          'io.winbake.evidence': 'recorded',
          'io.winbake.layers': 'declared',
          'io.winbake.recorded-digest': digest('b'),
        },
      },
    });
    expect(labels(invented)).toMatchObject({ config: { Labels: { 'io.winbake.evidence': 'synthetic' } } });
    expect(labels(invented)).not.toMatchObject({
      config: { Labels: { 'io.winbake.recorded-digest': expect.anything() } },
    });
  });

  test('and beside its digest, of list and platform', () => {
    const layers = 'declared';
    expect(store.recordedDigest(recorded?.resolved.digest ?? '')).toEqual({
      recordedDigest: digest('a'),
      evidence: 'recorded',
      layers,
    });
    expect(store.recordedDigest(recorded?.platform.manifest.digest ?? '')).toEqual({
      recordedDigest: digest('b'),
      evidence: 'recorded',
      layers,
    });
    expect(store.recordedDigest(invented?.resolved.digest ?? '')).toEqual({
      recordedDigest: null,
      evidence: 'synthetic',
      layers,
    });
    expect(store.recordedDigest(digest('a'))).toBeUndefined();
  });
});

test('bytes are the same at every start', () => {
  const timeline = readHistory();
  const digests = (): string[] => {
    const store = new ImageStore(timeline);
    return timeline.events.slice(0, 300).map((event) => store.imageOf(event).resolved.digest);
  };
  expect(digests()).toEqual(digests());
  expect(imageAt(timeline, 'windows/servercore', 'ltsc2022', '2025-12-20').resolved.digest).toBe(
    'sha256:098b0864494bc12ae7c89202bd6b6ffd965f5c1d5e2eed5ce3d0630f703fcf39',
  );
});

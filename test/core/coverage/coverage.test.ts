import fc from 'fast-check';
import { bytesOf, coverageOn, type HostCache, verdictOn } from '../../../lib/core/coverage/coverage';
import type { LayeredImage } from '../../../lib/core/coverage/layered-image';
import { propertyRuns } from '../../support/property-runs';

const digests = Array.from({ length: 12 }, (_, at) => `sha256:${at.toString(16).repeat(64).slice(0, 64)}`);
const arbitraryLayer = fc.record({
  digest: fc.constantFrom(...digests),
  bytes: fc.integer({ min: 0, max: 2 ** 40 }),
});
const arbitraryLayers = fc.array(arbitraryLayer, { maxLength: 10 });
const arbitraryCache = fc.subarray(digests).map((some) => new Set(some));

function imageOf(layers: LayeredImage['layers'], revision = 4171): LayeredImage {
  return { digest: 'd', platformDigest: 'p', osVersion: { build: 20348, revision }, layers };
}

function host(
  layers: ReadonlySet<string> | null,
  revision: number | null = 4294,
  channel: HostCache['channel'] = 'current',
): HostCache {
  const osVersion = revision === null ? null : { build: 20348, revision };
  return { channel, osVersion, images: [], layers, unknown: layers === null ? 'Nobody recorded it.' : null };
}

test('what is missing and what is cached are all layers, each as an independent sum', () => {
  fc.assert(
    fc.property(arbitraryLayers, arbitraryCache, (layers, cache) => {
      const covered = coverageOn(host(cache), imageOf(layers));
      let missing = 0;
      let cached = 0;
      for (const { bytes, digest } of layers) {
        if (cache.has(digest)) {
          cached += bytes;
        } else {
          missing += bytes;
        }
      }
      expect(covered).toMatchObject({ missingBytes: missing, cachedBytes: cached, runs: true });
      expect(missing + cached).toBe(bytesOf(layers));
      expect(covered.layers.map(({ digest }) => digest)).toEqual(layers.map(({ digest }) => digest));
    }),
    { numRuns: propertyRuns(200) },
  );
});

test('a host that has cached more never pulls more', () => {
  fc.assert(
    fc.property(arbitraryLayers, arbitraryCache, arbitraryCache, (layers, one, other) => {
      const image = imageOf(layers);
      const both = coverageOn(host(new Set([...one, ...other])), image).missingBytes!;
      expect(both).toBeLessThanOrEqual(coverageOn(host(one), image).missingBytes!);
    }),
    { numRuns: propertyRuns(200) },
  );
});

test('bytes that no record has make a sum unknown, and a host that nobody recorded has none', () => {
  const image = imageOf([
    { digest: digests[0]!, bytes: 5 },
    { digest: digests[1]!, bytes: null },
  ]);
  expect(coverageOn(host(new Set([digests[1]!])), image)).toMatchObject({
    missingBytes: 5,
    cachedBytes: null,
  });
  expect(coverageOn(host(new Set([digests[0]!])), image)).toMatchObject({
    missingBytes: null,
    cachedBytes: 5,
  });
  expect(coverageOn(host(null), image)).toMatchObject({
    missingBytes: null,
    cachedBytes: null,
    layers: [{ cached: null }, { cached: null }],
  });
  expect(coverageOn(host(null, null), image).runs).toBeNull();
});

describe('the verdict', () => {
  const layers = [
    { digest: digests[0]!, bytes: 100 },
    { digest: digests[1]!, bytes: 20 },
  ];
  const half = new Set([digests[0]!]);

  test.each([
    ['within the limit', imageOf(layers), [host(half)], 20, null, ''],
    ['one byte too much', imageOf(layers), [host(half)], 19, 'OVER_LIMIT', 'still pulls 20 B of it'],
    [
      'over the limit in the units of the table',
      imageOf([{ digest: digests[1]!, bytes: 2_466_260_773 }]),
      [host(half)],
      300_000_000,
      'OVER_LIMIT',
      'still pulls 2.5 GB of it, more than the 300 MB of --max-bytes',
    ],
    [
      'over a limit that reads like it',
      imageOf([{ digest: digests[1]!, bytes: 300_000_001 }]),
      [host(half)],
      300_000_000,
      'OVER_LIMIT',
      '300000001 B of it, more than the 300000000 B',
    ],
    ['no limit', imageOf(layers), [host(new Set<string>())], undefined, null, ''],
    [
      'newer than its host',
      imageOf(layers, 4295),
      [host(half)],
      undefined,
      'CANNOT_RUN',
      'update the host first',
    ],
    [
      'newer than its host, and the next one runs it',
      imageOf(layers, 4295),
      [host(half), host(half, 4400, 'next')],
      undefined,
      'CANNOT_RUN',
      '; a host of next, 10.0.20348.4400, runs it.',
    ],
    [
      'of a host that nobody knows',
      imageOf(layers),
      [host(null, null)],
      undefined,
      'HOST_UNKNOWN',
      'recorded it',
    ],
    ['of a cache that nobody knows', imageOf(layers), [host(null)], 5, 'HOST_UNKNOWN', 'recorded it'],
    [
      'of bytes that are not on record',
      imageOf([{ digest: digests[2]!, bytes: null }]),
      [host(half)],
      5,
      'BYTES_UNKNOWN',
      'no limit holds',
    ],
    [
      'over the limit whatever the rest weighs',
      imageOf([...layers, { digest: digests[2]!, bytes: null }]),
      [host(half)],
      5,
      'OVER_LIMIT',
      '20 B',
    ],
  ] as const)('%s', (_what, image, hosts, limit, code, sentence) => {
    const verdict = verdictOn(image, hosts, limit);
    expect(verdict.code).toBe(code);
    expect(verdict.message ?? '').toContain(sentence);
  });
});

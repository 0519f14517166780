import { WinbakeError } from '../../../lib/contract/values/errors';
import { seededRandom } from '../../../sim/reliability/happenings';
import { below, mutated } from '../../../tools/fuzz/mutate-text';
import { allTargets, whatIsWrong, fuzzTarget } from '../../../tools/fuzz/run-fuzz';
import type { FuzzTarget } from '../../../tools/fuzz/targets';

const targets = allTargets();
const clock = () => performance.now();

afterAll(async () => {
  for (const { close } of targets) {
    await close?.();
  }
});

test.each(targets.map((target) => [target.name, target] as const))(
  '%s: samples are read',
  async (_name, target) => {
    for (const sample of target.samples) {
      expect(await whatIsWrong(target, sample, clock)).toBeUndefined();
    }
  },
);

test.each(targets.map((target, index) => [target.name, target, index] as const))(
  '%s: changed samples are read, or refused in one sentence',
  async (_name, target, index) => {
    expect(await fuzzTarget(target, 1000, seededRandom(7919 * 14 + index), clock)).toEqual([]);
  },
);

describe('a reader that is wrong on purpose is found:', () => {
  const parse = (read: (value: { readonly a: { readonly b: string } }) => unknown) => (text: string) => {
    let value: { readonly a: { readonly b: string } };
    try {
      value = JSON.parse(text) as typeof value;
    } catch {
      throw new WinbakeError('DOCUMENT_INVALID', 'it is not JSON.');
    }
    read(value);
    return undefined;
  };

  test.each<[string, string, FuzzTarget['read'], RegExp]>([
    ['null where an object was expected', '{"a":{"b":"c"}}', parse(({ a }) => a.b), /TypeError/],
    [
      'another type than was expected',
      '{"a":{"b":"c"}}',
      parse(({ a: { b } }) => b.toUpperCase()),
      /TypeError/,
    ],
    ['an error without a name', '7', (text) => String(BigInt(text)), /SyntaxError/],
    [
      'what is read otherwise a second time',
      'a',
      (text) => (text.trim() === text ? undefined : 'two'),
      /two/,
    ],
  ])('%s', async (name, sample, read, what) => {
    const found = await fuzzTarget({ name, samples: [sample], read }, 3000, seededRandom(11), clock);
    const [first] = found;
    expect(first?.what ?? '').toMatch(what);
  });

  test('a pattern that takes too long, with a short input that shows it', async () => {
    let now = 0;
    const slow: FuzzTarget = {
      name: 'slow',
      samples: ['Basic a, Bearer b'],
      read: (text) => {
        now += text.length ** 2;
        return undefined;
      },
    };
    const [found] = await fuzzTarget(slow, 2000, seededRandom(3), () => now);
    expect(found?.what).toMatch(/^it took \d+ ms$/);
    expect(found?.input.length).toBeLessThan(60);
  });
});

test('the same seed changes samples in the same way, and never in one way alone', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 50 }, () => mutated(['{"a":1}', '[2]'], random));
  };
  expect(draw(5)).toEqual(draw(5));
  expect(new Set(draw(5)).size).toBeGreaterThan(40);
  expect(below(() => 0.999_999, 3)).toBe(2);
});

/** A number from 0 up to, not including, 1. */
export type Random = () => number;

/** What parsers trip over: ends of ranges, other scripts, marks of direction, keys of every object, openings without an end. */
const TOKENS = [
  '',
  '0',
  '-1',
  '1e309',
  '9007199254740993',
  '99999999999999999999999999',
  'null',
  'true',
  '[]',
  '{}',
  '""',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '{"__proto__":{"os":"windows"}}',
  '\u0000',
  '\n',
  '\r',
  '\t',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ud800',
  '💥',
  'ſ',
  'İ',
  '%00',
  '..',
  '../../etc/passwd',
  '<script>',
  '${IFS}',
  '$(id)',
  '`id`',
  '\\',
  '"',
  "'",
  '[',
  '{',
  '((',
  '*',
  ',',
  ':',
  ';',
  '@',
  '=',
  '#',
  '10.0.20348.4294',
  '10.0.99999.999999999',
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  '2025-10-14T17:48:00Z',
  '275760-09-13T00:00:00.001Z',
] as const;

/** A whole number from 0 up to, not including, a limit. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** One of several; throws where there is none. */
export function oneOf<T>(random: Random, all: readonly T[]): T {
  const one = all[below(random, all.length)];
  if (one === undefined) {
    throw new RangeError('There is nothing to choose from.');
  }
  return one;
}

const CHANGES: readonly ((text: string, random: Random, other: string) => string)[] = [
  // A piece is taken away, said twice, or moved.
  (text, random) => {
    const [from, to] = span(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = span(text, random);
    return text.slice(0, to) + text.slice(from, to) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = span(text, random);
    const rest = text.slice(0, from) + text.slice(to);
    const at = below(random, rest.length + 1);
    return rest.slice(0, at) + text.slice(from, to) + rest.slice(at);
  },
  // Something foreign is put in, or takes the place of a character.
  (text, random) => {
    const at = below(random, text.length + 1);
    return text.slice(0, at) + oneOf(random, TOKENS) + text.slice(at);
  },
  (text, random) => {
    const at = below(random, text.length + 1);
    return (
      text.slice(0, at) +
      String.fromCharCode(below(random, random() < 0.8 ? 128 : 65_536)) +
      text.slice(at + 1)
    );
  },
  // One value gives way to another.
  (text, random) => text.replace(nth(/-?\d+(?:\.\d+)?/g, text, random), () => oneOf(random, TOKENS)),
  (text, random) => text.replace(nth(/"[^"]*"/g, text, random), () => oneOf(random, TOKENS)),
  // A piece many times over.
  (text, random) => {
    const [from, to] = span(text, random, 12);
    return text.slice(0, from) + text.slice(from, to).repeat(1 + below(random, 400)) + text.slice(to);
  },
  // Two samples become one.
  (text, random, other) =>
    text.slice(0, below(random, text.length + 1)) + other.slice(below(random, other.length + 1)),
];

/** A sample with one to six changes, by chance. */
export function mutated(samples: readonly string[], random: Random): string {
  let text = oneOf(random, samples);
  for (let left = 1 + below(random, 6); left > 0; left -= 1) {
    text = oneOf(random, CHANGES)(text, random, oneOf(random, samples));
  }
  return text;
}

function span(text: string, random: Random, most = text.length): readonly [number, number] {
  const from = below(random, text.length + 1);
  return [from, Math.min(text.length, from + below(random, Math.min(most, text.length - from) + 1))];
}

/** One match of a pattern, by chance, as a pattern of its own that finds nothing else before it. */
function nth(pattern: RegExp, text: string, random: Random): string {
  const all = [...text.matchAll(pattern)].map(([match]) => match);
  return all.length === 0 ? '' : oneOf(random, all);
}

/** The shortest text found by taking pieces away from one, as long as it keeps what was wrong. */
export async function shortened(
  text: string,
  isStillWrong: (shorter: string) => Promise<boolean>,
): Promise<string> {
  let shortest = text;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < shortest.length;) {
      const shorter = shortest.slice(0, at) + shortest.slice(at + size);
      if (await isStillWrong(shorter)) {
        shortest = shorter;
      } else {
        at += size;
      }
    }
  }
  return shortest;
}

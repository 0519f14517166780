import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { seededRandom } from '../../sim/reliability/happenings';
import { scriptOptions, wholeNumber } from '../script-options';
import { mutated, type Random, shortened } from './mutate-text';
import { documentTargets, type FuzzTarget, TARGETS } from './targets';
import { commandLineTarget, registryTarget } from './whole-targets';

const USAGE = `Usage: npm run fuzz -- [--count N] [--seed N] [--target NAME] [--json]

Gives every reader of what others wrote changed samples, drawn by a seed, and
looks for anything but a result or a refusal of one sentence, in time.

  --count N      inputs of each reader (default: 25000); slow ones get less
  --seed N       another draw (default: the day)
  --target NAME  that reader alone, such as Dockerfile
  --json         print one document, winbake.fuzz/1

Exit codes: 0 nothing was found; 1 the run itself failed; 2 wrong usage; 3 some
input was read wrongly.
`;

const LONGEST_MESSAGE = 4000;
const MOST_FINDINGS = 5;

/** An input that was read wrongly. */
export interface FuzzFinding {
  readonly target: string;
  /** The shortest that is. */
  readonly input: string;
  readonly what: string;
}

/** Every reader there is. */
export function allTargets(): readonly FuzzTarget[] {
  const fixtures = join(__dirname, '..', '..', 'test', 'fixtures', 'contracts');
  return [
    ...TARGETS,
    ...documentTargets((name) => readFileSync(join(fixtures, `${name}.json`), 'utf8')),
    commandLineTarget,
    registryTarget(),
  ];
}

/** What is wrong with how a reader takes an input, or undefined; `clock` gives milliseconds. */
export async function whatIsWrong(
  { longestMilliseconds = 1000, read }: FuzzTarget,
  input: string,
  clock: () => number,
): Promise<string | undefined> {
  const from = clock();
  const slow = () => {
    const took = clock() - from;
    return took > longestMilliseconds ? `it took ${Math.round(took)} ms` : undefined;
  };
  try {
    return (await read(input)) ?? slow();
  } catch (error) {
    if (!(error instanceof WinbakeError)) {
      return `it threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    }
    return error.message.length > LONGEST_MESSAGE + input.length
      ? `its message has ${error.message.length} characters`
      : slow();
  }
}

/** Gives a reader inputs by chance; what it takes wrongly, each kind once and in short. */
export async function fuzzTarget(
  target: FuzzTarget,
  count: number,
  random: Random,
  clock: () => number,
): Promise<readonly FuzzFinding[]> {
  const kindOf = async (input: string) =>
    (await whatIsWrong(target, input, clock))?.replaceAll(/\d+/g, '0').slice(0, 40);
  const found = new Map<string, FuzzFinding>();
  for (let left = Math.ceil(count * (target.share ?? 1)); left > 0 && found.size < MOST_FINDINGS; left -= 1) {
    const text = mutated(target.samples, random);
    const kind = await kindOf(text);
    if (kind !== undefined && !found.has(kind)) {
      const input = await shortened(text, async (shorter) => (await kindOf(shorter)) === kind);
      const what = (await whatIsWrong(target, input, clock)) ?? kind;
      found.set(kind, { target: target.name, input, what });
    }
  }
  return [...found.values()];
}

/** Runs the readers and gives the exit code. */
export async function runFuzz(args: readonly string[]): Promise<number> {
  const all = allTargets();
  try {
    const { count, help, json, seed, target } = readOptions(args);
    if (help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const targets = all.filter(({ name }) => target === undefined || name === target);
    if (targets.length === 0) {
      const names = all.map(({ name }) => name).join(', ');
      throw new UsageError(`There is no reader '${target ?? ''}'; there are: ${names}.`);
    }
    const findings: FuzzFinding[] = [];
    for (const [index, one] of targets.entries()) {
      process.stderr.write(`${one.name}\n`);
      const random = seededRandom(seed * 7919 + index);
      findings.push(...(await fuzzTarget(one, count, random, () => performance.now())));
    }
    const inputs = targets.reduce((sum, { share = 1 }) => sum + Math.ceil(count * share), 0);
    const lines = findings.map((one) => `${one.target}: ${one.what}; got: ${JSON.stringify(one.input)}`);
    process.stdout.write(
      json
        ? `${JSON.stringify({ schema: 'winbake.fuzz/1', seed, inputs, findings }, null, 2)}\n`
        : [...lines, `inputs ${inputs}, findings ${findings.length}\n`].join('\n'),
    );
    return findings.length > 0 ? 3 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    for (const { close } of all) {
      await close?.();
    }
  }
}

function readOptions(args: readonly string[]) {
  const { count, seed, ...rest } = scriptOptions('fuzz', args, {
    count: { type: 'string', default: '25000' },
    help: { type: 'boolean', short: 'h', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 86_400_000)) },
    target: { type: 'string' },
  });
  return {
    ...rest,
    count: wholeNumber('count', count, 100_000_000),
    seed: wholeNumber('seed', seed, 999_999),
  };
}

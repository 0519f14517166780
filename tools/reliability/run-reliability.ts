import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { UsageError } from '../../lib/contract/values/errors';
import { WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { readAssembly } from '../../sim/aws/cloudformation/assembly';
import { seededRandom } from '../../sim/reliability/happenings';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { readHistory } from '../../sim/registry/history/read-history';
import { simulateBakes, type SimulatedBake } from '../../sim/reliability/simulate-bakes';
import { scriptOptions, wholeNumber } from '../script-options';

const USAGE = `Usage: npm run reliability -- [--bakes N] [--seed N] [--json]

Lets pipelines live through recorded Patch Tuesdays in simulated accounts, with
what goes wrong drawn at the rates of docs/reliability.md, and counts how many
published by themselves.

  --bakes N    Patch Tuesdays in all (default: 100; 1000 take some 15 minutes)
  --seed N     another draw (default: 1)
  --json       print each of them as one document, winbake.reliability/1

Exit codes: 0 at least 98 % were published without a person and none is wrong;
1 the simulation itself failed; 2 wrong usage; 3 fewer, or a wrong one.
`;

/** The share that must be published without a person. */
const LEAST_PUBLISHED = 0.98;

/** The last two years of the recorded history, whose families are all recorded. */
const START = new Date('2024-07-01T00:00:00Z');
const MONTHS = 22;

/** Runs the simulation and gives the exit code. */
export async function runReliability(args: readonly string[]): Promise<number> {
  try {
    const { bakes: count, help, json, seed } = readOptions(args);
    if (help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const bakes = await simulate(count, seed, (done) => {
      process.stderr.write(`${done} of ${count} Patch Tuesdays\n`);
    });
    process.stdout.write(
      json
        ? `${JSON.stringify({ schema: 'winbake.reliability/1', seed, bakes }, null, 2)}\n`
        : describeBakes(bakes),
    );
    const published = bakes.filter(({ hours }) => hours !== null).length;
    return bakes.some(({ wrong }) => wrong.length > 0) || published < LEAST_PUBLISHED * bakes.length ? 3 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

function readOptions(args: readonly string[]) {
  const { bakes, seed, ...rest } = scriptOptions('reliability', args, {
    bakes: { type: 'string', default: '100' },
    help: { type: 'boolean', short: 'h', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
  });
  return {
    ...rest,
    bakes: wholeNumber('bakes', bakes, 999_999),
    seed: wholeNumber('seed', seed, 999_999),
  };
}

/** Simulates so many Patch Tuesdays, one pipeline after the other. */
export async function simulate(
  count: number,
  seed: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<readonly SimulatedBake[]> {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-reliability-'));
  const history = readHistory(undefined);
  const registry = await startEmbeddedRegistry({ history, asOf: START, faults: [] });
  const random = seededRandom(seed);
  try {
    const app = new App({ outdir: folder });
    const stack = new Stack(app, 'Platform', { env: { account: '111111111111', region: 'eu-central-1' } });
    new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE, pipelineName: 'web' });
    app.synth();
    const assembly = readAssembly(folder);
    const means = { history, registry, release: '2022', start: START };
    const bakes: SimulatedBake[] = [];
    while (bakes.length < count) {
      const months = Math.min(MONTHS, count - bakes.length);
      bakes.push(...(await simulateBakes({ assembly, means, months, random })));
      onProgress(bakes.length);
    }
    return bakes;
  } finally {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function describeBakes(bakes: readonly SimulatedBake[]): string {
  const hours = bakes.flatMap((one) => one.hours ?? []).sort((one, other) => one - other);
  const at = (share: number) =>
    (hours[Math.min(hours.length - 1, Math.floor(share * hours.length))] ?? 0).toFixed(1);
  const counted = (wanted: (bake: SimulatedBake) => boolean) => bakes.filter(wanted).length;
  const unpublished = bakes.filter((one) => one.hours === null);
  const lines = [
    `${bakes.length} Patch Tuesdays; something went wrong in ${counted(({ faults }) => faults.length > 0)}`,
    `published without a person: ${hours.length} (${((100 * hours.length) / bakes.length).toFixed(1)} %)`,
    `wrong: ${counted(({ wrong }) => wrong.length > 0)}`,
    `hours from 10:00 Pacific to the publication: median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)}`,
    `builds: one for ${counted(({ builds }) => builds === 1)}, more for ${counted(({ builds }) => builds > 1)}`,
    ...unpublished.map(
      ({ faults, patchTuesday, reason }) =>
        `not published: ${patchTuesday} (${faults.join(', ')}): ${reason}`,
    ),
    ...bakes
      .filter(({ wrong }) => wrong.length > 0)
      .map(({ patchTuesday, wrong }) => `wrong: ${patchTuesday}: ${wrong.join(', ')}`),
  ];
  return `${lines.join('\n')}\n`;
}

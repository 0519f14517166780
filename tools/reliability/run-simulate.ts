import { DEFAULT_GATE_POLICY } from '../../lib/contract/values/gate-policy';
import { UsageError } from '../../lib/contract/values/errors';
import { percentile } from '../../lib/contract/values/percentile';
import { parseRelease } from '../../lib/contract/values/release';
import { seededRandom } from '../../sim/clock/seeded-random';
import { runBacktest } from '../../sim/rehearsal/backtest/run-backtest';
import { measureRings, type RingHours, type RingOptions } from '../../sim/reliability/measure-rings';
import { simulateFleets, type FleetYears } from '../../sim/reliability/simulate-fleets';
import { scriptOptions, wholeNumber } from '../script-options';

const USAGE = `Usage: npm run simulate -- [--years N] [--fleets N] [--seed N] [--json]
       npm run simulate -- --rings N [--fleets N] [--bake-hours N] [--json]

Lets installations of three accounts live for years, with what goes wrong drawn
at the rates of docs/reliability.md, and judges all that their fleets do by the
rules of docs/design.md. With --rings it rolls fleets to what a backtest of
Windows Server 2022 from 2024 on bakes, and says how long each ring takes.

  --years N       fleet-years in all (default: 100; half a minute)
  --fleets N      fleets of an installation (default: 10, with --rings 40)
  --seed N        another draw (default: 1)
  --rings N       measure N rings instead
  --bake-hours N  from a bake's order to its publication (default: 1.5)
  --json          print one document, winbake.simulation/1 or winbake.rings/1

Exit codes: 0 no rule is broken; 1 the simulation itself failed; 2 wrong usage;
3 a rule is broken.
`;

/** The years that one installation lives; more installations are other draws. */
const LONGEST_LIFE = 2;

/** Where all families of 2022 have long been recorded. */
const RINGS_FROM = new Date('2024-01-01T00:00:00Z');
const RINGS_TO = new Date('2026-06-30T00:00:00Z');

/** Runs the simulation and gives the exit code. */
export async function runSimulate(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    return options.rings === undefined
      ? await years(options)
      : await rings({ ...options, rings: options.rings });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

interface Options {
  readonly years: number;
  readonly fleets: number | undefined;
  readonly seed: number;
  readonly bakeHours: number;
  readonly json: boolean;
}

function readOptions(
  args: readonly string[],
): Options & { readonly help: boolean; readonly rings: number | undefined } {
  const {
    'bake-hours': bakeHours,
    fleets,
    help,
    json,
    rings,
    seed,
    years,
  } = scriptOptions('simulate', args, {
    'bake-hours': { type: 'string', default: '1.5' },
    fleets: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
    json: { type: 'boolean', default: false },
    rings: { type: 'string' },
    seed: { type: 'string', default: '1' },
    years: { type: 'string', default: '100' },
  });
  if (!/^\d{1,2}(\.\d+)?$/.test(bakeHours)) {
    throw new UsageError(`--bake-hours is a number of hours below 100; got: '${bakeHours}'.`);
  }
  return {
    help,
    json,
    bakeHours: Number(bakeHours),
    years: wholeNumber('years', years, 100_000),
    seed: wholeNumber('seed', seed, 999_999),
    fleets: fleets === undefined ? undefined : wholeNumber('fleets', fleets, 500),
    rings: rings === undefined ? undefined : wholeNumber('rings', rings, 50),
  };
}

/** Lives fleet-years in installations of their own draws, and says what they came to. */
async function years({ fleets = 10, json, seed, years: wanted }: Options): Promise<number> {
  const total = await simulateYears(wanted, fleets, seed, (done) => {
    process.stderr.write(`${done} of ${wanted} fleet-years\n`);
  });
  const { violations, fleetYears, notices, rollouts } = total;
  process.stdout.write(
    json
      ? `${JSON.stringify({ schema: 'winbake.simulation/1', seed, ...total }, null, 2)}\n`
      : [
          `${fleetYears} fleet-years, ${rollouts} instance refreshes, ${notices} notices to people`,
          ...violations.map(({ at, fleet, rule, what }) => `${at} ${fleet}: ${rule}: ${what}`),
          `years ${fleetYears}, violations ${violations.length}\n`,
        ].join('\n'),
  );
  return violations.length > 0 ? 3 : 0;
}

/** Fleet-years of installations, one after the other, each with the seed's next draws. */
export async function simulateYears(
  wanted: number,
  fleets: number,
  seed: number,
  onProgress: (done: number) => void = () => undefined,
): Promise<Omit<FleetYears, 'ends'>> {
  const random = seededRandom(seed * 7919);
  const parts: FleetYears[] = [];
  const lived = () => parts.reduce((sum, one) => sum + one.fleetYears, 0);
  while (lived() < wanted) {
    const life = Math.min(LONGEST_LIFE, Math.max(1, (wanted - lived()) / fleets));
    parts.push(await simulateFleets({ years: life, fleets, random }));
    onProgress(lived());
  }
  const sum = (of: (one: FleetYears) => number) => parts.reduce((total, one) => total + of(one), 0);
  return {
    fleetYears: lived(),
    polls: sum(({ polls }) => polls),
    rollouts: sum(({ rollouts }) => rollouts),
    notices: sum(({ notices }) => notices),
    violations: parts.flatMap(({ violations }) => violations),
  };
}

/** Measures rings over what a backtest of the recorded years bakes. */
export function measureRecordedRings(options: Omit<RingOptions, 'bakes'>): Promise<readonly RingHours[]> {
  const { bakes } = runBacktest({
    release: parseRelease('2022'),
    from: RINGS_FROM,
    to: RINGS_TO,
    history: undefined,
    hosts: undefined,
    hostRevision: undefined,
    policy: DEFAULT_GATE_POLICY,
    accepted: [],
  });
  return measureRings({ bakes, ...options });
}

async function rings({
  bakeHours,
  fleets = 40,
  json,
  rings: count,
}: Options & { readonly rings: number }): Promise<number> {
  const measured = await measureRecordedRings({ bakeHours, fleets, rings: count });
  process.stdout.write(
    json
      ? `${JSON.stringify({ schema: 'winbake.rings/1', bakeHours, fleets, rings: measured }, null, 2)}\n`
      : [
          `${fleets} fleets in ${count} rings, ${measured[0]?.fromRelease.length ?? 0} newer revisions from ${RINGS_FROM.toISOString().slice(0, 10)} on`,
          `Hours to the last instance, with ${bakeHours} h for a bake:`,
          'RING  FROM 10:00 PACIFIC  p50   p90   MOST  FROM THE PUBLICATION  p50   MOST',
          ...measured.map(describeRing),
          '',
        ].join('\n'),
  );
  return 0;
}

function describeRing({ fromPublication, fromRelease, ring }: RingHours): string {
  const shown = (hours: readonly (number | null)[], percent: number) =>
    hoursAt(hours, percent).toFixed(1).padStart(5);
  return [
    String(ring).padStart(4),
    ' '.repeat(17),
    shown(fromRelease, 50),
    shown(fromRelease, 90),
    shown(fromRelease, 100),
    ' '.repeat(19),
    shown(fromPublication, 50),
    shown(fromPublication, 100),
  ].join(' ');
}

/** Of so many percent of publications; Infinity where the next one came first. */
export function hoursAt(hours: readonly (number | null)[], percent: number): number {
  return percentile(
    hours.map((one) => one ?? Infinity),
    percent,
  );
}

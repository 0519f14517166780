import { DEFAULT_GATE_POLICY } from '../../lib/contract/values/gate-policy';
import { UsageError } from '../../lib/contract/values/errors';
import { percentile } from '../../lib/contract/values/percentile';
import { parseRelease } from '../../lib/contract/values/release';
import { runBacktest } from '../../sim/rehearsal/backtest/run-backtest';
import { USUAL_RATES } from '../../sim/reliability/fleet-rates';
import type { FleetYearsOptions } from '../../sim/reliability/fleet-scenario';
import { measureRings, type RingHours, type RingOptions } from '../../sim/reliability/measure-rings';
import { nameOf } from '../../sim/reliability/happenings';
import { shrinkHistory } from '../../sim/reliability/simulate-fleets';
import { scriptOptions, wholeNumber } from '../script-options';
import { simulateYears, type SeededViolation } from './simulate-years';

const USAGE = `Usage: npm run simulate -- [--years N] [--minutes N] [--fleets N] [--seed N]
                           [--first] [--shrink N] [--resume FILE] [--usual]
                           [--json]
       npm run simulate -- --level account [--years N] [--minutes N] [--seed N]
                           [--first] [--json]
       npm run simulate -- --rings N [--fleets N] [--bake-hours N] [--json]

Lets installations of three accounts live for years, with what goes wrong drawn
at the rates of docs/reliability.md, and judges all that their fleets do by the
rules of docs/design.md. At the level core these are the reconcilers of fleets
over ports in memory; at the level account, the deployed functions of a pipeline
and of three fleets in simulated accounts, 15 times slower or more. With --rings
it rolls fleets to what a backtest of Windows Server 2022 from 2024 on bakes,
and says how long each ring takes.

  --level LEVEL   core or account (default: core)
  --years N       fleet-years in all (default: 100, at the level account 4;
                  a minute)
  --minutes N     begin no other installation once N minutes are over
  --fleets N      fleets of an installation (default: 10, with --rings 40)
  --seed N        another draw (default: 1)
  --first         end with the first broken rule, as it was found
  --shrink N      look at most N seconds for the shortest history that still
                  breaks the first broken rule (default: 60)
  --usual         with what goes wrong as seldom as a careful installation may
                  expect, for what it costs people
  --resume FILE   keep what was lived after each installation, and go on there
  --rings N       measure N rings instead
  --bake-hours N  from a bake's order to its publication (default: 1.5)
  --json          print one document, winbake.simulation/1 or winbake.rings/1

Exit codes: 0 no rule is broken; 1 the simulation itself failed; 2 wrong usage;
3 a rule is broken.
`;

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
    if (options.level === 'account') {
      return await accountYears(options);
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
  readonly level: string;
  readonly years: number;
  readonly minutes: number;
  readonly fleets: number | undefined;
  readonly seed: number;
  readonly bakeHours: number;
  readonly json: boolean;
  readonly first: boolean;
  readonly shrink: number;
  readonly resume: string | undefined;
  readonly usual: boolean;
}

function readOptions(
  args: readonly string[],
): Options & { readonly help: boolean; readonly rings: number | undefined } {
  const {
    'bake-hours': bakeHours,
    first,
    fleets,
    help,
    json,
    level,
    minutes,
    resume,
    rings,
    seed,
    shrink,
    usual,
    years,
  } = scriptOptions('simulate', args, {
    'bake-hours': { type: 'string', default: '1.5' },
    first: { type: 'boolean', default: false },
    fleets: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
    json: { type: 'boolean', default: false },
    level: { type: 'string', default: 'core' },
    minutes: { type: 'string' },
    resume: { type: 'string' },
    rings: { type: 'string' },
    seed: { type: 'string', default: '1' },
    shrink: { type: 'string' },
    usual: { type: 'boolean', default: false },
    years: { type: 'string' },
  });
  if (!/^\d{1,2}(\.\d+)?$/.test(bakeHours)) {
    throw new UsageError(`--bake-hours is a number of hours below 100; got: '${bakeHours}'.`);
  }
  if (level !== 'core' && level !== 'account') {
    throw new UsageError(`--level is core or account; got: '${level}'.`);
  }
  if (level === 'account' && (usual || [fleets, resume, rings, shrink].some((one) => one !== undefined))) {
    throw new UsageError('--level account takes none of --fleets, --resume, --rings, --shrink and --usual.');
  }
  if (usual && (rings !== undefined || resume !== undefined)) {
    throw new UsageError('--usual goes with neither --resume nor --rings: leave one of them out.');
  }
  return {
    first,
    help,
    json,
    level,
    resume,
    usual,
    shrink: wholeNumber('shrink', shrink ?? '60', 86_400),
    bakeHours: Number(bakeHours),
    years: wholeNumber('years', years ?? (level === 'account' ? '4' : '100'), 100_000),
    minutes: minutes === undefined ? Infinity : wholeNumber('minutes', minutes, 10_000),
    seed: wholeNumber('seed', seed, 999_999),
    fleets: fleets === undefined ? undefined : wholeNumber('fleets', fleets, 500),
    rings: rings === undefined ? undefined : wholeNumber('rings', rings, 50),
  };
}

/** The same in simulated accounts. */
async function accountYears({ first, json, minutes, seed, years: wanted }: Options): Promise<number> {
  // Constructs are loaded for nothing else.
  const { simulateAccountYears } = await import('./simulate-account-years');
  const total = await simulateAccountYears({
    years: wanted,
    seed,
    isFirstEnough: first,
    isOver: overAfter(minutes),
    onProgress: (done) => {
      process.stderr.write(`${done.toFixed(1)} of ${wanted} fleet-years\n`);
    },
  });
  const { fleetYears, notices, polls, publications, rollouts, violations } = total;
  process.stdout.write(
    json
      ? documentOf({ level: 'account', seed, ...total })
      : [
          `${fleetYears.toFixed(1)} fleet-years, ${publications} publications, ${rollouts} instance refreshes, ${polls} runs of functions, ${notices} notices to people`,
          ...violations.map(sentenceOf),
          `years ${fleetYears.toFixed(1)}, violations ${violations.length}\n`,
        ].join('\n'),
  );
  return violations.length > 0 ? 3 : 0;
}

function overAfter(minutes: number): () => boolean {
  const end = Date.now() + minutes * 60_000;
  return () => Date.now() > end;
}

function documentOf(content: object): string {
  return `${JSON.stringify({ schema: 'winbake.simulation/1', ...content }, null, 2)}\n`;
}

function sentenceOf({ at, fleet, rule, seed, what }: SeededViolation): string {
  return `seed ${seed}: ${at} ${fleet}: ${rule}: ${what}`;
}

/** Lives fleet-years in installations of their own draws, and says what they came to. */
async function years(options: Options): Promise<number> {
  const { first, fleets = 10, json, resume, seed, usual, years: wanted } = options;
  const drawn: Partial<FleetYearsOptions> = usual ? { rates: USUAL_RATES } : {};
  const total = await simulateYears({
    years: wanted,
    fleets,
    seed,
    isFirstEnough: first,
    isOver: overAfter(options.minutes),
    resume,
    options: drawn,
    onProgress: (done) => {
      process.stderr.write(`${done} of ${wanted} fleet-years\n`);
    },
  });
  const { violations, fleetYears, notices, rollouts } = total;
  const [broken] = violations;
  const shortest =
    broken === undefined || first
      ? undefined
      : await shortestOf(broken, { ...drawn, fleets }, options.shrink);
  process.stdout.write(
    json
      ? documentOf({ level: 'core', seed, ...total, ...(shortest && { shortest }) })
      : [
          `${fleetYears} fleet-years, ${rollouts} instance refreshes, ${notices} notices to people, ${(notices / fleetYears / 12).toFixed(3)} a fleet-month`,
          ...violations.map(sentenceOf),
          ...(shortest === undefined
            ? []
            : [
                `The shortest history of seed ${shortest.seed} that breaks it, with ${shortest.fleets.join(', ')}:`,
                ...shortest.happenings.map((one) => `  ${one}`),
                `  ${shortest.breaks}`,
              ]),
          `years ${fleetYears}, violations ${violations.length}\n`,
        ].join('\n'),
  );
  return violations.length > 0 ? 3 : 0;
}

/** What is left of an installation's history once nothing can be left out, or once the time is over. */
async function shortestOf(
  { seed, years: life }: SeededViolation,
  drawn: Partial<FleetYearsOptions> & Pick<FleetYearsOptions, 'fleets'>,
  seconds: number,
) {
  const end = Date.now() + seconds * 1000;
  const found = await shrinkHistory({ ...drawn, seed, years: life }, () => Date.now() > end);
  return (
    found && {
      seed,
      fleets: found.fleets,
      happenings: found.happenings.map(nameOf),
      breaks: `${found.violation.at} ${found.violation.fleet}: ${found.violation.rule}: ${found.violation.what}`,
    }
  );
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

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UsageError } from '../../lib/contract/values/errors';
import type { FleetYearsOptions } from '../../sim/reliability/fleet-scenario';
import type { Violation } from '../../sim/reliability/fleet-truth';
import { simulateFleets } from '../../sim/reliability/simulate-fleets';

/** The years that one installation lives; more installations are other draws. */
const LONGEST_LIFE = 2;

/** A seed has so many installations. */
export const SEEDS = 100_000;

/** How years are simulated. */
export interface YearsOptions {
  /** Fleet-years in all. */
  readonly years: number;
  /** Of an installation. */
  readonly fleets: number;
  readonly seed: number;
  /** Ends with the first broken rule. */
  readonly isFirstEnough?: boolean;
  /** Keeps what was lived after each installation, and goes on from there. */
  readonly resume?: string | undefined;
  /** Asked after each installation; no other begins once the time is over. Default: never. */
  readonly isOver?: () => boolean;
  readonly onProgress?: (done: number) => void;
  /** What is other than as drawn. */
  readonly options?: Partial<FleetYearsOptions>;
}

/** A broken rule, with the installation that breaks it. */
export interface SeededViolation extends Violation {
  /** The seed of the installation, and the years that it was to live. */
  readonly seed: number;
  readonly years: number;
}

/** What years came to. */
export interface Years {
  readonly fleetYears: number;
  readonly polls: number;
  readonly rollouts: number;
  readonly notices: number;
  readonly violations: readonly SeededViolation[];
}

/** What a file keeps of years that may be interrupted. */
interface Progress {
  readonly schema: 'winbake.simulation-progress/1';
  readonly seed: number;
  readonly years: number;
  readonly fleets: number;
  readonly installations: number;
  readonly lived: Years;
}

const NOTHING: Years = { fleetYears: 0, polls: 0, rollouts: 0, notices: 0, violations: [] };

/** Fleet-years of installations, one after the other, each with a seed of its own. */
export async function simulateYears({
  years,
  fleets,
  isFirstEnough = false,
  isOver = () => false,
  onProgress = () => undefined,
  options = {},
  resume,
  seed,
}: YearsOptions): Promise<Years> {
  const before = resume === undefined ? undefined : readProgress(resume, { years, fleets, seed });
  let { installations, lived } = before ?? { installations: 0, lived: NOTHING };
  while (lived.fleetYears < years && !(isFirstEnough && lived.violations.length > 0)) {
    const installation = {
      seed: seed * SEEDS + installations,
      years: Math.min(LONGEST_LIFE, Math.max(1, (years - lived.fleetYears) / fleets)),
    };
    const one = await simulateFleets({ ...options, ...installation, fleets, isFirstEnough });
    installations += 1;
    lived = {
      fleetYears: lived.fleetYears + one.fleetYears,
      polls: lived.polls + one.polls,
      rollouts: lived.rollouts + one.rollouts,
      notices: lived.notices + one.notices,
      violations: [...lived.violations, ...one.violations.map((found) => ({ ...found, ...installation }))],
    };
    if (resume !== undefined) {
      writeProgress(resume, {
        schema: 'winbake.simulation-progress/1',
        seed,
        years,
        fleets,
        installations,
        lived,
      });
    }
    onProgress(lived.fleetYears);
    if (isOver()) {
      break;
    }
  }
  return lived;
}

/** What was lived of the same years; undefined where there is no file yet. Throws a `UsageError` where it is of others. */
function readProgress(
  file: string,
  wanted: Pick<YearsOptions, 'years' | 'fleets' | 'seed'>,
): Progress | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const known = parse(file);
  const of = ({ fleets, seed, years }: Partial<typeof wanted>) =>
    `--years ${String(years)} --fleets ${String(fleets)} --seed ${String(seed)}`;
  if (known?.schema !== 'winbake.simulation-progress/1' || of(known) !== of(wanted)) {
    const got = known?.schema === 'winbake.simulation-progress/1' ? of(known) : 'no progress of a simulation';
    throw new UsageError(
      `${file} is to hold the progress of ${of(wanted)}; got: ${got}. Name another file, or remove it.`,
    );
  }
  return known;
}

function parse(file: string): Progress | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Progress;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, whenever it is interrupted. */
function writeProgress(file: string, progress: Progress): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(progress)}\n`);
  renameSync(`${file}.new`, file);
}

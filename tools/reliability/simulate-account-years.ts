import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccountLifeOptions } from '../../sim/reliability/account/account-scenario';
import { simulateAccount, type AccountLife } from '../../sim/reliability/account/account-scenario';
import { synthesizeAccountApp } from './account-app';
import { SEEDS, type SeededViolation } from './simulate-years';

/** The months that one installation lives; more installations are other draws. */
const LONGEST_LIFE = 12;

/** How years in accounts are simulated. */
export interface AccountYearsOptions extends Pick<AccountLifeOptions, 'isFirstEnough' | 'plant' | 'rates'> {
  /** Fleet-years in all. */
  readonly years: number;
  readonly seed: number;
  /** Asked after each installation; no other begins once the time is over. Default: never. */
  readonly isOver?: () => boolean;
  readonly onProgress?: (done: number) => void;
}

/** What years in accounts came to. */
export interface AccountYears extends AccountLife {
  readonly violations: readonly SeededViolation[];
}

/** Fleet-years of installations in simulated accounts, one after the other, each with a seed of its own. */
export async function simulateAccountYears({
  isOver = () => false,
  onProgress = () => undefined,
  seed,
  years,
  ...options
}: AccountYearsOptions): Promise<AccountYears> {
  const folder = mkdtempSync(join(tmpdir(), 'winbake-account-'));
  try {
    const { fleets, stacks } = synthesizeAccountApp(folder);
    let lived: AccountYears = {
      fleetYears: 0,
      polls: 0,
      publications: 0,
      rollouts: 0,
      notices: 0,
      violations: [],
    };
    for (let installations = 0; lived.fleetYears < years; installations += 1) {
      const left = Math.ceil(((years - lived.fleetYears) / fleets) * LONGEST_LIFE);
      const months = Math.max(1, Math.min(LONGEST_LIFE, left));
      const own = seed * SEEDS + installations;
      const one = await simulateAccount({ ...options, stacks, months, seed: own });
      lived = {
        fleetYears: lived.fleetYears + one.fleetYears,
        polls: lived.polls + one.polls,
        publications: lived.publications + one.publications,
        rollouts: lived.rollouts + one.rollouts,
        notices: lived.notices + one.notices,
        violations: [
          ...lived.violations,
          ...one.violations.map((found) => ({ ...found, seed: own, years: months / 12 })),
        ],
      };
      onProgress(lived.fleetYears);
      if (isOver() || (options.isFirstEnough === true && lived.violations.length > 0)) {
        break;
      }
    }
    return lived;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

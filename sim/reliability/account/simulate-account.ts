import type { Violation } from '../fleet-rules';
import { AccountScenario, type AccountLifeOptions } from './account-scenario';

const YEAR = 365 * 24 * 3_600_000;

/** What the life of an installation came to. */
export interface AccountLife {
  readonly fleetYears: number;
  /** Runs of functions. */
  readonly polls: number;
  readonly publications: number;
  readonly rollouts: number;
  /** Notices that went to people. */
  readonly notices: number;
  readonly violations: readonly Violation[];
}

/** Lets an installation live in simulated accounts for months, with what goes wrong drawn by `ACCOUNT_RATES`, and judges it. */
export async function simulateAccount(options: AccountLifeOptions): Promise<AccountLife> {
  const scenario = new AccountScenario(options);
  const { installation, oracle } = scenario;
  const begun = installation.now;
  await scenario.live();
  const { account, fleets } = installation;
  return {
    fleetYears: ((installation.now - begun) / YEAR) * fleets.length,
    polls: installation.polls,
    publications: oracle.pipeline.recorded.size,
    rollouts: fleets.reduce((sum, { simulated }) => sum + simulated.group.refreshes.length, 0),
    notices: account.world.sns.messages.length,
    violations: oracle.violations,
  };
}

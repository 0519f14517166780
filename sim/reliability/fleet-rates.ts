import type { RolloutPolicy } from '../../lib/contract/values/rollout-policy';
import { ACCOUNTS, type FleetPlan } from './installation';

/** How often what goes wrong goes wrong. */
export const FLEET_RATES = {
  /** Of publications: that fail on every fleet, and on some. */
  badEverywhere: 0.05,
  badSomewhere: 0.08,
  /** Of months: a second bake of the same revision, and an out-of-band update. */
  equal: 0.15,
  outOfBand: 0.1,
  /** Of polls: the function ends after some call, before or after its effect. */
  crash: 0.02,
  /** Of events: lost, and delivered twice. */
  lost: 0.05,
  doubled: 0.05,
  /** Of months, for each account that is not the pipeline's: it lets nobody in for days. */
  away: 0.03,
  /** Of months, for each fleet. */
  hold: 0.04,
  floor: 0.03,
  unreadable: 0.02,
  noCapacity: 0.03,
  /** Of months: the pipeline is held, or taken back to what was before. */
  pipelineHold: 0.04,
  rollback: 0.04,
  /** Of months: what the channel shows, or what it showed before, is revoked; half of these are restored after days. */
  revoke: 0.04,
  /** Of months, for each fleet: a team deploys another launch template. */
  deploy: 0.4,
  /** Of deployments: with a launch template that fails, taken back by CloudFormation, and whose function ends after some call. */
  badTemplate: 0.1,
  rolledBack: 0.15,
  cut: 0.1,
};

/** What a careful installation may expect; what is left out is as in `FLEET_RATES`. */
export const USUAL_RATES: Partial<typeof FLEET_RATES> = {
  badEverywhere: 0.003,
  badSomewhere: 0.01,
  crash: 0.001,
  lost: 0.01,
  doubled: 0.01,
  away: 0.005,
  hold: 0.01,
  floor: 0.01,
  unreadable: 0.002,
  noCapacity: 0.01,
  pipelineHold: 0.01,
  rollback: 0.01,
  revoke: 0.01,
  badTemplate: 0.02,
  rolledBack: 0.03,
  cut: 0.02,
};

/** The fleets of an installation: rings, canaries, a delay and a window, in all accounts. */
export function planOf(index: number, random: () => number): FleetPlan {
  const policy: Partial<RolloutPolicy> = {
    ring: index % 5 === 4 ? null : index % 4,
    canaryPercentage: [10, 25, 50][index % 3] ?? 10,
    delaySeconds: index % 4 === 1 ? 6 * 3600 : 0,
    windows:
      index % 7 === 6
        ? [{ days: ['TUE', 'WED', 'THU', 'FRI'], startHour: 1, endHour: 9, timeZone: 'Europe/Berlin' }]
        : [],
  };
  const account = ACCOUNTS[index % ACCOUNTS.length] ?? '';
  return { name: `fleet-${index}`, account, instances: 1 + Math.floor(random() * 9), policy };
}

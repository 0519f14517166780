import type { Violation } from './fleet-truth';
import { type Happening } from './happenings';
import { FleetScenario, type FleetYearsOptions } from './fleet-scenario';

/** What a simulation came to. */
export interface FleetYears {
  readonly fleetYears: number;
  readonly polls: number;
  readonly rollouts: number;
  /** What each fleet's instances run at the end. */
  readonly ends: Readonly<Record<string, readonly string[]>>;
  /** Notices that went to people. */
  readonly notices: number;
  readonly violations: readonly Violation[];
  /** All that happened, in that order. */
  readonly happenings: readonly Happening[];
}

/** Lets an installation live for years with what goes wrong drawn by `FLEET_RATES`, and judges all that its fleets do. */
export async function simulateFleets(options: FleetYearsOptions): Promise<FleetYears> {
  const scenario = new FleetScenario(options);
  await scenario.live();
  const { fleetYears, happenings, installation, oracle } = scenario;
  return {
    fleetYears,
    happenings: happenings.list,
    polls: installation.polls,
    rollouts: installation.fleets.reduce((sum, { simulated }) => sum + simulated.group.refreshes.length, 0),
    notices: installation.fleets.reduce((sum, { notified }) => sum + notified.length, 0),
    violations: oracle.violations,
    ends: Object.fromEntries(
      installation.fleets.map(({ plan, simulated }) => [
        plan.name,
        simulated.instances.map(({ amiId }) => amiId).sort(),
      ]),
    ),
  };
}

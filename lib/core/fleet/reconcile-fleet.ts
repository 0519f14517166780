import { fleetStateSchema, type FleetState } from '../contracts/fleet-state';
import { parseDocument } from '../contracts/parse-document';
import { channelSchema } from '../contracts/publication';
import type { FleetControl } from '../ports/fleet-control';
import type { ParameterStore } from '../ports/parameter-store';

/** What one look at a fleet did. */
export type RolloutAction = 'nothing' | 'waitForRefresh' | 'useForNewInstances' | 'startRefresh';

/** Which parameters a fleet follows and keeps. */
export interface FleetParameters {
  /** Holds the publication that the fleet should run. */
  readonly channel: string;
  readonly state: string;
}

/** Statuses of a refresh that is still under way. */
const UNDER_WAY: readonly string[] = ['Pending', 'InProgress', 'Cancelling', 'RollbackInProgress', 'Baking'];

/**
 * Brings a fleet one step nearer to the publication of its channel, whatever state it is in: new instances start from it,
 * and running ones are replaced by an instance refresh, one refresh at a time. A group without instances needs none.
 */
export async function reconcileFleet(
  fleet: FleetControl,
  parameters: ParameterStore,
  names: FleetParameters,
): Promise<RolloutAction> {
  const text = await parameters.get(names.channel);
  if (text === undefined) {
    return 'nothing';
  }
  const wanted = parseDocument(channelSchema, text, names.channel);
  const refresh = await fleet.newestRefresh();
  if (refresh !== undefined && UNDER_WAY.includes(refresh.status)) {
    return 'waitForRefresh';
  }
  const group = await fleet.describeGroup();
  if (group.amiId === wanted.amiId) {
    return 'nothing';
  }
  const version = await fleet.createLaunchTemplateVersion(
    group.launchTemplateVersion,
    wanted.amiId,
    `Winbake ${wanted.id}`,
  );
  await fleet.useLaunchTemplateVersion(version);
  const refreshId = group.instances.length === 0 ? null : await fleet.startRefresh(version);
  const state: FleetState = { amiId: wanted.amiId, publication: wanted.id, refreshId };
  await parameters.put(names.state, JSON.stringify(state), 'text');
  return refreshId === null ? 'useForNewInstances' : 'startRefresh';
}

/** The state that a fleet keeps, or undefined before its first rollout. */
export async function readFleetState(
  parameters: ParameterStore,
  names: FleetParameters,
): Promise<FleetState | undefined> {
  const text = await parameters.get(names.state);
  return text === undefined ? undefined : parseDocument(fleetStateSchema, text, names.state);
}

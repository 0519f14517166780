import { fleetStateSchema, type FleetState } from '../contracts/fleet-state';
import { parseDocument } from '../contracts/parse-document';
import { channelSchema, type Channel } from '../contracts/publication';
import type { FleetControl, FleetGroup } from '../ports/fleet-control';
import type { ParameterStore } from '../ports/parameter-store';
import { newFleetState } from './new-fleet-state';

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
 * and running ones are replaced by an instance refresh, one refresh at a time and one for each publication. A group without
 * instances needs none. What an earlier look began and did not end is ended by the next.
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
  const isOld = group.instances.some((instance) => instance.amiId !== wanted.amiId);
  if (group.amiId === wanted.amiId) {
    const state = await readFleetState(parameters, names);
    if (!isOld || state?.publication?.id === wanted.id) {
      return 'nothing';
    }
  }
  const version = await versionWith(fleet, group, wanted);
  const refreshId = isOld ? await fleet.startRefresh(version) : null;
  const at = new Date(wanted.at);
  const identity = { fleet: names.state, autoScalingGroup: names.state, cluster: names.state };
  const state = newFleetState(identity, wanted.amiId, wanted, at);
  await parameters.put(names.state, JSON.stringify(state), 'text');
  return refreshId === null ? 'useForNewInstances' : 'startRefresh';
}

/** The version of the launch template that the group uses from now on: its own, or a new one with the wanted AMI. */
async function versionWith(fleet: FleetControl, group: FleetGroup, wanted: Channel): Promise<string> {
  if (group.amiId === wanted.amiId) {
    return group.launchTemplateVersion;
  }
  const version = await fleet.createLaunchTemplateVersion(
    group.launchTemplateVersion,
    wanted.amiId,
    `Winbake ${wanted.id}`,
  );
  await fleet.useLaunchTemplateVersion(version);
  return version;
}

/** The state that a fleet keeps, or undefined before its first rollout. */
export async function readFleetState(
  parameters: ParameterStore,
  names: FleetParameters,
): Promise<FleetState | undefined> {
  const text = await parameters.get(names.state);
  return text === undefined ? undefined : parseDocument(fleetStateSchema, text, names.state);
}

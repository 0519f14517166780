import { parseDocument } from '../../contract/documents/document';
import { channelSchema } from '../../contract/documents/publication';
import { pausingDeployment } from './deployment-pause';
import { readFailed } from './read-failed';
import { readFleetWords, type FleetStateKeeper } from './fleet-state-keeper';
import { isUnderWay, type FleetWorld } from './fleet-world';
import { newFleetState } from './new-fleet-state';
import { observeFleet } from './observe-fleet';
import type { FleetParameters, FleetPorts } from './fleet-ports';
import type { RolloutPolicy } from './rollout-policy';

/** Reads all that the next action depends on; ECS only where a rollout is to be judged. */
export async function lookAtFleet(
  ports: FleetPorts,
  names: FleetParameters,
  keeper: FleetStateKeeper,
  policy: RolloutPolicy,
): Promise<FleetWorld> {
  const { control, hosts, parameters } = ports;
  const now = ports.now();
  const text = await parameters.get(names.channel);
  const wanted = text === undefined ? undefined : parseDocument(channelSchema, text, names.channel);
  const failed = await readFailed(parameters, names.failed);
  const words = await readFleetWords(parameters, names.words);
  const stored = await keeper.read();
  // The refresh first: one that ends meanwhile is then seen in the group, never a group of before with a refresh that ended.
  const refresh = await control.newestRefresh();
  const group = await control.describeGroup();
  const identity = {
    fleet: names.fleet,
    autoScalingGroup: names.autoScalingGroup,
    cluster: names.cluster,
    channel: names.channel,
  };
  const known = wanted?.amiId === group.amiId ? wanted : null;
  const state = { ...(stored ?? newFleetState(identity, group.amiId, known, now)), ...identity };
  const isJudged = state.rollout !== null || isUnderWay(refresh);
  const described = isJudged ? await hosts.describe(group.instances.map(({ id }) => id)) : [];
  const world: FleetWorld = {
    now,
    policy,
    wanted,
    failed,
    state,
    group,
    refresh,
    hosts: described,
    // Last, so that little time is left for one to begin before the action.
    deployment: await pausingDeployment(parameters, names.deployment, group, now),
  };
  return { ...world, state: observeFleet(world, words) };
}

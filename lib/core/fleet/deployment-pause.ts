import { parseDocument } from '../../contract/documents/document';
import { fleetDeploymentSchema, type FleetDeployment } from '../../contract/documents/fleet-state';
import { WinbakeError } from '../../contract/values/errors';
import type { FleetGroup } from '../ports/fleets';
import type { ParameterStore } from '../ports/stores';
import type { FleetWorld, RolloutAction } from './fleet-world';

/**
 * How long a deployment pauses a fleet at most, from its last step on. Stopping a refresh takes ten minutes at most, and
 * CloudFormation changes the group right after that; a deployment that died in between does not pause the fleet for good.
 */
const PAUSE_SECONDS = 30 * 60;

/** Actions that Auto Scaling refuses to a deployment's group, or that would refuse the deployment. */
const CHANGES_GROUP: readonly RolloutAction['kind'][] = [
  'startRefresh',
  'cancelRefresh',
  'rollBackRefresh',
  'useForNewInstances',
];

/** Notes that a deployment is at work on a fleet. With the version that the group is to get, the pause ends once it has that. */
export async function pauseForDeployment(
  parameters: Pick<ParameterStore, 'put'>,
  name: string,
  { at, now, version }: { readonly at: Date; readonly now: Date; readonly version: string | null },
): Promise<void> {
  const deployment: FleetDeployment = {
    schema: 'winbake.fleet-deployment/1',
    at: at.toISOString(),
    until: new Date(now.getTime() + PAUSE_SECONDS * 1000).toISOString(),
    version,
  };
  await parameters.put(name, JSON.stringify(deployment), 'text');
}

/** The deployment that pauses a group now, or undefined. A document that cannot be read pauses nothing: it would do so for good. */
export async function pausingDeployment(
  parameters: Pick<ParameterStore, 'get'>,
  name: string,
  group: FleetGroup,
  now: Date,
): Promise<FleetDeployment | undefined> {
  const text = await parameters.get(name);
  const deployment = text === undefined ? undefined : read(text, name);
  const isOver =
    deployment === undefined ||
    Date.parse(deployment.until) <= now.getTime() ||
    deployment.version === group.launchTemplateVersion;
  return isOver ? undefined : deployment;
}

/** An action, or the wait for a deployment that it would get in the way of. */
export function unlessDeploying({ deployment }: FleetWorld, action: RolloutAction): RolloutAction {
  return deployment === undefined || !CHANGES_GROUP.includes(action.kind)
    ? action
    : {
        kind: 'wait',
        waitsFor: 'deployment',
        reason: `a deployment changes the group; until ${deployment.until} at the latest`,
      };
}

function read(text: string, name: string): FleetDeployment | undefined {
  try {
    return parseDocument(fleetDeploymentSchema, text, name);
  } catch (error) {
    if (error instanceof WinbakeError) {
      return undefined;
    }
    throw error;
  }
}

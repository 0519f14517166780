import {
  associateWithCluster,
  type AssociateProviderAnswer,
  type AssociateProviderEvent,
} from './associate-provider';
import { deleteWithStack, type DeleteFleetAnswer, type DeleteFleetEvent } from './delete-fleet';
import { cloneForDeployment, type LaunchTemplateAnswer, type LaunchTemplateEvent } from './launch-template';
import { createLog, withLog } from './log';
import { LAMBDA, untilTaken, type Runtime } from './runtime';

/** A request of a custom resource of a fleet, or a poll of one: that has what was answered to the request. */
type FleetResourceEvent =
  | ({ readonly ResourceType: 'Custom::WinbakeLaunchTemplate' } & LaunchTemplateEvent & {
        readonly IsComplete?: boolean;
      })
  | ({ readonly ResourceType: 'Custom::WinbakeFleetDeletion' } & DeleteFleetEvent)
  | ({ readonly ResourceType: 'Custom::WinbakeProviderAssociation' } & AssociateProviderEvent);

/** What a launch template is answered; it is complete at once, so that its first poll is its last. */
type CompleteAnswer = Partial<LaunchTemplateAnswer> & { readonly IsComplete: true };

/**
 * The function behind the custom resources of a stack's fleets, on the services of AWS: clones launch templates with the AMIs
 * that fleets run, deletes the groups of fleets that go, and associates capacity providers with clusters of other stacks.
 */
export function create(_environment: NodeJS.ProcessEnv, runtime: Runtime = LAMBDA) {
  const clone = untilTaken(runtime.sleep, cloneForDeployment(runtime));
  const remove = deleteWithStack(runtime);
  const associate = untilTaken(runtime.sleep, associateWithCluster(runtime));
  const answer = async (
    event: FleetResourceEvent,
  ): Promise<CompleteAnswer | DeleteFleetAnswer | AssociateProviderAnswer> => {
    if (event.ResourceType === 'Custom::WinbakeFleetDeletion') {
      return remove(event);
    }
    if (event.ResourceType === 'Custom::WinbakeProviderAssociation') {
      return associate(event);
    }
    return event.IsComplete === true ? { IsComplete: true } : { ...(await clone(event)), IsComplete: true };
  };
  return withLog(createLog({}, runtime.write), answer);
}

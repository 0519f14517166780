import { cloneWithLiveAmi, type DeploymentPorts } from '../core/fleet/clone-with-live-ami';
import { required } from './env';

/** A custom resource's request, as far as it is read. */
export interface LaunchTemplateEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResourceProperties: {
    /** `LatestVersionNumber` of the base launch template. */
    readonly BaseVersion: string;
  };
}

/** The attributes of the custom resource. */
export interface LaunchTemplateAnswer {
  readonly PhysicalResourceId: string;
  readonly Data?: { readonly Version: string; readonly AmiId: string };
}

/**
 * Makes the launch-template function over its ports; its environment is `LaunchTemplateEnvironment`. What the construct
 * owes it:
 *
 * - a base launch template without an AMI, and a group that uses `{launchTemplateId, version: getAttString('Version')}`;
 * - a custom resource with the properties `BaseVersion` (the template's `LatestVersionNumber`) and `Hash`, a hash of the base
 *   template's data and of every property of the group: CloudFormation sends the version with any change of the group, and
 *   one that was cloned before a rollout would undo it;
 * - the group's tag `winbake:fleet`, by which it is found without a reference, which would be a cycle;
 * - fifteen minutes, and the rights to describe groups, refreshes, instances and template versions, to cancel a refresh of
 *   the group, to make a version of the template, and to read the channel's and the fleet's state parameters.
 *
 * Versions stay when the resource goes: the template takes them with it.
 */
export function createLaunchTemplate(ports: DeploymentPorts, environment: NodeJS.ProcessEnv) {
  return async (event: LaunchTemplateEvent): Promise<LaunchTemplateAnswer> => {
    const fleet = required(environment, 'WINBAKE_FLEET');
    const PhysicalResourceId = `winbake-${fleet}-launch-template`;
    if (event.RequestType === 'Delete') {
      return { PhysicalResourceId };
    }
    const { amiId, version } = await cloneWithLiveAmi(ports, {
      fleet,
      baseVersion: event.ResourceProperties.BaseVersion,
      channel: required(environment, 'WINBAKE_CHANNEL_PARAMETER'),
      state: required(environment, 'WINBAKE_FLEET_STATE_PARAMETER'),
    });
    return { PhysicalResourceId, Data: { Version: version, AmiId: amiId } };
  };
}

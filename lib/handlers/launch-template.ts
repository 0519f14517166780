import { fleetParametersBeside } from '../contract/names/parameters';
import { cloneWithLiveAmi, type DeploymentPorts } from '../core/fleet/clone-with-live-ami';
import { required } from '../contract/names/environment';

/** A custom resource's request, as far as it is read. */
export interface LaunchTemplateEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** The ARN of the stack. */
  readonly StackId: string;
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
 * Makes the launch-template function over its ports; its environment is `LaunchTemplateEnvironment`. It answers for a custom
 * resource whose `BaseVersion`, or a hash of the base template and of the whole group, has changed. The group is found by its
 * tag `winbake:fleet`, since a reference to it would be a circle.
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
    const state = required(environment, 'WINBAKE_FLEET_STATE_PARAMETER');
    const { amiId, version } = await cloneWithLiveAmi(ports, {
      fleet,
      baseVersion: event.ResourceProperties.BaseVersion,
      channel: required(environment, 'WINBAKE_CHANNEL_PARAMETER'),
      state,
      deployment: fleetParametersBeside(state).deployment,
    });
    return { PhysicalResourceId, Data: { Version: version, AmiId: amiId } };
  };
}

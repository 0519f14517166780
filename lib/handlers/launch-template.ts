import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { autoScalingFleet, fleetDeployment } from '../aws/fleets/auto-scaling-fleet';
import { findFleetGroup } from '../aws/fleets/group-launch';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { cloneWithLiveAmi, type DeploymentPorts } from '../core/fleet/clone-with-live-ami';
import { fleetParametersFollowing } from '../contract/names/parameters';
import type { ClonedTemplate } from '../contract/names/environment';
import type { Runtime } from './runtime';

/** A custom resource's request, as far as it is read. */
export interface LaunchTemplateEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** The ARN of the stack. */
  readonly StackId: string;
  readonly ResourceProperties: ClonedTemplate;
}

/** The attributes of the custom resource. */
export interface LaunchTemplateAnswer {
  readonly PhysicalResourceId: string;
  readonly Data?: { readonly Version: string; readonly AmiId: string };
}

/**
 * Makes what clones a fleet's launch template over its ports. It answers for a custom resource whose `BaseVersion`, or a hash of the
 * base template and of the whole group, has changed. The group is found by its
 * tag `winbake:fleet`, since a reference to it would be a circle.
 *
 * Versions stay when the resource goes: the template takes them with it.
 */
export function createLaunchTemplate(ports: DeploymentPorts) {
  return async (event: LaunchTemplateEvent): Promise<LaunchTemplateAnswer> => {
    const {
      AmiOwner: amiOwner,
      BaseVersion: baseVersion,
      Channel: channel,
      Fleet: fleet,
    } = event.ResourceProperties;
    const PhysicalResourceId = `winbake-${fleet}-launch-template`;
    if (event.RequestType === 'Delete') {
      return { PhysicalResourceId };
    }
    const { deployment, state } = fleetParametersFollowing(channel, fleet);
    const request = { fleet, baseVersion, channel, amiOwner, state, deployment };
    const { amiId, version } = await cloneWithLiveAmi(ports, request);
    return { PhysicalResourceId, Data: { Version: version, AmiId: amiId } };
  };
}

/** The same on the services of AWS. */
export function cloneForDeployment({ now, sleep }: Pick<Runtime, 'now' | 'sleep'>) {
  const autoScaling = new AutoScalingClient();
  const ec2 = new EC2Client();
  const stacks = new CloudFormationClient();
  const parameters = ssmParameterStore(new SSMClient(), sleep);
  return async (event: LaunchTemplateEvent): Promise<LaunchTemplateAnswer> => {
    const { Fleet, LaunchTemplateId } = event.ResourceProperties;
    const group = await findFleetGroup(autoScaling, Fleet);
    const names = { autoScalingGroup: group ?? '', launchTemplateId: LaunchTemplateId };
    const control = autoScalingFleet(autoScaling, ec2, names);
    return createLaunchTemplate({
      control,
      ...fleetDeployment(stacks, control, { group, stackId: event.StackId }),
      now,
      parameters,
      sleep: async (seconds: number) => {
        await sleep(seconds * 1000);
      },
    })(event);
  };
}

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { autoScalingFleet, fleetDeployment } from '../aws/fleets/auto-scaling-fleet';
import { findFleetGroup } from '../aws/fleets/group-launch';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { fleetParametersBeside } from '../contract/names/parameters';
import { cloneWithLiveAmi, type DeploymentPorts } from '../core/fleet/clone-with-live-ami';
import { required } from '../contract/names/environment';
import { createLog, withLog } from './log';
import { LAMBDA, untilTaken, type Runtime } from './runtime';

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

/** The launch-template function on the services of AWS: clones a deployment's launch template with the AMI that the fleet runs. */
export function create(environment: NodeJS.ProcessEnv, { now, sleep, write }: Runtime = LAMBDA) {
  const autoScaling = new AutoScalingClient();
  const ec2 = new EC2Client();
  const stacks = new CloudFormationClient();
  const parameters = ssmParameterStore(new SSMClient(), sleep);
  const cloneForDeployment = async (event: LaunchTemplateEvent) => {
    const group = await findFleetGroup(autoScaling, required(environment, 'WINBAKE_FLEET'));
    const control = autoScalingFleet(autoScaling, ec2, {
      autoScalingGroup: group ?? '',
      launchTemplateId: required(environment, 'WINBAKE_LAUNCH_TEMPLATE_ID'),
    });
    const ports = {
      control,
      ...fleetDeployment(stacks, control, { group, stackId: event.StackId }),
      now,
      parameters,
      sleep: async (seconds: number) => {
        await sleep(seconds * 1000);
      },
    };
    return createLaunchTemplate(ports, environment)(event);
  };
  const log = createLog({ fleet: environment['WINBAKE_FLEET'] }, write);
  return withLog(log, untilTaken(sleep, cloneForDeployment), ({ Data }) => ({ ...Data }));
}

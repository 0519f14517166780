import { DescribeStacksCommand, type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DeploymentPorts } from '../../core/fleet/clone-with-live-ami';
import type { FleetControl } from '../../core/ports/fleets';

/** Where a deployment is at work. */
export interface DeploymentPlace {
  /** The ARN of the stack that is deployed. */
  readonly stackId: string;
  /** The name of the fleet's group; undefined where there is none yet. */
  readonly group: string | undefined;
}

/** What a deployment asks of CloudFormation and of its fleet's group. */
export function fleetDeployment(
  client: CloudFormationClient,
  control: FleetControl,
  { group, stackId }: DeploymentPlace,
): Pick<DeploymentPorts, 'isRollingBack' | 'live'> {
  return {
    live: async () => {
      if (group === undefined) {
        return undefined;
      }
      const { amiId, launchTemplateVersion } = await control.describeGroup();
      return { amiId, version: launchTemplateVersion };
    },
    /** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
    isRollingBack: async () => {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
      return Stacks?.[0]?.StackStatus?.includes('ROLLBACK') ?? false;
    },
  };
}

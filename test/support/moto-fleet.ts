import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  ECSClient,
  PutAttributesCommand,
  RegisterContainerInstanceCommand,
} from '@aws-sdk/client-ecs';
import type { FleetState } from '../../lib/contract/documents/fleet-state';
import { contractFixture } from './contract-fixture';
import type { Moto } from './moto';
import { FLEET_TAG } from '../../lib/contract/names/resources';

/** Two instances of the fleet's AMI, of which the first has registered with ECS. */
export async function startFleetInstances(
  config: ReturnType<Moto['config']>,
  state: Pick<FleetState, 'autoScalingGroup' | 'cluster'>,
  amiId: string,
): Promise<readonly string[]> {
  const ec2 = new EC2Client(config);
  const autoScaling = new AutoScalingClient(config);
  const ecs = new ECSClient(config);
  const LaunchTemplateName = 'fleet';
  const LaunchTemplateData = { ImageId: amiId, InstanceType: 'm5.large' } as const;
  await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData }));
  const AutoScalingGroupName = state.autoScalingGroup;
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName,
      MinSize: 2,
      MaxSize: 2,
      AvailabilityZones: ['eu-central-1a'],
      LaunchTemplate: { LaunchTemplateName, Version: '1' },
      Tags: [{ Key: FLEET_TAG, Value: 'shop', PropagateAtLaunch: true }],
    }),
  );
  const { AutoScalingGroups = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
  );
  const ids = (AutoScalingGroups[0]?.Instances ?? []).map(({ InstanceId = '' }) => InstanceId);
  const { cluster } = state;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const instanceIdentityDocument = JSON.stringify({ instanceId: ids[0] });
  const { containerInstance } = await ecs.send(
    new RegisterContainerInstanceCommand({ cluster, instanceIdentityDocument }),
  );
  await ecs.send(
    new PutAttributesCommand({
      cluster,
      attributes: [
        {
          name: 'winbake.revision',
          value: '4171',
          targetType: 'container-instance',
          targetId: containerInstance?.containerInstanceArn?.split('/').at(-1),
        },
      ],
    }),
  );
  return ids;
}

/** The state of the fixture on AMIs that are there. */
export function stateOn([first, second]: readonly string[]): FleetState {
  const text = JSON.stringify(contractFixture('fleet-state'));
  const moved = text
    .replaceAll('ami-00000000000000001', first ?? '')
    .replaceAll('ami-00000000000000002', second ?? '');
  return JSON.parse(moved) as FleetState;
}

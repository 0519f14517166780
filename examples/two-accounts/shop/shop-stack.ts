import { Stack, type StackProps } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, ContainerInsights, Ec2Service } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import {
  WindowsAmi,
  WindowsCapacityProvider,
  WindowsTaskDefinition,
  type AmiChannel,
  type WindowsOs,
} from 'winbake';

interface ShopStackProps extends StackProps {
  readonly os: WindowsOs;
  readonly pipelineName: string;
  readonly channel: AmiChannel;
  readonly fleetName: string;
  readonly desiredCount: number;
  /** The stage's turn with an AMI; undefined: it waits for no other. */
  readonly ring?: number;
}

/** A stage of the shop: a fleet that moves to each AMI of its channel by itself, and a service on it. */
export class ShopStack extends Stack {
  constructor(scope: Construct, id: string, props: ShopStackProps) {
    super(scope, id, props);
    const { channel, desiredCount, fleetName, os, pipelineName, ring } = props;

    const vpc = new Vpc(this, 'Vpc', {
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      natGateways: 1,
      flowLogs: { All: {} },
    });
    const cluster = new Cluster(this, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED });
    const hosts = new WindowsCapacityProvider(this, 'Hosts', {
      cluster,
      ami: WindowsAmi.fromChannel({ os, pipelineName, channel, pipelineAccount: '111111111111' }),
      fleetName,
      maxCapacity: 2 * desiredCount,
      rollout: { ring },
    });

    const taskDefinition = new WindowsTaskDefinition(this, 'Web', { os });
    taskDefinition.addContainer('iis', {
      image: ContainerImage.fromRegistry(
        'mcr.microsoft.com/windows/servercore/iis:windowsservercore-ltsc2022',
      ),
      cpu: 1024,
      memoryLimitMiB: 2048,
      portMappings: [{ containerPort: 80 }],
    });
    new Ec2Service(this, 'Service', {
      cluster,
      taskDefinition,
      desiredCount,
      minHealthyPercent: 100,
      capacityProviderStrategies: [hosts.strategy()],
      circuitBreaker: { rollback: true },
    });
  }
}

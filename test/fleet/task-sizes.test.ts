import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Ec2Service, NetworkMode } from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { hostSize } from '../../lib/fleet/services-of-fleet';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { WindowsTaskDefinition } from '../../lib/fleet/windows-task-definition';

const os = WindowsOs.SERVER_2022_CORE;

interface Given extends Partial<WindowsCapacityProviderProps> {
  readonly types?: readonly string[];
  /** CPU units and MiB of each container. */
  readonly containers?: readonly (readonly [cpu: number, memory: number])[];
  readonly networkMode?: NetworkMode;
  /** How many tasks each service wants. */
  readonly services?: readonly (number | 'daemon')[];
}

/** What the fleet and its services are warned of. */
function warningsOf({
  containers = [[512, 1024]],
  networkMode = NetworkMode.NAT,
  services = [1],
  types,
  ...fleet
}: Given): string[] {
  const stack = new Stack(new App(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const hosts = new WindowsCapacityProvider(stack, 'Windows', {
    cluster,
    ami: WindowsAmi.fromChannel({ os }),
    ...(types === undefined ? {} : { instanceTypes: types.map((type) => new InstanceType(type)) }),
    ...fleet,
  });
  const taskDefinition = new WindowsTaskDefinition(stack, 'Task', { os, networkMode });
  containers.forEach(([cpu, memoryLimitMiB], index) => {
    const image = ContainerImage.fromRegistry('contoso/web:1');
    taskDefinition.addContainer(`web${index}`, { image, cpu, memoryLimitMiB });
  });
  services.forEach((wanted, index) => {
    new Ec2Service(stack, `Service${index}`, {
      cluster,
      taskDefinition,
      minHealthyPercent: 0,
      ...(wanted === 'daemon' ? { daemon: true } : { desiredCount: wanted }),
      capacityProviderStrategies: [hosts.strategy()],
    });
  });
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('ack: winbake:'))
    .map(({ entry }) => entry.data as string);
}

test.each<[string, Given, string]>([
  [
    'more CPU than the default type has',
    { containers: [[4097, 1024]] },
    'its task takes more than any instance of the fleet Shop/Windows has, so that ECS never places it; got: 4097 CPU units and 1024 MiB. ' +
      'm6i.xlarge has 4096 and 16384 MiB, a little of which Windows keeps: take less "cpu" and "memoryLimitMiB", or larger "instanceTypes".',
  ],
  [
    'more in all of its containers',
    {
      containers: [
        [2048, 1024],
        [3072, 1024],
      ],
    },
    'got: 5120 CPU units and 2048 MiB.',
  ],
  ['all of the memory', { containers: [[1024, 16384]] }, 'got: 1024 CPU units and 16384 MiB.'],
  [
    'what is left of the memory',
    { containers: [[1024, 16000]], agentVariables: { ECS_RESERVED_MEMORY: '512' } },
    'got: 1024 CPU units and 16000 MiB.',
  ],
  [
    'more than each of its types has',
    { types: ['c6i.2xlarge', 'r6i.large'], containers: [[4096, 20000]] },
    'c6i.2xlarge has 8192 and 16384 MiB, r6i.large has 2048 and 16384 MiB, a little',
  ],
])('a task that takes %s is warned of', (_, given, warning) => {
  expect(warningsOf(given)).toEqual([expect.stringContaining(warning)]);
});

test.each<[string, Given]>([
  ['all of the CPU', { containers: [[4096, 1024]] }],
  ['what one of its types has', { types: ['m5.large', 'm5.4xlarge'], containers: [[16384, 60000]] }],
  [
    'more than a type has that is not known',
    { types: ['m5.large', 'i4i.xlarge'], containers: [[4096, 20000]] },
  ],
])('a task that takes %s is not', (_, given) => {
  expect(warningsOf(given)).toEqual([]);
});

const AWS_VPC = { networkMode: NetworkMode.AWS_VPC };

test.each<[string, Given]>([
  ['services together', { ...AWS_VPC, maxCapacity: 2, services: [4, 3] }],
  ['a service beside daemons', { ...AWS_VPC, maxCapacity: 2, services: ['daemon', 'daemon', 3] }],
])('more interfaces of tasks than instances can have are warned of: %s', (_, given) => {
  expect(warningsOf(given)).toEqual([
    'Its services want 7 tasks with network interfaces of their own, and 2 instances can have 6, 3 each beside their own; got: "maxCapacity" 2 ' +
      'of m6i.xlarge. Raise "maxCapacity", name larger "instanceTypes", or take the network of the host by NAT. [ack: winbake:taskInterfaces]',
  ]);
});

test.each<[string, Given]>([
  ['as many as they have', { ...AWS_VPC, maxCapacity: 2, services: [6] }],
  ['in the network of the host', { maxCapacity: 2, services: [60] }],
  ['of a type that is not known', { ...AWS_VPC, types: ['i4i.xlarge'], maxCapacity: 2, services: [60] }],
])('tasks are not warned of: %s', (_, given) => {
  expect(warningsOf(given)).toEqual([]);
});

// As EC2 describes these types: github.com/aws/karpenter-provider-aws lists them all, and their interfaces are in amazon-vpc-cni-k8s.
test.each<[string, number, number, number]>([
  ['m6i.xlarge', 4, 16384, 4],
  ['m5.large', 2, 8192, 3],
  ['c5.9xlarge', 36, 73728, 10],
  ['c5n.xlarge', 4, 10752, 4],
  ['c7i-flex.2xlarge', 8, 16384, 4],
  ['r7a.medium', 1, 8192, 3],
  ['m5zn.3xlarge', 12, 49152, 10],
  ['m7a.48xlarge', 192, 786432, 24],
  ['r8i.large', 2, 16384, 4],
  ['t2.micro', 2, 1024, 3],
  ['t3.medium', 2, 4096, 3],
  ['t3a.2xlarge', 8, 32768, 4],
])('%s has at most %i vCPUs, %i MiB and %i interfaces', (type, vCpus, memoryMiB, mostInterfaces) => {
  expect(hostSize(new InstanceType(type))).toEqual({ vCpus, memoryMiB, mostInterfaces });
});

test.each([
  'i4i.xlarge',
  'm4.xlarge',
  'c4.8xlarge',
  'm5.metal',
  'r7iz.metal-16xl',
  'g5.xlarge',
  'x2iezn.2xlarge',
  'c9n.large',
])('of %s nothing is known', (type) => {
  expect(hostSize(new InstanceType(type))).toBeUndefined();
});

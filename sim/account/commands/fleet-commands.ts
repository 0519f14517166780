import {
  authorizationPage,
  everywhere,
  textOf,
  textsOf,
  type CommandInput,
  type CommandRow,
  type Need,
  type Place,
  type ServiceCommands,
} from './command-row';
import { ec2Arn, TEMPLATE } from './compute-commands';

/**
 * The ARN of a group. AWS puts a random id into it, which no input knows; the simulated one is the same for every group, and
 * the simulated service gives it too.
 */
export function groupArn(name: string, { account, region }: Place): string {
  const id = '00000000-0000-4000-8000-000000000000';
  return `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${id}:autoScalingGroupName/${name}`;
}

const AutoScalingGroupName = 'winbake-fleet';

function onGroup(action: string, more: CommandInput = {}): CommandRow {
  return {
    needs: (input, place) => [
      { action, resource: groupArn(textOf(input, 'AutoScalingGroupName'), place) },
      ...launching(templateOf(input) ?? templateOf(memberOf(input, 'DesiredConfiguration')), place),
    ],
    sample: { AutoScalingGroupName, ...more },
  };
}

/** The launch template of a group: alone, or within its policy of mixed instances. */
function templateOf(input: CommandInput): CommandInput | undefined {
  const mixed = memberOf(memberOf(input, 'MixedInstancesPolicy'), 'LaunchTemplate');
  return (input['LaunchTemplate'] ?? mixed['LaunchTemplateSpecification']) as CommandInput | undefined;
}

function memberOf(input: CommandInput, member: string): CommandInput {
  return (input[member] ?? {}) as CommandInput;
}

/**
 * Who gives a group a launch template must be allowed to launch from it. The template's own tags and role are for the service
 * to ask.
 */
function launching(template: CommandInput | undefined, place: Place): readonly Need[] {
  const id = textOf(template ?? {}, 'LaunchTemplateId');
  if (id === '') {
    return [];
  }
  const templateArn = ec2Arn(id, place);
  return [templateArn, ec2Arn('i-*', place)].map((resource) => ({
    action: 'ec2:RunInstances',
    resource,
    context: { 'ec2:LaunchTemplate': templateArn },
  }));
}

const LAUNCH_PERMISSIONS =
  'https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html';
const LaunchTemplate = { LaunchTemplateId: TEMPLATE, Version: '2' };

const autoScaling: ServiceCommands = {
  service: 'auto-scaling',
  source: authorizationPage('amazonec2autoscaling'),
  rows: {
    CancelInstanceRefresh: onGroup('autoscaling:CancelInstanceRefresh', {
      WaitForTransitioningInstances: false,
    }),
    DeleteAutoScalingGroup: onGroup('autoscaling:DeleteAutoScalingGroup', { ForceDelete: true }),
    RollbackInstanceRefresh: onGroup('autoscaling:RollbackInstanceRefresh'),
    StartInstanceRefresh: {
      ...onGroup('autoscaling:StartInstanceRefresh', {
        DesiredConfiguration: { LaunchTemplate },
        Preferences: { MinHealthyPercentage: 100, SkipMatching: true },
      }),
      source: LAUNCH_PERMISSIONS,
    },
    UpdateAutoScalingGroup: {
      ...onGroup('autoscaling:UpdateAutoScalingGroup', { LaunchTemplate }),
      source: LAUNCH_PERMISSIONS,
    },
    DescribeAutoScalingGroups: everywhere('autoscaling:DescribeAutoScalingGroups', {
      AutoScalingGroupNames: [AutoScalingGroupName],
    }),
    DescribeScalingActivities: everywhere('autoscaling:DescribeScalingActivities', {
      AutoScalingGroupName,
      MaxRecords: 100,
    }),
    DescribeWarmPool: everywhere('autoscaling:DescribeWarmPool', { AutoScalingGroupName }),
    // The service asks, since it knows the group of the instance.
    SetInstanceHealth: { needs: () => [], sample: { InstanceId: 'i-1', HealthStatus: 'Unhealthy' } },
    DescribeInstanceRefreshes: everywhere('autoscaling:DescribeInstanceRefreshes', {
      AutoScalingGroupName,
      MaxRecords: 1,
    }),
  },
};

const cluster = 'arn:aws:ecs:us-east-1:123456789012:cluster/shop';
const host = 'arn:aws:ecs:us-east-1:123456789012:container-instance/shop/1';
const task = 'arn:aws:ecs:us-east-1:123456789012:task/shop/1';

function clusterArn(input: CommandInput, { account, region }: Place): string {
  const name = textOf(input, 'cluster');
  return name.startsWith('arn:')
    ? name
    : `arn:aws:ecs:${region}:${account}:cluster/${name === '' ? 'default' : name}`;
}

/** The ARN of something in a cluster, which may be given by its id alone. */
function inCluster(kind: string, id: string, input: CommandInput, place: Place): string {
  const own = clusterArn(input, place);
  return id.startsWith('arn:') ? id : `${own.replace(':cluster/', `:${kind}/`)}/${id}`;
}

function onMembers(action: string, kind: string, member: string, sample: CommandInput): CommandRow {
  return {
    needs: (input, place) =>
      textsOf(input, member).map((id) => ({
        action,
        resource: inCluster(kind, id, input, place),
        context: { 'ecs:cluster': clusterArn(input, place) },
      })),
    sample: { cluster, ...sample },
  };
}

const ecs: ServiceCommands = {
  service: 'ecs',
  source: authorizationPage('amazonelasticcontainerservice'),
  rows: {
    ListContainerInstances: {
      needs: (input, place) => [{ action: 'ecs:ListContainerInstances', resource: clusterArn(input, place) }],
      sample: { cluster },
    },
    DescribeContainerInstances: onMembers(
      'ecs:DescribeContainerInstances',
      'container-instance',
      'containerInstances',
      { containerInstances: [host] },
    ),
    UpdateContainerInstancesState: onMembers(
      'ecs:UpdateContainerInstancesState',
      'container-instance',
      'containerInstances',
      { containerInstances: [host], status: 'DRAINING' },
    ),
    ListTasks: {
      needs: (input, place) => {
        const id = textOf(input, 'containerInstance');
        return [
          {
            action: 'ecs:ListTasks',
            resource: inCluster('container-instance', id === '' ? '*' : id, input, place),
            context: { 'ecs:cluster': clusterArn(input, place) },
          },
        ];
      },
      sample: { cluster, containerInstance: host, desiredStatus: 'RUNNING' },
    },
    DescribeClusters: {
      needs: (input, place) =>
        textsOf(input, 'clusters').map((name) => ({
          action: 'ecs:DescribeClusters',
          resource: clusterArn({ cluster: name }, place),
        })),
      sample: { clusters: [cluster] },
    },
    DescribeCapacityProviders: {
      needs: (input, { account, region }) =>
        textsOf(input, 'capacityProviders').map((name) => ({
          action: 'ecs:DescribeCapacityProviders',
          resource: name.startsWith('arn:')
            ? name
            : `arn:aws:ecs:${region}:${account}:capacity-provider/${name}`,
        })),
      sample: { capacityProviders: ['shop'], include: ['TAGS'] },
    },
    ListServices: {
      needs: (input, place) => [
        {
          action: 'ecs:ListServices',
          resource: '*',
          context: { 'ecs:cluster': clusterArn(input, place) },
        },
      ],
      sample: { cluster },
    },
    DescribeServices: onMembers('ecs:DescribeServices', 'service', 'services', {
      services: ['arn:aws:ecs:us-east-1:123456789012:service/shop/web'],
    }),
    DescribeTaskDefinition: everywhere('ecs:DescribeTaskDefinition', {
      taskDefinition: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:1',
    }),
    PutClusterCapacityProviders: {
      needs: (input, place) => [
        { action: 'ecs:PutClusterCapacityProviders', resource: clusterArn(input, place) },
      ],
      sample: { cluster, capacityProviders: ['shop'], defaultCapacityProviderStrategy: [] },
    },
    DescribeTasks: onMembers('ecs:DescribeTasks', 'task', 'tasks', { tasks: [task] }),
    StopTask: {
      needs: (input, place) => [
        {
          action: 'ecs:StopTask',
          resource: inCluster('task', textOf(input, 'task'), input, place),
          context: { 'ecs:cluster': clusterArn(input, place) },
        },
      ],
      sample: { cluster, task },
    },
  },
};

/** Of groups, clusters, container instances, tasks and capacity providers. */
export const FLEET_COMMANDS: readonly ServiceCommands[] = [autoScaling, ecs];

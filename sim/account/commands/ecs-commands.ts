import {
  authorizationPage,
  everywhere,
  textOf,
  textsOf,
  type CommandInput,
  type CommandRow,
  type Place,
  type ServiceCommands,
} from './command-row';

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

/** Of clusters, container instances, tasks and capacity providers. */
export const ECS_COMMANDS: ServiceCommands = {
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

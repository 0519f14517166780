import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { ecsContainerHosts } from '../../lib/aws/fleets/ecs-container-hosts';

const ecs = mockClient(ECSClient);
const hosts = ecsContainerHosts(new ECSClient({ region: 'eu-central-1' }), 'shop');
const AT = new Date('2025-10-14T22:00:00Z');
beforeEach(() => {
  ecs.reset();
});

/** Container instances on pages of one, all of the cluster. */
function hasInstances(...ids: readonly string[]): void {
  ids.forEach((id, index) => {
    ecs
      .on(ListContainerInstancesCommand, {
        cluster: 'shop',
        nextToken: index === 0 ? undefined : `page-${index}`,
      })
      .resolves({
        containerInstanceArns: [`arn:${id}`],
        nextToken: index + 1 < ids.length ? `page-${index + 1}` : undefined,
      });
    ecs
      .on(DescribeContainerInstancesCommand, { cluster: 'shop', containerInstances: [`arn:${id}`] })
      .resolves({
        containerInstances: [
          { containerInstanceArn: `arn:${id}`, ec2InstanceId: id, registeredAt: AT, status: 'ACTIVE' },
        ],
      });
  });
}

test('only the instances that are asked for are described, on whatever page they are', async () => {
  hasInstances('i-1', 'i-2', 'i-3');
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  expect(await hosts.describe(['i-1', 'i-3', 'i-9'])).toEqual([
    { instanceId: 'i-1', registeredAt: AT, status: 'ACTIVE', tasks: [] },
    { instanceId: 'i-3', registeredAt: AT, status: 'ACTIVE', tasks: [] },
  ]);
  const asked = ecs.commandCalls(ListTasksCommand).map((call) => call.args[0].input.containerInstance);
  expect(new Set(asked)).toEqual(new Set(['arn:i-1', 'arn:i-3']));
});

test('tasks are those that run and those that stopped lately, with what their containers say', async () => {
  hasInstances('i-1');
  ecs.on(ListTasksCommand, { desiredStatus: 'RUNNING' }).resolves({ taskArns: ['run'] });
  ecs.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: ['stop'] });
  ecs.on(DescribeTasksCommand, { cluster: 'shop', tasks: ['run', 'stop'] }).resolves({
    tasks: [
      { taskArn: 'run', lastStatus: 'RUNNING', startedAt: AT, containers: [{ name: 'web' }] },
      {
        taskArn: 'stop',
        lastStatus: 'STOPPED',
        stoppedAt: AT,
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'Task failed to start',
        containers: [{ reason: 'CannotPullContainerError: no such image', exitCode: 0 }, { exitCode: 1 }],
      },
    ],
  });
  const [host] = await hosts.describe(['i-1']);
  expect(host?.tasks).toEqual([
    {
      id: 'run',
      status: 'RUNNING',
      startedAt: AT,
      stoppedAt: null,
      stopCode: null,
      reasons: [],
      exitCodes: [],
    },
    {
      id: 'stop',
      status: 'STOPPED',
      startedAt: null,
      stoppedAt: AT,
      stopCode: 'TaskFailedToStart',
      reasons: ['Task failed to start', 'CannotPullContainerError: no such image'],
      exitCodes: [0, 1],
    },
  ]);
});

test('more tasks than a call takes are described in parts', async () => {
  hasInstances('i-1');
  const taskArns = Array.from({ length: 101 }, (_, index) => `task-${index}`);
  ecs.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: [] });
  ecs
    .on(ListTasksCommand, { desiredStatus: 'RUNNING' })
    .resolvesOnce({ taskArns: taskArns.slice(0, 100), nextToken: 'more' })
    .resolves({ taskArns: taskArns.slice(100) });
  ecs.on(DescribeTasksCommand).callsFake(({ tasks }: { readonly tasks: readonly string[] }) => ({
    tasks: tasks.map((taskArn) => ({ taskArn })),
  }));
  const [host] = await hosts.describe(['i-1']);
  expect(host?.tasks.map(({ id }) => id)).toEqual(taskArns);
  const sizes = ecs.commandCalls(DescribeTasksCommand).map((call) => call.args[0].input.tasks?.length);
  expect(sizes).toEqual([100, 1]);
});

test('a cluster without instances is asked for no tasks', async () => {
  ecs.on(ListContainerInstancesCommand).resolves({ containerInstanceArns: [] });
  expect(await hosts.describe(['i-1'])).toEqual([]);
  expect(ecs.commandCalls(DescribeContainerInstancesCommand)).toHaveLength(0);
});

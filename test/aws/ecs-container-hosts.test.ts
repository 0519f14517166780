import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { ecsContainerHosts, imagesOnHosts } from '../../lib/aws/fleets/ecs-container-hosts';

const ecs = mockClient(ECSClient);
const hosts = ecsContainerHosts(new ECSClient({ region: 'eu-central-1' }), 'shop');
const AT = new Date('2025-10-14T22:00:00Z');
beforeEach(() => {
  ecs.reset();
});

/** Container instances on pages of one, of those that are asked for. */
function hasInstances(...ids: readonly string[]): void {
  ids.forEach((id, index) => {
    ecs
      .on(ListContainerInstancesCommand, {
        cluster: 'shop',
        filter: `ec2InstanceId in [${ids.join(', ')}]`,
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
          {
            containerInstanceArn: `arn:${id}`,
            ec2InstanceId: id,
            registeredAt: AT,
            status: 'ACTIVE',
            agentConnected: true,
            runningTasksCount: 1,
            pendingTasksCount: 2,
            attributes: [{ name: 'winbake.up', value: index === 0 ? UP.toISOString() : 'now' }],
          },
        ],
      });
  });
}

/** The first says so, the others something else. */
const UP = new Date('2025-10-15T07:58:00.000Z');
const HOST = { registeredAt: AT, upAt: null, status: 'ACTIVE', isConnected: true, taskCount: 3 };
const host = (id: string) => ({ ...HOST, arn: `arn:${id}`, instanceId: id });

test('the instances that are asked for are found by a query, on whatever page they are', async () => {
  hasInstances('i-1', 'i-2', 'i-3');
  expect(await hosts.registered(['i-1', 'i-2', 'i-3'])).toEqual([
    { ...host('i-1'), upAt: UP },
    host('i-2'),
    host('i-3'),
  ]);
  expect(ecs.commandCalls(ListTasksCommand)).toHaveLength(0);
});

test('each hundred instances are a query of their own', async () => {
  ecs.on(ListContainerInstancesCommand).resolves({});
  await hosts.registered(Array.from({ length: 201 }, (_, index) => `i-${index}`));
  const asked = ecs
    .commandCalls(ListContainerInstancesCommand)
    .map((call) => call.args[0].input.filter ?? '');
  expect(asked.map((filter) => filter.split(',').length)).toEqual([100, 100, 1]);
});

test('an instance without tasks is asked only for those that stopped', async () => {
  ecs.on(ListTasksCommand).resolves({ taskArns: [] });
  expect(await hosts.tasksOn([{ ...host('i-1'), taskCount: 0 }, host('i-2')])).toEqual([[], []]);
  const asked = ecs.commandCalls(ListTasksCommand).map((call) => call.args[0].input);
  expect(asked.map(({ containerInstance, desiredStatus }) => [containerInstance, desiredStatus])).toEqual([
    ['arn:i-1', 'STOPPED'],
    ['arn:i-2', 'RUNNING'],
    ['arn:i-2', 'STOPPED'],
  ]);
});

test('each task is stopped with the reason, which ECS keeps', async () => {
  ecs.on(StopTaskCommand).resolves({});
  await hosts.stopTasks(['one', 'two'], 'over');
  expect(ecs.commandCalls(StopTaskCommand).map((call) => call.args[0].input)).toEqual([
    { cluster: 'shop', task: 'one', reason: 'over' },
    { cluster: 'shop', task: 'two', reason: 'over' },
  ]);
});

test('tasks are those that run and those that stopped lately, with what their containers say', async () => {
  ecs.on(ListTasksCommand, { desiredStatus: 'RUNNING' }).resolves({ taskArns: ['run'] });
  ecs.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: ['stop'] });
  ecs.on(DescribeTasksCommand, { cluster: 'shop', tasks: ['run', 'stop'] }).resolves({
    tasks: [
      {
        taskArn: 'run',
        lastStatus: 'RUNNING',
        createdAt: UP,
        pullStartedAt: UP,
        pullStoppedAt: AT,
        startedAt: AT,
        group: 'service:web',
        containers: [{ name: 'web' }],
      },
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
  const [tasks] = await hosts.tasksOn([host('i-1')]);
  expect(tasks).toEqual([
    {
      id: 'run',
      status: 'RUNNING',
      createdAt: UP,
      pullStartedAt: UP,
      pullStoppedAt: AT,
      startedAt: AT,
      stoppedAt: null,
      stopCode: null,
      reasons: [],
      exitCodes: [],
      group: 'service:web',
    },
    {
      id: 'stop',
      status: 'STOPPED',
      createdAt: null,
      pullStartedAt: null,
      pullStoppedAt: null,
      startedAt: null,
      stoppedAt: AT,
      stopCode: 'TaskFailedToStart',
      reasons: ['Task failed to start', 'CannotPullContainerError: no such image'],
      exitCodes: [0, 1],
      group: '',
    },
  ]);
});

test('more tasks than a call takes are described in parts', async () => {
  const taskArns = Array.from({ length: 101 }, (_, index) => `task-${index}`);
  ecs.on(ListTasksCommand, { desiredStatus: 'STOPPED' }).resolves({ taskArns: [] });
  ecs
    .on(ListTasksCommand, { desiredStatus: 'RUNNING' })
    .resolvesOnce({ taskArns: taskArns.slice(0, 100), nextToken: 'more' })
    .resolves({ taskArns: taskArns.slice(100) });
  ecs.on(DescribeTasksCommand).callsFake(({ tasks }: { readonly tasks: readonly string[] }) => ({
    tasks: tasks.map((taskArn) => ({ taskArn })),
  }));
  const [tasks] = await hosts.tasksOn([host('i-1')]);
  expect(tasks?.map(({ id }) => id)).toEqual(taskArns);
  const sizes = ecs.commandCalls(DescribeTasksCommand).map((call) => call.args[0].input.tasks?.length);
  expect(sizes).toEqual([100, 1]);
});

test('a cluster without instances is asked for no tasks', async () => {
  ecs.on(ListContainerInstancesCommand).resolves({ containerInstanceArns: [] });
  expect(await hosts.registered(['i-1'])).toEqual([]);
  expect(ecs.commandCalls(DescribeContainerInstancesCommand)).toHaveLength(0);
});

test('the images that run are those of the running tasks of each instance, with what was pulled', async () => {
  hasInstances('i-1', 'i-2');
  ecs
    .on(ListTasksCommand, { containerInstance: 'arn:i-1', desiredStatus: 'RUNNING' })
    .resolves({ taskArns: ['a'] })
    .on(ListTasksCommand, { containerInstance: 'arn:i-2', desiredStatus: 'RUNNING' })
    .resolves({ taskArns: ['b'] })
    .on(DescribeTasksCommand, { tasks: ['a', 'b'] })
    .resolves({
      tasks: [
        { taskArn: 'b', containers: [{ image: 'shop/web:7' }, { name: 'without' }] },
        { taskArn: 'a', containers: [{ image: 'shop/web:7', imageDigest: 'sha256:1' }] },
      ],
    });
  expect(await imagesOnHosts(new ECSClient({ region: 'eu-central-1' }), 'shop', ['i-1', 'i-2'])).toEqual([
    { instanceId: 'i-2', task: 'b', image: 'shop/web:7', digest: null },
    { instanceId: 'i-1', task: 'a', image: 'shop/web:7', digest: 'sha256:1' },
  ]);
});

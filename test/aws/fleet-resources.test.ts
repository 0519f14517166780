import {
  ActiveInstanceRefreshNotFoundFault,
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  ClusterNotFoundException,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { mockClient } from 'aws-sdk-client-mock';
import { fleetDeletion } from '../../lib/aws/fleets/fleet-resources';
import { DELETION_TAG } from '../../lib/contract/names/resources';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
const ecs = mockClient(ECSClient);
const region = 'eu-central-1';
const deletion = fleetDeletion(
  {
    autoScaling: new AutoScalingClient({ region }),
    ec2: new EC2Client({ region }),
    ecs: new ECSClient({ region }),
  },
  { autoScalingGroup: 'winbake-shop', cluster: 'shop' },
);
beforeEach(() => {
  autoScaling.reset();
  ec2.reset();
  ecs.reset();
});

const TAGS = [{ Key: 'winbake:fleet', Value: 'shop' }];

test.each<[string, Partial<AutoScalingGroup>[], Awaited<ReturnType<typeof deletion.describeGroup>>]>([
  ['is gone', [], undefined],
  [
    'names its deletion',
    [{ Tags: [...TAGS, { Key: DELETION_TAG, Value: 'c8' }], Instances: [{ InstanceId: 'i-1' } as never] }],
    { deletedBy: 'c8', isBeingDeleted: false, instances: ['i-1'] },
  ],
  [
    'names none and is being deleted',
    [{ Tags: TAGS, Status: 'Delete in progress' }],
    { deletedBy: undefined, isBeingDeleted: true, instances: [] },
  ],
])('a group that %s', async (_, groups, expected) => {
  autoScaling
    .on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ['winbake-shop'] })
    .resolves({ AutoScalingGroups: groups as AutoScalingGroup[] });
  expect(await deletion.describeGroup()).toEqual(expected);
});

test('the refresh is stopped without waiting for instances, and none is no fault', async () => {
  const none = new ActiveInstanceRefreshNotFoundFault({ message: 'no', $metadata: {} });
  autoScaling
    .on(CancelInstanceRefreshCommand)
    .resolvesOnce({})
    .rejectsOnce(none)
    .rejects(new Error('Throttling'));
  await deletion.cancelRefresh();
  await deletion.cancelRefresh();
  expect(autoScaling.calls()[0]!.args[0].input).toEqual({
    AutoScalingGroupName: 'winbake-shop',
    WaitForTransitioningInstances: false,
  });
  await expect(deletion.cancelRefresh()).rejects.toThrow('Throttling');
});

test('the group is deleted by force', async () => {
  autoScaling.on(DeleteAutoScalingGroupCommand).resolves({});
  await deletion.forceDelete();
  const [call] = autoScaling.commandCalls(DeleteAutoScalingGroupCommand);
  expect(call!.args[0].input).toEqual({ AutoScalingGroupName: 'winbake-shop', ForceDelete: true });
});

/** A cluster with this many active container instances, and one that drains already. */
function hasHosts(count: number): readonly string[] {
  const ids = Array.from({ length: count }, (_, index) => `i-${index}`);
  ecs.on(ListContainerInstancesCommand).callsFake(({ filter = '' }: { readonly filter?: string }) => ({
    containerInstanceArns: [...ids, 'i-drains']
      .filter((id) => filter.split(/[[\], ]+/).includes(id))
      .map((id) => `arn:${id}`),
  }));
  ecs
    .on(DescribeContainerInstancesCommand)
    .callsFake(({ containerInstances }: { readonly containerInstances: readonly string[] }) => ({
      containerInstances: containerInstances.map((containerInstanceArn) => ({
        ec2InstanceId: containerInstanceArn.slice('arn:'.length),
        containerInstanceArn,
        status: containerInstanceArn === 'arn:i-drains' ? 'DRAINING' : 'ACTIVE',
        runningTasksCount: 2,
        pendingTasksCount: 1,
      })),
    }));
  ecs.on(UpdateContainerInstancesStateCommand).resolves({});
  return ids;
}

test("only the group's hosts are drained, ten at a time, those that drain already not again", async () => {
  const ids = hasHosts(23);
  const hosts = await deletion.drain([...ids.slice(1), 'i-drains', 'i-never-registered']);
  expect(hosts.map(({ instanceId, taskCount }) => [instanceId, taskCount])).toEqual(
    [...ids.slice(1), 'i-drains'].map((id) => [id, 3]),
  );
  const inputs = ecs.commandCalls(UpdateContainerInstancesStateCommand).map((call) => call.args[0].input);
  expect(inputs.map(({ containerInstances = [] }) => containerInstances.length)).toEqual([10, 10, 2]);
  expect(inputs.flatMap(({ containerInstances = [] }) => containerInstances)).toEqual(
    ids.slice(1).map((id) => `arn:${id}`),
  );
  expect(new Set(inputs.map(({ cluster, status }) => `${cluster} ${status}`))).toEqual(
    new Set(['shop DRAINING']),
  );
});

test('the tasks of a host are on several pages, and those that stop are among them until they have', async () => {
  hasHosts(1);
  const on = { cluster: 'shop', containerInstance: 'arn:i-0' };
  ecs
    .on(ListTasksCommand, { ...on, desiredStatus: 'RUNNING' })
    .resolves({ taskArns: ['one'], nextToken: 'more' })
    .on(ListTasksCommand, { ...on, desiredStatus: 'RUNNING', nextToken: 'more' })
    .resolves({ taskArns: ['two'] })
    .on(ListTasksCommand, { ...on, desiredStatus: 'STOPPED' })
    .resolves({ taskArns: ['leaves its target group', 'stops', 'has stopped'] })
    .on(DescribeTasksCommand, { cluster: 'shop' })
    .resolves({
      tasks: [
        { taskArn: 'leaves its target group', lastStatus: 'DEACTIVATING' },
        { taskArn: 'stops', lastStatus: 'STOPPING' },
        { taskArn: 'has stopped', lastStatus: 'STOPPED' },
      ],
    });
  const [host] = await deletion.drain(['i-0']);
  expect(await host!.tasks()).toEqual(['one', 'two', 'leaves its target group', 'stops']);
});

test('a cluster that is gone has no hosts', async () => {
  ecs
    .on(ListContainerInstancesCommand)
    .rejectsOnce(new ClusterNotFoundException({ message: 'no', $metadata: {} }))
    .rejects(new Error('Throttling'));
  expect(await deletion.drain(['i-1'])).toEqual([]);
  await expect(deletion.drain(['i-1'])).rejects.toThrow('Throttling');
});

test('what is not terminated is found by the tag that Auto Scaling gives, also without the group', async () => {
  ec2
    .on(DescribeInstancesCommand)
    .resolvesOnce({ Reservations: [{ Instances: [{ InstanceId: 'i-1' }] }], NextToken: 'more' })
    .resolves({ Reservations: [{ Instances: [{ InstanceId: 'i-2' }] }] });
  expect(await deletion.unterminatedInstances()).toEqual(['i-1', 'i-2']);
  expect(ec2.calls()[0]!.args[0].input).toMatchObject({
    Filters: [
      { Name: 'tag:aws:autoscaling:groupName', Values: ['winbake-shop'] },
      { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'] },
    ],
  });
});

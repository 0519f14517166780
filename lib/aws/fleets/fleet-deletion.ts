import {
  ActiveInstanceRefreshNotFoundFault,
  CancelInstanceRefreshCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import {
  paginateListTasks,
  UpdateContainerInstancesStateCommand,
  type ContainerInstance,
  type ECSClient,
} from '@aws-sdk/client-ecs';
import { DELETION_TAG } from '../../contract/names/resources';
import type { DrainingHost, FleetDeletion } from '../../core/ports/fleets';
import { containerInstancesOrNone } from './ecs-container-hosts';
import type { FleetClients } from './fleet-account';

/** One call changes the state of so many. */
const MOST_AT_ONCE = 10;

/** All states but `terminated`; instances of a warm pool are `stopped`. */
const UNTERMINATED = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];

/** The group and container instances of a fleet on AWS, to be deleted. */
export function fleetDeletion(
  { autoScaling, ec2, ecs }: FleetClients,
  {
    autoScalingGroup: AutoScalingGroupName,
    cluster,
  }: { readonly autoScalingGroup: string; readonly cluster: string },
): FleetDeletion {
  return {
    describeGroup: async () => {
      const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] });
      const [group] = (await autoScaling.send(request)).AutoScalingGroups ?? [];
      return (
        group && {
          deletedBy: group.Tags?.find(({ Key }) => Key === DELETION_TAG)?.Value,
          // Only a group that is being deleted has a status.
          isBeingDeleted: group.Status !== undefined,
          instances: (group.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []),
        }
      );
    },
    cancelRefresh: async () => {
      const request = { AutoScalingGroupName, WaitForTransitioningInstances: false };
      try {
        await autoScaling.send(new CancelInstanceRefreshCommand(request));
      } catch (error) {
        if (!(error instanceof ActiveInstanceRefreshNotFoundFault)) {
          throw error;
        }
      }
    },
    drain: async (instanceIds) => {
      const hosts = await containerInstancesOrNone(ecs, cluster, instanceIds);
      const active = hosts.filter(({ status }) => status === 'ACTIVE').map(arnOf);
      for (let first = 0; first < active.length; first += MOST_AT_ONCE) {
        const chunk = active.slice(first, first + MOST_AT_ONCE);
        const request = { cluster, containerInstances: chunk, status: 'DRAINING' } as const;
        await ecs.send(new UpdateContainerInstancesStateCommand(request));
      }
      return hosts.map((host) => drainingHost(ecs, cluster, host));
    },
    forceDelete: async () => {
      await autoScaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }));
    },
    unterminatedInstances: async () => {
      const Filters = [
        { Name: 'tag:aws:autoscaling:groupName', Values: [AutoScalingGroupName] },
        { Name: 'instance-state-name', Values: UNTERMINATED },
      ];
      const found: string[] = [];
      for await (const { Reservations = [] } of paginateDescribeInstances({ client: ec2 }, { Filters })) {
        const instances = Reservations.flatMap((one) => one.Instances ?? []);
        found.push(...instances.flatMap(({ InstanceId }) => InstanceId ?? []));
      }
      return found;
    },
  };
}

function drainingHost(ecs: ECSClient, cluster: string, host: ContainerInstance): DrainingHost {
  return {
    instanceId: host.ec2InstanceId ?? '',
    taskCount: (host.runningTasksCount ?? 0) + (host.pendingTasksCount ?? 0),
    tasks: async () => {
      const found: string[] = [];
      const request = { cluster, containerInstance: arnOf(host) };
      for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, request)) {
        found.push(...taskArns);
      }
      return found;
    },
  };
}

function arnOf({ containerInstanceArn = '' }: ContainerInstance): string {
  return containerInstanceArn;
}

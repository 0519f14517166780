import {
  ActiveInstanceRefreshNotFoundFault,
  CancelInstanceRefreshCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import { paginateDescribeInstances } from '@aws-sdk/client-ec2';
import {
  ClusterNotFoundException,
  type ContainerInstance,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  type ECSClient,
  InvalidParameterException,
  PutClusterCapacityProvidersCommand,
  ResourceInUseException,
  UpdateContainerInstancesStateCommand,
  UpdateInProgressException,
} from '@aws-sdk/client-ecs';
import { ASSOCIATION_TAG, DELETION_TAG } from '../../contract/names/resources';
import type { DrainingHost, FleetDeletion, ProviderAssociation } from '../../core/ports/fleets';
import { containerInstancesOrNone, registeredHost, unendedTasks } from './ecs-container-hosts';
import type { FleetClients } from './fleet-account';

/** A capacity provider and its cluster on ECS. */
export function providerAssociation(
  ecs: ECSClient,
  { cluster, provider }: { readonly cluster: string; readonly provider: string },
): ProviderAssociation {
  return {
    describeCluster: async () => {
      const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
      const found = clusters.find(({ status }) => status === 'ACTIVE');
      return (
        found && {
          providers: found.capacityProviders ?? [],
          defaultStrategy: (found.defaultCapacityProviderStrategy ?? []).map((one) => ({
            ...one,
            capacityProvider: one.capacityProvider ?? '',
          })),
          status: found.attachmentsStatus,
        }
      );
    },
    associatedBy: async () => {
      const request = { capacityProviders: [provider], include: ['TAGS' as const] };
      const { capacityProviders = [] } = await ecs.send(new DescribeCapacityProvidersCommand(request));
      return capacityProviders[0]?.tags?.find(({ key }) => key === ASSOCIATION_TAG)?.value;
    },
    putProviders: async ({ defaultStrategy, providers }) => {
      const request = {
        cluster,
        capacityProviders: [...providers],
        defaultCapacityProviderStrategy: defaultStrategy.map((one) => ({ ...one })),
      };
      try {
        await ecs.send(new PutClusterCapacityProvidersCommand(request));
        return undefined;
      } catch (error) {
        if (isOfTheMoment(error)) {
          return error.message;
        }
        throw error;
      }
    },
  };
}

/**
 * Whether ECS may take the same a little later. A provider is not yet active right after it was made.
 * @see https://github.com/hashicorp/terraform-provider-aws/pull/45567
 */
function isOfTheMoment(error: unknown): error is Error {
  return (
    error instanceof UpdateInProgressException ||
    error instanceof ResourceInUseException ||
    error instanceof ClusterNotFoundException ||
    (error instanceof InvalidParameterException && error.message.includes('not in an ACTIVE state'))
  );
}

/** One call changes the state of so many. */
const MOST_AT_ONCE = 10;

/** All states but `terminated`; instances of a warm pool are `stopped`. */
const UNTERMINATED = ['pending', 'running', 'stopping', 'stopped', 'shutting-down'];

/** The group and container instances of a fleet on AWS, to be deleted by what the group's tag names. */
export function fleetDeletion(
  { autoScaling, ec2, ecs }: FleetClients,
  {
    autoScalingGroup: AutoScalingGroupName,
    cluster,
    tag = DELETION_TAG,
  }: { readonly autoScalingGroup: string; readonly cluster: string; readonly tag?: string },
): FleetDeletion {
  const hostsOf = (ids: readonly string[]) => containerInstancesOrNone(ecs, cluster, ids);
  return {
    describeGroup: async () => {
      const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] });
      const [group] = (await autoScaling.send(request)).AutoScalingGroups ?? [];
      return (
        group && {
          deletedBy: group.Tags?.find(({ Key }) => Key === tag)?.Value,
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
    hosts: async (instanceIds) =>
      (await hostsOf(instanceIds)).map((host) => drainingHost(ecs, cluster, host)),
    drain: async (instanceIds) => {
      const hosts = await hostsOf(instanceIds);
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
  const { arn, instanceId, taskCount } = registeredHost(host);
  return { instanceId, taskCount, tasks: () => unendedTasks(ecs, cluster, { arn, taskCount }) };
}

function arnOf({ containerInstanceArn = '' }: ContainerInstance): string {
  return containerInstanceArn;
}

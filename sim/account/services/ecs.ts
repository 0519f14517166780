import {
  ClusterNotFoundException,
  ECSServiceException,
  InvalidParameterException,
  type Cluster as EcsCluster,
  type ContainerInstance,
  type DescribeCapacityProvidersCommandInput,
  type DescribeCapacityProvidersCommandOutput,
  type DescribeClustersCommandInput,
  type DescribeClustersCommandOutput,
  type DescribeContainerInstancesCommandInput,
  type DescribeContainerInstancesCommandOutput,
  type DescribeTasksCommandInput,
  type DescribeTasksCommandOutput,
  type ListContainerInstancesCommandInput,
  type ListContainerInstancesCommandOutput,
  type ListTasksCommandInput,
  type ListTasksCommandOutput,
  type PutClusterCapacityProvidersCommandInput,
  type PutClusterCapacityProvidersCommandOutput,
  type StopTaskCommandInput,
  type StopTaskCommandOutput,
  type Task,
  type UpdateContainerInstancesStateCommandInput,
  type UpdateContainerInstancesStateCommandOutput,
} from '@aws-sdk/client-ecs';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { SimulatedInstance } from '../../aws/fleet/ami-behaviour';
import { tasksOn, type SimulatedTask } from '../../aws/fleet/simulated-fleet';
import type { SimulatedFleet } from '../../aws/fleet/simulated-fleet';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { Place } from '../commands/command-row';
import { assumed, page } from '../provenance';
import { declared, operation, pageOf, type Call, type SimulatedService } from '../simulated-service';
import type { SimulatedFleets } from './fleets';

const API = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_';
const TEXTS = assumed(
  'The texts of the errors of ECS; their names and the limits behind them are documented.',
);
const LONGEST_LIST = 100;
const MOST_CHANGED = 10;

/** A container instance with what runs on it. */
interface Host {
  readonly arn: string;
  readonly group: SimulatedGroup;
  readonly instance: SimulatedInstance;
  readonly registeredAt: Date;
  readonly tasks: readonly (SimulatedTask & { readonly arn: string })[];
}

/** A cluster as a call sees it. */
interface Cluster {
  readonly arn: string;
  readonly hosts: readonly Host[];
}

/** ECS, as it answers for clusters, the container instances of fleets and the tasks of one service on each. */
export class SimulatedEcs implements SimulatedService {
  readonly id = 'ecs';
  readonly ServiceException = ECSServiceException;

  constructor(private readonly fleets: SimulatedFleets) {}

  readonly operations = {
    ListContainerInstances: operation<
      ListContainerInstancesCommandInput,
      ListContainerInstancesCommandOutput
    >(page(`${API}ListContainerInstances.html`), (call) => {
      const { filter, status = 'ACTIVE|DRAINING' } = call.input;
      const found = this.cluster(call)
        .hosts.filter(({ instance }) => status.includes(statusOf(instance)))
        .filter(({ instance }) => filter === undefined || instancesIn(filter).includes(instance.id));
      const { next, shown } = listed(found, call.input);
      return { containerInstanceArns: shown, ...next };
    }),
    DescribeContainerInstances: operation<
      DescribeContainerInstancesCommandInput,
      DescribeContainerInstancesCommandOutput
    >(page(`${API}DescribeContainerInstances.html`), (call) =>
      described(this.cluster(call).hosts, call.input.containerInstances, LONGEST_LIST),
    ),
    UpdateContainerInstancesState: operation<
      UpdateContainerInstancesStateCommandInput,
      UpdateContainerInstancesStateCommandOutput
    >(page(`${API}UpdateContainerInstancesState.html`), (call) => {
      const { containerInstances: ids = [], status } = call.input;
      if (status !== 'DRAINING') {
        throw unmodelled(`container instances that become ${String(status)}`);
      }
      const { hosts } = this.cluster(call);
      const answer = described(hosts, ids, MOST_CHANGED);
      hosts
        .filter((one) => ids.some((id) => isNamed(one, id)))
        .forEach(({ group, instance }) => {
          group.drain(instance);
        });
      return {
        ...answer,
        containerInstances: answer.containerInstances.map((one) => ({ ...one, status: 'DRAINING' })),
      };
    }),
    ListTasks: operation<ListTasksCommandInput, ListTasksCommandOutput>(
      page(`${API}ListTasks.html`),
      (call) => {
        const { containerInstance: id, desiredStatus = 'RUNNING' } = call.input;
        const { hosts } = this.cluster(call);
        const on = hosts.filter((one) => id === undefined || isNamed(one, id));
        if (id !== undefined && on.length === 0) {
          throw invalid('The container instance does not exist.');
        }
        const wanted = on
          .flatMap(({ tasks }) => tasks)
          .filter((task) => desiredStatusOf(task) === desiredStatus);
        const { next, shown } = listed(wanted, call.input);
        return { taskArns: shown, ...next };
      },
    ),
    DescribeClusters: operation<DescribeClustersCommandInput, DescribeClustersCommandOutput>(
      page(`${API}DescribeClusters.html`),
      ({ input: { clusters: names = ['default'] }, now, place }) => {
        const found = (name: string) => this.described(lastPart(name), place, now);
        requireAtMost(LONGEST_LIST, names);
        return {
          clusters: names.flatMap((name) => found(name) ?? []),
          failures: failuresOf(names, found),
        };
      },
    ),
    DescribeCapacityProviders: operation<
      DescribeCapacityProvidersCommandInput,
      DescribeCapacityProvidersCommandOutput
    >(page(`${API}DescribeCapacityProviders.html`), ({ input, place }) => {
      const { capacityProviders: names = [], include = [] } = input;
      const known = this.fleets.clusters.providersAt(place);
      const found = (name: string) => known.get(lastPart(name));
      requireAtMost(LONGEST_LIST, names);
      return {
        capacityProviders: names.flatMap((name) => {
          const provider = found(name);
          const tags = Object.entries(provider?.tags ?? {}).map(([key, value]) => ({ key, value }));
          return provider === undefined
            ? []
            : { name: lastPart(name), status: 'ACTIVE', ...(include.includes('TAGS') ? { tags } : {}) };
        }),
        failures: failuresOf(names, found),
      };
    }),
    PutClusterCapacityProviders: operation<
      PutClusterCapacityProvidersCommandInput,
      PutClusterCapacityProvidersCommandOutput
    >(page(`${API}PutClusterCapacityProviders.html`), ({ input, now, place }) => {
      const name = lastPart(input.cluster ?? '');
      const cluster = this.fleets.clusters.find(place, name);
      if (cluster === undefined) {
        throw declared(ClusterNotFoundException, 'Cluster not found.', TEXTS);
      }
      cluster.put(input, this.fleets.clusters.providersAt(place), now);
      return { cluster: this.described(name, place, now) };
    }),
    StopTask: operation<StopTaskCommandInput, StopTaskCommandOutput>(page(`${API}StopTask.html`), (call) => {
      const { task: id = '' } = call.input;
      const { arn, hosts } = this.cluster(call);
      const host = hosts.find(({ tasks }) =>
        tasks.some((one) => one.arn === id || one.arn.endsWith(`/${id}`)),
      );
      const task = host?.tasks.find((one) => one.arn === id || one.arn.endsWith(`/${id}`));
      if (host === undefined || task === undefined) {
        throw invalid('The referenced task was not found.');
      }
      host.group.stopTasksOn(host.instance);
      return { task: { ...describedTask(task, host, arn), desiredStatus: 'STOPPED' } };
    }),
    DescribeTasks: operation<DescribeTasksCommandInput, DescribeTasksCommandOutput>(
      page(`${API}DescribeTasks.html`),
      (call) => {
        const { tasks: ids = [] } = call.input;
        const { arn, hosts } = this.cluster(call);
        const known = hosts.flatMap((host) => host.tasks.map((task) => describedTask(task, host, arn)));
        const found = (id: string) =>
          known.find(({ taskArn = '' }) => taskArn === id || taskArn.endsWith(`/${id}`));
        requireAtMost(LONGEST_LIST, ids);
        return { tasks: ids.flatMap((id) => found(id) ?? []), failures: failuresOf(ids, (id) => found(id)) };
      },
    ),
  };

  private described(clusterName: string, place: Place, now: Date): EcsCluster | undefined {
    const cluster = this.fleets.clusters.find(place, clusterName);
    return (
      cluster && {
        clusterArn: clusterArn(clusterName, place),
        clusterName,
        status: 'ACTIVE',
        capacityProviders: [...cluster.providers],
        defaultCapacityProviderStrategy: [...cluster.defaultStrategy],
        attachmentsStatus: cluster.status(now),
      }
    );
  }

  private cluster({ input, place }: Call<{ readonly cluster?: string | undefined }>): Cluster {
    const name = lastPart(input.cluster ?? 'default');
    const fleets = this.fleets.at(place).filter(({ cluster }) => cluster === name);
    if (fleets.length === 0) {
      throw declared(ClusterNotFoundException, 'Cluster not found.', TEXTS);
    }
    const hosts = fleets.flatMap((fleet) => hostsOf(fleet, place));
    return { arn: clusterArn(name, place), hosts };
  }
}

function clusterArn(name: string, { account, region }: Place): string {
  return `arn:aws:ecs:${region}:${account}:cluster/${name}`;
}

/** The name in an ARN, or the name itself. */
function lastPart(name: string): string {
  return name.split('/').at(-1) ?? '';
}

function hostsOf({ cluster, group, now }: SimulatedFleet, { account, region }: Place): readonly Host[] {
  const arnOf = (kind: string, id: string) => `arn:aws:ecs:${region}:${account}:${kind}/${cluster}/${id}`;
  return group.instances.flatMap((instance) => {
    const { id, registeredAt } = instance;
    return registeredAt === undefined
      ? []
      : {
          arn: arnOf('container-instance', id),
          group,
          instance,
          registeredAt: new Date(registeredAt),
          tasks: tasksOn(group, instance, now).map((task) => ({ ...task, arn: arnOf('task', task.id) })),
        };
  });
}

function statusOf({ drainingSince }: SimulatedInstance): 'ACTIVE' | 'DRAINING' {
  return drainingSince === undefined ? 'ACTIVE' : 'DRAINING';
}

/**
 * The ids in a query such as `ec2InstanceId in [i-1, i-2]`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
function instancesIn(filter: string): readonly string[] {
  const [, ids] = /^ec2InstanceId in \[([^\]]+)\]$/.exec(filter) ?? [];
  if (ids === undefined) {
    throw unmodelled(`the filter ${filter} of container instances`);
  }
  return ids.split(',').map((id) => id.trim());
}

function isNamed({ arn }: Host, id: string): boolean {
  return arn === id || arn.endsWith(`/${id}`);
}

function listed(
  all: readonly { readonly arn: string }[],
  { maxResults = LONGEST_LIST, nextToken }: ListTasksCommandInput,
) {
  if (maxResults < 1 || maxResults > LONGEST_LIST) {
    throw invalid(`maxResults must be between 1 and ${LONGEST_LIST}; got: ${maxResults}`);
  }
  const paged = pageOf(all, maxResults, nextToken);
  if (paged === undefined) {
    throw invalid('Invalid token');
  }
  const next = paged.next === undefined ? {} : { nextToken: paged.next };
  return { shown: paged.shown.map(({ arn }) => arn), next };
}

/** What is not there is no error of the call, but a failure in its answer. */
function described(hosts: readonly Host[], ids: readonly string[] = [], most: number) {
  requireAtMost(most, ids);
  const found = (id: string) => hosts.find((one) => isNamed(one, id));
  return {
    containerInstances: ids.flatMap((id) => {
      const host = found(id);
      return host === undefined ? [] : describedHost(host);
    }),
    failures: failuresOf(ids, found),
  };
}

function failuresOf(ids: readonly string[], found: (id: string) => unknown) {
  return ids.filter((id) => found(id) === undefined).map((arn) => ({ arn, reason: 'MISSING' }));
}

function requireAtMost(most: number, ids: readonly string[]): void {
  if (ids.length === 0 || ids.length > most) {
    throw invalid(`A call names between 1 and ${most}; got: ${ids.length}`);
  }
}

function describedHost({ arn, instance, registeredAt, tasks }: Host): ContainerInstance {
  const count = (status: SimulatedTask['status']) => tasks.filter((one) => one.status === status).length;
  return {
    containerInstanceArn: arn,
    ec2InstanceId: instance.id,
    status: statusOf(instance),
    agentConnected: true,
    registeredAt,
    runningTasksCount: count('RUNNING'),
    pendingTasksCount: count('PENDING'),
  };
}

/** What ECS wants of a task, which one that was stopped has not become yet. */
function desiredStatusOf({ isStopping = false, status }: SimulatedTask): 'RUNNING' | 'STOPPED' {
  return isStopping || status === 'STOPPED' ? 'STOPPED' : 'RUNNING';
}

function describedTask(
  task: Host['tasks'][number],
  { arn: containerInstanceArn }: Host,
  clusterArn: string,
): Task {
  const { arn: taskArn, createdAt, pullStartedAt, pullStoppedAt, reason } = task;
  const { startedAt, status, stopCode, stoppedAt } = task;
  return {
    taskArn,
    clusterArn,
    containerInstanceArn,
    group: 'service:web',
    lastStatus: status,
    desiredStatus: desiredStatusOf(task),
    createdAt,
    ...(pullStartedAt === undefined ? {} : { pullStartedAt, pullStoppedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(stopCode === undefined ? {} : { stopCode, stoppedReason: 'Task failed to start' }),
    containers: [
      { name: 'service', taskArn, lastStatus: status, ...(reason === undefined ? {} : { reason }) },
    ],
  };
}

function invalid(message: string) {
  return declared(InvalidParameterException, message, TEXTS);
}

import {
  ClientException,
  ClusterNotFoundException,
  ECSServiceException,
  InvalidParameterException,
  type Cluster as EcsCluster,
  type DescribeCapacityProvidersCommandInput,
  type DescribeCapacityProvidersCommandOutput,
  type DescribeClustersCommandInput,
  type DescribeClustersCommandOutput,
  type DescribeContainerInstancesCommandInput,
  type DescribeContainerInstancesCommandOutput,
  type DescribeServicesCommandInput,
  type DescribeServicesCommandOutput,
  type DescribeTaskDefinitionCommandInput,
  type DescribeTaskDefinitionCommandOutput,
  type DescribeTasksCommandInput,
  type DescribeTasksCommandOutput,
  type ListContainerInstancesCommandInput,
  type ListContainerInstancesCommandOutput,
  type ListServicesCommandInput,
  type ListServicesCommandOutput,
  type ListTasksCommandInput,
  type ListTasksCommandOutput,
  type PutClusterCapacityProvidersCommandInput,
  type PutClusterCapacityProvidersCommandOutput,
  type Service,
  type StopTaskCommandInput,
  type StopTaskCommandOutput,
  type UpdateContainerInstancesStateCommandInput,
  type UpdateContainerInstancesStateCommandOutput,
} from '@aws-sdk/client-ecs';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { Place } from '../commands/command-row';
import { groupArn } from '../commands/fleet-commands';
import { assumed, page } from '../provenance';
import { declared, operation, pageOf, type Call, type SimulatedService } from '../simulated-service';
import {
  describedHost,
  describedTask,
  desiredStatusOf,
  type Host,
  hostsOf,
  type SimulatedFleets,
  statusOf,
} from './fleets';

const API = 'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_';
const TEXTS = assumed(
  'The texts of the errors of ECS; their names and the limits behind them are documented.',
);
const LONGEST_LIST = 100;
const MOST_CHANGED = 10;
const MOST_SERVICES = 10;
const SERVICES_A_PAGE = 10;

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
          const { groupName } = provider ?? {};
          return provider === undefined
            ? []
            : {
                name: lastPart(name),
                status: 'ACTIVE',
                ...(include.includes('TAGS') ? { tags } : {}),
                ...(groupName === undefined
                  ? {}
                  : { autoScalingGroupProvider: { autoScalingGroupArn: groupArn(groupName, place) } }),
              };
        }),
        failures: failuresOf(names, found),
      };
    }),
    ListServices: operation<ListServicesCommandInput, ListServicesCommandOutput>(
      page(`${API}ListServices.html`),
      ({ input, place }) => {
        const { cluster = 'default', maxResults = SERVICES_A_PAGE, ...others } = input;
        const found = this.services(cluster, place).map(({ serviceArn: arn = '' }) => ({ arn }));
        const { next, shown } = listed(found, { maxResults, ...others });
        return { serviceArns: shown, ...next };
      },
    ),
    DescribeServices: operation<DescribeServicesCommandInput, DescribeServicesCommandOutput>(
      page(`${API}DescribeServices.html`),
      ({ input: { cluster = 'default', services: ids = [] }, place }) => {
        const known = this.services(cluster, place);
        const found = (id: string) =>
          known.find(({ serviceArn, serviceName }) => serviceArn === id || serviceName === id);
        requireAtMost(MOST_SERVICES, ids);
        return { services: ids.flatMap((id) => found(id) ?? []), failures: failuresOf(ids, found) };
      },
    ),
    DescribeTaskDefinition: operation<
      DescribeTaskDefinitionCommandInput,
      DescribeTaskDefinitionCommandOutput
    >(page(`${API}DescribeTaskDefinition.html`), ({ input: { taskDefinition: id = '' }, place }) => {
      const taskDefinition = this.fleets.clusters.taskDefinitionsAt(place).get(id);
      if (taskDefinition === undefined) {
        throw declared(ClientException, 'Unable to describe task definition.', TEXTS);
      }
      return { taskDefinition };
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

  private services(name: string, place: Place): readonly Service[] {
    const cluster = this.fleets.clusters.find(place, lastPart(name));
    if (cluster === undefined) {
      throw declared(ClusterNotFoundException, 'Cluster not found.', TEXTS);
    }
    return [...cluster.services].map(([serviceName, { drainedAt, providers, taskDefinition, unplaced }]) => ({
      serviceName,
      serviceArn: clusterArn(lastPart(name), place).replace(':cluster/', ':service/') + `/${serviceName}`,
      status: drainedAt === undefined ? 'ACTIVE' : 'DRAINING',
      ...(taskDefinition === undefined ? {} : { taskDefinition }),
      ...(unplaced === undefined ? {} : { events: [unplaced] }),
      ...(providers.length === 0
        ? { launchType: 'EC2' as const }
        : { capacityProviderStrategy: providers.map((capacityProvider) => ({ capacityProvider })) }),
    }));
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

function invalid(message: string) {
  return declared(InvalidParameterException, message, TEXTS);
}

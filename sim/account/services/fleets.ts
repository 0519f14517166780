import {
  type CapacityProviderStrategyItem,
  type ContainerInstance,
  InvalidParameterException,
  type PutClusterCapacityProvidersCommandInput,
  ResourceInUseException,
  type Task,
  type TaskDefinition,
  UpdateInProgressException,
} from '@aws-sdk/client-ecs';
import { capabilitiesOf } from '../../aws/fleet/host-capabilities';
import type { SimulatedLaunchTemplate } from '../../aws/fleet/launch-template';
import { type SimulatedFleet, type SimulatedTask, tasksOn } from '../../aws/fleet/simulated-fleet';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { SimulatedInstance } from '../../aws/fleet/ami-behaviour';
import type { Place } from '../commands/command-row';
import { assumed, reported } from '../provenance';
import { ByPlace, declared } from '../simulated-service';

/** How long ECS attaches the scaling of providers to a cluster, during which it takes no other change; an assumption. */
const ATTACHING = 20_000;

/** Of AWS itself. */
const SHARED = ['FARGATE', 'FARGATE_SPOT'];

/** A capacity provider that is there. */
interface Provider {
  readonly tags: Readonly<Record<string, string>>;
  /** Before that it is being made. */
  readonly activeAt: Date;
  /** The group whose instances it offers. */
  readonly groupName?: string;
}

/** A service as far as it holds the providers that its strategy names. */
interface Service {
  readonly providers: readonly string[];
  /** The ARN of what it runs; undefined where that does not matter. */
  readonly taskDefinition?: string | undefined;
  /** What ECS says where it can place no task. */
  readonly unplaced?: { readonly message: string; readonly createdAt: Date };
  /** When the last task of a deleted one has stopped. */
  readonly drainedAt?: Date;
  /** Whether there is a host yet on which they stop. */
  readonly hasHosts?: () => boolean;
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html */
function hasTasks({ drainedAt, hasHosts = () => true }: Service, now: Date): boolean {
  return drainedAt === undefined || (now < drainedAt && hasHosts());
}

/** A cluster: the providers that are associated with it, and who uses them. */
export class SimulatedCluster {
  providers: readonly string[] = [];
  defaultStrategy: readonly CapacityProviderStrategyItem[] = [];
  /** Undefined before the first change. */
  private settledAt: Date | undefined;
  readonly services = new Map<string, Service>();

  status(now: Date): 'UPDATE_IN_PROGRESS' | 'UPDATE_COMPLETE' | undefined {
    if (this.settledAt === undefined) {
      return undefined;
    }
    return now < this.settledAt ? 'UPDATE_IN_PROGRESS' : 'UPDATE_COMPLETE';
  }

  /** A service begins to use providers; ECS refuses those that are not associated. */
  serve(name: string, providers: readonly string[], taskDefinition?: string): void {
    this.requireAssociated(providers, this.providers);
    this.services.set(name, { providers, taskDefinition });
  }

  /** ECS has no host for the tasks of a service. */
  report(name: string, message: string, createdAt: Date): void {
    const { providers = [], ...service } = this.services.get(name) ?? {};
    this.services.set(name, { ...service, providers, unplaced: { message, createdAt } });
  }

  /** A service is deleted: its tasks drain on. */
  drain(name: string, drainedAt: Date, hasHosts?: () => boolean): void {
    const { providers = [], unplaced } = this.services.get(name) ?? {};
    this.services.set(name, {
      providers,
      drainedAt,
      ...(unplaced === undefined ? {} : { unplaced }),
      ...(hasHosts === undefined ? {} : { hasHosts }),
    });
  }

  /** Replaces the providers. That it is checked in this order is assumed. */
  put(
    {
      capacityProviders = [],
      defaultCapacityProviderStrategy: strategy = [],
    }: Omit<Partial<PutClusterCapacityProvidersCommandInput>, 'cluster'>,
    known: ReadonlyMap<string, Provider>,
    now: Date,
  ): void {
    const missing = capacityProviders.find(
      (name) => !SHARED.includes(name) && !isActive(known.get(name), now),
    );
    if (missing !== undefined) {
      throw declared(
        InvalidParameterException,
        `The specified capacity provider '${missing}' is not in an ACTIVE state. Specify a valid capacity provider and try again.`,
        reported('https://github.com/hashicorp/terraform-provider-aws/pull/45567'),
      );
    }
    this.requireAssociated(
      strategy.map(({ capacityProvider = '' }) => capacityProvider),
      capacityProviders,
    );
    if (this.status(now) === 'UPDATE_IN_PROGRESS') {
      throw declared(
        UpdateInProgressException,
        'The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state before they ' +
          'can be updated. Wait and try again.',
        assumed('ECS refuses a second change of a cluster in the words that users report of it.'),
      );
    }
    const used = [...this.services.values()]
      .filter((one) => hasTasks(one, now))
      .flatMap(({ providers }) => providers);
    if (this.providers.some((one) => !capacityProviders.includes(one) && used.includes(one))) {
      throw declared(
        ResourceInUseException,
        'The specified capacity provider is in use and cannot be removed.',
        reported('https://github.com/aws/containers-roadmap/issues/631'),
      );
    }
    this.providers = [...capacityProviders];
    this.defaultStrategy = [...strategy];
    this.settledAt = new Date(now.getTime() + ATTACHING);
  }

  private requireAssociated(named: readonly string[], associated: readonly string[]): void {
    if (named.some((one) => !associated.includes(one))) {
      throw declared(
        InvalidParameterException,
        'The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate ' +
          'the capacity provider with the cluster or specify a valid capacity provider and try again.',
        reported('https://github.com/dask/dask-cloudprovider/issues/328'),
      );
    }
  }
}

function isActive(provider: Provider | undefined, now: Date): boolean {
  return provider !== undefined && now >= provider.activeAt;
}

/** The clusters and capacity providers of all accounts. */
class SimulatedClusters {
  private readonly regions = new ByPlace(() => ({
    clusters: new Map<string, SimulatedCluster>(),
    providers: new Map<string, Provider>(),
    taskDefinitions: new Map<string, TaskDefinition>(),
  }));

  /** Makes a cluster where there is none of that name. */
  add(place: Place, name: string): SimulatedCluster {
    const { clusters } = this.regions.at(place);
    const made = clusters.get(name) ?? new SimulatedCluster();
    clusters.set(name, made);
    return made;
  }

  find(place: Place, name: string): SimulatedCluster | undefined {
    return this.regions.at(place).clusters.get(name);
  }

  delete(place: Place, name: string): void {
    this.regions.at(place).clusters.delete(name);
  }

  /** The task definitions of a region, by their ARNs. */
  taskDefinitionsAt(place: Place): Map<string, TaskDefinition> {
    return this.regions.at(place).taskDefinitions;
  }

  /** The capacity providers of a region. */
  providersAt(place: Place): ReadonlyMap<string, Provider> {
    return this.regions.at(place).providers;
  }

  /** Makes a capacity provider, or changes its tags. */
  addProvider(place: Place, name: string, provider: Provider): void {
    this.regions.at(place).providers.set(name, provider);
  }

  /**
   * Deletes a capacity provider that no cluster has.
   * @see https://github.com/hashicorp/terraform-provider-aws/pull/48156
   */
  deleteProvider(place: Place, name: string): void {
    const { clusters, providers } = this.regions.at(place);
    const user = [...clusters].find(([, cluster]) => cluster.providers.includes(name));
    if (user !== undefined) {
      throw new Error(
        `The capacity provider cannot be deleted because it is associated with cluster: ${user[0]}. Remove the capacity provider from the ` +
          'cluster and try again.',
      );
    }
    providers.delete(name);
  }
}

interface Region {
  readonly fleets: Map<string, SimulatedFleet>;
  readonly templates: Map<string, SimulatedLaunchTemplate>;
  readonly versionTokens: Map<string, VersionRequest>;
}

/** A request for a launch template version that had a client token. */
export interface VersionRequest {
  readonly templateId: string;
  readonly amiId: string | undefined;
  readonly userData: string;
}

/** The fleets of all accounts, for which Auto Scaling, EC2 and ECS answer. */
export class SimulatedFleets {
  /** The clusters that they join. */
  readonly clusters = new SimulatedClusters();
  private readonly all: SimulatedFleet[] = [];
  private readonly regions = new ByPlace<Region>(() => ({
    fleets: new Map(),
    templates: new Map(),
    versionTokens: new Map(),
  }));

  /** Deploys a fleet with its launch template; one whose group has the same name gives way. */
  add(fleet: SimulatedFleet): void {
    const { name, template } = fleet.group;
    this.all.push(fleet);
    this.regions.at(fleet.environment).fleets.set(name, fleet);
    this.clusters.add(fleet.environment, fleet.cluster);
    this.addTemplate(fleet.environment, template);
  }

  /** Deletes a fleet with its group. */
  delete(place: Place, groupName: string): void {
    this.regions.at(place).fleets.delete(groupName);
  }

  /** Deploys a launch template, whose group may come later. */
  addTemplate(place: Place, template: SimulatedLaunchTemplate): void {
    this.regions.at(place).templates.set(template.id, template);
  }

  /** Deletes a launch template with its versions. */
  deleteTemplate(place: Place, id: string): void {
    this.regions.at(place).templates.delete(id);
  }

  /** The fleets of a region, those too whose group is gone. */
  at(place: Place): readonly SimulatedFleet[] {
    return [...this.regions.at(place).fleets.values()];
  }

  /** The groups of a region that are there. */
  groupsAt(place: Place): readonly SimulatedGroup[] {
    return this.at(place)
      .map(({ group }) => group)
      .filter(({ isGone }) => !isGone);
  }

  /** When an instance was started from an AMI last, wherever that was. */
  lastLaunch(amiId: string): Date | undefined {
    const times = this.all.flatMap(({ group }) => group.launchesOf(amiId));
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  /** What was asked for in a region by each client token, whatever became of the template. */
  versionTokensAt(place: Place): Map<string, VersionRequest> {
    return this.regions.at(place).versionTokens;
  }

  /** The launch templates of a region, by id. */
  templatesAt(place: Place): ReadonlyMap<string, SimulatedLaunchTemplate> {
    return this.regions.at(place).templates;
  }
}

/** A container instance with what runs on it. */
export interface Host {
  readonly arn: string;
  readonly group: SimulatedGroup;
  readonly instance: SimulatedInstance;
  readonly registeredAt: Date;
  readonly tasks: readonly (SimulatedTask & { readonly arn: string })[];
}

/** The container instances of a fleet that have registered. */
export function hostsOf(
  { cluster, group, now }: SimulatedFleet,
  { account, region }: Place,
): readonly Host[] {
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

/** Whether it takes tasks. */
export function statusOf({ drainingSince }: SimulatedInstance): 'ACTIVE' | 'DRAINING' {
  return drainingSince === undefined ? 'ACTIVE' : 'DRAINING';
}

/**
 * As ECS shows it: of the tasks that run it counts those alone that shall go on.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
 * @see https://github.com/aws/aws-cdk/pull/13559
 */
export function describedHost({ arn, group, instance, registeredAt, tasks }: Host): ContainerInstance {
  const count = (status: SimulatedTask['status']) =>
    tasks.filter((one) => one.status === status && desiredStatusOf(one) === 'RUNNING').length;
  return {
    containerInstanceArn: arn,
    ec2InstanceId: instance.id,
    status: statusOf(instance),
    agentConnected: true,
    attributes: capabilitiesOf(group.template.find(instance.version)).attributes.map((name) => ({ name })),
    registeredAt,
    runningTasksCount: count('RUNNING'),
    pendingTasksCount: count('PENDING'),
  };
}

/** What ECS wants of a task, which one that was stopped has not become yet. */
export function desiredStatusOf({ isStopping = false, status }: SimulatedTask): 'RUNNING' | 'STOPPED' {
  return isStopping || status === 'STOPPED' ? 'STOPPED' : 'RUNNING';
}

/** A task of a container instance, as ECS shows it. */
export function describedTask(
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
    lastStatus: task.isStopping === true ? 'STOPPING' : status,
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

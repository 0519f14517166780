import { DELETION_TAG } from '../../../lib/contract/names/resources';
import type {
  ContainerHost,
  HostTask,
  ContainerHosts,
  FleetDeletion,
  FleetControl,
} from '../../../lib/core/ports/fleets';
import type { VirtualClock } from '../../clock/virtual-clock';
import { SIMULATED_ENVIRONMENT, type Environment } from '../cloudformation/environment';
import { digitsOf } from '../cloudformation/physical-names';
import type { Caller } from '../iam/role-policies';
import type { SimulatedInstance } from './ami-behaviour';
import { SimulatedGroup, type SimulatedGroupOptions } from './simulated-group';

const MINUTE = 60_000;

/** How long a task takes to start, and how often one that fails is tried anew. */
const START = 2 * MINUTE;
const RETRY = 5 * MINUTE;
const MOST_RETRIES = 6;

/**
 * The container instances of a simulated cluster, with a service that keeps one task on each. Stopped tasks are shown for an
 * hour.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
function simulatedHosts(
  group: SimulatedGroup,
  instanceIds: readonly string[],
  now: Date,
): readonly ContainerHost[] {
  return group.instances.flatMap((instance) => {
    const { id, registeredAt } = instance;
    if (registeredAt === undefined || !instanceIds.includes(id)) {
      return [];
    }
    return [
      {
        instanceId: id,
        registeredAt: new Date(registeredAt),
        status: instance.drainingSince === undefined ? 'ACTIVE' : 'DRAINING',
        tasks: tasksOf(group, instance, registeredAt, now.getTime()),
      },
    ];
  });
}

function tasksOf(
  group: SimulatedGroup,
  { amiId, id }: SimulatedInstance,
  registeredAt: number,
  now: number,
): readonly HostTask[] {
  const { tasks } = group.behaviourOf(amiId);
  if (tasks === 'none') {
    return [];
  }
  if (tasks === 'run') {
    const startedAt = registeredAt + START;
    const isRunning = now >= startedAt;
    return [
      {
        id: `${id}-1`,
        status: isRunning ? 'RUNNING' : 'PENDING',
        startedAt: isRunning ? new Date(startedAt) : null,
        stoppedAt: null,
        stopCode: null,
        reasons: [],
        exitCodes: [],
      },
    ];
  }
  const tries = Math.min(MOST_RETRIES, Math.floor((now - registeredAt) / RETRY));
  return Array.from({ length: tries }, (_, index) => ({
    id: `${id}-${index + 1}`,
    status: 'STOPPED',
    startedAt: null,
    stoppedAt: new Date(now - index * RETRY),
    stopCode: 'TaskFailedToStart',
    reasons: ['CannotStartContainerError: Error response from daemon: hcs::CreateComputeSystem 0xc0370106'],
    exitCodes: [],
  }));
}

/** What a template says of a fleet, and what is simulated of the rest. */
export interface SimulatedFleetOptions extends Omit<SimulatedGroupOptions, 'startedAt'> {
  readonly launchTemplateId: string;
  readonly cluster: string;
  readonly clock: VirtualClock;
  /** Absent: the simulated account and region. */
  readonly environment?: Environment;
}

/** A fleet: its group in Auto Scaling, its launch template in EC2, its container instances in ECS. */
export class SimulatedFleet {
  readonly group: SimulatedGroup;
  private before: readonly string[] = [];

  constructor(private readonly options: SimulatedFleetOptions) {
    this.group = new SimulatedGroup({ ...options, startedAt: options.clock.now() });
    this.beginReport();
  }

  /** Lets the report begin with what runs now. */
  beginReport(): void {
    this.before = this.settled().instances.map(({ amiId }) => amiId);
  }

  /** The instances with the AMI that ran in their place when the report began; those beyond the first ones had none. */
  get report(): readonly { readonly id: string; readonly before: string; readonly after: string }[] {
    const { amiId } = this.options;
    return this.settled().instances.map(({ id, amiId: after }, index) => ({
      id,
      before: this.before[index] ?? amiId,
      after,
    }));
  }

  /** The instances as they are now. */
  get instances(): readonly { readonly id: string; readonly amiId: string }[] {
    return this.settled().instances;
  }

  /** What keeps AMIs in use: instances, and the versions that new ones are started from. */
  get uses(): readonly (readonly [amiId: string, by: string])[] {
    const { groupName, launchTemplateId } = this.options;
    const group = this.settled();
    const newest = String(group.versions.size);
    return [
      ...group.instances.map(({ amiId, id }) => [amiId, `instance ${id}`] as const),
      [group.amiOf(newest), `launch template ${launchTemplateId} version ${newest}`],
      [group.amiOf('1'), `launch template ${launchTemplateId} version 1`],
      ...[group.version, ...group.instances.map(({ version }) => version)].map(
        (version) => [group.amiOf(version), `Auto Scaling group ${groupName}`] as const,
      ),
    ];
  }

  /** When something happens next by itself, or undefined. */
  get nextAt(): Date | undefined {
    return this.settled().nextAt;
  }

  /** What Auto Scaling has sent to EventBridge since the last call. */
  takeEvents(): ReturnType<SimulatedGroup['takeEvents']> {
    return this.settled().takeEvents();
  }

  /**
   * The group as a caller may handle it.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
   */
  control(caller: Caller): FleetControl {
    const { groupName, launchTemplateId, environment = SIMULATED_ENVIRONMENT } = this.options;
    const { account, region } = environment;
    const group = groupArnOf(groupName, environment);
    const template = `arn:aws:ec2:${region}:${account}:launch-template/${launchTemplateId}`;
    const requireAll = (...actions: readonly string[]) => {
      actions.forEach((action) => {
        caller.require(action, '*');
      });
    };
    const requireLaunch = () => {
      const instances = `arn:aws:ec2:${region}:${account}:instance/*`;
      caller.require('ec2:RunInstances', instances, { 'ec2:LaunchTemplate': template });
    };
    return {
      describeGroup: () => {
        requireAll(
          'autoscaling:DescribeAutoScalingGroups',
          'ec2:DescribeLaunchTemplateVersions',
          'ec2:DescribeInstances',
        );
        const settled = this.settled();
        const { instances, version } = settled;
        return Promise.resolve({
          launchTemplateVersion: version,
          amiId: settled.amiOf(version),
          desiredCapacity: instances.length,
          instances: instances.map(({ id, amiId }) => ({ id, amiId })),
        });
      },
      newestRefresh: () => {
        requireAll('autoscaling:DescribeInstanceRefreshes');
        return Promise.resolve(this.settled().refresh?.describe());
      },
      createLaunchTemplateVersion: (base, amiId) => {
        caller.require('ec2:CreateLaunchTemplateVersion', template);
        return Promise.resolve(this.settled().createVersion(base, amiId));
      },
      useLaunchTemplateVersion: (version) => {
        caller.require('autoscaling:UpdateAutoScalingGroup', group);
        requireLaunch();
        this.settled().useVersion(version);
        return Promise.resolve();
      },
      startRefresh: (request) => {
        caller.require('autoscaling:StartInstanceRefresh', group);
        requireLaunch();
        return Promise.resolve(this.settled().start(request));
      },
      cancelRefresh: (request) => {
        caller.require('autoscaling:CancelInstanceRefresh', group);
        this.settled().cancel(request?.waitsForInstances);
        return Promise.resolve();
      },
      rollBackRefresh: () => {
        caller.require('autoscaling:RollbackInstanceRefresh', group);
        this.settled().rollBack();
        return Promise.resolve();
      },
    };
  }

  /**
   * The cluster's container instances as a caller may see them.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
   */
  hosts(caller: Caller): ContainerHosts {
    const { cluster, environment = SIMULATED_ENVIRONMENT } = this.options;
    const { account, region } = environment;
    const ecs = `arn:aws:ecs:${region}:${account}`;
    const inCluster = { 'ecs:cluster': `${ecs}:cluster/${cluster}` };
    return {
      describe: (instanceIds) => {
        caller.require('ecs:ListContainerInstances', `${ecs}:cluster/${cluster}`);
        caller.require(
          'ecs:DescribeContainerInstances',
          `${ecs}:container-instance/${cluster}/id`,
          inCluster,
        );
        caller.require('ecs:ListTasks', `${ecs}:container-instance/${cluster}/id`, inCluster);
        caller.require('ecs:DescribeTasks', `${ecs}:task/${cluster}/id`, inCluster);
        return Promise.resolve(simulatedHosts(this.settled(), instanceIds, this.options.clock.now()));
      },
    };
  }

  /**
   * The group and container instances as a caller may delete them.
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
   * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
   */
  deletion(caller: Caller): FleetDeletion {
    const { cluster, environment = SIMULATED_ENVIRONMENT, groupName } = this.options;
    const { account, region } = environment;
    const ecs = `arn:aws:ecs:${region}:${account}`;
    const host = `${ecs}:container-instance/${cluster}/id`;
    const inCluster = { 'ecs:cluster': `${ecs}:cluster/${cluster}` };
    return {
      describeGroup: () => {
        caller.require('autoscaling:DescribeAutoScalingGroups', '*');
        const { instances, isBeingDeleted, isGone, tags } = this.settled();
        return Promise.resolve(
          isGone
            ? undefined
            : { deletedBy: tags[DELETION_TAG], isBeingDeleted, instances: instances.map(({ id }) => id) },
        );
      },
      cancelRefresh: () => this.control(caller).cancelRefresh({ waitsForInstances: false }),
      drain: (instanceIds) => {
        caller.require('ecs:ListContainerInstances', `${ecs}:cluster/${cluster}`);
        caller.require('ecs:DescribeContainerInstances', host, inCluster);
        caller.require('ecs:UpdateContainerInstancesState', host, inCluster);
        const group = this.settled();
        const hosts = group.instances.filter(
          ({ id, registeredAt }) => registeredAt !== undefined && instanceIds.includes(id),
        );
        hosts.forEach((one) => {
          group.drain(one);
        });
        return Promise.resolve(
          hosts.map((one) => ({
            instanceId: one.id,
            taskCount: group.tasksOn(one),
            tasks: () => {
              caller.require('ecs:ListTasks', host, inCluster);
              return Promise.resolve(group.tasksOn(one) === 0 ? [] : [`${ecs}:task/${cluster}/${one.id}-1`]);
            },
          })),
        );
      },
      forceDelete: () => {
        caller.require('autoscaling:DeleteAutoScalingGroup', groupArnOf(groupName, environment));
        this.settled().forceDelete();
        return Promise.resolve();
      },
      unterminatedInstances: () => {
        caller.require('ec2:DescribeInstances', '*');
        return Promise.resolve(this.settled().instances.map(({ id }) => id));
      },
    };
  }

  private settled(): SimulatedGroup {
    this.group.advanceTo(this.options.clock.now());
    return this.group;
  }
}

function groupArnOf(groupName: string, { account, region }: Environment): string {
  return `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${digitsOf(groupName, 8)}:autoScalingGroupName/${groupName}`;
}

import type { TimedProcess, VirtualClock } from '../../clock/virtual-clock';
import { SIMULATED_ENVIRONMENT, type Environment } from '../cloudformation/environment';
import { SimulatedLaunchTemplate } from './launch-template';
import type { SimulatedGroupOptions } from './group-options';
import { SimulatedGroup } from './simulated-group';
import type { AmiBehaviour, SimulatedInstance } from './ami-behaviour';

/** What a template says of a fleet, and what is simulated of the rest. */
export interface SimulatedFleetOptions extends Omit<
  SimulatedGroupOptions,
  'startedAt' | 'template' | 'version'
> {
  readonly cluster: string;
  readonly clock: VirtualClock;
  /** The launch template, whose newest version the group starts from. */
  readonly template: SimulatedLaunchTemplate;
  /** Absent: the simulated account and region. */
  readonly environment?: Environment;
}

/** A launch template whose first version has an AMI. */
export function templateWith(id: string, amiId: string, now: Date): SimulatedLaunchTemplate {
  const template = new SimulatedLaunchTemplate({ id });
  template.add({ amiId }, now);
  return template;
}

/** A fleet in time: its group in Auto Scaling with its launch template in EC2, and its cluster in ECS. */
export class SimulatedFleet implements TimedProcess {
  readonly cluster: string;
  readonly environment: Environment;
  private readonly own: SimulatedGroup;
  private readonly clock: VirtualClock;
  private before: readonly string[] = [];

  constructor({ clock, cluster, environment = SIMULATED_ENVIRONMENT, ...options }: SimulatedFleetOptions) {
    const version = String(options.template.versions.length);
    this.clock = clock;
    this.cluster = cluster;
    this.environment = environment;
    this.own = new SimulatedGroup({ ...options, version, startedAt: clock.now() });
    this.beginReport();
  }

  /** The group as it is now. */
  get group(): SimulatedGroup {
    this.own.advanceTo(this.clock.now());
    return this.own;
  }

  /** The instant of its clock. */
  get now(): Date {
    return this.clock.now();
  }

  /** Lets the report begin with what runs now. */
  beginReport(): void {
    this.before = this.instances.map(({ amiId }) => amiId);
  }

  /** The instances with the AMI that ran in their place when the report began; those beyond the first ones had none. */
  get report(): readonly { readonly id: string; readonly before: string; readonly after: string }[] {
    const first = this.own.firstAmi;
    return this.instances.map(({ id, amiId: after }, index) => ({
      id,
      before: this.before[index] ?? first,
      after,
    }));
  }

  /** The instances as they are now. */
  get instances(): SimulatedGroup['instances'] {
    return this.group.instances;
  }

  /** When something happens next by itself, or undefined. */
  get nextAt(): Date | undefined {
    return this.group.nextAt;
  }

  advanceTo(now: Date): void {
    this.own.advanceTo(now);
  }
}

const MINUTE = 60_000;

/** How long a task takes to start, and how often one that fails is tried anew. */
const START = 2 * MINUTE;

/** How long of that its images are pulled: what the AMI has not is little. */
const PULL = 10_000;
const RETRY = 5 * MINUTE;
const MOST_RETRIES = 6;

function startOf({ slowerBySeconds = 0 }: AmiBehaviour): number {
  return START + slowerBySeconds * 1000;
}

/** A task on a container instance, as a service places it. */
export interface SimulatedTask {
  readonly id: string;
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED';
  readonly createdAt: Date;
  readonly pullStartedAt?: Date;
  readonly pullStoppedAt?: Date;
  /** It was told to stop; it runs on until its containers have ended. */
  readonly isStopping?: boolean;
  readonly startedAt?: Date;
  readonly stoppedAt?: Date;
  readonly stopCode?: 'TaskFailedToStart';
  /** What its container ended with. */
  readonly reason?: string;
}

/**
 * The tasks of a service that keeps one on each container instance. Stopped ones are shown for an hour.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
export function tasksOn(
  group: SimulatedGroup,
  instance: SimulatedInstance,
  now: Date,
): readonly SimulatedTask[] {
  const { id, registeredAt } = instance;
  const behaviour = group.behaviourOf(instance);
  const { tasks } = behaviour;
  if (registeredAt === undefined || !group.isServed(instance) || tasks === 'none') {
    return [];
  }
  if (tasks === 'run') {
    const startedAt = registeredAt + startOf(behaviour);
    const placed = { id: `${id}-1`, createdAt: new Date(registeredAt) };
    const pull = {
      pullStartedAt: new Date(startedAt - PULL - MINUTE),
      pullStoppedAt: new Date(startedAt - MINUTE),
    };
    const isRunning = now.getTime() >= startedAt;
    const isStopping = group.isStoppingTasks(instance);
    return group.hasDrained(instance)
      ? []
      : [
          isRunning
            ? { ...placed, ...pull, status: 'RUNNING', isStopping, startedAt: new Date(startedAt) }
            : { ...placed, status: 'PENDING', isStopping },
        ];
  }
  const tries = Math.min(MOST_RETRIES, Math.floor((now.getTime() - registeredAt) / RETRY));
  return Array.from({ length: tries }, (_, index) => ({
    id: `${id}-${index + 1}`,
    status: 'STOPPED',
    createdAt: new Date(now.getTime() - index * RETRY - START),
    stoppedAt: new Date(now.getTime() - index * RETRY),
    stopCode: 'TaskFailedToStart',
    reason: 'CannotStartContainerError: Error response from daemon: hcs::CreateComputeSystem 0xc0370106',
  }));
}

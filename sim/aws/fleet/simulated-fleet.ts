import type { TimedProcess, VirtualClock } from '../../clock/virtual-clock';
import { SIMULATED_ENVIRONMENT, type Environment } from '../cloudformation/environment';
import { SimulatedLaunchTemplate } from './launch-template';
import { SimulatedGroup, type SimulatedGroupOptions } from './simulated-group';

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

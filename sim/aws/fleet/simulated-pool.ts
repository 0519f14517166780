import type { SimulatedInstance } from './ami-behaviour';

const MINUTE = 60_000;

/** How long Auto Scaling takes to see to an instance that was found unhealthy; "within a few minutes", says the page. */
const HEALTH = 2 * MINUTE;

/** How large the pool of a group is, as a template says it. */
export interface WarmPoolSize {
  readonly minSize?: number;
  /** The group's maximum unless said. */
  readonly maxGroupPreparedCapacity?: number;
}

/** An instance of a pool: `Warmed:Pending:Wait` until its launch hook was completed, then `Warmed:Stopped`. */
export interface WarmInstance {
  readonly instance: SimulatedInstance;
  isStopped: boolean;
  isUnhealthy: boolean;
}

/** The group that a pool belongs to. */
interface PoolOfGroup {
  readonly desiredCapacity: number;
  readonly bootMilliseconds: number;
  /** The version that Auto Scaling starts instances from now. */
  readonly versionOfLaunches: string;
  make(version: string, now: number): SimulatedInstance;
  /** Whether the hook of its launch would be completed. */
  boots(instance: SimulatedInstance): boolean;
  later(at: number, work: () => void): void;
}

/**
 * A warm pool of stopped instances. Scale-out takes its instances whatever version they are of, and it is filled anew with what
 * the group starts then. That an unhealthy instance is not taken, and that the pool of a refresh is filled with what that brings, is
 * assumed.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html
 */
export class SimulatedPool {
  constructor(
    private readonly group: PoolOfGroup,
    readonly size: WarmPoolSize,
    private readonly maxSize: number,
    public members: WarmInstance[] = [],
  ) {}

  /** Fills the pool, or takes away what is too much. */
  fill(now: number): void {
    const { maxGroupPreparedCapacity = this.maxSize, minSize = 0 } = this.size;
    const wanted = Math.max(minSize, maxGroupPreparedCapacity - this.group.desiredCapacity);
    this.members.splice(wanted);
    while (this.members.length < wanted) {
      const instance = this.group.make(this.group.versionOfLaunches, now);
      const member: WarmInstance = { instance, isStopped: false, isUnhealthy: false };
      this.members.push(member);
      const arrival = now + this.group.bootMilliseconds;
      this.group.later(arrival, () => {
        this.arrive(member, arrival);
      });
    }
  }

  /** Takes an instance out for the group, or none where none is ready. */
  take(): SimulatedInstance | undefined {
    const found = this.members.find(({ isStopped, isUnhealthy }) => isStopped && !isUnhealthy);
    this.members = this.members.filter((one) => one !== found);
    return found?.instance;
  }

  /** Health counts only once the launch hook was completed: before that nothing comes of it. */
  markUnhealthy(member: WarmInstance, now: number): void {
    if (member.isStopped && !member.isUnhealthy) {
      member.isUnhealthy = true;
      this.group.later(now + HEALTH, () => {
        this.remove(member, now + HEALTH);
      });
    }
  }

  /** Replaces what is not of a version; whether nothing is left to wait for. */
  renew(version: string, now: number): boolean {
    for (const member of this.members.filter(({ instance }) => instance.version !== version)) {
      this.remove(member, now);
    }
    return this.members.every(({ isStopped }) => isStopped);
  }

  private arrive(member: WarmInstance, now: number): void {
    if (this.group.boots(member.instance)) {
      member.isStopped = true;
    } else {
      this.remove(member, now);
    }
  }

  private remove(member: WarmInstance, now: number): void {
    if (this.members.includes(member)) {
      this.members = this.members.filter((one) => one !== member);
      this.fill(now);
    }
  }
}

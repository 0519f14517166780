import type { InstanceRefresh, RefreshRequest } from '../../../lib/core/ports/fleets';
import type { SimulatedInstance } from './ami-behaviour';
import type { SimulatedPool } from './simulated-pool';

const MINUTE = 60_000;

/**
 * A refresh, or its rollback, that cannot go on is tried for an hour.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
 */
const RETRIES = 60 * MINUTE;

/** How long it takes until a refresh begins. */
const PENDING = MINUTE;

/** How long a refresh is `Cancelling` that waits for no instance; an assumption. */
const CANCELLING = 1000;

/** The group as a refresh works on it. */
export interface RefreshedGroup {
  readonly instances: readonly SimulatedInstance[];
  /** The launch template version of the group itself. */
  version: string;
  readonly bootMilliseconds: number;
  readonly desiredCapacity: number;
  readonly pool: SimulatedPool | undefined;
  /** Whether a replacement can be launched before the instance in whose place it comes has gone. */
  readonly hasRoom: boolean;
  launch(version: string, now: number): SimulatedInstance;
  /** An instance has booted; false where its launch hook abandons it. */
  arrive(instance: SimulatedInstance, now: number): boolean;
  terminate(instance: SimulatedInstance): void;
  drainMilliseconds(instance: SimulatedInstance): number;
  /** Lets something happen later, whatever becomes of the refresh. */
  later(at: number, work: () => void): void;
  /** EventBridge gets an event. */
  emit(kind: RefreshEvent, refresh: SimulatedRefresh, now: number): void;
}

/**
 * What Auto Scaling sends to EventBridge, after `EC2 Auto Scaling Instance Refresh `.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-autoscaling.html
 */
export type RefreshEvent =
  | 'Started'
  | 'Succeeded'
  | 'Failed'
  | 'Cancelled'
  | 'Checkpoint Reached'
  | 'Rollback Started'
  | 'Rollback Succeeded'
  | 'Rollback Failed';

const END_EVENTS: Readonly<Record<string, RefreshEvent>> = {
  Successful: 'Succeeded',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
  RollbackSuccessful: 'Rollback Succeeded',
  RollbackFailed: 'Rollback Failed',
};

/** The replacement of some instances at once: their successors boot, then they drain. */
interface Replacement {
  readonly pairs: readonly { readonly old: SimulatedInstance; readonly successor: SimulatedInstance }[];
  readonly stage: 'booting' | 'draining';
  /** When the successors have booted. */
  readonly until: number;
  /** Those whose tasks were stopped. */
  readonly drained: Set<SimulatedInstance>;
}

/**
 * An instance refresh: as many instances at once as it may have beyond the desired capacity, launched before the old ones are terminated, matching ones skipped, a
 * pause at its checkpoint, a bake time at its end; a warm pool last of all, where it goes through to its end. After the last checkpoint it replaces no more; that it has succeeded then, and
 * that it pauses there before, is assumed.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh-skip-matching.html
 */
export class SimulatedRefresh {
  status = 'Pending';
  private reason = '';
  private endedAt: number | undefined;
  private work: Replacement | undefined;
  /** When something happens next; undefined once it has ended. */
  private due: number | undefined;
  private isPaused = false;
  /** The checkpoints up to here have been reached or skipped. */
  private passed = 0;
  private failingSince: number | undefined;

  constructor(
    readonly id: string,
    readonly request: RefreshRequest,
    private readonly group: RefreshedGroup,
    private readonly startedAt: number,
  ) {
    this.due = startedAt + PENDING;
  }

  get isUnderWay(): boolean {
    return this.endedAt === undefined;
  }

  /** Forward, so that scale-out takes its version; a rollback takes the group's. */
  get isForward(): boolean {
    return ['Pending', 'InProgress', 'Baking', 'Cancelling'].includes(this.status) && this.isUnderWay;
  }

  get nextAt(): number | undefined {
    return this.due;
  }

  describe(): InstanceRefresh {
    return {
      id: this.id,
      status: this.status,
      reason: this.reason,
      percentage: this.percentage,
      version: this.request.version,
      startedAt: new Date(this.startedAt),
      endedAt: this.endedAt === undefined ? null : new Date(this.endedAt),
    };
  }

  /** What happens at its next instant. */
  step(now: number): void {
    switch (this.status) {
      case 'Pending':
        this.status = 'InProgress';
        this.due = now;
        this.group.emit('Started', this, now);
        return;
      case 'Baking':
        this.succeed(now);
        return;
      default:
        this.replace(now);
    }
  }

  /**
   * Waits for the launch or termination under way, unless told not to: then that goes on by itself, and the refresh ends.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
   */
  cancel(now: number, waitsForInstances = true): void {
    this.status = 'Cancelling';
    this.reason = 'Cancelled by a call.';
    if (!waitsForInstances) {
      this.leaveWork();
      this.due = now + CANCELLING;
    } else if (this.work === undefined) {
      this.end('Cancelled', now);
    }
  }

  /** An instance has no tasks any more. */
  drained(instance: SimulatedInstance, now: number): void {
    const { work } = this;
    if (work?.stage === 'draining') {
      work.drained.add(instance);
      this.due = work.pairs.every(({ old }) => work.drained.has(old)) ? now : this.due;
    }
  }

  /** @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html */
  rollBack(now: number, reason: string): void {
    this.status = 'RollbackInProgress';
    this.reason = reason;
    this.group.emit('Rollback Started', this, now);
    this.failingSince = undefined;
    this.due = this.work === undefined ? now : this.due;
  }

  /** An alarm or an error: back where that is asked for, else it ends where it is. */
  fail(now: number, reason: string): void {
    if (this.request.autoRollback && this.status !== 'RollbackInProgress') {
      this.rollBack(now, reason);
      return;
    }
    this.abandonWork();
    this.reason = reason;
    this.end(this.status === 'RollbackInProgress' ? 'RollbackFailed' : 'Failed', now);
  }

  /** How much of the pool is new; undefined where there is none. */
  get poolPercentage(): number | undefined {
    const { members } = this.group.pool ?? {};
    const fresh = members?.filter(({ instance }) => instance.version === this.request.version).length ?? 0;
    return members === undefined || members.length === 0
      ? undefined
      : Math.floor((100 * fresh) / members.length);
  }

  private get percentage(): number {
    const { instances } = this.group;
    const isNew = (one: SimulatedInstance) =>
      one.version === this.request.version && one.inServiceAt !== undefined;
    const settled = instances.filter((one) => one.inServiceAt !== undefined);
    return settled.length === 0
      ? 100
      : Math.min(100, Math.floor((100 * instances.filter(isNew).length) / settled.length));
  }

  private replace(now: number): void {
    if (this.work?.stage === 'booting') {
      this.arrive(this.work, now);
      return;
    }
    this.work?.pairs.forEach(({ old }) => {
      this.group.terminate(old);
    });
    this.work = undefined;
    if (this.status === 'Cancelling') {
      this.end('Cancelled', now);
      return;
    }
    if (this.status === 'InProgress' && this.pauses(now)) {
      return;
    }
    this.replaceNext(now);
  }

  private pauses(now: number): boolean {
    const { checkpoint } = this.request;
    if (this.isPaused) {
      this.isPaused = false;
      const isLast = this.passed === checkpoint?.percentages.at(-1);
      if (isLast) {
        this.finish(now, false);
      }
      return isLast;
    }
    const { percentage } = this;
    const reached = checkpoint?.percentages.filter((one) => one > this.passed && one <= percentage) ?? [];
    if (checkpoint === null || reached.length === 0 || percentage >= 100) {
      return false;
    }
    this.passed = Math.max(...reached);
    this.isPaused = true;
    this.due = now + checkpoint.seconds * 1000;
    this.group.emit('Checkpoint Reached', this, now);
    return true;
  }

  private replaceNext(now: number): void {
    const isBack = this.status === 'RollbackInProgress';
    const version = isBack ? this.group.version : this.request.version;
    const left = this.group.instances.filter(
      (one) =>
        !one.isTerminating && one.version !== version && (!isBack || one.version === this.request.version),
    );
    if (left.length === 0 && !isBack && this.group.pool?.renew(version, now) === false) {
      this.tryAgain(now, now + this.group.bootMilliseconds, 'Instances of the warm pool are not ready.');
      return;
    }
    if (left.length === 0) {
      this.finish(now, isBack);
      return;
    }
    this.launch(left.slice(0, isBack ? this.mostAtOnce : this.mostUntilCheckpoint), version, now);
  }

  private launch(left: readonly SimulatedInstance[], version: string, now: number): void {
    const pairs = left.flatMap((old) =>
      this.group.hasRoom ? { old, successor: this.group.launch(version, now) } : [],
    );
    if (pairs.length === 0) {
      this.tryAgain(now, now + MINUTE, 'The group has as many instances as it may have.');
      return;
    }
    const until = now + this.group.bootMilliseconds;
    this.work = { pairs, stage: 'booting', until, drained: new Set() };
    this.due = until;
  }

  /** What the group may have beyond its desired capacity, rounded down, and one at least; the rounding is assumed. */
  private get mostAtOnce(): number {
    const { desiredCapacity } = this.group;
    return Math.max(1, Math.floor((desiredCapacity * (this.request.maxHealthyPercentage - 100)) / 100));
  }

  /** No more than reach the next checkpoint. */
  private get mostUntilCheckpoint(): number {
    const { instances } = this.group;
    const next = this.request.checkpoint?.percentages.find((one) => one > this.passed);
    const fresh = instances.filter(({ version }) => version === this.request.version).length;
    return next === undefined
      ? this.mostAtOnce
      : Math.min(this.mostAtOnce, Math.max(1, Math.ceil((instances.length * next) / 100) - fresh));
  }

  private arrive(work: Replacement, now: number): void {
    const arrived = work.pairs.filter(({ successor }) => this.group.arrive(successor, now));
    work.pairs
      .filter((pair) => !arrived.includes(pair))
      .forEach(({ successor }) => {
        this.group.terminate(successor);
      });
    if (arrived.length === 0) {
      this.work = undefined;
      this.tryAgain(now, now, 'Instances did not complete their launch lifecycle hook.');
      return;
    }
    this.failingSince = undefined;
    this.work = { ...work, pairs: arrived, stage: 'draining' };
    arrived.forEach(({ old }) => {
      old.isTerminating = true;
    });
    this.due = now + Math.max(...arrived.map(({ old }) => this.group.drainMilliseconds(old)));
  }

  /** A launch that did not come off is tried for an hour. */
  private tryAgain(now: number, next: number, reason: string): void {
    this.failingSince ??= now;
    if (this.status === 'Cancelling') {
      this.end('Cancelled', now);
    } else if (now - this.failingSince >= RETRIES) {
      this.fail(now, reason);
    } else {
      this.due = next;
    }
  }

  private finish(now: number, isBack: boolean): void {
    if (isBack) {
      this.end('RollbackSuccessful', now);
    } else if (this.request.bakeSeconds > 0) {
      this.status = 'Baking';
      this.due = now + this.request.bakeSeconds * 1000;
    } else {
      this.succeed(now);
    }
  }

  /** The group takes the configuration of a refresh when it has succeeded, not before. */
  private succeed(now: number): void {
    this.group.version = this.request.version;
    this.end('Successful', now);
  }

  private abandonWork(): void {
    if (this.work?.stage === 'booting') {
      this.work.pairs.forEach(({ successor }) => {
        this.group.terminate(successor);
      });
    }
    this.work = undefined;
  }

  /** What is under way goes on without the refresh: the successor boots, or the old instance drains and ends. */
  private leaveWork(): void {
    const { group, work } = this;
    this.work = undefined;
    const drained = this.due;
    work?.pairs.forEach(({ old, successor }) => {
      if (work.stage === 'draining') {
        group.later(drained ?? work.until, () => {
          group.terminate(old);
        });
        return;
      }
      group.later(work.until, () => {
        if (!group.arrive(successor, work.until)) {
          group.terminate(successor);
        }
      });
    });
  }

  private end(status: string, now: number): void {
    const event = END_EVENTS[status];
    if (event !== undefined) {
      this.group.emit(event, this, now);
    }
    this.status = status;
    this.endedAt = now;
    this.due = undefined;
  }
}

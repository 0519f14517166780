import type { RefreshRequest } from '../../../lib/core/ports/fleets';
import { unmodelled } from '../cloudformation/environment';
import { digitsOf } from '../cloudformation/physical-names';
import type { SimulatedGroupOptions } from './group-options';
import { ServiceNeeds } from './host-capabilities';
import type { SimulatedLaunchTemplate } from './launch-template';
import { GOOD_AMI, type AmiBehaviour, type SimulatedInstance } from './ami-behaviour';
import { SimulatedPool, type WarmPoolSize } from './simulated-pool';
import { SimulatedRefresh, type RefreshedGroup, type RefreshEvent } from './simulated-refresh';

const MINUTE = 60_000;

/** What instances of a version of the launch template do. */
type VersionBehaviour = (started: {
  readonly template: SimulatedLaunchTemplate;
  readonly version: string;
}) => AmiBehaviour | undefined;

/** Figures of the field, not measured. */
const BOOT = 8 * MINUTE;
/** Windows starts sooner the second time, as an instance leaves a warm pool. */
const BOOT_AGAIN = MINUTE;

/** For how long the instances that a group begins with have run. */
const RUN = 24 * 60 * MINUTE;
const SHUTDOWN = 3 * MINUTE;

/** How long the hook of managed draining holds an instance that ECS does not answer for. */
const UNANSWERED_HOOK = 60 * MINUTE;

/**
 * An Auto Scaling group with its launch template and its refreshes, in time. Capacity, zones and health checks other than the
 * launch are not modelled.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export class SimulatedGroup implements RefreshedGroup {
  readonly name: string;
  readonly template: SimulatedLaunchTemplate;
  readonly bootMilliseconds = BOOT;
  /** Its warm pool; undefined where it has none. */
  pool: SimulatedPool | undefined;
  /** How long the tasks of an instance take to stop by themselves. */
  drainSeconds: number;
  /** How long those take that were told to stop. */
  stopSeconds: number;
  instances: SimulatedInstance[] = [];
  version: string;
  /** How many instances the group shall have; a refresh has some beyond it for a while. */
  desiredCapacity = 0;
  tags: Readonly<Record<string, string>>;
  isBeingDeleted = false;
  isGone = false;
  /** When the last service was deleted that placed tasks here; what registers later gets none. */
  private servedUntil = Infinity;
  /** What the tasks of services need of hosts. */
  readonly needs = new ServiceNeeds();
  /** The instances that were terminated by force while a task had not ended. */
  readonly cutOff: string[] = [];
  private behaviours: (amiId: string) => AmiBehaviour;
  private byVersion: VersionBehaviour = () => undefined;
  /** Its refreshes, oldest first. */
  readonly refreshes: SimulatedRefresh[] = [];
  private readonly alarms: NonNullable<SimulatedGroupOptions['alarms']>[number][];
  private readonly launches: { readonly amiId: string; readonly at: number }[] = [];
  /** What happens by itself, whatever becomes of the refresh that began it. */
  private pending: { readonly at: number; readonly work: () => void }[] = [];
  private time: number;

  constructor(readonly options: SimulatedGroupOptions) {
    const { groupName, instanceCount, startedAt, tags = {}, template, version } = options;
    this.name = groupName;
    this.template = template;
    this.version = version;
    this.tags = tags;
    this.behaviours = options.behaviourOf ?? (() => GOOD_AMI);
    this.alarms = [...(options.alarms ?? [])];
    this.drainSeconds = options.drainSeconds ?? 2 * 60;
    this.stopSeconds = options.stopSeconds ?? 30;
    this.time = startedAt.getTime() - RUN;
    this.scaleTo(instanceCount);
    this.time = startedAt.getTime();
    if (options.warmPool !== undefined) {
      this.putPool(options.warmPool);
    }
  }

  /** Gives it a warm pool, or another size. */
  putPool(size: WarmPoolSize): void {
    const { instanceCount, maxSize = instanceCount } = this.options;
    const { members = [] } = this.pool ?? {};
    this.pool = new SimulatedPool(this, size, maxSize, members);
    this.pool.fill(this.time);
  }

  /** Takes its warm pool away, whose instances are terminated. */
  deletePool(): void {
    this.pool = undefined;
  }

  /** The newest refresh. */
  get refresh(): SimulatedRefresh | undefined {
    return this.refreshes.at(-1);
  }

  /** When something happens next by itself, or undefined. */
  get nextAt(): Date | undefined {
    const at = this.nextEvent();
    return at === undefined ? undefined : new Date(at);
  }

  /** Lets time pass. */
  advanceTo(now: Date): void {
    const end = now.getTime();
    for (let at = this.nextEvent(); at !== undefined && at <= end; at = this.nextEvent()) {
      this.time = Math.max(this.time, at);
      this.happen();
    }
    this.time = Math.max(this.time, end);
  }

  /** Starts a refresh to a version, and gives its id. */
  start(request: RefreshRequest): string {
    this.amiOf(request.version);
    const id = digitsOf(`${this.options.groupName} ${this.refreshes.length}`, 32);
    this.refreshes.push(new SimulatedRefresh(id, request, this, this.time));
    return id;
  }

  /** The refresh that can be stopped or turned back, or undefined. */
  get active(): SimulatedRefresh | undefined {
    const { refresh } = this;
    return refresh?.isUnderWay === true && refresh.status !== 'Cancelling' ? refresh : undefined;
  }

  cancel(waitsForInstances?: boolean): void {
    this.active?.cancel(this.time, waitsForInstances);
  }

  later(at: number, work: () => void): void {
    this.pending.push({ at, work });
  }

  emit(kind: RefreshEvent, { id }: SimulatedRefresh, now: number): void {
    this.options.onEvent?.({ kind, refreshId: id, at: new Date(now) });
  }

  rollBack(): void {
    this.active?.rollBack(this.time, 'Rolled back by a call.');
  }

  /**
   * Scales to nothing and deletes the group, as CloudFormation does. Throws where an instance is protected; gives how long the
   * others take, which the hook of managed draining holds, and nobody answers any more, for an hour.
   * @see https://github.com/aws/aws-cdk/issues/18179
   */
  deleteEmpty(): number {
    if (this.options.protectsInstances === true && this.instances.length > 0) {
      throw new Error(
        'Could not scale to desired capacity because all remaining instances are protected from scale-in.',
      );
    }
    const held = this.instances.length === 0 ? 0 : UNANSWERED_HOOK;
    this.instances = [];
    this.pool = undefined;
    this.isGone = true;
    return held / 1000;
  }

  /**
   * Terminates the instances, protected ones too, and deletes the group; Windows takes minutes to shut down.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
   */
  forceDelete(): void {
    this.isBeingDeleted = true;
    this.cutOff.push(...this.instances.filter((one) => this.hasTasks(one)).map(({ id }) => id));
    this.pending = [];
    const end = this.time + SHUTDOWN;
    this.later(end - MINUTE, () => {
      this.isGone = true;
    });
    this.later(end, () => {
      this.instances = [];
      this.pool = undefined;
    });
  }

  /** Whether the tasks of services have left an instance that drains. */
  hasDrained(instance: SimulatedInstance): boolean {
    const { drainingSince = Infinity, tasksEndAt = Infinity } = instance;
    return this.time >= Math.min(tasksEndAt, drainingSince + this.drainMilliseconds(instance));
  }

  /**
   * Whether the tasks of an instance have been told to stop: by a call, or for the last of the time that its drain takes.
   * @see https://github.com/aws/aws-cdk/pull/13559
   */
  isStoppingTasks({ drainingSince, tasksEndAt, ...instance }: SimulatedInstance): boolean {
    const drained = (drainingSince ?? Infinity) + this.drainMilliseconds(instance);
    return tasksEndAt !== undefined || this.time >= drained - this.stopSeconds * 1000;
  }

  /** Lets ECS drain an instance from now on. */
  drain(instance: SimulatedInstance): void {
    instance.drainingSince ??= this.time;
  }

  /** The services that place tasks on its instances are deleted. */
  endServices(): void {
    this.servedUntil = this.time;
    this.instances.forEach((one) => {
      this.stopTasksOn(one);
    });
  }

  /** An alarm that its refreshes watch begins to ring. */
  ring(alarm: NonNullable<SimulatedGroupOptions['alarms']>[number]): void {
    this.alarms.push(alarm);
  }

  /** Whether services place a task on an instance once it has registered. */
  isServed({ registeredAt, version }: Pick<SimulatedInstance, 'registeredAt' | 'version'>): boolean {
    const isInTime = registeredAt !== undefined && registeredAt <= this.servedUntil;
    return isInTime && this.needs.areMetBy(this.template.find(version));
  }

  /** Stops the tasks on an instance; once they have ended a refresh which waits for them goes on. */
  stopTasksOn(instance: SimulatedInstance): void {
    if (instance.tasksEndAt === undefined) {
      const end = this.time + this.stopSeconds * 1000;
      instance.tasksEndAt = end;
      this.later(end, () => {
        this.refresh?.drained(instance, end);
      });
    }
  }

  /** Whether a replacement can be launched before the instance in whose place it comes has gone. */
  get hasRoom(): boolean {
    const { hasCapacity = () => true, maxSize = Infinity, replacesBeyondMaximum = true } = this.options;
    return hasCapacity() && (replacesBeyondMaximum || this.instances.length < maxSize);
  }

  /** It takes what stands by in the pool first, and never goes beyond the maximum. */
  scaleTo(wanted: number): void {
    const { hasCapacity = () => true, maxSize = wanted } = this.options;
    this.desiredCapacity = Math.min(wanted, maxSize);
    // What a refresh has launched beyond the maximum is not taken away for it.
    const count = wanted <= maxSize ? wanted : Math.max(maxSize, this.instances.length);
    while (this.instances.length > count) {
      this.instances.pop();
    }
    while (this.instances.length < count && hasCapacity()) {
      // What scaling starts is there at once, so that its start lies before.
      const warm = this.pool?.take();
      const instance = warm ?? this.make(this.versionOfLaunches, this.time, BOOT);
      instance.startedAt = warm === undefined ? instance.startedAt : this.time - BOOT_AGAIN;
      this.instances.push(instance);
      if (!this.arrive(instance, this.time)) {
        this.terminate(instance);
        return;
      }
    }
    this.pool?.fill(this.time);
  }

  /** Scale-out during a refresh takes its version, but for what stands by in the pool. */
  get versionOfLaunches(): string {
    const { refresh } = this;
    return refresh?.isForward === true ? refresh.request.version : this.version;
  }

  launch(version: string, now: number): SimulatedInstance {
    const instance = this.make(version, now);
    this.instances.push(instance);
    return instance;
  }

  /** Starts an instance that is not in the group yet. */
  make(version: string, now: number, before = 0): SimulatedInstance {
    const amiId = this.amiOf(version);
    this.launches.push({ amiId, at: now });
    const id = `i-${digitsOf(`${this.options.groupName} ${this.launches.length}`, 17)}`;
    return {
      id,
      amiId,
      version,
      launchedAt: now - before,
      startedAt: now - before,
      inServiceAt: undefined,
      registeredAt: undefined,
      isTerminating: false,
      drainingSince: undefined,
      tasksEndAt: undefined,
    };
  }

  boots(instance: SimulatedInstance): boolean {
    return this.behaviourOf(instance).host !== 'hangs';
  }

  /** Lets instances of AMIs behave otherwise from now on. */
  behave(behaviours: (amiId: string) => AmiBehaviour): void {
    this.behaviours = behaviours;
  }

  /** Lets instances behave by their launch template from now on; undefined: as their AMI does. */
  behaveByVersion(byVersion: VersionBehaviour): void {
    this.byVersion = byVersion;
  }

  /** How many refreshes were started at or after an instant. */
  refreshesSince(instant: Date): number {
    return this.refreshes.filter((one) => one.describe().startedAt >= instant).length;
  }

  /** When instances of an AMI were started, in milliseconds since 1970. */
  launchesOf(amiId: string): readonly number[] {
    return this.launches.filter((one) => one.amiId === amiId).map(({ at }) => at);
  }

  /** An instance has booted; false where its launch hook abandons it. */
  arrive(instance: SimulatedInstance, now: number): boolean {
    if (!this.boots(instance)) {
      return false;
    }
    instance.inServiceAt = now;
    instance.registeredAt = this.behaviourOf(instance).host === 'registers' ? now : undefined;
    return true;
  }

  terminate(instance: SimulatedInstance): void {
    this.instances = this.instances.filter((one) => one !== instance);
  }

  drainMilliseconds(instance: Pick<SimulatedInstance, 'amiId' | 'registeredAt' | 'version'>): number {
    const hasTasks = this.isServed(instance) && this.behaviourOf(instance).tasks === 'run';
    return hasTasks ? this.drainSeconds * 1000 : 0;
  }

  private hasTasks(instance: SimulatedInstance): boolean {
    return this.drainMilliseconds(instance) > 0 && !this.hasDrained(instance);
  }

  /** What an instance does, by its AMI unless its launch template says otherwise. */
  behaviourOf({ amiId, version }: Pick<SimulatedInstance, 'amiId' | 'version'>): AmiBehaviour {
    return this.byVersion({ template: this.template, version }) ?? this.behaviours(amiId);
  }

  /** The AMI of a version, from which instances can be started. */
  amiOf(version: string): string {
    const amiId = this.template.find(version)?.amiId;
    if (amiId === undefined) {
      throw unmodelled(`the launch template version ${version}, which nothing made, or which has no AMI`);
    }
    return amiId;
  }

  /** The AMI that the group began with. */
  get firstAmi(): string {
    return this.amiOf(this.options.version);
  }

  private nextEvent(): number | undefined {
    const { refresh } = this;
    const next = [
      ...this.pending.map(({ at }) => at),
      ...(refresh?.nextAt === undefined ? [] : [refresh.nextAt, this.nextAlarm() ?? refresh.nextAt]),
    ];
    return next.length === 0 ? undefined : Math.min(...next);
  }

  /** When an alarm that the refresh watches rings, from now on. */
  private nextAlarm(): number | undefined {
    const { refresh } = this;
    if (refresh?.isForward !== true || refresh.request.alarms.length === 0) {
      return undefined;
    }
    const rings = this.alarms
      .filter(({ at, seconds }) => at.getTime() + seconds * 1000 > this.time)
      .map(({ at }) => Math.max(at.getTime(), this.time));
    return rings.length === 0 ? undefined : Math.min(...rings);
  }

  private happen(): void {
    const ready = this.pending.find(({ at }) => at <= this.time);
    if (ready !== undefined) {
      this.pending = this.pending.filter((one) => one !== ready);
      ready.work();
      return;
    }
    const alarm = this.nextAlarm();
    if (alarm !== undefined && alarm <= this.time && this.refresh?.status !== 'Cancelling') {
      this.refresh?.fail(this.time, 'A CloudWatch alarm is in ALARM.');
      return;
    }
    this.refresh?.step(this.time);
  }
}

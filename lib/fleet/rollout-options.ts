import { Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../contract/values/rollout-policy';
import { checkNumber, refuse, checkHours } from '../internal/validate';
import { weeklyWindows, type WeeklyWindow } from '../internal/weekly-window';

/**
 * How a fleet takes a publication: a canary first, which is watched, then the rest. What is bad is always rolled back. One
 * that is equal in OS version and mode is used for new instances and replaces none.
 */
export interface RolloutOptions {
  /**
   * The first part of the instances that is replaced, in percent; at least one. With 100 all are, and then watched.
   *
   * @default 10
   */
  readonly canaryPercentage?: number;

  /**
   * How long a task has to run on the canary before the rest follows.
   *
   * @default Duration.minutes(30)
   */
  readonly watch?: Duration;

  /**
   * How long the fleet waits after its channel has moved.
   *
   * @default Duration.hours(0)
   */
  readonly delay?: Duration;

  /**
   * How long a refresh may stand still, because tasks do not stop, before people are notified.
   *
   * @default Duration.hours(4)
   */
  readonly drainLimit?: Duration;

  /**
   * When a rollout may begin, and go on from its canary to the rest.
   *
   * @default - at any time
   */
  readonly windows?: WeeklyWindow[];

  /**
   * Alarms, ten at most, that turn a rollout back when they ring.
   *
   * @default - the tasks on the canary alone are judged
   */
  readonly alarms?: IAlarm[];

  /**
   * Whether instances are replaced for a publication of their own OS version and mode.
   *
   * @default false
   */
  readonly rollEqualRevision?: boolean;
}

/** The policy that the rollout reads. Ends synthesis where a value cannot be used. */
export function rolloutPolicy(scope: IConstruct, rollout: RolloutOptions = {}): RolloutPolicy {
  const standard = DEFAULT_ROLLOUT_POLICY;
  const { alarms = [], canaryPercentage = standard.canaryPercentage } = rollout;
  const watch = rollout.watch ?? Duration.seconds(standard.watchSeconds);
  const delay = rollout.delay ?? Duration.seconds(standard.delaySeconds);
  const drainLimit = rollout.drainLimit ?? Duration.seconds(standard.drainSeconds);
  checkNumber(scope, 'rollout.canaryPercentage', canaryPercentage, {
    least: 1,
    most: 100,
    wayOut: 'Leave it out to take 10, and at least one instance.',
  });
  checkHours(scope, 'rollout.watch', watch, {
    least: 0.25,
    most: 24,
    wayOut: 'The fleet is looked at every quarter of an hour.',
  });
  checkHours(scope, 'rollout.delay', delay, {
    least: 0,
    most: 14 * 24,
    wayOut: 'A fleet that is to stay where it is has a hold.',
  });
  checkHours(scope, 'rollout.drainLimit', drainLimit, {
    least: 0.5,
    most: 48,
    wayOut: 'ECS drains an instance for 48 hours at most.',
  });
  if (alarms.length > 10) {
    refuse(
      scope,
      'rollout.alarms',
      'must be ten at most',
      String(alarms.length),
      'Put several into one composite alarm.',
    );
  }
  return {
    ...standard,
    canaryPercentage,
    watchSeconds: watch.toSeconds(),
    delaySeconds: delay.toSeconds(),
    drainSeconds: drainLimit.toSeconds(),
    windows: weeklyWindows(scope, 'rollout.windows', rollout.windows),
    alarms: alarms.map(({ alarmName }) => alarmName),
    rollEqualRevision: rollout.rollEqualRevision ?? standard.rollEqualRevision,
  };
}

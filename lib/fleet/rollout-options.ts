import { Duration, Token } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { DEFAULT_ROLLOUT_POLICY, type RolloutPolicy } from '../contract/values/rollout-policy';
import { checkNumber, checkPlace, refuse, checkHours } from '../internal/validate';
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
   * How many instances there may be during a rollout, in percent of the desired capacity, from 101 to 200. What is above 100 is
   * launched at once, one instance at least, before as many of the old ones are drained. Account limits must leave room for it.
   *
   * @default 125
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
   */
  readonly maxHealthyPercentage?: number;

  /**
   * How much later after launch the first tasks may run on the canary than they did on the instances before, as a factor above 1: the
   * medians of first starts of Windows are compared, where five have been measured before. Beyond it the rollout goes back, unless the
   * canary is no later than nine of ten were. A factor of 100 lets anything pass.
   *
   * @default 3
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
   */
  readonly maxFirstTaskSlowdown?: number;

  /**
   * How long the fleet waits after its channel has moved.
   *
   * @default Duration.hours(0)
   */
  readonly delay?: Duration;

  /**
   * How long a refresh may stand still before people are notified, with the tasks that do not stop.
   *
   * @default Duration.hours(4)
   */
  readonly stallLimit?: Duration;

  /**
   * How long tasks may keep an instance that is replaced from ending; then they are stopped, and people are notified which. It
   * counts from the poll that first saw the instance drain; three instances are seen to at a time.
   *
   * @default - they run until they stop, for as long as ECS lets them: 48 hours
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
   */
  readonly drainLimit?: Duration;

  /**
   * When a rollout may begin, and go on from its canary to the rest.
   *
   * @default - at any time
   */
  readonly windows?: WeeklyWindow[];

  /**
   * Alarms that turn a rollout back when they ring; ten at most together with `alarmNames`.
   *
   * @default - the tasks on the canary alone are judged
   */
  readonly alarms?: IAlarm[];

  /**
   * The same by their names: for alarms of a stack that depends on the fleet's, as that of a service does. An alarm that is not
   * there yet fails each rollout at its start, which is tried again every hour.
   *
   * @default - only those of `alarms`
   */
  readonly alarmNames?: string[];

  /**
   * Whether instances are replaced for a publication of their own OS version and mode.
   *
   * @default false
   */
  readonly rollEqualRevision?: boolean;

  /**
   * Whether instances are replaced when a deployment has changed the fleet's launch template, such as its user data: by a canary
   * as well, and back where that is bad. Else it reaches them with the next AMI.
   *
   * @default true
   */
  readonly rollTemplateChanges?: boolean;

  /**
   * The ring of the fleet, a whole number from 0. A ring begins with a publication when all fleets of the nearest one before it run it
   * well, wherever they are, or after `ringLimit`. A failure stops its own ring and those behind it until a person's word.
   *
   * @default - in no ring: the fleet waits for no other, and no other for it
   */
  readonly ring?: number;

  /**
   * How long each ring may wait for the ones before it: ring 2 begins after twice as long at the latest, unless something failed.
   *
   * @default Duration.hours(12)
   */
  readonly ringLimit?: Duration;
}

/** The policy that the rollout reads. Ends synthesis where a value cannot be used. */
export function rolloutPolicy(scope: IConstruct, rollout: RolloutOptions = {}): RolloutPolicy {
  const standard = DEFAULT_ROLLOUT_POLICY;
  const {
    canaryPercentage = standard.canaryPercentage,
    drainLimit,
    maxFirstTaskSlowdown = standard.maxFirstTaskSlowdown,
    maxHealthyPercentage = standard.maxHealthyPercentage,
  } = rollout;
  rollout.alarms?.forEach(({ alarmArn, env }) => {
    // Of an imported one aws-cdk-lib takes the place for that of the stack.
    const [, , , region = '', account = ''] = Token.isUnresolved(alarmArn) ? [] : alarmArn.split(':');
    const wayOut = 'Auto Scaling watches no alarm elsewhere: make one beside the fleet.';
    checkPlace(scope, 'rollout.alarms', { env: region === '' ? env : { account, region } }, wayOut);
  });
  const alarms = [...(rollout.alarms ?? []).map(({ alarmName }) => alarmName), ...(rollout.alarmNames ?? [])];
  const watch = rollout.watch ?? Duration.seconds(standard.watchSeconds);
  const delay = rollout.delay ?? Duration.seconds(standard.delaySeconds);
  const stallLimit = rollout.stallLimit ?? Duration.seconds(standard.stallSeconds);
  checkNumber(scope, 'rollout.canaryPercentage', canaryPercentage, {
    least: 1,
    most: 100,
    wayOut: 'Leave it out to take 10, and at least one instance.',
  });
  checkNumber(scope, 'rollout.maxFirstTaskSlowdown', maxFirstTaskSlowdown, {
    least: 1.2,
    most: 100,
    wayOut: 'Starts differ by themselves, so that less would stop what is well; leave it out to take 3.',
  });
  checkNumber(scope, 'rollout.maxHealthyPercentage', maxHealthyPercentage, {
    least: 101,
    most: 200,
    wayOut: 'A new instance is launched before an old one goes; leave it out to take 125.',
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
  checkHours(scope, 'rollout.stallLimit', stallLimit, {
    least: 0.5,
    most: 48,
    wayOut: 'ECS drains an instance for 48 hours at most.',
  });
  if (drainLimit !== undefined) {
    checkHours(scope, 'rollout.drainLimit', drainLimit, {
      least: 0.25,
      most: 48,
      wayOut: 'Leave it out to let tasks run until they stop.',
    });
  }
  const named = rollout.alarmNames?.find((name) => !Token.isUnresolved(name) && !/^.{1,255}$/.test(name));
  if (named !== undefined) {
    refuse(
      scope,
      'rollout.alarmNames',
      'must hold names of 1 to 255 characters',
      `'${named}'`,
      'Take the name that CloudWatch shows.',
    );
  }
  const ringLimit = rollout.ringLimit ?? Duration.seconds(standard.ringLimitSeconds);
  checkHours(scope, 'rollout.ringLimit', ringLimit, {
    least: 1,
    most: 14 * 24,
    wayOut: 'A fleet that is to stay where it is has a hold.',
  });
  if (rollout.ring !== undefined) {
    if (!Token.isUnresolved(rollout.ring) && !Number.isInteger(rollout.ring)) {
      refuse(scope, 'rollout.ring', 'must be a whole number', String(rollout.ring), 'The first ring is 0.');
    }
    checkNumber(scope, 'rollout.ring', rollout.ring, {
      least: 0,
      most: 9,
      wayOut: 'Leave it out for a fleet that waits for no other.',
    });
  }
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
    maxFirstTaskSlowdown,
    maxHealthyPercentage,
    watchSeconds: watch.toSeconds(),
    delaySeconds: delay.toSeconds(),
    stallSeconds: stallLimit.toSeconds(),
    drainLimitSeconds: drainLimit?.toSeconds() ?? null,
    windows: weeklyWindows(scope, 'rollout.windows', rollout.windows),
    alarms,
    rollEqualRevision: rollout.rollEqualRevision ?? standard.rollEqualRevision,
    ring: rollout.ring ?? null,
    ringLimitSeconds: ringLimit.toSeconds(),
    rollTemplateChanges: rollout.rollTemplateChanges ?? standard.rollTemplateChanges,
  };
}

/** What becomes of instances of an AMI. */
export interface AmiBehaviour {
  /**
   * `registers` with ECS; `hangs`: boots, and its launch hook abandons it; `boots`: is in service and never registers, where
   * there is no hook.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
   */
  readonly host: 'registers' | 'hangs' | 'boots';
  /** `run` for good, `fail` to start each time, or `none` is placed. */
  readonly tasks: 'run' | 'fail' | 'none';
  /** How much longer than usual its tasks take to start, as where nothing is cached; none unless said. */
  readonly slowerBySeconds?: number;
}

/** An AMI that does what it should. */
export const GOOD_AMI: AmiBehaviour = { host: 'registers', tasks: 'run' };

/** A way in which an AMI fails once it is published, however well it was verified. */
export interface AmiFault {
  readonly name: string;
  /** One sentence for people. */
  readonly description: string;
  readonly behaviour: AmiBehaviour;
}

/** The faults that a published AMI can have. What Winbake promises for each stands in docs/faults.md, and a test holds it. */
export const AMI_FAULTS: readonly AmiFault[] = [
  {
    name: 'ami-never-registers',
    description: 'Instances boot and never register with ECS, so that their launch hook abandons them.',
    behaviour: { host: 'hangs', tasks: 'none' },
  },
  {
    name: 'ami-fails-tasks',
    description: 'Instances register, and no task starts on them.',
    behaviour: { host: 'registers', tasks: 'fail' },
  },
];

/** An instance of a simulated group. */
export interface SimulatedInstance {
  readonly id: string;
  readonly amiId: string;
  /** The launch template version that it was started from. */
  readonly version: string;
  /** When it was started first. */
  readonly launchedAt: number;
  /** When it was started last: on its way out of a warm pool once more. */
  startedAt: number;
  /** Milliseconds since 1970; undefined while it boots. */
  inServiceAt: number | undefined;
  /** Undefined while, or where, it has not registered with ECS. */
  registeredAt: number | undefined;
  /** Auto Scaling has begun to terminate it: its tasks stop, and no refresh replaces it again. */
  isTerminating: boolean;
  /** Since when ECS places no further task on it; undefined while it does. */
  drainingSince: number | undefined;
  /** When its tasks end that a call stops; undefined where none does. */
  tasksEndAt: number | undefined;
}

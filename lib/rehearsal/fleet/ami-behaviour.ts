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
}

/** An AMI that does what it should. */
export const GOOD_AMI: AmiBehaviour = { host: 'registers', tasks: 'run' };

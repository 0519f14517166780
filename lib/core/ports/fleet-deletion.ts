/** An Auto Scaling group that may have to be deleted. */
export interface DeletedGroup {
  /** The id of the deletion that the group's tag names; undefined where it has none. */
  readonly deletedBy: string | undefined;
  /** Auto Scaling has begun to delete it. */
  readonly isBeingDeleted: boolean;
  readonly instances: readonly string[];
}

/** A container instance that takes no further task. */
export interface DrainingHost {
  readonly instanceId: string;
  /** How many tasks run or start on it. */
  readonly taskCount: number;
  /** The ARNs of those tasks; a call of its own. */
  readonly tasks: () => Promise<readonly string[]>;
}

/** The group and container instances of one fleet, to be deleted. */
export interface FleetDeletion {
  /** The group, or undefined where there is none. */
  describeGroup(): Promise<DeletedGroup | undefined>;
  /** Stops the instance refresh that is under way, without waiting for instances. */
  cancelRefresh(): Promise<void>;
  /**
   * Lets ECS place no further task on these instances and move the tasks of services away; gives those that have registered.
   * Tasks of no service run on.
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
   */
  drain(instanceIds: readonly string[]): Promise<readonly DrainingHost[]>;
  /**
   * Deletes the group with its instances, protected ones too, and with what holds their end.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
   */
  forceDelete(): Promise<void>;
  /** The instances of the group that have not been terminated, whether the group is there or not. */
  unterminatedInstances(): Promise<readonly string[]>;
}

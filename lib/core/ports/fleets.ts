/** A task on a container instance, as ECS describes it. */
export interface HostTask {
  readonly id: string;
  /** Such as `PENDING`, `RUNNING`, `STOPPED`. */
  readonly status: string;
  /** When it entered PENDING; null where ECS does not say. */
  readonly createdAt: Date | null;
  /** When the pull of its images began and ended; null where there was none. */
  readonly pullStartedAt: Date | null;
  readonly pullStoppedAt: Date | null;
  /** When it reached RUNNING; null where it never did. */
  readonly startedAt: Date | null;
  readonly stoppedAt: Date | null;
  /** Such as `TaskFailedToStart`, `EssentialContainerExited`. */
  readonly stopCode: string | null;
  /** The reasons of the task and its containers. */
  readonly reasons: readonly string[];
  readonly exitCodes: readonly number[];
  /** What started it, such as `service:web`. */
  readonly group: string;
}

/** An EC2 instance that has registered with the cluster. */
export interface RegisteredHost {
  /** The ARN that ECS knows it by. */
  readonly arn: string;
  readonly instanceId: string;
  readonly registeredAt: Date;
  /** When its user data began to run at that start; null where it does not say. */
  readonly upAt: Date | null;
  /** Such as `ACTIVE` or `DRAINING`. */
  readonly status: string;
  /** Whether its agent answers ECS. */
  readonly isConnected: boolean;
  /** How many tasks run or start on it. */
  readonly taskCount: number;
}

/** One with the tasks that run there or stopped lately; without them where it is not in the sample that is judged. */
export interface ContainerHost extends RegisteredHost {
  readonly tasks: readonly HostTask[] | undefined;
}

/** The container instances of a cluster. */
export interface ContainerHosts {
  /** Those of the EC2 instances that have registered; two calls for each hundred. */
  registered(instanceIds: readonly string[]): Promise<readonly RegisteredHost[]>;
  /** The tasks of each, in their order; up to two calls for each, and one for each hundred tasks. */
  tasksOn(hosts: readonly RegisteredHost[]): Promise<readonly (readonly HostTask[])[]>;
  /** Stops tasks, by their ARNs; one that has stopped already is no fault. */
  stopTasks(tasks: readonly string[], reason: string): Promise<void>;
}

/** An Auto Scaling group as far as a rollout concerns it. */
export interface FleetGroup {
  /** The version of the launch template that new instances get. */
  readonly launchTemplateVersion: string;
  /** The AMI of that version. */
  readonly amiId: string;
  /** A digest of all else that the version says: versions that differ in their AMI alone have the same. */
  readonly template: string;
  readonly desiredCapacity: number;
  readonly instances: readonly GroupInstance[];
  /** The instances of its warm pool; none of them is in service, nor known to ECS. */
  readonly pool: readonly GroupInstance[];
}

/** An instance of a group. */
export interface GroupInstance {
  readonly id: string;
  readonly amiId: string;
  /** The version of the launch template that it was started from, and its digest; null where they are not known. */
  readonly version: string | null;
  readonly template: string | null;
  /** When it was started last; null where EC2 does not say. */
  readonly launchedAt: Date | null;
  /** Whether that was its first start: one that comes out of a warm pool has started before. */
  readonly isFirstStart: boolean;
  /** Whether Auto Scaling is about to terminate it, and waits for its drain where it has been in service. */
  readonly isLeaving: boolean;
}

/** An instance refresh, the newest of a group. */
export interface InstanceRefresh {
  readonly id: string;
  /** Such as `InProgress`, `Successful`, `RollbackSuccessful`. */
  readonly status: string;
  /** What Auto Scaling says of the status. */
  readonly reason: string;
  /** How much of the group is new, 0 to 100. */
  readonly percentage: number;
  /** The launch template version that it brings; undefined where it names none. */
  readonly version: string | undefined;
  readonly startedAt: Date;
  /** Null while it is under way. */
  readonly endedAt: Date | null;
}

/** How a refresh goes; launch before terminate, matching instances skipped and protected ones replaced always. */
export interface RefreshRequest {
  readonly version: string;
  /** Where it pauses, and for how long, ascending and each once; it ends after the last. Null to go through. */
  readonly checkpoint: { readonly percentages: readonly number[]; readonly seconds: number } | null;
  /** How many instances there may be meanwhile, as a percentage of the desired capacity: 101 to 200. */
  readonly maxHealthyPercentage: number;
  /** How long it is watched for alarms at its end. */
  readonly bakeSeconds: number;
  readonly autoRollback: boolean;
  /** Names of alarms that fail it. */
  readonly alarms: readonly string[];
}

/** The group and launch template of one fleet. */
export interface FleetControl {
  /** Whose an AMI is, and how AWS calls that account where it is one of its own; undefined where EC2 shows no such AMI. */
  ownerOf(
    amiId: string,
  ): Promise<{ readonly account: string; readonly alias?: string | undefined } | undefined>;
  describeGroup(): Promise<FleetGroup>;
  newestRefresh(): Promise<InstanceRefresh | undefined>;
  /** Makes a version of the launch template that differs from `baseVersion` in its AMI, and gives its number. */
  createLaunchTemplateVersion(baseVersion: string, amiId: string, description: string): Promise<string>;
  /** Lets new instances of the group start from a version. */
  useLaunchTemplateVersion(version: string): Promise<void>;
  /** Starts to replace the instances that are not of that version, and gives the refresh's id. */
  startRefresh(request: RefreshRequest): Promise<string>;
  /**
   * Stops the refresh that is under way where it is; what it replaced stays, and one that has ended is no fault. Auto Scaling waits
   * for the instance that starts or
   * drains, up to two days, unless `waitsForInstances` is false: then that instance goes on by itself.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
   */
  cancelRefresh(request?: { readonly waitsForInstances: boolean }): Promise<void>;
  /** Turns the refresh that is under way back to what the group had before it. */
  rollBackRefresh(): Promise<void>;
  /**
   * Lets Auto Scaling terminate an instance of the warm pool and start another from what the group has; one that has gone is no fault.
   * `TerminateInstanceInAutoScalingGroup` takes none of a pool.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pools-health-checks-monitor-view-status.html
   */
  evictFromPool(instanceId: string): Promise<void>;
}

/** An Auto Scaling group that may have to be deleted. */
export interface DeletedGroup {
  /** The id of the deletion that the group's tag names; undefined where it has none. */
  readonly deletedBy: string | undefined;
  /** Auto Scaling has begun to delete it. */
  readonly isBeingDeleted: boolean;
  readonly instances: readonly string[];
}

/** A container instance of a group that goes. */
export interface DrainingHost {
  readonly instanceId: string;
  /** How many tasks run or start on it; those that were told to stop are not among them. */
  readonly taskCount: number;
  /** The ARNs of all that have not ended, also of those that stop; up to two calls, and one for each hundred tasks. */
  readonly tasks: () => Promise<readonly string[]>;
}

/** The group and container instances of one fleet, to be deleted. */
export interface FleetDeletion {
  /** The group, or undefined where there is none. */
  describeGroup(): Promise<DeletedGroup | undefined>;
  /** Those of these instances that have registered with the cluster, as they are. */
  hosts(instanceIds: readonly string[]): Promise<readonly DrainingHost[]>;
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

/** The capacity providers of a cluster. */
export interface ClusterProviders {
  readonly providers: readonly string[];
  readonly defaultStrategy: readonly {
    readonly capacityProvider: string;
    readonly weight?: number | undefined;
    readonly base?: number | undefined;
  }[];
  /** How the last change went, such as `UPDATE_COMPLETE`; undefined where there was none. */
  readonly status: string | undefined;
}

/** A capacity provider and the cluster that it is to be associated with. */
export interface ProviderAssociation {
  /** Undefined where there is no such cluster. */
  describeCluster(): Promise<ClusterProviders | undefined>;
  /** The id of the association that the provider's tag names; undefined where it has none, or is gone. */
  associatedBy(): Promise<string | undefined>;
  /** Replaces the providers of the cluster; gives why ECS does not take that for the moment, or undefined where it did. */
  putProviders(wanted: Omit<ClusterProviders, 'status'>): Promise<string | undefined>;
}

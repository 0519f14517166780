/** An Auto Scaling group as far as a rollout concerns it. */
export interface FleetGroup {
  /** The version of the launch template that new instances get. */
  readonly launchTemplateVersion: string;
  /** The AMI of that version. */
  readonly amiId: string;
  readonly desiredCapacity: number;
  readonly instances: readonly { readonly id: string; readonly amiId: string }[];
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
  /** Where it pauses, and for how long; null to go through. */
  readonly checkpoint: { readonly percentage: number; readonly seconds: number } | null;
  /** How long it is watched for alarms at its end. */
  readonly bakeSeconds: number;
  readonly autoRollback: boolean;
  /** Names of alarms that fail it. */
  readonly alarms: readonly string[];
}

/** The group and launch template of one fleet. */
export interface FleetControl {
  describeGroup(): Promise<FleetGroup>;
  newestRefresh(): Promise<InstanceRefresh | undefined>;
  /** Makes a version of the launch template that differs from `baseVersion` in its AMI, and gives its number. */
  createLaunchTemplateVersion(baseVersion: string, amiId: string, description: string): Promise<string>;
  /** Lets new instances of the group start from a version. */
  useLaunchTemplateVersion(version: string): Promise<void>;
  /** Starts to replace the instances that are not of that version, and gives the refresh's id. */
  startRefresh(request: RefreshRequest): Promise<string>;
  /**
   * Stops the refresh that is under way where it is; what it replaced stays, and one that has ended is no fault. Auto Scaling waits for the instance that starts or
   * drains, up to two days, unless `waitsForInstances` is false: then that instance goes on by itself.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html
   */
  cancelRefresh(request?: { readonly waitsForInstances: boolean }): Promise<void>;
  /** Turns the refresh that is under way back to what the group had before it. */
  rollBackRefresh(): Promise<void>;
}

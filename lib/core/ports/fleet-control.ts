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
  startRefresh(version: string): Promise<string>;
}

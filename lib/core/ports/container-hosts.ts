/** A task on a container instance, as ECS describes it. */
export interface HostTask {
  readonly id: string;
  /** Such as `PENDING`, `RUNNING`, `STOPPED`. */
  readonly status: string;
  /** When it reached RUNNING; null where it never did. */
  readonly startedAt: Date | null;
  readonly stoppedAt: Date | null;
  /** Such as `TaskFailedToStart`, `EssentialContainerExited`. */
  readonly stopCode: string | null;
  /** The reasons of the task and its containers. */
  readonly reasons: readonly string[];
  readonly exitCodes: readonly number[];
}

/** An EC2 instance that has registered with the cluster, with the tasks that run there or stopped lately. */
export interface ContainerHost {
  readonly instanceId: string;
  readonly registeredAt: Date;
  /** Such as `ACTIVE` or `DRAINING`. */
  readonly status: string;
  readonly tasks: readonly HostTask[];
}

/** The container instances of a cluster. */
export interface ContainerHosts {
  /** Those of the EC2 instances that have registered. */
  describe(instanceIds: readonly string[]): Promise<readonly ContainerHost[]>;
}

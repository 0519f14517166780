/** The step of an Image Builder workflow in which a build ended. */
export interface FailedStep {
  readonly step: string;
  /** What Image Builder says of it; empty where it says nothing. */
  readonly message: string;
}

/** The ids of the instances that a build launched; undefined for one that never came up. */
export interface LaunchedInstances {
  readonly build: string | undefined;
  readonly test: string | undefined;
}

/** What can be asked and done about a build, by the ARN of its image build version. */
export interface BakeControl {
  /** The step that failed, or undefined where none is known to have. */
  failedStep(imageBuildVersionArn: string): Promise<FailedStep | undefined>;
  /** The instances that a build launched, whatever became of it. */
  launchedInstances(imageBuildVersionArn: string): Promise<LaunchedInstances>;
  /** Ends a build that is under way; one that has ended stays as it is. */
  cancel(imageBuildVersionArn: string): Promise<void>;
}

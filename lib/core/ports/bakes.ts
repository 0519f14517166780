/** The step of an Image Builder workflow in which a build ended. */
export interface FailedStep {
  readonly step: string;
  /** The kind of its workflow: `BUILD`, `TEST` or `DISTRIBUTION`. */
  readonly stage: string;
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
  /** The instances that a build launched, whatever its outcome. */
  launchedInstances(imageBuildVersionArn: string): Promise<LaunchedInstances>;
  /** Ends a build that is under way; one that has ended stays as it is. */
  cancel(imageBuildVersionArn: string): Promise<void>;
}

/** The components and workflows of a pipeline, by the ARNs of their build versions. */
export interface BakeDocuments {
  /** All that the pipeline has made and that exist, whether anything uses them or not. */
  all(): Promise<readonly string[]>;
  /** Those that the next bake of an Image Builder pipeline would use, by the ARNs by which it names them. */
  usedBy(imagePipelineArn: string): Promise<readonly string[]>;
  /** Removes one; one that is gone already stays so. */
  remove(arn: string): Promise<void>;
}

/** The executions of the state machine, by ARN. */
export interface Executions {
  /** Whether an execution still runs; one that is not known any more has ended. */
  isRunning(executionArn: string): Promise<boolean>;
  /** Ends an execution at once; `why` stands in its history. One that has ended stays as it is. */
  stop(executionArn: string, why: string): Promise<void>;
}

/** The outcome of one Image Builder execution. */
export interface ImageBuild {
  /** Such as `BUILDING`, `AVAILABLE` or `FAILED`. */
  readonly status: string;
  /** The AMI of each region. */
  readonly amis: Readonly<Record<string, string>>;
  readonly buildInstanceId: string | undefined;
  readonly testInstanceId: string | undefined;
  /** When its first workflow began, by Image Builder's clock; undefined where Image Builder does not report it. */
  readonly startedAt: Date | undefined;
  /** When its last workflow ended, by Image Builder's clock; undefined where Image Builder does not report it. */
  readonly endedAt: Date | undefined;
}

/** The executions of Image Builder, by the ARN of the image build version. */
export interface ImageBuilds {
  describe(imageBuildVersionArn: string): Promise<ImageBuild>;
}

/** The state machine of a pipeline. */
export interface Rebakes {
  /** Starts an execution; one of that name that was started before is left as it is. */
  start(stateMachineArn: string, name: string, input: Readonly<Record<string, unknown>>): Promise<void>;
}

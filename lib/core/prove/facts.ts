import type { HostStart } from '../../contract/documents/host-starts';
import type { Deliveries } from '../../contract/documents/publication';

/** What was read, or why it could not be. */
export type Fact<T> = { readonly seen: T } | { readonly missing: string };

/** A step of a workflow, as the list of steps shows it. */
export interface SeenStep {
  readonly name: string;
  readonly action: string;
  readonly status: string;
  /** Empty where the list has none. */
  readonly message: string;
  readonly outputs: string;
}

/** The execution of a workflow of an image. */
export interface SeenWorkflow {
  /** `BUILD`, `TEST` or `DISTRIBUTION`. */
  readonly type: string;
  readonly status: string;
  /** As Image Builder writes them; empty where it does not. */
  readonly startTime: string;
  readonly endTime: string;
  readonly steps: readonly SeenStep[];
}

/** An image of the pipeline. */
export interface SeenBake {
  readonly arn: string;
  readonly status: string;
  readonly reason: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly workflows: Fact<readonly SeenWorkflow[]>;
}

/** An object of the pipeline's bucket. */
export interface SeenFile {
  readonly key: string;
  readonly text: string;
}

/** A snapshot behind the pipeline's AMI. */
export interface SeenSnapshot {
  readonly id: string;
  readonly isEncrypted: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** A build of a component or workflow that is named like the pipeline's. */
export interface SeenDocument {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** An instance refresh. */
export interface SeenRefresh {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
  readonly percentage: number;
  readonly startedAt: string;
  /** Null while it is under way. */
  readonly endedAt: string | null;
  readonly version: string | null;
  readonly checkpoints: readonly number[];
  readonly maxHealthyPercentage: number;
  readonly takesProtected: boolean;
  /** A digest of what it starts but for the version of the launch template; null without a policy of mixed instances. */
  readonly mixed: string | null;
  readonly hasPoolProgress: boolean;
}

/** A scaling activity of a group. */
export interface SeenActivity {
  readonly kind: 'launch' | 'terminate' | 'other';
  readonly status: string;
  readonly cause: string;
  readonly message: string;
  readonly startedAt: string;
}

/** A version of a fleet's launch template. */
export interface SeenVersion {
  readonly number: number;
  /** Empty where it names none. */
  readonly amiId: string;
  /** A digest of all else that it says. */
  readonly rest: string;
}

/** A task on a host. */
export interface SeenTask {
  readonly status: string;
  readonly reasons: readonly string[];
}

/** An instance that has registered with its cluster. */
export interface SeenHost {
  readonly instanceId: string;
  readonly isConnected: boolean;
  readonly registeredAt: string;
  /** The names of its attributes. */
  readonly attributes: readonly string[];
  readonly tasks: readonly SeenTask[];
}

/** The group of a fleet. */
export interface SeenGroup {
  readonly name: string;
  readonly desired: number;
  readonly max: number;
  readonly protectsInstances: boolean;
  readonly mixed: string | null;
  readonly hasPoolConfiguration: boolean;
  readonly instances: readonly { readonly id: string; readonly amiId: string }[];
}

/** A fleet that follows the pipeline. */
export interface SeenFleet {
  readonly fleet: string;
  readonly group: Fact<SeenGroup>;
  /** Newest first. */
  readonly refreshes: Fact<readonly SeenRefresh[]>;
  readonly activities: Fact<readonly SeenActivity[]>;
  readonly versions: Fact<readonly SeenVersion[]>;
  readonly hosts: Fact<readonly SeenHost[]>;
  /** How soon its instances ran their first task, as the rollouts keep it. */
  readonly starts: Fact<readonly HostStart[]>;
  /** The ids of the instances of its warm pool, and which of them ECS knows; null where it has none. */
  readonly pool: Fact<{ readonly ids: readonly string[]; readonly registered: readonly string[] } | null>;
}

/** How AWS answers a call that is made to see the answer, and changes nothing. */
export interface SeenAnswer {
  /** The name of the error; null where there was none. */
  readonly error: string | null;
  /** What the error says, or what the answer shows. */
  readonly text: string;
}

/** How the fleet of a trial was taken away. */
export interface SeenTrial {
  readonly stack: string;
  /** The instances, all protected from scale-in, that went with their group. */
  readonly taken: readonly string[];
  /** Why CloudFormation could not delete the stack at once; empty where it could. */
  readonly failures: readonly string[];
}

/** What a deployment shows of the claims, read with the caller's rights. */
export interface ProofFacts {
  readonly os: string;
  readonly now: string;
  /** The accounts beside the pipeline's own. */
  readonly accounts: readonly string[];
  /** The newest images of the pipeline, newest first. */
  readonly bakes: Fact<readonly SeenBake[]>;
  readonly manifests: Fact<readonly SeenFile[]>;
  readonly verifications: Fact<readonly SeenFile[]>;
  readonly failures: Fact<readonly SeenFile[]>;
  /** What `latest` shows; null before the first publication. */
  readonly latest: Fact<{
    readonly id: string;
    readonly at: string;
    readonly imageBuildVersionArn: string | null;
    readonly amiId: string;
  } | null>;
  readonly deliveries: Fact<Deliveries>;
  readonly snapshots: Fact<readonly SeenSnapshot[]>;
  readonly documents: Fact<readonly SeenDocument[]>;
  readonly fleets: Fact<readonly SeenFleet[]>;
  /** Null where no trial was run. */
  readonly trial: SeenTrial | null;
  /** Lines of the log of builds that name what Windows Update offered. */
  readonly updateLines: Fact<readonly string[]>;
  /** The first lines of the state machine's log in the days that are searched. */
  readonly machineLines: Fact<readonly string[]>;
  /** The names of quotas, by service. */
  readonly quotas: Fact<Readonly<Record<string, readonly string[]>>>;
  readonly answers: Readonly<Record<'hundredIds' | 'versionsByNumber' | 'bucketsByRegion', Fact<SeenAnswer>>>;
}

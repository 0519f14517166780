/**
 * The environment of each handler: the construct writes it, the handler reads it, both by these names. Values are text;
 * lists are separated by commas, durations are whole seconds.
 */

/** What a handler has that notifies people. */
export interface NoticeEnvironment {
  /** The topic through which people are notified. */
  readonly WINBAKE_TOPIC_ARN: string;
}

/** What a handler has that works with the whole of a pipeline. */
export interface PipelineEnvironment {
  /** `DescribedPipeline` as JSON. */
  readonly WINBAKE_PIPELINE_DESCRIPTION: string;
}

/**
 * What a pipeline says of itself: the document `winbake.pipeline/1` of `lib/contract/documents/pipeline-description.ts`, once
 * more for the constructs, which reach no contract. A test compares the two.
 */
export interface DescribedPipeline {
  readonly schema: 'winbake.pipeline/1';
  readonly os: string;
  readonly pipeline: string;
  readonly parameterPrefix: string;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly baseAmiParameter: string | null;
  readonly stateMachineArn: string;
  readonly operateFunctionArn: string;
  readonly imagePipelineArn: string | null;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly promotion: {
    readonly mode: 'manual' | 'automatic';
    readonly delaySeconds: number;
    readonly atMostSeconds: number;
    readonly canaryFleets: readonly string[];
  };
  readonly retention: { readonly newest: number; readonly minimumAgeDays: number };
  readonly patchWithinSeconds: number;
  readonly longestSilenceHours: number | null;
}

/** What `decide` needs to know. */
export interface DecideEnvironment extends NoticeEnvironment {
  /** The name of the pipeline. */
  readonly WINBAKE_PIPELINE: string;
  /** Such as `SERVER_2022_CORE`. */
  readonly WINBAKE_OS: string;
  /** The bucket of catalog, orders, manifests and publications. */
  readonly WINBAKE_BUCKET: string;
  /** The path of the pipeline's parameters, such as `/winbake/2022-core`. */
  readonly WINBAKE_PARAMETER_PATH: string;
  /** The name of the parameter that holds the id of the base AMI. */
  readonly WINBAKE_BASE_AMI_PARAMETER: string;
  readonly WINBAKE_FAMILIES: string;
  /** The address of the registry. */
  readonly WINBAKE_REGISTRY: string;
  readonly WINBAKE_RECIPE_ARN: string;
  readonly WINBAKE_SCRIPTS_SHA256: string;
  /** The document `winbake.gate-policy/1`. */
  readonly WINBAKE_GATE_POLICY: string;
  /** The unique id of the role of build and test instance, the first part of their documents' keys. */
  readonly WINBAKE_INSTANCE_ROLE_ID: string;
  /** The ARNs of the secrets by which own images are read, by the hosts of their registries, as JSON. */
  readonly WINBAKE_REGISTRY_LOGINS: string;
}

/** What `publish` needs to know. */
export interface PublishEnvironment extends PipelineEnvironment {
  /** The unique ids of the roles of build and test instance, the first part of their documents' keys. */
  readonly WINBAKE_INSTANCE_ROLE_ID: string;
}

/** The pipeline whose channels are seeded, as the custom resource's properties say. */
export interface SeededPipeline {
  /** Such as `SERVER_2022_CORE`. */
  readonly os: string;
  /** Such as `/winbake/2022-core`. */
  readonly parameterPath: string;
  /** The name of the parameter that holds the id of the base AMI. */
  readonly baseAmiParameter: string;
}

/** An archive of instance scripts that a deployment stores in the pipeline's bucket, as the custom resource's properties say. */
export interface StoredScripts {
  /** Where the deployment has uploaded it. */
  readonly archiveBucket: string;
  readonly archiveKey: string;
  readonly bucket: string;
  /** Such as `scripts/SHA256.zip`. */
  readonly key: string;
}

/** What `seed` needs to know. */
export interface SeedEnvironment {
  /** The state machine that a deployment starts; empty where nothing is baked. */
  readonly WINBAKE_STATE_MACHINE_ARN: string;
}

/** What `housekeeping` needs to know. */
export interface HousekeepingEnvironment extends PipelineEnvironment, NoticeEnvironment {
  /** The ARN of the stack whose deployments change the pipeline, the outermost of nested ones. */
  readonly WINBAKE_STACK_ID: string;
}

/** What `operate` needs to know. */
export type OperateEnvironment = PipelineEnvironment;

/** What `rollout` needs to know; of each fleet it reads its settings. */
export interface RolloutEnvironment {
  /** The stack whose fleets it rolls, as their common metrics name it. */
  readonly WINBAKE_STACK: string;
  /** The names of the stack's fleets by the parameter that they follow, as JSON. */
  readonly WINBAKE_FLEETS: string;
}

/** The launch template that a deployment clones for a fleet, as the custom resource's properties say. */
export interface ClonedTemplate {
  readonly Fleet: string;
  /** The parameter that the fleet follows. */
  readonly Channel: string;
  /** The account whose AMIs the fleet takes. */
  readonly AmiOwner: string;
  readonly LaunchTemplateId: string;
  /** `LatestVersionNumber` of the base launch template. */
  readonly BaseVersion: string;
}

/** The group that goes with its fleet, as the custom resource's properties say. */
export interface DeletedFleet {
  readonly Fleet: string;
  readonly AutoScalingGroup: string;
  readonly Cluster: string;
  /** As the group's tag names it. */
  readonly DeletionId: string;
  /** How long tasks may run on. */
  readonly DeleteDrainSeconds: string;
  /** The capacity provider that what ends stopping tasks is there for. */
  readonly CapacityProvider?: string;
}

/** The capacity provider that belongs to a cluster of another stack, as the custom resource's properties say. */
export interface AssociatedProvider {
  readonly Fleet: string;
  readonly Cluster: string;
  readonly CapacityProvider: string;
  /** As the provider's tag names it. */
  readonly AssociationId: string;
}

/** Reads one variable; throws where it is not set, which only a broken deployment can cause. */
export function required(environment: NodeJS.ProcessEnv, name: EnvironmentName): string {
  const value = environment[name];
  if (value === undefined || value === '') {
    throw new Error(`The environment variable ${name} is not set; deploy the stack again.`);
  }
  return value;
}

/** The ARNs of the secrets by which own images are read, by the hosts of their registries; a stack of before knows of none. */
export function secretsOf({
  WINBAKE_REGISTRY_LOGINS: logins = '{}',
}: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return JSON.parse(logins) as Record<string, string>;
}

/** The name of any variable of any handler; `AWS_REGION` is set by Lambda itself. */
export type EnvironmentName =
  | 'AWS_REGION'
  | keyof PipelineEnvironment
  | keyof DecideEnvironment
  | keyof PublishEnvironment
  | keyof HousekeepingEnvironment
  | keyof SeedEnvironment
  | keyof RolloutEnvironment;

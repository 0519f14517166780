import type { AmiInventory } from '../ports/amis';

/** A parameter below a pipeline's path. */
export interface OrphanedParameter {
  readonly region: string;
  readonly name: string;
  readonly value: string;
}

/** An image build version of Image Builder, which is a record and not the AMI itself. */
export interface OrphanedImage {
  readonly arn: string;
  readonly amiIds: readonly string[];
}

/** A key that the pipeline made for its AMIs. */
export interface OrphanedKey {
  readonly keyId: string;
  /** The volumes and snapshots of this account and region that are encrypted with it. */
  readonly encrypts: readonly string[];
  /** The other accounts that its policy names. */
  readonly otherAccounts: readonly string[];
}

/** What is left of a pipeline whose stack is deleted, in the account of the caller. */
export interface Leftovers extends Pick<AmiInventory, 'amisIn' | 'usesIn' | 'remove'> {
  /** A part that goes with the stack and is there still; undefined where the stack is gone. */
  deployed(): Promise<string | undefined>;
  parametersIn(region: string): Promise<readonly OrphanedParameter[]>;
  /** The buckets of the pipeline, by name. */
  buckets(): Promise<readonly string[]>;
  logGroups(): Promise<readonly string[]>;
  images(): Promise<readonly OrphanedImage[]>;
  /** The components and workflows that deployments replaced, by ARN. */
  bakeDocuments(): Promise<readonly string[]>;
  keys(): Promise<readonly OrphanedKey[]>;
  /** Each takes something away; doing it again changes nothing. */
  deleteParameter(parameter: OrphanedParameter): Promise<void>;
  /** Deletes a bucket with every version of every object. */
  deleteBucket(name: string): Promise<void>;
  deleteLogGroup(name: string): Promise<void>;
  deleteImage(arn: string): Promise<void>;
  deleteBakeDocument(arn: string): Promise<void>;
  /** Has a key deleted after 30 days, until when it can be taken back. */
  scheduleKeyDeletion(keyId: string): Promise<void>;
}

import { Validations, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** How the documents of bakes are kept. */
export interface BakeBucketProps {
  /** Undefined: S3 encrypts with a key of its own. */
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
}

/** The bucket of catalog, orders, publications, and what instances write: image manifests, verifications, failures. */
export class BakeBucket extends Bucket {
  constructor(scope: Construct, id: string, { encryptionKey, removalPolicy }: BakeBucketProps) {
    super(scope, id, {
      ...(encryptionKey === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      versioned: true,
      removalPolicy,
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'A few handlers and one instance at a time use it, and every object keeps its versions; a trail with data events says who.',
    });
  }
}

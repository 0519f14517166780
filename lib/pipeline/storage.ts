import { PIPELINE_TAG } from '../contract/names/resources';
import { Validations, type RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnRule } from 'aws-cdk-lib/aws-rbin';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { PipelineSettings } from './props/pipeline-settings';

/** How the documents of bakes are kept. */
interface BakeBucketProps {
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

/**
 * Keeps what a prune removed in the Recycle Bin of the pipeline's region for some days. Rules work in their own region only.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin-create-rule.html
 */
export class RecycleBin extends Construct {
  constructor(scope: Construct, id: string, { pipelineName, retention }: PipelineSettings) {
    super(scope, id);
    const days = retention.recycleBinDays;
    if (days === 0) {
      return;
    }
    for (const [kind, resourceType] of Object.entries({ Amis: 'EC2_IMAGE', Snapshots: 'EBS_SNAPSHOT' })) {
      new CfnRule(this, kind, {
        resourceType,
        description: `Winbake ${pipelineName}: what a prune removed`,
        resourceTags: [{ resourceTagKey: PIPELINE_TAG, resourceTagValue: pipelineName }],
        retentionPeriod: { retentionPeriodValue: days, retentionPeriodUnit: 'DAYS' },
      });
    }
  }
}

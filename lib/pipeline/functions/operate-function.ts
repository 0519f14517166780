import { Stack, Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Alias } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { OperateEnvironment } from '../../contract/names/environment';
import { allow } from '../../internal/allow';
import { ACCEPT_ALIAS, PIPELINE_TAG } from '../../contract/names/resources';
import { stateMachineName } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';
import { allowUsageReads, allowDelivery, allowToFollowBakes } from './permissions';
import { PipelineFunction, type DescribedPipelineResources } from './pipeline-function';

/** Allows a role to read and write the documents that a person's override changes. */
function allowDocuments(role: Role, bucket: IBucket): void {
  allow(role, {
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: ['catalog/*', 'bakes/*', 'publications/*'].map((keys) => bucket.arnForObjects(keys)),
    wildcardReason:
      'Findings that are accepted, the lease and publications; the keys hold release, order and revision.',
  });
  // Without it S3 says "forbidden" of a document that does not exist yet.
  allow(role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
}

/** Allows a role to start rebakes of a pipeline and end them. */
function allowRebakes(role: Role, settings: PipelineSettings): void {
  const { partition, region, account } = Stack.of(role);
  const name = stateMachineName(settings);
  allow(role, {
    actions: ['states:StartExecution'],
    resources: [`arn:${partition}:states:${region}:${account}:stateMachine:${name}`],
  });
  allow(role, {
    actions: ['states:StopExecution'],
    resources: [`arn:${partition}:states:${region}:${account}:execution:${name}:*`],
    wildcardReason: 'The execution that a person ends; the names of executions are drawn when they start.',
  });
}

/** Allows a role that delivers to see what uses a pipeline's AMIs, and to remove those that nothing uses. */
export function allowPruning(role: Role, settings: PipelineSettings): void {
  const { partition, region } = Stack.of(role);
  const { distribution, parameterPath, parameterPrefix, pipelineName } = settings;
  const regions = [region, ...distribution.regions.map((one) => one.region)];
  const ownAmis = {
    resources: regions.map((one) => `arn:${partition}:ec2:${one}::image/*`),
    conditions: { StringEquals: { [`aws:ResourceTag/${PIPELINE_TAG}`]: pipelineName } },
  };
  allow(role, {
    actions: ['ec2:DescribeImageAttribute', 'ec2:DescribeFastLaunchImages'],
    resources: ['*'],
    wildcardReason:
      'Whom an AMI is shared with, and its Fast Launch, are asked of each, and cannot be limited to resources.',
  });
  allowUsageReads(role, { parameterPrefix, parameterPaths: [parameterPath], regions });
  allow(role, {
    actions: [
      'ec2:EnableImageDeprecation',
      'ec2:DisableFastLaunch',
      'ec2:DeregisterImage',
      'ec2:DisableImage',
      'ec2:EnableImage',
    ],
    ...ownAmis,
    wildcardReason: "The ids of AMIs are not known before; the condition allows this pipeline's AMIs only.",
  });
  if (distribution.accounts.length > 0) {
    // What was shared with other accounts is shared with them again. Of whom an AMI is shared with no condition key is documented:
    // `ec2:Add/userId` is one of ModifySnapshotAttribute alone. docs/security.md says what stops the rest.
    allow(role, {
      actions: ['ec2:ModifyImageAttribute'],
      ...ownAmis,
      wildcardReason:
        "The ids of AMIs are not known before; the condition allows this pipeline's AMIs only, and none limits with whom they are shared.",
    });
  }
  allow(role, {
    actions: ['ec2:DeleteSnapshot'],
    resources: regions.map((one) => `arn:${partition}:ec2:${one}::snapshot/*`),
    conditions: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
    wildcardReason:
      "The ids of snapshots are not known before; the condition allows Image Builder's only, and EC2 deletes none that an AMI still uses.",
  });
}

/** Carries out what a person orders, so that nobody needs to write to bucket or parameters. */
export class OperateFunction extends PipelineFunction<OperateEnvironment> {
  /** Whoever may call it by this alias only may only accept findings. */
  public readonly accept: Alias;

  constructor(scope: Construct, id: string, props: DescribedPipelineResources) {
    super(scope, id, props, {
      kind: 'operate',
      does: 'carries out what a person orders',
      timeout: Duration.minutes(15),
      environment: { WINBAKE_PIPELINE_DESCRIPTION: props.description },
    });
    const { bucket, settings } = props;
    allowDelivery(this.role, settings);
    allowDocuments(this.role, bucket);
    allowToFollowBakes(this.role, settings.resourceName);
    allowRebakes(this.role, settings);
    allowPruning(this.role, settings);
    this.accept = new Alias(this, 'Accept', {
      aliasName: ACCEPT_ALIAS,
      description: 'For those who may accept findings and nothing else',
      version: this.function.latestVersion,
    });
  }
}

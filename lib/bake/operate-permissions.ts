import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { allow } from '../internal/allow';
import { allowToSeeUses } from './ami-uses';
import { stateMachineName } from './fixed-names';
import type { PipelineSettings } from './pipeline-settings';

/** Lets a role read and write the documents that a person's word changes. */
export function allowDocuments(role: Role, bucket: IBucket): void {
  allow(role, {
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: ['catalog/*', 'bakes/*', 'publications/*'].map((keys) => bucket.arnForObjects(keys)),
    wildcardReason:
      'Findings that are accepted, the lease and publications; the keys hold release, order and revision.',
  });
  // Without it S3 says "forbidden" of a document that does not exist yet.
  allow(role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
}

/** Lets a role start rebakes of a pipeline and end them. */
export function allowRebakes(role: Role, settings: PipelineSettings): void {
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

/** Lets a role see what uses a pipeline's AMIs, and take away those that nothing uses. */
export function allowPruning(role: Role, settings: PipelineSettings): void {
  const { partition, region } = Stack.of(role);
  const { distribution, parameterPath, parameterPrefix, pipelineName } = settings;
  const regions = [region, ...distribution.regions.map((one) => one.region)];
  allow(role, {
    actions: ['ec2:DescribeImages', 'ec2:DescribeImageAttribute'],
    resources: ['*'],
    wildcardReason: 'These calls, which list the AMIs of the pipeline, cannot be limited to resources.',
  });
  allowToSeeUses(role, { parameterPrefix, parameterPaths: [parameterPath], regions });
  allow(role, {
    actions: ['ec2:EnableImageDeprecation', 'ec2:DeregisterImage'],
    resources: regions.map((one) => `arn:${partition}:ec2:${one}::image/*`),
    conditions: { StringEquals: { 'aws:ResourceTag/winbake:pipeline': pipelineName } },
    wildcardReason: "The ids of AMIs are not known before; the condition allows this pipeline's AMIs only.",
  });
  allow(role, {
    actions: ['ec2:DeleteSnapshot'],
    resources: regions.map((one) => `arn:${partition}:ec2:${one}::snapshot/*`),
    conditions: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
    wildcardReason:
      "The ids of snapshots are not known before; the condition allows Image Builder's only, and EC2 deletes none that an AMI still uses.",
  });
}

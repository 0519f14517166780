import { Duration, Stack } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { PublishEnvironment } from '../contract/names/environment';
import { allow } from '../internal/allow';
import { allowAnnouncements } from './announcement-writes';
import { allowDelivery } from './delivery-writes';
import { imageArns } from './image-arns';
import { PipelineFunction, type DescribedPipelineResources } from './pipeline-function';

/** What a publication is made from. */
export interface PublishFunctionProps extends DescribedPipelineResources {
  readonly instanceRole: IRole & { readonly roleId: string };
}

/** Makes a verified AMI known: record, tags and parameters. */
export class PublishFunction extends PipelineFunction<PublishEnvironment> {
  constructor(scope: Construct, id: string, props: PublishFunctionProps) {
    const { settings, bucket, instanceRole } = props;
    const { pipelineName, resourceName, distribution } = settings;
    super(scope, id, props, {
      kind: 'publish',
      does: 'publishes a finished bake',
      timeout: Duration.minutes(5),
      environment: {
        WINBAKE_PIPELINE_DESCRIPTION: props.description,
        WINBAKE_INSTANCE_ROLE_ID: instanceRole.roleId,
      },
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: ['bakes/*', 'manifests/*', 'verifications/*'].map((keys) => bucket.arnForObjects(keys)),
      wildcardReason: 'The documents of one bake; their keys hold its order and its instances.',
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects(`catalog/${settings.os.release}.json`)],
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [bucket.arnForObjects('publications/*')],
      wildcardReason: 'A record per publication, whose key holds its revision, and what has arrived where.',
    });
    // Without it S3 says "forbidden" of a document that does not exist yet.
    allow(this.role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    const { partition, region, account } = Stack.of(this);
    const regions = [region, ...distribution.regions.map((one) => one.region)];
    const images = `arn:${partition}:imagebuilder:${region}:${account}`;
    allow(this.role, {
      actions: [
        'imagebuilder:GetImage',
        'imagebuilder:ListWorkflowExecutions',
        'imagebuilder:ListWorkflowStepExecutions',
      ],
      resources: [imageArns(this, resourceName), `${images}:workflow-execution/*`],
      wildcardReason:
        'Every build is a version of the image; the ids of its workflows, whose steps name the instances, are not known before.',
    });
    allow(this.role, {
      actions: ['ec2:CreateTags'],
      resources: regions.map((one) => `arn:${partition}:ec2:${one}::image/*`),
      conditions: { StringEquals: { 'aws:ResourceTag/winbake:pipeline': pipelineName } },
      wildcardReason: "The ids of AMIs are not known before; the condition allows this pipeline's AMIs only.",
    });
    allow(this.role, {
      actions: ['ec2:CreateTags'],
      resources: regions.map((one) => `arn:${partition}:ec2:${one}::snapshot/*`),
      conditions: { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
      wildcardReason:
        "The ids of snapshots are not known before; the condition allows Image Builder's snapshots only.",
    });
    allowDelivery(this.role, settings);
    allowAnnouncements(this.role);
  }
}

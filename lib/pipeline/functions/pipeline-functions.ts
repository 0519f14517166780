import { Duration, Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IConstruct } from 'constructs';
import type {
  DecideEnvironment,
  DescribedPipeline,
  HousekeepingEnvironment,
  PublishEnvironment,
} from '../../contract/names/environment';
import { channelParameters } from '../../contract/names/parameters';
import { PIPELINE_TAG } from '../../contract/names/resources';
import { GATE_POLICY_SCHEMA } from '../../contract/values/gate-policy';
import { allow, parameterArn } from '../../internal/allow';
import { MOST_DEPLOYED_BYTES, variableBytes } from '../../internal/deployed-bytes';
import { allowNotices } from '../../internal/notice-topic';
import { ScheduleTarget } from '../../internal/schedule-target';
import { refuse } from '../../internal/validate';
import { imageArns } from '../image/bake-pipeline';
import { allowOwnImages, registrySecrets } from '../image/own-images';
import type { BaseAmiSource } from '../props/base-ami';
import { functionName, stateMachineArn } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';
import { allowPruning } from './operate-function';
import {
  allowAnnouncements,
  allowDelivery,
  allowDocumentRemoval,
  allowToExplainBakes,
  allowToFollowBakes,
} from './permissions';
import {
  type DescribedPipelineResources,
  PipelineFunction,
  type PipelineResources,
} from './pipeline-function';

/** What caring needs beside what every function has. */
interface HousekeepingFunctionProps extends DescribedPipelineResources {
  readonly deadLetterQueue: IQueue;
  readonly baseAmi: BaseAmiSource;
}

/** Runs every 15 minutes and after each deployment: promotes, delivers and measures, and once a day removes what may go. */
export class HousekeepingFunction extends PipelineFunction<HousekeepingEnvironment> {
  constructor(scope: Construct, id: string, props: HousekeepingFunctionProps) {
    const { baseAmi, bucket, settings, deadLetterQueue, topic } = props;
    const { stackId } = outermost(Stack.of(scope));
    super(scope, id, props, {
      kind: 'housekeeping',
      does: 'promotes, delivers and cleans up',
      timeout: Duration.minutes(10),
      environment: {
        WINBAKE_PIPELINE_DESCRIPTION: props.description,
        WINBAKE_TOPIC_ARN: topic.topicArn,
        WINBAKE_STACK_ID: stackId,
      },
      deadLetterQueue,
    });
    allowNotices(this.role, topic);
    allowDelivery(this.role, settings);
    allowAnnouncements(this.role);
    allowPruning(this.role, settings);
    allowDocumentRemoval(this.role, settings);
    allow(this.role, { actions: ['cloudformation:DescribeStacks'], resources: [stackId] });
    const { partition } = Stack.of(this);
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [
        baseAmi.parameterArn,
        ...settings.distribution.regions.map(
          ({ region }) => `arn:${partition}:ssm:${region}::parameter${settings.os.baseAmiParameter}`,
        ),
      ],
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: ['catalog/*', 'bakes/*', 'publications/*'].map((keys) => bucket.arnForObjects(keys)),
      wildcardReason: 'What was observed, decided and published; the keys hold release, order and revision.',
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [
        'publications/deliveries.json',
        'publications/housekeeping.json',
        'publications/revoked.json',
        'notices.json',
      ].map((key) => bucket.arnForObjects(key)),
    });
    // Without it S3 says "forbidden" of a document that does not exist yet.
    allow(this.role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    new Schedule(this, 'Schedule', {
      scheduleName: `${settings.resourceName}-housekeeping`,
      description: `Winbake ${settings.pipelineName}: takes care of what was published`,
      schedule: ScheduleExpression.rate(Duration.minutes(15)),
      target: new ScheduleTarget(this, 'Target', {
        arn: this.function.functionArn,
        action: 'lambda:InvokeFunction',
        input: { trigger: 'schedule' },
        deadLetterQueue,
      }),
    });
    new Rule(this, 'OnDeployment', {
      description: `A deployment of the pipeline ${settings.pipelineName} has ended`,
      eventPattern: {
        source: ['aws.cloudformation'],
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-event-notifications.html
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': [stackId],
          'status-details': { status: ['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'] },
        },
      },
      // An event that is lost is made good by the schedule.
      targets: [new LambdaFunction(this.function)],
    });
  }
}

/** A nested stack is at rest when its own deployment is, and goes back with the one around it. */
function outermost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
}

/** What the gate reads and writes. */
interface DecideFunctionProps extends PipelineResources {
  readonly baseAmi: BaseAmiSource;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  readonly instanceRole: IRole & { readonly roleId: string };
}

/** The gate: observes the registry, and decides whether a bake is due. */
export class DecideFunction extends PipelineFunction<DecideEnvironment> {
  constructor(scope: Construct, id: string, props: DecideFunctionProps) {
    const { baseAmi, bucket, instanceRole, recipeArn, scriptsSha256, settings, topic } = props;
    const { gate, os, ownImages, parameterPath } = settings;
    super(scope, id, props, {
      kind: 'decide',
      does: 'decides whether a bake is due',
      timeout: Duration.minutes(2),
      environment: {
        WINBAKE_PIPELINE: settings.pipelineName,
        WINBAKE_OS: os.name,
        WINBAKE_BUCKET: bucket.bucketName,
        WINBAKE_PARAMETER_PATH: parameterPath,
        WINBAKE_BASE_AMI_PARAMETER: baseAmi.parameterName,
        WINBAKE_FAMILIES: settings.families.join(','),
        WINBAKE_REGISTRY: settings.registry,
        WINBAKE_RECIPE_ARN: recipeArn,
        WINBAKE_SCRIPTS_SHA256: scriptsSha256,
        WINBAKE_INSTANCE_ROLE_ID: instanceRole.roleId,
        WINBAKE_GATE_POLICY: Stack.of(scope).toJsonString({ schema: GATE_POLICY_SCHEMA, ...gate }),
        WINBAKE_TOPIC_ARN: topic.topicArn,
        WINBAKE_REGISTRY_LOGINS: Stack.of(scope).toJsonString(registrySecrets(scope, ownImages)),
      },
    });
    allowOwnImages(this.role, settings.ownImages, 'gate');
    allowNotices(this.role, topic);
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: ['catalog/*', 'bakes/*'].map((keys) => bucket.arnForObjects(keys)),
      wildcardReason:
        'One catalog and one document per order; the keys of orders hold the instant that they were made.',
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects('failures/*')],
      wildcardReason: 'Why a component failed; the key holds the instance, which is not known before.',
    });
    allow(this.role, {
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects('publications/*')],
      wildcardReason: 'The record of the last publication, whose key holds its revision.',
    });
    allow(this.role, {
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [bucket.arnForObjects('notices.json')],
    });
    // Without it S3 says "forbidden" of a document that does not exist yet.
    allow(this.role, { actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [
        parameterArn(this, channelParameters(parameterPath, 'latest').publication),
        baseAmi.parameterArn,
      ],
    });
    allowAnnouncements(this.role);
    allowToFollowBakes(this.role, settings.resourceName);
    allowToExplainBakes(this.role, settings.resourceName);
  }
}

/** What a publication is made from. */
interface PublishFunctionProps extends DescribedPipelineResources {
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
      conditions: { StringEquals: { [`aws:ResourceTag/${PIPELINE_TAG}`]: pipelineName } },
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

/** The parameter in which the command line and other stacks find what a pipeline is. */
export class PipelineRecord extends StringParameter {
  constructor(
    scope: Construct,
    id: string,
    { parameterPath, pipelineName }: PipelineSettings,
    description: string,
  ) {
    super(scope, id, {
      parameterName: `${parameterPath}/pipeline`,
      simpleName: false,
      description: `What the pipeline ${pipelineName} of Winbake is`,
      stringValue: description,
    });
  }
}

/** What a description names beside the settings. */
interface DescribedResources {
  readonly bucketName: string;
  readonly imagePipelineArn: string;
  readonly baseAmiParameter: string;
}

/** What the environment of a function has beside the description at most: the ARNs of topic and stack, and all names. */
const BESIDE_BYTES = 450;

/**
 * What a pipeline says of itself, as JSON. Functions and state machine are named by their fixed names, since they are named
 * the description themselves. Ends synthesis for more accounts and regions than it can hold.
 */
export function describePipeline(
  scope: IConstruct,
  settings: PipelineSettings,
  { baseAmiParameter, bucketName, imagePipelineArn }: DescribedResources,
): string {
  const stack = Stack.of(scope);
  const { partition, region, account } = stack;
  const { distribution } = settings;
  const described: DescribedPipeline = {
    schema: 'winbake.pipeline/1',
    os: settings.os.name,
    pipeline: settings.pipelineName,
    parameterPrefix: settings.parameterPrefix,
    account,
    region,
    bucket: bucketName,
    baseAmiParameter,
    stateMachineArn: stateMachineArn(scope, settings),
    operateFunctionArn: `arn:${partition}:lambda:${region}:${account}:function:${functionName(settings, 'operate')}`,
    imagePipelineArn,
    accounts: distribution.accounts,
    regions: distribution.regions.map((one) => one.region),
    promotion: settings.promotion,
    retention: {
      newest: settings.retention.newest,
      minimumAgeDays: settings.retention.minimumAgeDays,
    },
    patchWithinSeconds: settings.patchWithin.toSeconds(),
    longestSilenceHours: settings.schedule._longestSilenceHours ?? null,
  };
  const text = stack.toJsonString(described);
  const bytes = variableBytes(scope, text) + BESIDE_BYTES;
  if (bytes > MOST_DEPLOYED_BYTES) {
    const { accounts, regions } = distribution;
    refuse(
      scope,
      'distribution',
      `must leave what the pipeline's functions and its parameter hold at most ${MOST_DEPLOYED_BYTES} bytes`,
      `${bytes} bytes (accounts: ${accounts.length + 1}, regions: ${regions.length + 1})`,
      'Name fewer, and let a second pipeline serve the others.',
    );
  }
  return text;
}

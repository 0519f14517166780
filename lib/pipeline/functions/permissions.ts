import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, type Role } from 'aws-cdk-lib/aws-iam';
import { channelParameters, CHANNELS, fleetsPath } from '../../contract/names/parameters';
import { accountRoleName, PIPELINE_TAG } from '../../contract/names/resources';
import { EVENT_SOURCE } from '../../core/ports/notices';
import { allow, parameterArn } from '../../internal/allow';
import { imageArns } from '../image/bake-pipeline';
import { stateMachineName } from '../props/fixed-names';
import type { PipelineSettings } from '../props/pipeline-settings';

/** Where it is looked for what uses AMIs. */
interface AmiUsesProps {
  readonly parameterPrefix: string;
  /** The paths of the pipelines whose AMIs they are. */
  readonly parameterPaths: readonly string[];
  /** Regions of the role's own account. */
  readonly regions: readonly string[];
}

/** Allows a role to see what uses the AMIs of pipelines, and to remove the revisions whose AMIs are gone. */
export function allowUsageReads(
  role: Role,
  { parameterPaths, parameterPrefix, regions }: AmiUsesProps,
): void {
  const { account, partition } = Stack.of(role);
  allow(role, {
    actions: [
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
      'autoscaling:DescribeAutoScalingGroups',
    ],
    resources: ['*'],
    wildcardReason: 'Anything of the account may use an AMI, and these calls cannot be limited to resources.',
  });
  const parameters = (path: string) =>
    regions.map((region) => `arn:${partition}:ssm:${region}:${account}:parameter${path}`);
  allow(role, {
    actions: ['ssm:GetParametersByPath'],
    resources: [...parameters(parameterPrefix), ...parameters(`${parameterPrefix}/*`)],
    wildcardReason: 'What channels and fleets of the prefix name is in use; fleets belong to other stacks.',
  });
  allow(role, {
    actions: ['ssm:DeleteParameter'],
    resources: parameterPaths.flatMap((path) => parameters(`${path}/by-revision/*`)),
    wildcardReason: 'The parameter of a revision whose AMI is gone; its name holds the revision.',
  });
}

/** Allows a role to send events to the default bus of its account and region, as Winbake and as nothing else. */
export function allowAnnouncements(role: Role): void {
  const { account, partition, region } = Stack.of(role);
  allow(role, {
    actions: ['events:PutEvents'],
    resources: [`arn:${partition}:events:${region}:${account}:event-bus/default`],
    conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
  });
}

/** Grants reading what channels and revisions of pipelines point to, in one account and region. */
export function grantChannelReads(
  { account, partition, region }: Pick<Stack, 'account' | 'partition' | 'region'>,
  grantee: IGrantable,
  parameterPaths: readonly string[],
): Grant {
  const names = parameterPaths.flatMap((path) => [
    ...CHANNELS.flatMap((channel) => Object.values(channelParameters(path, channel))),
    `${path}/by-revision/*`,
  ]);
  return Grant.addToPrincipal({
    grantee,
    actions: ['ssm:GetParameter', 'ssm:GetParameters'],
    resourceArns: names.map((name) => `arn:${partition}:ssm:${region}:${account}:parameter${name}`),
  });
}

/** Allows a role to read and write the parameters of pipelines. */
export function allowChannelWrites(role: Role, parameterPaths: readonly string[]): void {
  allow(role, {
    actions: ['ssm:GetParameter', 'ssm:PutParameter'],
    resources: parameterPaths.map((path) => parameterArn(role, `${path}/*`)),
    wildcardReason: 'The channels and the parameter of each revision, all below the path of a pipeline.',
  });
  allow(role, {
    actions: ['ec2:DescribeImages'],
    resources: ['*'],
    wildcardReason:
      'Parameter Store asks for it to check a parameter of type aws:ec2:image, and it cannot be limited to resources.',
  });
}

/** Allows a role to read and write a pipeline's parameters wherever the pipeline publishes to. */
export function allowDelivery(role: Role, settings: PipelineSettings): void {
  const { distribution, parameterPath, parameterPrefix, promotion } = settings;
  const { account, partition, region } = Stack.of(role);
  allowChannelWrites(role, [parameterPath]);
  const regions = distribution.regions.map((one) => one.region);
  if (regions.length > 0) {
    allow(role, {
      actions: ['ssm:GetParameter', 'ssm:PutParameter'],
      resources: regions.map((one) => `arn:${partition}:ssm:${one}:${account}:parameter${parameterPath}/*`),
      wildcardReason: 'The channels and the parameter of each revision in the further regions.',
    });
  }
  if (promotion.canaryFleets.length > 0) {
    // Whoever delivers promotes as well, and a canary fleet may be in any region.
    allow(role, {
      actions: ['ssm:GetParameter'],
      resources: [region, ...regions].map(
        (one) => `arn:${partition}:ssm:${one}:${account}:parameter${fleetsPath(parameterPrefix)}/*`,
      ),
      wildcardReason: 'The states of canary fleets, which belong to other stacks.',
    });
  }
  if (distribution.accounts.length > 0) {
    allow(role, {
      actions: ['sts:AssumeRole'],
      resources: distribution.accounts.flatMap((other) =>
        [region, ...regions].map(
          (one) => `arn:${partition}:iam::${other}:role/${accountRoleName(parameterPrefix, one)}`,
        ),
      ),
    });
  }
}

/** Allows a function to see whether a rebake runs, and to end a build that a person cancelled. */
export function allowToFollowBakes(role: Role, resourceName: string): void {
  const { partition, region, account } = Stack.of(role);
  allow(role, {
    actions: ['states:DescribeExecution'],
    resources: [
      `arn:${partition}:states:${region}:${account}:execution:${stateMachineName({ resourceName })}:*`,
    ],
    wildcardReason: 'The names of executions are drawn when they start.',
  });
  allow(role, {
    actions: ['imagebuilder:CancelImageCreation'],
    resources: [imageArns(role, resourceName)],
    wildcardReason: 'Every build is a version of the image, with a number that is not known before.',
  });
}

/** Allows a function to see why a build failed. */
export function allowToExplainBakes(role: Role, resourceName: string): void {
  const { partition, region, account } = Stack.of(role);
  allow(role, {
    actions: [
      'imagebuilder:ListWorkflowExecutions',
      'imagebuilder:ListWorkflowStepExecutions',
      'imagebuilder:GetWorkflowStepExecution',
    ],
    resources: [
      imageArns(role, resourceName),
      `arn:${partition}:imagebuilder:${region}:${account}:workflow-execution/*`,
      `arn:${partition}:imagebuilder:${region}:${account}:workflow-step-execution/*`,
    ],
    wildcardReason:
      'Every build is a version of the image, with a number that is not known before, and so are the ids of its workflows and steps.',
  });
}

/** Allows a function to see which components and workflows of a pipeline are in use, and to remove those that are not. */
export function allowDocumentRemoval(
  role: Role,
  { pipelineName, resourceName }: Pick<PipelineSettings, 'pipelineName' | 'resourceName'>,
): void {
  const { account, partition, region } = Stack.of(role);
  const resource = (path: string) => `arn:${partition}:imagebuilder:${region}:${account}:${path}`;
  const own = ['component', 'workflow/build', 'workflow/test'].map((kind) =>
    resource(`${kind}/${resourceName}-*`),
  );
  allow(role, {
    actions: ['imagebuilder:ListComponents', 'imagebuilder:ListWorkflows'],
    resources: ['*'],
    wildcardReason: 'These calls, which list what is in the account, cannot be limited to resources.',
  });
  allow(role, {
    actions: ['imagebuilder:ListComponentBuildVersions', 'imagebuilder:ListWorkflowBuildVersions'],
    resources: own,
    wildcardReason: 'The names of components and workflows end in a hash of their content.',
  });
  allow(role, {
    actions: ['imagebuilder:GetImagePipeline', 'imagebuilder:GetImageRecipe'],
    resources: [resource(`image-pipeline/${resourceName}`), resource(`image-recipe/${resourceName}/*`)],
    wildcardReason: 'Image Builder counts the versions of the recipe.',
  });
  allow(role, {
    actions: ['imagebuilder:DeleteComponent', 'imagebuilder:DeleteWorkflow'],
    resources: own,
    conditions: { StringEquals: { [`aws:ResourceTag/${PIPELINE_TAG}`]: pipelineName } },
    wildcardReason:
      "The hashes of earlier releases are not known; the condition allows this pipeline's components and workflows only.",
  });
}

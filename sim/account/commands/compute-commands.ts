import {
  authorizationPage,
  everywhere,
  objectsOf,
  onArn,
  textOf,
  textsOf,
  type CommandInput,
  type CommandRow,
  type Need,
  type Place,
  type ServiceCommands,
} from './command-row';
import { ECS_COMMANDS } from './ecs-commands';

const AMI = 'ami-00000000000000001';
const TEMPLATE = 'lt-00000000000000001';

/** AMIs and snapshots belong to no account in their ARNs. */
function ec2Arn(id: string, { account, region }: Place): string {
  const [prefix = ''] = id.split('-');
  const kind = { ami: 'image', snap: 'snapshot', i: 'instance', vol: 'volume', lt: 'launch-template' }[
    prefix
  ];
  const owner = prefix === 'ami' || prefix === 'snap' ? '' : account;
  return `arn:aws:ec2:${region}:${owner}:${kind ?? '*'}/${id}`;
}

function onImage(action: string, more: CommandInput = {}): CommandRow {
  return {
    needs: (input, place) => [{ action, resource: ec2Arn(textOf(input, 'ImageId'), place) }],
    sample: { ImageId: AMI, ...more },
  };
}

const Filters = [{ Name: 'vpc-id', Values: ['vpc-00000000000000001'] }];

const ec2: ServiceCommands = {
  service: 'ec2',
  source: authorizationPage('amazonec2'),
  rows: {
    CreateTags: {
      needs: (input, place) => {
        const tags = objectsOf(input, 'Tags').map((tag) => [
          `aws:RequestTag/${textOf(tag, 'Key')}`,
          textOf(tag, 'Value'),
        ]);
        return textsOf(input, 'Resources').map((id) => ({
          action: 'ec2:CreateTags',
          resource: ec2Arn(id, place),
          context: Object.fromEntries(tags) as Record<string, string>,
        }));
      },
      sample: { Resources: [AMI], Tags: [{ Key: 'winbake:verified', Value: 'true' }] },
    },
    CreateLaunchTemplateVersion: {
      needs: (input, place) => [
        {
          action: 'ec2:CreateLaunchTemplateVersion',
          resource: ec2Arn(textOf(input, 'LaunchTemplateId'), place),
        },
      ],
      sample: { LaunchTemplateId: TEMPLATE, SourceVersion: '1', LaunchTemplateData: { ImageId: AMI } },
    },
    DeregisterImage: {
      ...onImage('ec2:DeregisterImage', { DeleteAssociatedSnapshots: true }),
      // Which snapshots those are is known to the service, which asks for ec2:DeleteSnapshot on each.
      source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeregisterImage.html',
    },
    EnableImageDeprecation: onImage('ec2:EnableImageDeprecation', { DeprecateAt: new Date(2e12) }),
    DisableImage: onImage('ec2:DisableImage', {}),
    EnableImage: onImage('ec2:EnableImage', {}),
    ModifyImageAttribute: onImage('ec2:ModifyImageAttribute', {
      LaunchPermission: { Add: [{ UserId: '123456789012' }] },
    }),
    DescribeImageAttribute: onImage('ec2:DescribeImageAttribute', { Attribute: 'launchPermission' }),
    DescribeFastLaunchImages: everywhere('ec2:DescribeFastLaunchImages', { ImageIds: [AMI] }),
    DisableFastLaunch: onImage('ec2:DisableFastLaunch', {}),
    DescribeImages: everywhere('ec2:DescribeImages', { ImageIds: [AMI] }),
    DescribeInstanceTypes: everywhere('ec2:DescribeInstanceTypes', { InstanceTypes: ['m5.large'] }),
    DescribeInstances: everywhere('ec2:DescribeInstances', { InstanceIds: ['i-00000000000000001'] }),
    DescribeLaunchTemplateVersions: everywhere('ec2:DescribeLaunchTemplateVersions', {
      LaunchTemplateId: TEMPLATE,
      Versions: ['1'],
    }),
    DescribeRegions: everywhere('ec2:DescribeRegions'),
    DescribeRouteTables: everywhere('ec2:DescribeRouteTables', { Filters }),
    DescribeSnapshots: everywhere('ec2:DescribeSnapshots', { OwnerIds: ['self'], Filters }),
    DescribeSubnets: everywhere('ec2:DescribeSubnets', { Filters }),
    DescribeVolumes: everywhere('ec2:DescribeVolumes', { Filters }),
    DescribeVpcEndpoints: everywhere('ec2:DescribeVpcEndpoints', { Filters }),
  },
};

/**
 * The ARN of a group. AWS puts a random id into it, which no input knows; the simulated one is the same for every group, and
 * the simulated service gives it too.
 */
export function groupArn(name: string, { account, region }: Place): string {
  const id = '00000000-0000-4000-8000-000000000000';
  return `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${id}:autoScalingGroupName/${name}`;
}

const AutoScalingGroupName = 'winbake-fleet';

function onGroup(action: string, more: CommandInput = {}): CommandRow {
  return {
    needs: (input, place) => [
      { action, resource: groupArn(textOf(input, 'AutoScalingGroupName'), place) },
      ...launching(templateOf(input) ?? templateOf(memberOf(input, 'DesiredConfiguration')), place),
    ],
    sample: { AutoScalingGroupName, ...more },
  };
}

/** The launch template of a group: alone, or within its policy of mixed instances. */
function templateOf(input: CommandInput): CommandInput | undefined {
  const mixed = memberOf(memberOf(input, 'MixedInstancesPolicy'), 'LaunchTemplate');
  return (input['LaunchTemplate'] ?? mixed['LaunchTemplateSpecification']) as CommandInput | undefined;
}

function memberOf(input: CommandInput, member: string): CommandInput {
  return (input[member] ?? {}) as CommandInput;
}

/**
 * Who gives a group a launch template must be allowed to launch from it. The template's own tags and role are for the service
 * to ask.
 */
function launching(template: CommandInput | undefined, place: Place): readonly Need[] {
  const id = textOf(template ?? {}, 'LaunchTemplateId');
  if (id === '') {
    return [];
  }
  const templateArn = ec2Arn(id, place);
  return [templateArn, ec2Arn('i-*', place)].map((resource) => ({
    action: 'ec2:RunInstances',
    resource,
    context: { 'ec2:LaunchTemplate': templateArn },
  }));
}

const LAUNCH_PERMISSIONS =
  'https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html';
const LaunchTemplate = { LaunchTemplateId: TEMPLATE, Version: '2' };

const autoScaling: ServiceCommands = {
  service: 'auto-scaling',
  source: authorizationPage('amazonec2autoscaling'),
  rows: {
    CancelInstanceRefresh: onGroup('autoscaling:CancelInstanceRefresh', {
      WaitForTransitioningInstances: false,
    }),
    DeleteAutoScalingGroup: onGroup('autoscaling:DeleteAutoScalingGroup', { ForceDelete: true }),
    RollbackInstanceRefresh: onGroup('autoscaling:RollbackInstanceRefresh'),
    StartInstanceRefresh: {
      ...onGroup('autoscaling:StartInstanceRefresh', {
        DesiredConfiguration: { LaunchTemplate },
        Preferences: { MinHealthyPercentage: 100, SkipMatching: true },
      }),
      source: LAUNCH_PERMISSIONS,
    },
    UpdateAutoScalingGroup: {
      ...onGroup('autoscaling:UpdateAutoScalingGroup', { LaunchTemplate }),
      source: LAUNCH_PERMISSIONS,
    },
    DescribeAutoScalingGroups: everywhere('autoscaling:DescribeAutoScalingGroups', {
      AutoScalingGroupNames: [AutoScalingGroupName],
    }),
    DescribeScalingActivities: everywhere('autoscaling:DescribeScalingActivities', {
      AutoScalingGroupName,
      MaxRecords: 100,
    }),
    DescribeWarmPool: everywhere('autoscaling:DescribeWarmPool', { AutoScalingGroupName }),
    // The service asks, since it knows the group of the instance.
    SetInstanceHealth: { needs: () => [], sample: { InstanceId: 'i-1', HealthStatus: 'Unhealthy' } },
    DescribeInstanceRefreshes: everywhere('autoscaling:DescribeInstanceRefreshes', {
      AutoScalingGroupName,
      MaxRecords: 1,
    }),
  },
};

const IMAGE_BUILDER = 'arn:aws:imagebuilder:us-east-1:123456789012:';
const build = `${IMAGE_BUILDER}image/winbake/1.0.0/1`;

const imagebuilder: ServiceCommands = {
  service: 'imagebuilder',
  source: authorizationPage('amazonec2imagebuilder'),
  rows: {
    StartImagePipelineExecution: {
      needs: (input) =>
        ['imagebuilder:StartImagePipelineExecution', 'imagebuilder:TagResource'].map((action) => ({
          action,
          resource: textOf(input, 'imagePipelineArn'),
        })),
      sample: {
        imagePipelineArn: `${IMAGE_BUILDER}image-pipeline/winbake`,
        clientToken: 'one',
        tags: { a: 'b' },
      },
    },
    GetImage: onArn('imagebuilder:GetImage', 'imageBuildVersionArn', build),
    DeleteImage: onArn('imagebuilder:DeleteImage', 'imageBuildVersionArn', build),
    ListWorkflowExecutions: onArn('imagebuilder:ListWorkflowExecutions', 'imageBuildVersionArn', build),
    CancelImageCreation: {
      ...onArn('imagebuilder:CancelImageCreation', 'imageBuildVersionArn', build),
      sample: { imageBuildVersionArn: build, clientToken: 'one' },
    },
    RetryImage: {
      ...onArn('imagebuilder:RetryImage', 'imageBuildVersionArn', build),
      sample: { imageBuildVersionArn: build, clientToken: 'one' },
    },
    ListWorkflowStepExecutions: onExecution(
      'imagebuilder:ListWorkflowStepExecutions',
      'workflow-execution',
      'workflowExecutionId',
      'wf-11111111-2222-3333-4444-555555555555',
    ),
    GetWorkflowStepExecution: onExecution(
      'imagebuilder:GetWorkflowStepExecution',
      'workflow-step-execution',
      'stepExecutionId',
      'step-11111111-2222-3333-4444-555555555555',
    ),
    ListImages: everywhere('imagebuilder:ListImages', { owner: 'Self' }),
    ListImagePipelineImages: onArn(
      'imagebuilder:ListImagePipelineImages',
      'imagePipelineArn',
      `${IMAGE_BUILDER}image-pipeline/winbake`,
    ),
    ListImageBuildVersions: onArn(
      'imagebuilder:ListImageBuildVersions',
      'imageVersionArn',
      `${IMAGE_BUILDER}image/winbake/1.0.0`,
    ),
    ListComponents: everywhere('imagebuilder:ListComponents', { owner: 'Self' }),
    ListComponentBuildVersions: onArn(
      'imagebuilder:ListComponentBuildVersions',
      'componentVersionArn',
      `${IMAGE_BUILDER}component/winbake-update/1.0.0`,
    ),
    DeleteComponent: onArn(
      'imagebuilder:DeleteComponent',
      'componentBuildVersionArn',
      `${IMAGE_BUILDER}component/winbake-update/1.0.0/1`,
    ),
    ListWorkflows: everywhere('imagebuilder:ListWorkflows', { owner: 'Self' }),
    ListWorkflowBuildVersions: onArn(
      'imagebuilder:ListWorkflowBuildVersions',
      'workflowVersionArn',
      `${IMAGE_BUILDER}workflow/build/winbake-build/1.0.0`,
    ),
    DeleteWorkflow: onArn(
      'imagebuilder:DeleteWorkflow',
      'workflowBuildVersionArn',
      `${IMAGE_BUILDER}workflow/build/winbake-build/1.0.0/1`,
    ),
    GetImagePipeline: onArn(
      'imagebuilder:GetImagePipeline',
      'imagePipelineArn',
      `${IMAGE_BUILDER}image-pipeline/winbake`,
    ),
    GetImageRecipe: onArn(
      'imagebuilder:GetImageRecipe',
      'imageRecipeArn',
      `${IMAGE_BUILDER}image-recipe/winbake/1.0.0`,
    ),
    GetInfrastructureConfiguration: onArn(
      'imagebuilder:GetInfrastructureConfiguration',
      'infrastructureConfigurationArn',
      `${IMAGE_BUILDER}infrastructure-configuration/winbake`,
    ),
    GetDistributionConfiguration: onArn(
      'imagebuilder:GetDistributionConfiguration',
      'distributionConfigurationArn',
      `${IMAGE_BUILDER}distribution-configuration/winbake`,
    ),
  },
};

function onExecution(action: string, kind: string, member: string, id: string): CommandRow {
  return {
    needs: (input, { account, region }) => [
      { action, resource: `arn:aws:imagebuilder:${region}:${account}:${kind}/${textOf(input, member)}` },
    ],
    sample: { [member]: id },
  };
}

const StackName = 'winbake-prove-1a2b3c4d';

const cloudformation: ServiceCommands = {
  service: 'cloudformation',
  source: authorizationPage('awscloudformation'),
  rows: {
    CreateStack: onStack('cloudformation:CreateStack', {
      StackName,
      TemplateBody: '{}',
      Capabilities: ['CAPABILITY_IAM'],
      Tags: [{ Key: 'winbake:prove', Value: '1a2b3c4d' }],
    }),
    DeleteStack: onStack('cloudformation:DeleteStack', { StackName }),
    DescribeStackEvents: onStack('cloudformation:DescribeStackEvents', { StackName }),
    DescribeStacks: onStack('cloudformation:DescribeStacks', {
      StackName: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Shop/1',
    }),
  },
};

/** A command about one stack, by name or ARN, or about all. */
function onStack(action: string, sample: CommandInput): CommandRow {
  return {
    needs: (input, { account, region }) => {
      const name = textOf(input, 'StackName');
      const named = name === '' ? '*' : `${name}/*`;
      const resource = name.startsWith('arn:')
        ? name
        : `arn:aws:cloudformation:${region}:${account}:stack/${named}`;
      return [{ action, resource }];
    },
    sample,
  };
}

const scheduler: ServiceCommands = {
  service: 'scheduler',
  source: authorizationPage('amazoneventbridgescheduler'),
  rows: { ListSchedules: everywhere('scheduler:ListSchedules', { NamePrefix: 'winbake' }) },
};

const serviceQuotas: ServiceCommands = {
  service: 'service-quotas',
  source: authorizationPage('servicequotas'),
  rows: {
    ListServiceQuotas: everywhere('servicequotas:ListServiceQuotas', { ServiceCode: 'ec2' }),
    ListAWSDefaultServiceQuotas: everywhere('servicequotas:ListAWSDefaultServiceQuotas', {
      ServiceCode: 'ec2',
    }),
  },
};

/** Of images, instances, groups, clusters and stacks. */
export const COMPUTE_COMMANDS: readonly ServiceCommands[] = [
  ec2,
  autoScaling,
  ECS_COMMANDS,
  imagebuilder,
  cloudformation,
  scheduler,
  serviceQuotas,
];

import {
  authorizationPage,
  everywhere,
  objectsOf,
  onArn,
  textOf,
  textsOf,
  type CommandInput,
  type CommandRow,
  type Place,
  type ServiceCommands,
} from './command-row';

const AMI = 'ami-00000000000000001';
export const TEMPLATE = 'lt-00000000000000001';

/** AMIs and snapshots belong to no account in their ARNs. */
export function ec2Arn(id: string, { account, region }: Place): string {
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

/** Of images, instances and stacks. */
export const COMPUTE_COMMANDS: readonly ServiceCommands[] = [
  ec2,
  imagebuilder,
  cloudformation,
  scheduler,
  serviceQuotas,
];

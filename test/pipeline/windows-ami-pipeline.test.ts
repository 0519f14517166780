import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import type { WindowsAmiPipelineProps } from '../../lib/pipeline/props/windows-ami-pipeline-props';
import { WindowsOs } from '../../lib/ami/windows-os';
import { environmentWith, onlyProperties } from '../support/only-resource';
import { actionsOf, policyStatements } from '../support/policy-statements';

const os = WindowsOs.SERVER_2022_CORE;

function pipelineOf(props: Partial<WindowsAmiPipelineProps> = {}) {
  const stack = new Stack(new App(), 'Platform');
  return { stack, pipeline: new WindowsAmiPipeline(stack, 'Pipeline', { os, ...props }) };
}

const { stack, pipeline } = pipelineOf();
const template = Template.fromStack(stack);
const decide = environmentWith(template, 'WINBAKE_GATE_POLICY');

describe('with required props', () => {
  test('bakes the ECS-optimized AMI of the os by a recipe of four components', () => {
    const recipe = onlyProperties(template, 'AWS::ImageBuilder::ImageRecipe');
    expect(recipe.ParentImage).toBe(`ssm:${os.baseAmiParameter}`);
    expect(recipe.Version).toBe('1.0.x');
    expect(recipe.Components).toHaveLength(4);
    template.resourceCountIs('AWS::ImageBuilder::Component', 4);
    template.allResourcesProperties('AWS::ImageBuilder::Component', {
      Version: '1.0.0',
      Platform: 'Windows',
    });
  });

  test('hands the components what they declare', () => {
    const recipe = onlyProperties(template, 'AWS::ImageBuilder::ImageRecipe');
    const components = recipe['Components'] as readonly {
      readonly Parameters?: readonly { Name: string }[];
    }[];
    const given = components.map(({ Parameters = [] }) => Parameters.map((one) => one.Name).sort());
    const declared = Object.values(template.findResources('AWS::ImageBuilder::Component')).map((component) =>
      [...(component['Properties'].Data as string).matchAll(/^ {2}- (\w+):$/gm)]
        .map(([, name]) => name)
        .sort(),
    );
    expect(given).toEqual(declared);
  });

  test('names the scripts by the digest of the very archive that is deployed', () => {
    const archive = readFileSync(join(__dirname, '..', '..', 'dist', 'instance-scripts.zip'));
    const sha256 = createHash('sha256').update(archive).digest('hex');
    expect(decide['WINBAKE_SCRIPTS_SHA256']).toBe(sha256);
    template.hasResourceProperties('AWS::ImageBuilder::ImageRecipe', {
      Components: Match.arrayWith([
        Match.objectLike({ Parameters: Match.arrayWith([{ Name: 'ScriptsSha256', Value: [sha256] }]) }),
      ]),
    });
  });

  test('tests the AMI, has no schedule of its own, and logs to groups that end', () => {
    const imagePipeline = onlyProperties(template, 'AWS::ImageBuilder::ImagePipeline');
    expect(imagePipeline.ImageTestsConfiguration).toEqual({ ImageTestsEnabled: true });
    expect(imagePipeline).not.toHaveProperty('Schedule');
    for (const group of Object.values(imagePipeline.LoggingConfiguration)) {
      expect(template.findResources('AWS::Logs::LogGroup')).toHaveProperty((group as { Ref: string }).Ref);
    }
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 400 });
  });

  test('lets instances speak to the metadata service by version 2 only, and ends those that failed', () => {
    template.hasResourceProperties('AWS::ImageBuilder::InfrastructureConfiguration', {
      InstanceMetadataOptions: { HttpTokens: 'required' },
      TerminateInstanceOnFailure: true,
    });
  });

  test('tags its AMIs with its name, which is what it may tag later', () => {
    template.hasResourceProperties('AWS::ImageBuilder::DistributionConfiguration', {
      Distributions: [
        {
          Region: { Ref: 'AWS::Region' },
          AmiDistributionConfiguration: {
            Name: 'winbake-2022-core-{{ imagebuilder:buildDate }}',
            AmiTags: { 'winbake:pipeline': '2022-core' },
          },
        },
      ],
    });
  });

  test('keeps its documents private, encrypted and in all versions', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: Match.objectLike({
        RestrictPublicBuckets: true,
        BlockPublicPolicy: true,
      }),
      BucketEncryption: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  test('runs its handlers on the Node.js that they are built for', () => {
    for (const [handler, variable] of [
      ['decide', 'WINBAKE_GATE_POLICY'],
      ['publish', 'WINBAKE_INSTANCE_ROLE_ID'],
    ] as const) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Runtime: 'nodejs22.x',
        Architectures: ['arm64'],
        Handler: `${handler}.handler`,
        Environment: { Variables: Match.objectLike({ [variable]: Match.anyValue() }) },
      });
    }
  });

  test('starts a rebake on Patch Tuesday at 10:00 Pacific time', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 10 ? * TUE#2 *)',
      ScheduleExpressionTimezone: 'America/Los_Angeles',
      Target: Match.objectLike({ Input: '{"trigger":"patchTuesday"}' }),
    });
  });

  test('looks every 4 hours, and runs housekeeping every 15 minutes', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(4 hours)',
      Target: Match.objectLike({ Input: '{"trigger":"poll"}' }),
    });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(15 minutes)',
      Target: Match.objectLike({ Input: '{"trigger":"schedule"}' }),
    });
  });

  test('fills every place of the state machine with what was deployed', () => {
    const machine = onlyProperties(template, 'AWS::StepFunctions::StateMachine');
    const places = [...(machine.DefinitionString as string).matchAll(/\${(\w+)}/g)].map(([, name]) => name);
    expect(Object.keys(machine.DefinitionSubstitutions).sort()).toEqual([...new Set(places)].sort());
  });

  test('seeds its channels', () => {
    expect(onlyProperties(template, 'Custom::WinbakeSeed')).toMatchObject({
      os: 'SERVER_2022_CORE',
      parameterPath: '/winbake/2022-core',
      baseAmiParameter: os.baseAmiParameter,
    });
  });

  test('prints the name that fleets find it by', () => {
    Annotations.fromStack(stack).hasInfo(
      '/Platform/Pipeline',
      Match.stringLikeRegexp('"pipelineName" is 2022-core'),
    );
  });

  test('tells where its parameters are', () => {
    expect(pipeline.parameterPath).toBe('/winbake/2022-core');
    expect(pipeline.pipelineName).toBe('2022-core');
  });
});

describe('permissions', () => {
  const statements = policyStatements(template);
  const of = (role: string) =>
    statements[Object.keys(statements).find((id) => id.startsWith(role)) ?? ''] ?? [];

  test('nobody may do everything of a service', () => {
    expect(actionsOf(Object.values(statements).flat()).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('an instance reads catalog, order and scripts of all deployments, and writes only the documents that carry its own id', () => {
    const [reads, writes, ...others] = of('PipelineInstanceRole');
    expect(others).toEqual([]);
    expect(reads?.Action).toBe('s3:GetObject');
    const read = (reads?.Resource as { 'Fn::Join': [string, unknown[]] }[]).map(
      (one) => one['Fn::Join'][1][1],
    );
    expect(read).toEqual(['/scripts/*.zip', '/catalog/2022.json', '/bakes/current.json']);
    expect(writes?.Action).toBe('s3:PutObject');
    const keys = (writes?.Resource as { 'Fn::Join': [string, unknown[]] }[]).map(
      (one) => one['Fn::Join'][1][1],
    );
    expect(keys).toEqual(
      ['manifests', 'verifications', 'failures'].map((folder) => `/${folder}/\${aws:userid}.json`),
    );
  });

  test('the gate can tell a document that is absent from one that is forbidden', () => {
    expect(actionsOf(of('PipelineDecideRole'))).toEqual([
      'events:PutEvents',
      'imagebuilder:CancelImageCreation',
      'imagebuilder:GetWorkflowStepExecution',
      'imagebuilder:ListWorkflowExecutions',
      'imagebuilder:ListWorkflowStepExecutions',
      'kms:Decrypt',
      'kms:GenerateDataKey',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'sns:Publish',
      'ssm:GetParameter',
      'states:DescribeExecution',
    ]);
  });

  test('the gate reads what instances write of their failures, and knows whose they are', () => {
    const reads = of('PipelineDecideRole').filter((one) => one.Action === 's3:GetObject');
    expect(JSON.stringify(reads)).toContain('"/failures/*"');
    expect(decide['WINBAKE_INSTANCE_ROLE_ID']).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^PipelineInstanceRole/), 'RoleId'],
    });
  });

  test('publishing tags AMIs of its own pipeline only', () => {
    expect(of('PipelinePublishRole').find((one) => one.Action === 'ec2:CreateTags')?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' },
    });
  });

  test('operating takes away AMIs of its own pipeline only', () => {
    const removing = of('PipelineOperateRole').filter((one) =>
      actionsOf([one]).some((action) => /Deregister|Deprecation|DeleteSnapshot/.test(action)),
    );
    expect(removing.map(({ Condition }) => Condition)).toEqual([
      { StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' } },
      { StringEquals: { 'aws:ResourceTag/CreatedBy': 'EC2 Image Builder' } },
    ]);
  });

  test('operating starts and ends rebakes of its own pipeline only', () => {
    const rebakes = of('PipelineOperateRole').filter((one) =>
      actionsOf([one]).some((action) => action.startsWith('states:')),
    );
    expect(actionsOf(rebakes)).toEqual([
      'states:DescribeExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    for (const { Resource } of rebakes) {
      expect(JSON.stringify(Resource)).toMatch(/:winbake-2022-core-rebake(:\*)?"/);
    }
  });

  test('nobody assumes a role where no account is named', () => {
    expect(actionsOf(Object.values(statements).flat())).not.toContain('sts:AssumeRole');
  });

  test('a deployment starts the state machine, once it is there', () => {
    expect(actionsOf(of('PipelineSeedHandlerRole'))).toContain('states:StartExecution');
    const [seed] = Object.values(template.findResources('Custom::WinbakeSeed'));
    const [machine = ''] = Object.keys(template.findResources('AWS::StepFunctions::StateMachine'));
    expect(seed?.['DependsOn']).toContain(machine);
    expect(environmentWith(template, 'WINBAKE_STATE_MACHINE_ARN')).toBeDefined();
  });

  test('the rebake calls its own functions and its own pipeline', () => {
    expect(actionsOf(of('PipelineRebakeRole')).filter((action) => !/^(logs|xray):/.test(action))).toEqual([
      'imagebuilder:CancelImageCreation',
      'imagebuilder:GetImage',
      'imagebuilder:GetImagePipeline',
      'imagebuilder:RetryImage',
      'imagebuilder:StartImagePipelineExecution',
      'imagebuilder:TagResource',
      'lambda:InvokeFunction',
      'ssm:GetParameter',
    ]);
  });

  test('the rebake tags what it starts: its pipeline, as AWS asks for it, and images of its recipe', () => {
    const [tagging, ...more] = of('PipelineRebakeRole').filter(
      (one) => one.Action === 'imagebuilder:TagResource',
    );
    expect(more).toEqual([]);
    const [started, images] = tagging!.Resource as readonly object[];
    expect(started).toEqual(
      of('PipelineRebakeRole').find((one) => actionsOf([one]).includes('imagebuilder:GetImagePipeline'))
        ?.Resource,
    );
    expect(JSON.stringify(images)).toMatch(/:image\/winbake-2022-core\/\*"/);
  });
});

test('a VPC without security groups gets one that lets nothing in', () => {
  const { stack: own } = pipelineOf();
  const vpc = new Vpc(own, 'Vpc', { maxAzs: 2 });
  new WindowsAmiPipeline(own, 'Inside', { os, pipelineName: 'inside', vpc });
  const inside = Template.fromStack(own);
  inside.resourceCountIs('AWS::EC2::SecurityGroup', 1);
  expect(onlyProperties(inside, 'AWS::EC2::SecurityGroup')).not.toHaveProperty('SecurityGroupIngress');
});

test('who operates and who accepts may call one way each', () => {
  const { stack: own, pipeline: granting } = pipelineOf();
  const roleOf = (id: string) => new Role(own, id, { assumedBy: new AccountRootPrincipal() });
  granting.grantOperate(roleOf('Operator'));
  granting.grantAccept(roleOf('Accepter'));
  const granted = Object.entries(policyStatements(Template.fromStack(own)))
    .filter(([id]) => /^(Operator|Accepter)/.test(id))
    .map(([id, given]) => [
      id.slice(0, 8),
      given.map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]),
    ]);
  expect(Object.fromEntries(granted)).toEqual({
    Operator: [['lambda:InvokeFunction', expect.stringMatching(/"PipelineOperateFunction\w+","Arn"/)]],
    Accepter: [['lambda:InvokeFunction', expect.stringMatching(/"Ref":"PipelineOperateAccept/)]],
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LatePolicy } from '../../lib/bake/late-policy';
import { WindowsAmiPipeline } from '../../lib/bake/windows-ami-pipeline';
import type { WindowsAmiPipelineProps } from '../../lib/bake/windows-ami-pipeline-props';
import { WindowsOs } from '../../lib/windows-os';
import { documentedDefaults } from '../support/documented-defaults';
import { environmentWith, onlyProperties, onlyResource } from '../support/only-resource';
import { actionsOf, policyStatements } from '../support/policy-statements';

const os = WindowsOs.SERVER_2022_CORE;

function pipelineOf(props: Partial<WindowsAmiPipelineProps> = {}) {
  const stack = new Stack(new App(), 'Platform');
  return { stack, pipeline: new WindowsAmiPipeline(stack, 'Pipeline', { os, ...props }) };
}

const { stack, pipeline } = pipelineOf();
const template = Template.fromStack(stack);
const decide = environmentWith(template, 'WINBAKE_LATE');

describe('with required props', () => {
  test('bakes the ECS-optimized AMI of the os by a recipe of three components', () => {
    const recipe = onlyProperties(template, 'AWS::ImageBuilder::ImageRecipe');
    expect(recipe.ParentImage).toBe(`ssm:${os.baseAmiParameter}`);
    expect(recipe.Version).toBe('1.0.x');
    expect(recipe.Components).toHaveLength(3);
    template.resourceCountIs('AWS::ImageBuilder::Component', 3);
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
    for (const variable of ['WINBAKE_LATE', 'WINBAKE_INSTANCE_ROLE_ID']) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Runtime: 'nodejs22.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
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

  test('looks every 4 hours, and takes care every 15 minutes', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(4 hours)',
      Target: Match.objectLike({ Input: '{"trigger":"look"}' }),
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

test('the defaults are those of docs/defaults.md', () => {
  const infrastructure = onlyProperties(template, 'AWS::ImageBuilder::InfrastructureConfiguration');
  const recipe = onlyProperties(template, 'AWS::ImageBuilder::ImageRecipe');
  const families = (decide['WINBAKE_FAMILIES'] as string).split(',').map((name) => `\`${name}\``);
  const isIn = (object: object, key: string, text: string) => (key in object ? 'is set' : text);
  const [logs] = Object.values(template.findResources('AWS::Logs::LogGroup'));
  const late = Object.entries(LatePolicy).find(([, value]) => value === decide['WINBAKE_LATE']);
  expect(documentedDefaults('WindowsAmiPipeline')).toEqual({
    pipelineName: `release and edition, such as \`${pipeline.pipelineName}\``,
    families: `${families.slice(0, -1).join(', ')} and ${families.at(-1)}; on 2016 without \`nanoserver\`, which has ended there`,
    longestWait: `Duration.hours(${Number(decide['WINBAKE_LONGEST_WAIT_SECONDS']) / 3600})`,
    latePolicy: `LatePolicy.${late?.[0]}`,
    registry: decide['WINBAKE_REGISTRY'],
    vpc: isIn(infrastructure, 'SubnetId', "the region's default VPC"),
    vpcSubnets: "the private subnets with a way out, else the VPC's only kind",
    securityGroups: isIn(
      infrastructure,
      'SecurityGroupIds',
      'with `vpc` a new group that lets nothing in and everything out',
    ),
    instanceTypes: (infrastructure['InstanceTypes'] as string[]).map((type) => `\`${type}\``).join(', '),
    volumeSize: `Size.gibibytes(${recipe.BlockDeviceMappings[0].Ebs.VolumeSize})`,
    parameterPrefix: pipeline.parameterPrefix,
    removalPolicy: `RemovalPolicy.${String(onlyResource(template, 'AWS::S3::Bucket')['DeletionPolicy']).toUpperCase()}`,
    logRetention: `RetentionDays.${RetentionDays[logs?.['Properties'].RetentionInDays]}`,
  });
  const old = Template.fromStack(pipelineOf({ os: WindowsOs.SERVER_2016_FULL }).stack);
  expect(environmentWith(old, 'WINBAKE_FAMILIES')['WINBAKE_FAMILIES']).toBe('servercore,iis,aspnet');
});

describe('permissions', () => {
  const statements = policyStatements(template);
  const of = (role: string) =>
    statements[Object.keys(statements).find((id) => id.startsWith(role)) ?? ''] ?? [];

  test('nobody may do everything of a service', () => {
    expect(actionsOf(Object.values(statements).flat()).filter((action) => action.includes('*'))).toEqual([]);
  });

  test('an instance reads three objects and writes only the documents that carry its own id', () => {
    const [reads, writes, ...others] = of('PipelineInstanceRole');
    expect(others).toEqual([]);
    expect(reads?.Action).toBe('s3:GetObject');
    expect(JSON.stringify(reads?.Resource)).not.toContain('*');
    expect(reads?.Resource).toHaveLength(3);
    expect(writes?.Action).toBe('s3:PutObject');
    const keys = (writes?.Resource as { 'Fn::Join': [string, unknown[]] }[]).map(
      (one) => one['Fn::Join'][1][1],
    );
    expect(keys).toEqual(['/manifests/${aws:userid}.json', '/verifications/${aws:userid}.json']);
  });

  test('the gate can tell a document that is absent from one that is forbidden', () => {
    expect(actionsOf(of('PipelineDecideRole'))).toEqual([
      'imagebuilder:CancelImageCreation',
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

  test('publishing tags AMIs of its own pipeline only', () => {
    expect(of('PipelinePublishRole').find((one) => one.Action === 'ec2:CreateTags')?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/winbake:pipeline': '2022-core' },
    });
  });

  test('the rebake calls its own functions and its own pipeline', () => {
    expect(actionsOf(of('PipelineRebakeRole')).filter((action) => !/^(logs|xray):/.test(action))).toEqual([
      'imagebuilder:CancelImageCreation',
      'imagebuilder:GetImage',
      'imagebuilder:GetImagePipeline',
      'imagebuilder:StartImagePipelineExecution',
      'lambda:InvokeFunction',
      'ssm:GetParameter',
    ]);
  });
});

describe('with all props', () => {
  const all = new Stack(new App(), 'All');
  const vpc = new Vpc(all, 'Vpc', { maxAzs: 2 });
  const group = new SecurityGroup(all, 'Group', { vpc });
  new WindowsAmiPipeline(all, 'Pipeline', {
    os: WindowsOs.SERVER_2019_FULL,
    pipelineName: 'web',
    families: ['servercore', 'framework-sdk'],
    longestWait: Duration.hours(12),
    latePolicy: LatePolicy.STOP,
    registry: 'https://mirror.example.com:5000/',
    vpc,
    vpcSubnets: { subnetType: SubnetType.PUBLIC },
    securityGroups: [group],
    instanceTypes: [new InstanceType('m7i.large')],
    volumeSize: Size.gibibytes(200),
    parameterPrefix: '/team/winbake',
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_WEEK,
  });
  const whole = Template.fromStack(all);

  test('each reaches its place', () => {
    expect(environmentWith(whole, 'WINBAKE_LATE')).toMatchObject({
      WINBAKE_OS: 'SERVER_2019_FULL',
      WINBAKE_FAMILIES: 'servercore,framework-sdk',
      WINBAKE_LONGEST_WAIT_SECONDS: '43200',
      WINBAKE_LATE: 'stop',
      WINBAKE_REGISTRY: 'https://mirror.example.com:5000',
      WINBAKE_PARAMETER_PATH: '/team/winbake/web',
    });
    whole.hasResourceProperties('AWS::ImageBuilder::InfrastructureConfiguration', {
      Name: 'winbake-web',
      InstanceTypes: ['m7i.large'],
      SubnetId: { Ref: Match.stringLikeRegexp('VpcPublicSubnet1') },
      SecurityGroupIds: [all.resolve(group.securityGroupId)],
    });
    whole.hasResourceProperties('AWS::ImageBuilder::ImageRecipe', {
      BlockDeviceMappings: [
        { DeviceName: '/dev/sda1', Ebs: Match.objectLike({ VolumeSize: 200, Encrypted: true }) },
      ],
      Components: Match.arrayWith([
        Match.objectLike({
          Parameters: Match.arrayWith([
            { Name: 'ExpectedBuild', Value: ['17763'] },
            { Name: 'WindowsOs', Value: ['SERVER_2019_FULL'] },
            { Name: 'Registry', Value: ['mirror.example.com:5000'] },
          ]),
        }),
      ]),
    });
    whole.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    whole.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  test('a name that was given is not announced', () => {
    Annotations.fromStack(all).hasNoInfo('*', Match.anyValue());
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

describe('what cannot be meant ends synthesis', () => {
  const group = SecurityGroup.fromSecurityGroupId(new Stack(), 'Group', 'sg-1234');
  test.each<[Partial<WindowsAmiPipelineProps>, string]>([
    [
      { pipelineName: 'Web' },
      `[Platform/Pipeline] "pipelineName" must have 3 to 40 lower-case letters, digits and hyphens, no hyphen first or last; got: 'Web'. Leave it out to take the os's, such as '2022-core'.`,
    ],
    [
      { parameterPrefix: '/aws/winbake' },
      `"parameterPrefix" must be a path of one to five parts, begin with a slash, end without one, and be none of /aws and /ssm; got: '/aws/winbake'.`,
    ],
    [{ parameterPrefix: '/winbake/' }, `got: '/winbake/'`],
    [{ families: [] }, `"families" must name at least one family; got: [].`],
    [
      { families: ['iss'] },
      `"families" must fit SERVER_2022_CORE; got: 'iss'. An image family is one of servercore,`,
    ],
    [
      { os: WindowsOs.SERVER_2016_FULL, families: ['nanoserver'] },
      `"families" must fit SERVER_2016_FULL; got: 'nanoserver'. There is no nanoserver image for Windows Server 2016`,
    ],
    [{ longestWait: Duration.minutes(30) }, `"longestWait" must be 1 to 168 hours; got: 30 minutes.`],
    [{ longestWait: Duration.days(8) }, `"longestWait" must be 1 to 168 hours; got: 8 days.`],
    [{ volumeSize: Size.gibibytes(30) }, `"volumeSize" must be 50 to 16384; got: 30.`],
    [{ instanceTypes: [] }, `"instanceTypes" must name at least one type; got: [].`],
    [
      { registry: 'http://mirror' },
      `"registry" must be an https address without a path; got: 'http://mirror'.`,
    ],
    [{ registry: 'https://mirror/path' }, `got: 'https://mirror/path'`],
    [{ registry: Token.asString({ Ref: 'X' }) }, `"registry" must be known at synthesis; got: a token.`],
    [{ securityGroups: [group] }, `"securityGroups" needs "vpc"; got: no "vpc".`],
    [{ vpcSubnets: {} }, `"vpcSubnets" needs "vpc"; got: no "vpc".`],
  ])('%#', (props, message) => {
    expect(() => pipelineOf(props)).toThrow(message);
  });

  test('a token is let through', () => {
    const prefix = Token.asString({ Ref: 'Prefix' });
    expect(() => pipelineOf({ parameterPrefix: prefix })).not.toThrow();
  });
});

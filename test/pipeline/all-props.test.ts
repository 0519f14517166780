import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineDescriptionSchema } from '../../lib/contract/documents/pipeline-description';
import { gatePolicyOf } from '../../lib/contract/documents/gate-policy';
import { ACCOUNTS, addAllPropsPipeline, OWN_DOCUMENT, REGIONS } from '../support/all-props-pipeline';
import { environmentWith, onlyProperties, onlyResource } from '../support/only-resource';
import { actionsOf, policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const { stack } = addAllPropsPipeline(new App());
const template = Template.fromStack(stack);
const recipe = onlyProperties(template, 'AWS::ImageBuilder::ImageRecipe');

test('it is every prop', () => {
  const read = (...path: string[]) => readFileSync(join(__dirname, '..', ...path), 'utf8');
  const props = [
    ...read('..', 'lib', 'pipeline', 'props', 'windows-ami-pipeline-props.ts').matchAll(
      /readonly (\w+)\??:/g,
    ),
  ];
  const missing = props
    .map(([, name = '']) => name)
    .filter((name) => !new RegExp(`\\b${name}[:,]`).test(read('support', 'all-props-pipeline.ts')));
  expect(missing).toEqual([]);
});

test('the gate is told its policy and what it caches', () => {
  const variables = environmentWith(template, 'WINBAKE_GATE_POLICY');
  expect(gatePolicyOf(variables as NodeJS.ProcessEnv)).toEqual({
    schema: 'winbake.gate-policy/1',
    longestWaitSeconds: 43_200,
    late: 'stop',
    outOfBand: 'ignore',
    maxAgeSeconds: 1_728_000,
    baseAmi: 'atOnce',
    hostWithoutImage: 'stop',
    lines: { 'framework-sdk': '4.8' },
    previousRevisions: 2,
    extras: ['tools=contoso/tools:ltsc2019'],
    noBakeWindows: [{ days: ['FRI', 'SAT'], startHour: 18, endHour: 6, timeZone: 'Europe/Berlin' }],
  });
  expect(variables).toMatchObject({
    WINBAKE_OS: 'SERVER_2019_FULL',
    WINBAKE_FAMILIES: 'servercore,framework-sdk',
    WINBAKE_REGISTRY: 'https://registry.example.com:5000',
    WINBAKE_PARAMETER_PATH: '/team/winbake/web',
    WINBAKE_BASE_AMI_PARAMETER: '/golden/windows-2019/ami-id',
  });
});

test('whoever reads the base AMI may read that parameter of the account', () => {
  const reading = Object.entries(policyStatements(template)).filter(([, statements]) =>
    statements.some(
      ({ Action, Resource }) =>
        Action === 'ssm:GetParameter' && JSON.stringify(Resource).includes('/golden/windows-2019/ami-id'),
    ),
  );
  const roles = reading.map(([role]) => /^Pipeline(\w+?)Role/.exec(role)?.[1]).sort();
  expect(roles).toEqual(['Decide', 'Execution', 'Housekeeping', 'Rebake', 'SeedHandler']);
});

test('the description says where publications go, and how they are promoted and kept', () => {
  const { Value } = onlyResource(template, 'AWS::SSM::Parameter')['Properties'];
  expect(pipelineDescriptionSchema.parse(JSON.parse(resolvedText(Value)))).toMatchObject({
    parameterPrefix: '/team/winbake',
    account: ACCOUNTS[0],
    region: REGIONS[0],
    accounts: [ACCOUNTS[1]],
    regions: [REGIONS[1]],
    promotion: {
      mode: 'automatic',
      delaySeconds: 7200,
      atMostSeconds: 43_200,
      canaryFleets: ['shop-canary'],
    },
    retention: { newest: 5, minimumAgeDays: 60 },
    patchWithinSeconds: 216_000,
    longestSilenceHours: 30,
  });
});

test('components of the user run after the update, or last', () => {
  const own = Object.entries(template.findResources('AWS::ImageBuilder::Component')).find(
    ([, { Properties }]) => Properties.Data === OWN_DOCUMENT,
  );
  expect(own?.[1]['Properties']).toMatchObject({
    Name: expect.stringMatching(/^winbake-web-own-agent-[0-9a-f]{8}$/),
    Version: '1.0.0',
  });
  const names = (recipe.Components as { ComponentArn: string | { 'Fn::GetAtt': [string] } }[]).map(
    ({ ComponentArn }) => (typeof ComponentArn === 'string' ? 'arn' : ComponentArn['Fn::GetAtt'][0]),
  );
  const place = (part: string) => names.findIndex((name) => name.includes(part));
  expect(names.indexOf('arn')).toBe(place('RecipeUpdate') + 1);
  expect(place('RecipeCacheImages')).toBe(names.indexOf('arn') + 1);
  expect(names.indexOf(own?.[0] ?? '')).toBe(place('RecipeCacheImages') + 1);
});

test('the volume is as it was said, and encrypted with the key', () => {
  const key = Object.keys(template.findResources('AWS::KMS::Key')).find((id) => id.startsWith('VolumeKey'));
  expect(recipe.BlockDeviceMappings).toEqual([
    {
      DeviceName: '/dev/sda1',
      Ebs: {
        VolumeSize: 200,
        VolumeType: 'gp3',
        Throughput: 500,
        Iops: 4000,
        Encrypted: true,
        DeleteOnTermination: true,
        KmsKeyId: { 'Fn::GetAtt': [key, 'Arn'] },
      },
    },
  ]);
});

test('images come from the mirror, through the proxy', () => {
  const parameters = (recipe.Components as { Parameters?: { Name: string; Value: unknown }[] }[]).flatMap(
    ({ Parameters = [] }) => Parameters,
  );
  expect(parameters).toEqual(
    expect.arrayContaining([
      { Name: 'Registry', Value: ['mirror.example.com/mcr'] },
      { Name: 'Proxy', Value: ['http://proxy.example.com:3128'] },
      { Name: 'FileScan', Value: ['keep'] },
      { Name: 'ExpectedBuild', Value: ['17763'] },
    ]),
  );
});

test('the AMI goes to both regions, and both accounts may use it there', () => {
  const { Distributions } = onlyProperties(template, 'AWS::ImageBuilder::DistributionConfiguration');
  const permission = { LaunchPermissionConfiguration: { UserIds: [ACCOUNTS[1]] } };
  expect(Distributions).toMatchObject([
    {
      Region: REGIONS[0],
      AmiDistributionConfiguration: permission,
      FastLaunchConfigurations: [
        {
          Enabled: true,
          AccountId: ACCOUNTS[0],
          MaxParallelLaunches: 8,
          SnapshotConfiguration: { TargetResourceCount: 10 },
          LaunchTemplate: { LaunchTemplateId: 'lt-0123456789abcdef0', LaunchTemplateVersion: '1' },
        },
      ],
    },
    {
      Region: REGIONS[1],
      AmiDistributionConfiguration: {
        ...permission,
        KmsKeyId: `arn:aws:kms:${REGIONS[1]}:${ACCOUNTS[0]}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      },
    },
  ]);
});

test('Inspector scans the AMI without being enabled in the account, and a graver finding fails the image', () => {
  template.hasResourceProperties('AWS::ImageBuilder::ImagePipeline', {
    ImageScanningConfiguration: {
      ImageScanningEnabled: true,
      ImageScanningTypes: ['ON_DEMAND_AMI_CVE'],
      ScanResultCondition: { MaximumSeverityLabel: 'HIGH', FixAvailable: false },
    },
  });
  // It is about the test instance, and such a scan has none.
  expect(JSON.stringify(template.findResources('AWS::ImageBuilder::Workflow'))).not.toContain(
    'CollectImageScanFindings',
  );
  const [, execution = []] =
    Object.entries(policyStatements(template)).find(([role]) => role.startsWith('PipelineExecutionRole')) ??
    [];
  expect(actionsOf(execution)).toEqual(
    expect.arrayContaining([
      'iam:CreateServiceLinkedRole',
      'inspector2:GetOnDemandScanStatus',
      'inspector2:StartOnDemandScan',
    ]),
  );
});

test('the network, the instances and the schedule are as they were said', () => {
  template.hasResourceProperties('AWS::ImageBuilder::InfrastructureConfiguration', {
    Name: 'winbake-web',
    InstanceTypes: ['m7i.large'],
    SubnetId: { Ref: Match.stringLikeRegexp('VpcPrivateSubnet1') },
    SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^Group'), 'GroupId'] }],
  });
  template.hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(12 hours)',
    Target: Match.objectLike({ Input: '{"trigger":"poll"}' }),
  });
  template.resourcePropertiesCountIs('AWS::Scheduler::Schedule', { Name: 'winbake-web-patch-tuesday' }, 0);
});

test('people are notified through the given topic, and nothing is kept longer than said', () => {
  template.resourceCountIs('AWS::SNS::Topic', 1);
  expect(environmentWith(template, 'WINBAKE_TOPIC_ARN')['WINBAKE_TOPIC_ARN']).toEqual({
    Ref: expect.stringMatching(/^Notices/),
  });
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  const groups = Object.entries(template.findResources('AWS::Logs::LogGroup')).filter(([id]) =>
    id.startsWith('Pipeline'),
  );
  expect(groups.map(([, { Properties }]) => Properties.RetentionInDays)).toEqual(groups.map(() => 7));
});

test('a name that was given is not announced', () => {
  Annotations.fromStack(stack).hasNoInfo('*', Match.anyValue());
});

test.each(['Publish', 'Housekeeping', 'Operate'])(
  '%s reaches every region and account that is named',
  (kind) => {
    const statements = Object.entries(policyStatements(template)).find(([id]) =>
      id.startsWith(`Pipeline${kind}Role`),
    )?.[1];
    const text = JSON.stringify(statements);
    expect(text).toContain(`:ssm:${REGIONS[1]}:${ACCOUNTS[0]}:parameter/team/winbake/web/*`);
    for (const region of REGIONS) {
      expect(text).toContain(`:iam::${ACCOUNTS[1]}:role/team-winbake-account-${region}`);
    }
  },
);

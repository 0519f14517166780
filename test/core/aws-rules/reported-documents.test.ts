import type { JsonObject } from '../../../lib/contract/values/json';
import type { DocumentKind } from '../../../lib/core/aws-rules/rule';
import { checkDocument, EXAMPLES } from '../../../lib/core/aws-rules/rules';

const AMI = { Name: 'golden-{{ imagebuilder:buildDate }}' };
const distributions = (change: JsonObject) => ({
  Distributions: [{ Region: 'us-east-1', AmiDistributionConfiguration: AMI, ...change }],
});
const component = (...lines: readonly string[]) => ({ Data: lines.join('\n') });
const template = (change: JsonObject) => ({ LaunchTemplateData: { InstanceType: 'm5.large', ...change } });
const device = (ebs: JsonObject) =>
  template({ BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: ebs }] });
const policy = (...statements: readonly JsonObject[]) => ({
  KeyPolicy: { Version: '2012-10-17', Statement: statements },
});
const machine = (states: JsonObject) => ({ StartAt: Object.keys(states)[0], States: states });
const definition = (states: JsonObject) => ({
  DefinitionString: undefined,
  Definition: machine(states),
});
const ROOT = {
  Sid: 'Root',
  Effect: 'Allow',
  Principal: { AWS: '111122223333' },
  Action: 'kms:*',
  Resource: '*',
};

/** After the form of documents that people report as refused: where, the kind, what differs from its example, and the rule. */
const REPORTED: readonly (readonly [string, DocumentKind, JsonObject, string])[] = [
  [
    'CloudSnorkel/cdk-github-runners/pull/812',
    'workflow',
    component(
      'schemaVersion: 1.0',
      'steps:',
      '  - name: LaunchBuildInstance',
      '    action: LaunchInstance',
      '    inputs:',
      '      waitFor: ssmAgent',
    ),
    'workflow/image-id',
  ],
  [
    'hashicorp/terraform-provider-aws/issues/39785',
    'workflow',
    {
      Type: 'DISTRIBUTION',
      ...component('schemaVersion: 1.0', 'steps:', '  - name: Approve', '    action: WaitForAction'),
    },
    'workflow/distribution',
  ],
  [
    'aws/aws-cdk/issues/29910',
    'pipeline',
    {
      Workflows: [{ WorkflowArn: 'arn:aws:imagebuilder:us-east-1:aws:workflow/build/build-image' }],
      ExecutionRole: 'arn:aws:iam::111122223333:role/bake',
    },
    'pipeline/workflow-arn',
  ],
  [
    'aws-cloudformation/cloudformation-coverage-roadmap/issues/2439',
    'component',
    { Version: '1.0.x' },
    'component/version',
  ],
  [
    'CloudSnorkel/cdk-github-runners/issues/964',
    'component',
    component(
      'schemaVersion: 1.0',
      'phases:',
      '  - name: build',
      '    steps:',
      '      - name: Download',
      '        action: S3Download',
      '        inputs: []',
    ),
    'component/inputs',
  ],
  [
    'aws/copilot-cli/issues/5917',
    'role',
    {
      Policies: [
        {
          PolicyName: 'all',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: 's3:GetObject',
                Resource: Array.from({ length: 400 }, (_, i) => `arn:aws:s3:::a-bucket-with-a-name-${i}/*`),
              },
            ],
          },
        },
      ],
    },
    'role/policies-size',
  ],
  [
    'hashicorp/terraform-provider-aws/issues/36610',
    'distribution',
    distributions({ AmiDistributionConfiguration: { Name: 'eks-node' } }),
    'distribution/ami-name',
  ],
  [
    'hashicorp/terraform-provider-aws/issues/17390',
    'distribution',
    { Distributions: [{ Region: 'us-west-2' }] },
    'distribution/outputs',
  ],
  [
    'rhythmictech/terraform-aws-imagebuilder-pipeline/pull/11',
    'distribution',
    distributions({
      AmiDistributionConfiguration: { ...AMI, LaunchPermissionConfiguration: { UserIds: [] } },
    }),
    'distribution/accounts',
  ],
  [
    'buildkite/image-builder/issues/7',
    'pipeline',
    { Schedule: { ScheduleExpression: 'cron(0 0 * * *)' } },
    'pipeline/schedule',
  ],
  [
    'hashicorp/terraform-provider-aws/issues/29830',
    'refresh',
    { DesiredConfiguration: undefined, Preferences: { AutoRollback: true } },
    'refresh/rollback',
  ],
  [
    'aws/aws-cdk/pull/38277',
    'refresh',
    { Preferences: { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 } },
    'refresh/health',
  ],
  [
    'hashicorp/terraform-provider-aws/issues/4570',
    'launch-template',
    template({ SecurityGroupIds: ['sg-0a1b2c3d'], NetworkInterfaces: [{ AssociatePublicIpAddress: true }] }),
    'launch-template/network',
  ],
  [
    'github-aws-runners/terraform-aws-github-runner/issues/3700',
    'launch-template',
    template({ UserData: Buffer.alloc(17_000, '#').toString('base64') }),
    'launch-template/user-data',
  ],
  [
    'hashicorp/terraform/issues/18665',
    'launch-template',
    template({ UserData: '#!/bin/bash\necho ready\n' }),
    'launch-template/user-data',
  ],
  [
    'runs-on/runs-on/issues/426',
    'launch-template',
    device({ VolumeType: 'io1', Iops: 3000, VolumeSize: 100, Throughput: 400 }),
    'launch-template/volumes',
  ],
  [
    'test-kitchen/kitchen-ec2/issues/157',
    'launch-template',
    device({ VolumeType: 'io1', VolumeSize: 100 }),
    'launch-template/volumes',
  ],
  [
    'aws-cloudformation/cloudformation-coverage-roadmap/issues/979',
    'launch-template',
    { TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Team', Value: 'a' }] }] },
    'launch-template/own-tags',
  ],
  [
    'aws-cloudformation/cfn-lint/issues/975',
    'launch-template',
    template({ TagSpecifications: [{ ResourceType: 'instance', Tags: [] }] }),
    'launch-template/instance-tags',
  ],
  [
    'aws/karpenter-provider-aws/issues/1527',
    'launch-template',
    template({
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'kubernetes.io/cluster/a', Value: 'owned' }] },
      ],
    }),
    'launch-template/metadata-tags',
  ],
  [
    'awsdocs/aws-cloudformation-user-guide/pull/453',
    'launch-template',
    { LaunchTemplateData: undefined },
    'resource/required',
  ],
  [
    'spinnaker/spinnaker/issues/6114',
    'launch-template',
    template({ InstanceMarketOptions: { SpotOptions: { MaxPrice: '0.1' } } }),
    'launch-template/market',
  ],
  [
    'rancher/rancher/issues/28146',
    'launch-template',
    device({ VolumeSize: 100, KmsKeyId: 'alias/hosts' }),
    'launch-template/keys',
  ],
  [
    'awsdocs/aws-cloudformation-user-guide/pull/676',
    'launch-template',
    template({
      TagSpecifications: [{ ResourceType: 'auto-scaling-group', Tags: [{ Key: 'a', Value: 'b' }] }],
    }),
    'launch-template/instance-tags',
  ],
  [
    'awsdocs/aws-cloudformation-user-guide/pull/132',
    'launch-template',
    { LaunchTemplateName: 'a'.repeat(126) },
    'launch-template/name',
  ],
  [
    'awsdocs/aws-cloudformation-user-guide/pull/283',
    'group',
    { LaunchTemplate: { LaunchTemplateId: 'hosts', Version: '1' } },
    'group/template',
  ],
  [
    'floci-io/floci/pull/1439',
    'group',
    {
      LaunchTemplate: undefined,
      MixedInstancesPolicy: { InstancesDistribution: { OnDemandBaseCapacity: 1 } },
    },
    'resource/required',
  ],
  [
    'hashicorp/terraform-provider-aws/issues/33377',
    'refresh',
    { Preferences: { ScaleInProtectedInstances: '', StandbyInstances: '' } },
    'refresh/protected',
  ],
  [
    'cloudposse/terraform-aws-vpc-flow-logs-s3-bucket/pull/27',
    'key',
    policy(ROOT, { ...ROOT, Sid: 'Wrong', Principal: { AWS: 'arn:aws::111122223333:root' } }),
    'key/principals',
  ],
  [
    'aws-cloudformation/cfn-lint/issues/3751',
    'permissions',
    {
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['servicecatalog:*'],
            Resource: '*',
            Condition: { 'servicecatalog:accountLevel': 'self' },
          },
        ],
      },
    },
    'permissions/policy',
  ],
  [
    'terraform-aws-modules/terraform-aws-kms/issues/14',
    'key',
    policy({ ...ROOT, Action: ['kms:Decrypt', 'kms:DescribeKey'] }),
    'key/lockout',
  ],
  [
    'aws-samples/aws-blog-codepipeline-third-party-git-build-status/issues/6',
    'key',
    policy(ROOT, { ...ROOT, Sid: 'Wild', Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } }),
    'key/principals',
  ],
  [
    'awsdocs/aws-kms-developer-guide/pull/47',
    'key',
    policy(ROOT, { ...ROOT, Sid: 'Tag', Condition: { StringEquals: { 'aws:ResourceTag/Team': 'a' } } }),
    'key/conditions',
  ],
  [
    'aws/aws-cdk/issues/32753',
    'event-rule',
    { EventPattern: undefined, ScheduleExpression: 'cron(0 50 0,6,12,18 * ? *)' },
    'event-rule/schedule',
  ],
  [
    'aws-cloudformation/cfn-lint/issues/816',
    'event-rule',
    { EventPattern: undefined, ScheduleExpression: 'cron(0 */1 * * MON)' },
    'event-rule/schedule',
  ],
  [
    'aws/aws-cdk/issues/27618',
    'event-rule',
    { EventPattern: undefined, ScheduleExpression: 'cron(0/10 * ? * *)' },
    'event-rule/schedule',
  ],
  [
    'localstack/localstack/issues/12156',
    'event-rule',
    { EventPattern: undefined, ScheduleExpression: 'cron(7 20 * * 1-7 *)' },
    'event-rule/schedule',
  ],
  [
    'winglang/wing/issues/7115',
    'event-rule',
    { EventPattern: undefined, ScheduleExpression: 'cron(15 12 ? * -1 *)' },
    'event-rule/schedule',
  ],
  [
    'cloud-custodian/cloud-custodian/issues/6507',
    'event-rule',
    { EventPattern: { source: ['aws.guardduty'], detail: {} } },
    'event-rule/pattern',
  ],
  [
    'buildkite/docs/pull/896',
    'event-rule',
    { EventPattern: { source: ['aws.partner/a'], 'detail-type': 'Job Finished' } },
    'event-rule/pattern',
  ],
  [
    'CloudSnorkel/cdk-github-runners/issues/434',
    'state-machine',
    definition({
      Provide: { Type: 'Parallel', Branches: [machine({ Choose: { Type: 'Choice' } })], End: true },
    }),
    'state-machine/fields',
  ],
  [
    'aws-cloudformation/cfn-lint/issues/4077',
    'state-machine',
    definition({
      Choose: { Type: 'Choice', Choices: [{ Variable: '$', StringMatches: 'Test' }], Default: 'Done' },
      Done: { Type: 'Succeed' },
    }),
    'state-machine/fields',
  ],
  ['pipe-cd/pipecd/issues/1400', 'function', { Runtime: undefined, Handler: undefined }, 'function/package'],
  ['boto/boto3/issues/1499', 'parameter', { Name: '/shared/my parameter' }, 'parameter/name'],
  [
    'aws/aws-sdk-net/issues/3157',
    'parameter',
    { Value: 'x'.repeat(5000), DataType: 'text' },
    'parameter/value',
  ],
  [
    'kubernetes-sigs/aws-load-balancer-controller/issues/2718',
    'role',
    {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: Array.from({ length: 40 }, (_, i) => ({
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::111122223333:role/a-role-with-a-name-${i}` },
          Action: 'sts:AssumeRole',
        })),
      },
    },
    'role/trust-size',
  ],
];

test.each(REPORTED)('https://github.com/%s: the %s is refused', (_report, kind, change, rule) => {
  const document = Object.fromEntries(
    Object.entries({ ...EXAMPLES[kind], ...change }).filter(([, value]) => value !== undefined),
  );
  expect(checkDocument(kind, document).map((refusal) => refusal.rule)).toContain(rule);
});

import type { JsonObject } from '../../../lib/contract/values/json';

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:poll';
const ROLE = 'arn:aws:iam::111122223333:role/poll';
const ROOT = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::111122223333:root' },
  Action: 'kms:*',
  Resource: '*',
};

const volume = (ebs: JsonObject): JsonObject => ({
  BlockDeviceMappings: [{ DeviceName: 'xvda', Ebs: ebs }],
});
const target = (change: JsonObject): JsonObject => ({ Target: { Arn: FUNCTION, RoleArn: ROLE, ...change } });
const preferences = (change: JsonObject): JsonObject => ({ Preferences: change });
const template = (change: JsonObject): JsonObject => ({
  LaunchTemplateData: { InstanceType: 'm7i.metal-24xl', ...change },
});
const policy = (...further: readonly JsonObject[]): JsonObject => ({
  KeyPolicy: { Version: '2012-10-17', Statement: [ROOT, ...further] },
});
const trust = (statement: JsonObject): JsonObject => ({
  AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [statement] },
});
const permissions = (statement: JsonObject): JsonObject => ({ Version: '2012-10-17', Statement: statement });
const pattern = (detail: JsonObject): JsonObject => ({ EventPattern: { source: ['aws.ec2'], detail } });
const machine = (definition: JsonObject): JsonObject => ({ DefinitionString: JSON.stringify(definition) });
const Done = { Type: 'Succeed' };

/** The same for each rule of the other services. */
export const OTHER_NEIGHBOURS: Readonly<Record<string, JsonObject>> = {
  'schedule/name': { Name: 'poll.2022_a' },
  'schedule/expression': { ScheduleExpression: 'at(2027-02-28T23:59:59)' },
  'schedule/timezone': { ScheduleExpressionTimezone: 'America/Argentina/Buenos_Aires' },
  'schedule/window': { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1440 } },
  'schedule/state': { State: 'DISABLED', ActionAfterCompletion: 'DELETE' },
  'schedule/dates': { StartDate: '2026-01-01T00:00:00Z', EndDate: '2026-02-01T00:00:00Z' },
  'schedule/target': target({}),
  'schedule/retries': target({ RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } }),
  'schedule/dead-letters': target({
    DeadLetterConfig: { Arn: 'arn:aws:sqs:eu-west-1:111122223333:letters' },
  }),
  'schedule/universal-target': target({
    Arn: 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances',
    Input: '{"InstanceIds":[]}',
  }),
  'schedule/templated-target': target({
    Arn: 'arn:aws:events:eu-west-1:111122223333:event-bus/default',
    EventBridgeParameters: { DetailType: 'Poll', Source: 'golden' },
  }),

  'refresh/strategy': { Strategy: 'ReplaceRootVolume' },
  'refresh/health': preferences({ MinHealthyPercentage: 100, MaxHealthyPercentage: 200 }),
  'refresh/checkpoints': preferences({ CheckpointPercentages: [1, 50] }),
  'refresh/checkpoint-delay': preferences({ CheckpointPercentages: [50], CheckpointDelay: 172_800 }),
  'refresh/times': preferences({ BakeTime: 172_800, InstanceWarmup: 0 }),
  'refresh/protected': preferences({ ScaleInProtectedInstances: 'Refresh', StandbyInstances: 'Wait' }),
  'refresh/rollback': preferences({ AutoRollback: true }),
  'refresh/desired': {
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '1' } },
  },
  'refresh/alarms': preferences({ AlarmSpecification: { Alarms: ['a', 'b'] } }),
  'group/sizes': { MinSize: 0, MaxSize: 0, DesiredCapacity: '0' },
  'group/template': { LaunchTemplate: undefined, LaunchConfigurationName: 'hosts' },
  'group/market': {
    LaunchTemplate: undefined,
    MixedInstancesPolicy: {
      LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateName: 'hosts', Version: '1' } },
    },
  },
  'group/maintenance': { InstanceMaintenancePolicy: { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 } },
  'group/update-policies': { UpdatePolicy: { AutoScalingRollingUpdate: { MaxBatchSize: 1 } } },

  'launch-template/name': { LaunchTemplateName: 'hosts/(2022).a-b' },
  'launch-template/data': template({ InstanceType: 't3.micro' }),
  'launch-template/user-data': template({ UserData: Buffer.alloc(16_384, '#').toString('base64') }),
  'launch-template/network': template({
    NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true, Groups: ['sg-0123456789abcdef0'] }],
  }),
  'launch-template/security-groups': template({ SecurityGroups: ['hosts'] }),
  'launch-template/image': template({ ImageId: 'resolve:ssm:/golden/latest:3' }),
  'launch-template/instance-type': template({
    InstanceType: undefined,
    InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 4096 } },
  }),
  'launch-template/metadata': template({
    MetadataOptions: { HttpTokens: 'optional', HttpPutResponseHopLimit: 64 },
  }),
  'launch-template/metadata-tags': template({
    MetadataOptions: { InstanceMetadataTags: 'enabled' },
    TagSpecifications: [
      { ResourceType: 'instance', Tags: [{ Key: 'team:hosts', Value: 'a/b' }] },
      { ResourceType: 'volume', Tags: [{ Key: 'team/hosts', Value: 'a' }] },
    ],
  }),
  'launch-template/market': template({ InstanceMarketOptions: { MarketType: 'spot' } }),
  'launch-template/keys': template(volume({ KmsKeyId: 'alias/hosts', Encrypted: true })),
  'launch-template/volumes': template(volume({ VolumeType: 'io2', Iops: 3000, VolumeSize: 100 })),
  'launch-template/instance-tags': template({
    TagSpecifications: [{ ResourceType: 'spot-instances-request', Tags: [{ Key: 'Name', Value: '' }] }],
  }),
  'launch-template/own-tags': {
    TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: 'Owner', Value: 'a' }] }],
  },
  'launch-template/instance-profile': template({ IamInstanceProfile: { Name: 'hosts' } }),

  'key/policy': policy({
    ...ROOT,
    Principal: '*',
    Condition: { StringEquals: { 'kms:CallerAccount': '111122223333' } },
  }),
  'key/principals': policy({
    ...ROOT,
    Principal: { AWS: ['*', '111122223333'], Service: 'sns.amazonaws.com' },
  }),
  'key/lockout': policy(),
  'key/conditions': policy({
    ...ROOT,
    Action: 'kms:CreateGrant',
    Condition: {
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
      StringLike: { 'kms:ViaService': 'ec2.*.amazonaws.com' },
    },
  }),
  'key/size': policy(...Array.from({ length: 100 }, () => ROOT)),
  'key/rotation': { EnableKeyRotation: true, RotationPeriodInDays: 90 },
  'key/deletion': { PendingWindowInDays: 7 },

  'role/name': { RoleName: 'golden+instances@bake' },
  'role/trust': trust({
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  }),
  'role/trust-size': trust({
    Effect: 'Allow',
    Principal: { AWS: Array.from({ length: 40 }, (_, i) => String(100_000_000_000 + i)) },
    Action: 'sts:AssumeRole',
  }),
  'role/policies': {
    Policies: [
      {
        PolicyName: 'read',
        PolicyDocument: permissions({ Effect: 'Deny', NotAction: 's3:*', Resource: '*' }),
      },
    ],
  },
  'role/policies-size': {
    Policies: [
      { PolicyName: 'read', PolicyDocument: permissions({ Effect: 'Allow', Action: 's3:*', Resource: '*' }) },
    ],
  },
  'role/session': { MaxSessionDuration: 3600 },
  'role/managed-policies': {
    ManagedPolicyArns: Array.from({ length: 10 }, (_, i) => `arn:aws:iam::aws:policy/P${i}`),
  },
  'permissions/policy': {
    PolicyDocument: permissions({ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::golden/*' }),
  },
  'permissions/size': {
    PolicyDocument: permissions({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: Array.from({ length: 100 }, (_, i) => `arn:aws:s3:::golden-${i}/*`),
    }),
  },

  'event-rule/name': { Name: 'image.state_a-b' },
  'event-rule/trigger': { EventPattern: undefined, ScheduleExpression: 'rate(1 minute)' },
  'event-rule/schedule': { EventPattern: undefined, ScheduleExpression: 'cron(0/15 8-18 ? * MON-FRI *)' },
  'event-rule/pattern': pattern({
    name: [{ prefix: { 'equals-ignore-case': 'golden' } }, { 'anything-but': { wildcard: '*/x' } }],
    size: [{ numeric: ['>', 0, '<=', 5] }],
    $or: [{ a: [{ exists: false }] }, { b: [null, true] }],
  }),
  'event-rule/pattern-size': pattern({ name: Array.from({ length: 100 }, (_, i) => `host-${i}`) }),
  'event-rule/state': { State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' },
  'event-rule/targets': { Targets: [{ Id: 'Notify', Arn: 'arn:aws:sns:eu-west-1:111122223333:n' }] },

  'parameter/name': { Name: 'golden.latest' },
  'parameter/value': { Value: 'a'.repeat(4096), DataType: 'text' },
  'parameter/type': { Type: 'StringList', Value: 'a,b', DataType: 'text' },
  'parameter/data-type': { DataType: 'text', Value: 'none' },

  // With name, quotes, colon and braces 4096 bytes.
  'function/variables': { Environment: { Variables: { POLICY: 'a'.repeat(4083) } } },
  'function/package': {
    Code: { ImageUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/poll' },
    Runtime: undefined,
    Handler: undefined,
  },
  'state-machine/size': machine({ Comment: 'a'.repeat(1024 * 1024 - 75), StartAt: 'Done', States: { Done } }),
  'state-machine/definition': {
    DefinitionString: undefined,
    DefinitionS3Location: { Bucket: 'assets', Key: 'poll.json' },
  },
  'state-machine/fields': machine({
    StartAt: 'Choose',
    States: { Choose: { Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'Done' }] }, Done },
  }),
  'state-machine/transitions': machine({
    StartAt: 'Each',
    States: {
      Each: { Type: 'Map', Iterator: { StartAt: 'Done', States: { Done } }, Next: 'Fail' },
      Fail: { Type: 'Fail' },
    },
  }),
  'resource/required': { Type: 'AWS::Logs::LogGroup', Properties: {} },
};

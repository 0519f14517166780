import type { JsonObject } from '../../../lib/contract/values/json';
import {
  data as workflow,
  INSTANCE,
  withStep,
} from '../../../lib/core/aws-rules/image-builder/workflow-step-rules';

const DATE = '{{ imagebuilder:buildDate }}';
const ROLE = 'arn:aws:iam::111122223333:role/poll';
const wait = (step: JsonObject): JsonObject => withStep({ name: 'Wait', action: 'WaitForAction', ...step });
const component = (change: JsonObject): JsonObject => ({
  Data: JSON.stringify({ schemaVersion: '1.0', phases: [{ name: 'test', steps: [RUN] }], ...change }),
});
const RUN = { name: 'Run-1_a', action: 'ExecutePowerShell', inputs: { commands: ['exit 0'] } };
const run = (step: JsonObject): JsonObject =>
  component({ phases: [{ name: 'build', steps: [{ ...RUN, ...step }] }] });
const CLI = 'arn:aws:imagebuilder:eu-west-1:aws:component/aws-cli-version-2-windows';
const recipe = (one: JsonObject, count = 1): JsonObject => ({
  Components: Array.from({ length: count }, () => ({ ComponentArn: `${CLI}/1.x.x`, ...one })),
});
const volume = (ebs: JsonObject): JsonObject => ({
  BlockDeviceMappings: [{ DeviceName: 'xvda', Ebs: ebs }],
});
const distribution = (change: JsonObject): JsonObject => ({
  Distributions: [{ Region: 'us-gov-west-1', AmiDistributionConfiguration: { Name: DATE }, ...change }],
});
const ami = (change: JsonObject): JsonObject =>
  distribution({ AmiDistributionConfiguration: { Name: `a ${DATE}`, ...change } });
const workflows = (...arns: readonly string[]): JsonObject => ({
  ExecutionRole: ROLE,
  Workflows: arns.map((arn) => ({ WorkflowArn: `arn:aws:imagebuilder:eu-west-1:${arn}` })),
});

/** For each rule of Image Builder, what turns the example of its kind into a document that is all but refused for it. */
export const IMAGE_BUILDER_NEIGHBOURS: Readonly<Record<string, JsonObject>> = {
  'workflow/name': { Name: 'golden build' },
  'workflow/version': { Version: '0.0.1' },
  'workflow/type': { Type: 'TEST', ...workflow({ outputs: [] }) },
  'workflow/place': { Data: undefined, Uri: 's3://bucket/workflow.yml' },
  'workflow/size': workflow({ description: '-'.repeat(15_700) }),
  'workflow/yaml': { Data: undefined, Uri: 's3://bucket/workflow.yml' },
  'workflow/schema-version': workflow({ schemaVersion: '1.0' }),
  'workflow/fields': workflow({ name: 'golden', description: 'Golden.' }),
  'workflow/steps': workflow({
    outputs: [{ name: 'ImageId', value: 'ami-0123456789abcdef0' }],
    steps: Array.from({ length: 15 }, (_, i) => ({ name: `Wait_${i}`, action: 'WaitForAction' })),
  }),
  'workflow/step-name': wait({ name: 'Wait_for_it' }),
  'workflow/step-twice': wait({ name: 'launch' }),
  'workflow/step-fields': wait({ rollbackEnabled: true, description: 'Wait.' }),
  'workflow/step-description': wait({ description: '-' }),
  'workflow/action': wait({ action: 'RunSysPrep', inputs: INSTANCE }),
  'workflow/stage': wait({ action: 'CollectImageMetadata', inputs: INSTANCE }),
  'workflow/inputs': wait({}),
  'workflow/chaining': withStep({
    name: 'Second',
    action: 'LaunchInstance',
    inputs: { 'waitFor.$': '$.imagebuilder.imageType', payload: 'of $.imagebuilder.imageType' },
  }),
  'workflow/launch': withStep({
    name: 'Second',
    action: 'LaunchInstance',
    inputs: { waitFor: 'ssmAgent', healthCheck: 'RUNNING' },
  }),
  'workflow/payload': wait({ inputs: { lambdaFunctionName: 'approve', payload: '-'.repeat(15_000) } }),
  'workflow/on-failure': wait({ onFailure: 'Continue' }),
  'workflow/timeout': wait({ timeoutSeconds: 604_800 }),
  'workflow/condition': wait({
    if: {
      and: [
        { stringEquals: 'AMI', value: '$.imagebuilder.imageType' },
        { not: { booleanEquals: true, value: 'false' } },
      ],
    },
  }),
  'workflow/reference': wait({ inputs: { 'lambdaFunctionName.$': '$.stepOutputs.Launch.instanceId' } }),
  'workflow/parameters': workflow({
    parameters: [{ name: 'wait', type: 'boolean', default: false, description: 'Whether.' }],
  }),
  'workflow/outputs': workflow({
    outputs: [
      { name: 'ImageId', value: '$.stepOutputs.Create.imageId' },
      { name: 'Host', value: '$.stepOutputs.Launch.instanceId' },
    ],
  }),
  'workflow/image-id': {
    ...workflow({
      steps: [
        {
          name: 'Boot',
          action: 'BootstrapInstanceForContainer',
          inputs: { instanceId: 'i-0123456789abcdef0' },
        },
      ],
      outputs: [{ name: 'InstanceId', value: 'i-0123456789abcdef0' }],
    }),
  },
  'workflow/distribution': {
    Type: 'DISTRIBUTION',
    ...workflow({ steps: [{ name: 'Amis', action: 'DistributeImage' }], outputs: [] }),
  },
  'workflow/one-kind': {
    Type: 'DISTRIBUTION',
    ...workflow({
      steps: [
        { name: 'Amis', action: 'DistributeImage' },
        { name: 'Wait', action: 'WaitForAction' },
      ],
      outputs: [],
    }),
  },

  'component/name': { Name: 'Monitoring agent_2' },
  'component/version': { Version: '10.0.20348' },
  'component/platform': { Platform: 'Linux', ...run({ action: 'ExecuteBash' }) },
  'component/os-versions': { SupportedOsVersions: ['Microsoft Windows Server 2022'] },
  'component/place': { Data: undefined, Uri: 's3://bucket/component.yml' },
  'component/size': component({ description: '-'.repeat(15_800) }),
  'component/yaml': { Data: 'schemaVersion: 1.0\nphases:\n  - name: build\n    steps: []\n' },
  'component/schema-version': component({ schemaVersion: 1.0 }),
  'component/fields': component({ name: 'agent', description: 'Agent.' }),
  'component/phases': component({ phases: [{ name: 'validate', steps: [RUN] }] }),
  'component/step-name': run({ name: 'Install-PowerShell_7' }),
  'component/step-twice': component({
    phases: [
      { name: 'build', steps: [RUN] },
      { name: 'test', steps: [RUN] },
    ],
  }),
  'component/step-fields': run({ timeoutSeconds: 60 }),
  'component/action': run({ action: 'ExecutePowerShell' }),
  'component/action-platform': run({ action: 'Reboot', inputs: { delaySeconds: 60 } }),
  'component/inputs': run({ action: 'UpdateOS', inputs: undefined }),
  'component/on-failure': run({ onFailure: 'Ignore' }),
  'component/timeout': run({ timeoutSeconds: -1 }),
  'component/attempts': run({ maxAttempts: 1 }),
  'component/condition': run({ if: { fileExists: 'C:\\agent.exe', then: 'Skip', else: 'Execute' } }),
  'component/loop': run({ loop: { name: 'again', for: { start: 1, end: 3, updateBy: 1 } } }),
  'component/declarations': component({
    parameters: [{ Folder: { type: 'string', default: 'C:\\', description: 'Where.' } }],
  }),
  'component/reference': component({
    parameters: [{ Folder: { type: 'string' } }],
    phases: [{ name: 'build', steps: [{ ...RUN, inputs: { commands: ['cd {{ Folder }}'] } }] }],
  }),

  'recipe/name': { Name: 'golden 2022' },
  'recipe/version': { Version: '1.x.x' },
  'recipe/parent-image': {
    ParentImage: 'arn:aws:imagebuilder:eu-west-1:aws:image/windows-server-2022-english-core-base-x86/x.x.x',
  },
  'recipe/components': recipe({}, 20),
  'recipe/component-arn': recipe({ ComponentArn: `${CLI}/1.0.4/1` }),
  'recipe/component-parameters': recipe({ Parameters: [{ Name: 'Folder', Value: ['C:\\'] }] }),
  'recipe/volumes': volume({ VolumeSize: 60, VolumeType: 'io1', Iops: 3000 }),
  'recipe/volume-limits': volume({ VolumeSize: 60, VolumeType: 'gp3', Iops: 8000, Throughput: 1000 }),
  'recipe/user-data': { AdditionalInstanceConfiguration: { UserDataOverride: 'ZXhpdCAw' } },
  'recipe/working-directory': { WorkingDirectory: 'C:\\' },
  'recipe/tags': { AmiTags: { release: 'aws:2022' } },

  'infrastructure/name': { Name: 'bake hosts' },
  'infrastructure/instance-profile': { InstanceProfileName: 'golden+hosts@bake' },
  'infrastructure/instance-types': { InstanceTypes: ['m7i.large', 'u-6tb1.metal'] },
  'infrastructure/topic': { SnsTopicArn: 'arn:aws-cn:sns:cn-north-1:111122223333:golden-builds' },
  'infrastructure/metadata': {
    InstanceMetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 64 },
  },
  'infrastructure/placement': { Placement: { Tenancy: 'host', HostId: 'h-0123456789abcdef0' } },
  'infrastructure/logging': { Logging: { S3Logs: { S3BucketName: 'golden-logs', S3KeyPrefix: 'bake' } } },
  'infrastructure/tags': { ResourceTags: { owner: 'platform' } },

  'distribution/name': { Name: 'golden images' },
  'distribution/regions': {
    Distributions: ['eu-west-1', 'eu-west-2'].map((Region) => ({
      Region,
      AmiDistributionConfiguration: { Name: DATE },
    })),
  },
  'distribution/outputs': distribution({
    AmiDistributionConfiguration: undefined,
    LicenseConfigurationArns: [
      'arn:aws:license-manager:eu-west-1:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef',
    ],
  }),
  'distribution/ami-name': ami({ Name: 'golden-{{imagebuilder:buildDate}}' }),
  'distribution/ami-name-form': ami({ Name: `golden 2022.x ${DATE}` }),
  'distribution/accounts': ami({ LaunchPermissionConfiguration: { UserIds: ['000011112222'] } }),
  'distribution/launch-templates': distribution({
    LaunchTemplateConfigurations: [
      { LaunchTemplateId: 'lt-0123456789abcdef0', SetDefaultVersion: true, AccountId: '111122223333' },
    ],
  }),
  'distribution/licenses': distribution({
    LicenseConfigurationArns: [
      'arn:aws:license-manager:eu-west-1:111122223333:license-configuration:lic-0123456789abcdef0123456789abcdef',
    ],
  }),
  'distribution/fast-launch': distribution({
    FastLaunchConfigurations: [{ Enabled: true, MaxParallelLaunches: 6 }],
  }),
  'distribution/fast-launch-version': distribution({
    FastLaunchConfigurations: [
      { Enabled: true, LaunchTemplate: { LaunchTemplateName: 'prepared', LaunchTemplateVersion: '2' } },
    ],
  }),
  'distribution/parameters': distribution({
    SsmParameterConfigurations: [{ ParameterName: '/golden/latest', DataType: 'aws:ec2:image' }],
  }),
  'distribution/export': distribution({
    S3ExportConfiguration: { RoleName: 'vmimport', S3Bucket: 'b', DiskImageFormat: 'VHD' },
  }),
  'distribution/repository': distribution({
    AmiDistributionConfiguration: undefined,
    ContainerDistributionConfiguration: {
      ContainerTags: ['latest'],
      TargetRepository: { Service: 'ECR', RepositoryName: 'golden' },
    },
  }),
  'distribution/tags': ami({ AmiTags: { release: '2022' } }),

  'pipeline/name': { Name: 'golden_2022' },
  'pipeline/recipe': {
    ImageRecipeArn: undefined,
    ContainerRecipeArn: 'arn:aws:imagebuilder:eu-west-1:111122223333:container-recipe/golden/1.0.0',
  },
  'pipeline/execution-role': workflows('111122223333:workflow/build/mine/1.0.0/1'),
  'pipeline/managed-workflow': workflows('aws:workflow/build/build-image/x.x.x'),
  'pipeline/workflow-arn': workflows('111122223333:workflow/test/mine/1.x.x'),
  'pipeline/one-of-a-stage': workflows(
    'aws:workflow/build/build-image/x.x.x',
    '111122223333:workflow/test/first/1.0.0',
    '111122223333:workflow/test/second/1.0.0',
  ),
  'pipeline/image-id': workflows('111122223333:workflow/build/mine/1.0.0'),
  'pipeline/workflow-parameters': {
    ExecutionRole: ROLE,
    Workflows: [
      {
        WorkflowArn: 'arn:aws:imagebuilder:eu-west-1:111122223333:workflow/test/wait/1.0.0',
        Parameters: [{ Name: 'wait', Value: ['true'] }],
      },
    ],
  },
  'pipeline/tests': { ImageTestsConfiguration: { ImageTestsEnabled: true, TimeoutMinutes: 60 } },
  'pipeline/schedule': { Schedule: { ScheduleExpression: 'cron(0 0 * * ? *)' } },
  'pipeline/status': { Status: 'DISABLED' },
  'pipeline/logs': { LoggingConfiguration: { ImageLogGroupName: '/aws/imagebuilder/golden' } },
  'pipeline/tags': { ImageTags: { release: '2022' } },
  'pipeline/shared-key': {},
  'pipeline/parameter-role': {},
};

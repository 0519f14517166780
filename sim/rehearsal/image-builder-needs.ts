import { AUTO_SCALING_GRANT, autoScalingRoleArn } from '../../lib/contract/names/resources';
import { isJsonObject } from '../../lib/contract/values/json';
import { parameterArn } from '../account/commands/data-commands';
import type { Principal } from '../account/principal';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { readRecipe } from '../aws/image-builder/read-recipe';
import { idsOf, loggingOfFunctions, memberOf, type Acts, type ServiceNeed } from './service-needs';

/** @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/security-iam-awsmanpol.html */
const VOLUME_KEY = [
  'Decrypt',
  'DescribeKey',
  'Encrypt',
  'GenerateDataKeyWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
];

/** @see https://docs.aws.amazon.com/inspector/latest/user/slr-permissions-ami.html */
const INSPECTOR_ROLES = {
  'inspector2.amazonaws.com': 'AWSServiceRoleForAmazonInspector2',
  'ami.inspector2.amazonaws.com': 'AWSServiceRoleForAmazonInspector2Ami',
};

/**
 * Image Builder carries out workflows by the execution role: it hands instances their role, reads the base AMI's parameter, uses
 * the keys of AMIs, each in its own region, enables Fast Launch and starts scans.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-image-workflows.html
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 */
export function* ofImageBuilder(
  { stacks }: { readonly stacks: readonly StackModel[] },
  stack: StackModel,
  acts: Acts,
): Generator<ServiceNeed> {
  for (const logicalId of stack.logicalIds('AWS::ImageBuilder::ImagePipeline')) {
    const properties = stack.properties(logicalId, [
      'DistributionConfigurationArn',
      'ExecutionRole',
      'ImageScanningConfiguration',
    ]);
    if (typeof properties['ExecutionRole'] !== 'string') {
      continue;
    }
    const caller = acts(properties['ExecutionRole'], 'imagebuilder.amazonaws.com');
    const { arn, baseAmiParameter, distributions, instanceRole } = readRecipe(
      stacks,
      stack.reference(logicalId),
    );
    const passed = { 'iam:PassedToService': 'ec2.amazonaws.com' };
    yield { caller, action: 'iam:PassRole', resource: instanceRole.arn, context: passed };
    yield { caller, action: 'ec2:DescribeInstances', resource: '*' };
    if (baseAmiParameter !== undefined) {
      const resource = parameterArn(baseAmiParameter, stack.environment);
      yield { caller, action: 'ssm:GetParameter', resource };
    }
    for (const { region } of distributions.filter(({ hasFastLaunch }) => hasFastLaunch)) {
      yield { caller, action: 'ec2:EnableFastLaunch', resource: `arn:aws:ec2:${region}::image/*` };
    }
    for (const resource of keysIn(stack, arn, properties['DistributionConfigurationArn'])) {
      const context = {
        'kms:CallerAccount': caller.account,
        'kms:EncryptionContextKeys': 'aws:ebs:id',
        'kms:ViaService': `ec2.${resource.split(':')[3] ?? ''}.amazonaws.com`,
      };
      for (const action of VOLUME_KEY) {
        yield { caller, action: `kms:${action}`, resource, context };
      }
      const granted = { ...context, 'kms:GrantIsForAWSResource': 'true' };
      yield { caller, action: 'kms:CreateGrant', resource, context: granted };
    }
    if (memberOf(properties['ImageScanningConfiguration'], 'ImageScanningEnabled') === true) {
      for (const action of ['inspector2:StartOnDemandScan', 'inspector2:GetOnDemandScanStatus']) {
        yield { caller, action, resource: '*' };
      }
      for (const [service, name] of Object.entries(INSPECTOR_ROLES)) {
        const resource = `arn:aws:iam::${caller.account}:role/aws-service-role/${service}/${name}`;
        const context = { 'iam:AWSServiceName': service };
        yield { caller, action: 'iam:CreateServiceLinkedRole', resource, context };
      }
    }
  }
}

/**
 * What custom resources of an account call by the SDK, so that Auto Scaling can use the keys of the pipelines' AMIs there: CDK's
 * function makes the calls that their properties name.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
 */
export function* ofKeyGrants(
  { stacks }: { readonly stacks: readonly StackModel[] },
  stack: StackModel,
  acts: Acts,
): Generator<ServiceNeed> {
  for (const logicalId of stack.logicalIds('Custom::AWS')) {
    const raw = JSON.stringify(stack.raw(logicalId)['Create']);
    const [, action = ''] = /\\"action\\":\\"(\w+)\\"/.exec(raw) ?? [];
    const ask = Object.hasOwn(SDK_CALLS, action) ? SDK_CALLS[action] : undefined;
    // Those of anybody else may call anything.
    if (
      ask === undefined ||
      (!raw.includes('AWSServiceRoleForAutoScaling') && !raw.includes('alias/winbake-'))
    ) {
      continue;
    }
    const { ServiceToken } = stack.properties(logicalId, ['ServiceToken']);
    const [id] = idsOf(stack, 'AWS::Lambda::Function', [String(ServiceToken)]);
    const { Role } = stack.properties(id ?? '', ['Role']);
    yield* loggingOfFunctions(stack, [String(ServiceToken)], acts);
    yield* ask(acts(String(Role), 'lambda.amazonaws.com'), keysOfPipelines(stacks, stack));
  }
}

const GRANTED = AUTO_SCALING_GRANT.join(',');

/** What each of the calls needs, by its name, of the keys that it may be about. */
const SDK_CALLS: Readonly<
  Record<string, (caller: Principal, keys: readonly string[]) => readonly ServiceNeed[]>
> = {
  createServiceLinkedRole: (caller) => [
    {
      caller,
      action: 'iam:CreateServiceLinkedRole',
      resource: autoScalingRoleArn('aws', caller.account),
      context: { 'iam:AWSServiceName': 'autoscaling.amazonaws.com' },
    },
  ],
  describeKey: (caller, keys) => keys.map((resource) => ({ caller, action: 'kms:DescribeKey', resource })),
  createGrant: (caller, keys) =>
    keys.map((resource) => ({
      caller,
      action: 'kms:CreateGrant',
      resource,
      context: {
        'kms:GranteePrincipal': autoScalingRoleArn('aws', caller.account),
        'kms:GrantOperations': GRANTED,
      },
    })),
};

/** The keys of the AMIs of pipelines in a stack's region, which accounts find by their alias. */
function keysOfPipelines(stacks: readonly StackModel[], { environment }: StackModel): readonly string[] {
  return stacks
    .filter((one) => one.environment.region === environment.region)
    .flatMap((one) =>
      one
        .logicalIds('AWS::KMS::Alias')
        .map((alias) => one.properties(alias, ['AliasName', 'TargetKeyId']))
        .filter(({ AliasName }) => /^alias\/winbake-.+-amis$/.test(String(AliasName)))
        .map(({ TargetKeyId }) => String(TargetKeyId)),
    );
}

/** The keys of the volumes of builds and of the AMIs in each region. */
function keysIn(stack: StackModel, recipeArn: string, distributionArn: unknown): readonly string[] {
  const found: string[] = [];
  const collect = (value: unknown): void => {
    for (const [name, one] of Object.entries(isJsonObject(value) || Array.isArray(value) ? value : {})) {
      if (name === 'KmsKeyId') {
        found.push(String(one));
      }
      collect(one);
    }
  };
  for (const [type, property, arn] of [
    ['AWS::ImageBuilder::ImageRecipe', 'BlockDeviceMappings', recipeArn],
    ['AWS::ImageBuilder::DistributionConfiguration', 'Distributions', distributionArn],
  ] as const) {
    const logicalId = stack.logicalIds(type).find((id) => stack.reference(id) === arn);
    collect(logicalId === undefined ? undefined : stack.properties(logicalId, [property]));
  }
  return [...new Set(found)];
}

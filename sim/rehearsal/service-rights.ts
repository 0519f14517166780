import { isJsonObject } from '../../lib/contract/values/json';
import type { Need } from '../account/commands/command-row';
import type { Principal } from '../account/principal';
import type { ServiceId } from '../account/service-models';
import type { StackModel } from '../aws/cloudformation/stack-model';
import {
  type Acts,
  type ServiceNeed,
  idsOf,
  loggingOfFunctions,
  memberOf,
  mentioning,
  ofAlarms,
  ofEncryptedLogs,
  ofRules,
  sending,
} from './service-needs';
import { DeniedError, type SimulatedAccount } from './simulated-account';
import { functionsOf, schedulesOf } from './template-functions';
import { AUTO_SCALING_GRANT, autoScalingRoleArn } from '../../lib/contract/names/resources';
import { parameterArn } from '../account/commands/data-commands';
import { readRecipe } from '../aws/image-builder/read-recipe';

/**
 * Asks for all that services of AWS do by the roles and policies of a template, and that no client of ours asks for. Lambda does
 * not even start to log, nor Step Functions a state machine, and nobody would be notified; throws a `DeniedError` for the first
 * that is not allowed.
 */
export function requireServiceRights(account: SimulatedAccount, stack: StackModel): void {
  const acts: Acts = (roleArn, service) => account.sessionOf(roleArn, 'service', service);
  for (const { caller, ...need } of needsOf(account, stack, acts)) {
    requireRight(account, caller, need, stack.environment.region);
  }
}

/** Throws a `DeniedError` where a caller may not do what no client of ours asks for. */
export function requireRight(
  { world: { accounts } }: Pick<SimulatedAccount, 'world'>,
  caller: Principal,
  need: Need,
  region: string,
): void {
  const [prefix = ''] = need.action.split(':');
  const before = accounts.denials.length;
  accounts.refusalOf(SERVICES[prefix] ?? 'sfn', caller, need, region);
  const denial = accounts.denials[before];
  if (denial !== undefined) {
    throw new DeniedError(denial);
  }
}

/** In whose words a denial is said, by the prefix of the action. */
const SERVICES: Readonly<Record<string, ServiceId>> = {
  autoscaling: 'auto-scaling',
  ec2: 'ec2',
  ecs: 'ecs',
  iam: 'iam',
  kms: 'kms',
  lambda: 'lambda',
  logs: 'cloudwatch-logs',
  sns: 'sns',
  ssm: 'ssm',
  sts: 'sts',
};

function* needsOf(account: SimulatedAccount, stack: StackModel, acts: Acts): Generator<ServiceNeed> {
  const own = functionsOf(stack).map(({ arn }) => arn);
  const frameworks = frameworksOf(stack, own);
  for (const { deadLetterQueueArn, roleArn } of functionsOf(stack)) {
    if (deadLetterQueueArn !== undefined) {
      yield* sending(stack, acts(roleArn, 'lambda.amazonaws.com'), deadLetterQueueArn);
    }
  }
  yield* loggingOfFunctions(stack, [...own, ...frameworks.map(({ arn }) => arn)], acts);
  for (const framework of frameworks) {
    yield* frameworkNeeds(framework, acts);
  }
  yield* ofStateMachines(stack, own, acts);
  for (const { deadLetterQueueArn, roleArn, targetArn } of schedulesCalling(stack, own)) {
    const caller = acts(roleArn, 'scheduler.amazonaws.com');
    const action = targetArn.includes(':function:') ? 'lambda:InvokeFunction' : 'states:StartExecution';
    yield { caller, action, resource: targetArn };
    if (deadLetterQueueArn !== undefined) {
      yield* sending(stack, caller, deadLetterQueueArn);
    }
  }
  yield* ofRules(stack, own);
  yield* ofAlarms(stack);
  yield* ofEncryptedLogs(stack);
  yield* ofImageBuilder(account, stack, acts);
  yield* ofKeyGrants(account, stack, acts);
}

/** The functions of CDK's provider framework that call functions of ours. */
interface Framework {
  readonly arn: string;
  readonly roleArn: string;
  readonly calls: readonly string[];
  readonly waiter: string | undefined;
}

function frameworksOf(stack: StackModel, own: readonly string[]): readonly Framework[] {
  return stack.logicalIds('AWS::Lambda::Function').flatMap((logicalId) => {
    if (!String(stack.raw(logicalId)['Handler']).startsWith('framework.')) {
      return [];
    }
    const { Environment, Role } = stack.properties(logicalId, ['Environment', 'Role']);
    const variables = memberOf(Environment, 'Variables');
    const calls = ['USER_ON_EVENT_FUNCTION_ARN', 'USER_IS_COMPLETE_FUNCTION_ARN']
      .map((name) => String(memberOf(variables, name)))
      .filter((one) => own.includes(one));
    const waiter = memberOf(variables, 'WAITER_STATE_MACHINE_ARN');
    const arn = String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }));
    const isFirst = stack.raw(logicalId)['Handler'] === 'framework.onEvent';
    return calls.length === 0
      ? []
      : {
          arn,
          calls,
          roleArn: String(Role),
          waiter: isFirst && typeof waiter === 'string' ? waiter : undefined,
        };
  });
}

/**
 * The framework calls the handler; where that is not active yet it asks for its state until it is.
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/custom-resources/lib/provider-framework/runtime/outbound.ts
 */
function* frameworkNeeds({ calls, roleArn, waiter }: Framework, acts: Acts): Generator<ServiceNeed> {
  const caller = acts(roleArn, 'lambda.amazonaws.com');
  for (const resource of new Set(calls)) {
    yield { caller, action: 'lambda:InvokeFunction', resource };
    yield { caller, action: 'lambda:GetFunction', resource };
  }
  if (waiter !== undefined) {
    yield { caller, action: 'states:StartExecution', resource: waiter };
  }
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const LOG_DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
const TRACING = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'];

/** State machines that call our functions, and those of the framework that poll them. */
function* ofStateMachines(stack: StackModel, own: readonly string[], acts: Acts): Generator<ServiceNeed> {
  const frameworks = frameworksOf(stack, own).map(({ arn }) => arn);
  const callees = idsOf(stack, 'AWS::Lambda::Function', [...own, ...frameworks]);
  for (const logicalId of mentioning(stack, 'AWS::StepFunctions::StateMachine', callees)) {
    const { DefinitionString, DefinitionSubstitutions, LoggingConfiguration, RoleArn, TracingConfiguration } =
      stack.properties(logicalId, [
        'DefinitionString',
        'DefinitionSubstitutions',
        'LoggingConfiguration',
        'RoleArn',
        'TracingConfiguration',
      ]);
    const text = `${String(DefinitionString)} ${JSON.stringify(DefinitionSubstitutions ?? {})}`;
    const caller = acts(String(RoleArn), 'states.amazonaws.com');
    const polled = frameworks.filter((arn) => text.includes(`"${arn}"`));
    for (const resource of polled) {
      yield { caller, action: 'lambda:InvokeFunction', resource };
    }
    if (own.every((arn) => !text.includes(`"${arn}"`))) {
      continue;
    }
    const isLogged = isJsonObject(LoggingConfiguration) && LoggingConfiguration['Level'] !== 'OFF';
    for (const action of isLogged ? LOG_DELIVERY : []) {
      yield { caller, action: `logs:${action}`, resource: '*' };
    }
    for (const action of memberOf(TracingConfiguration, 'Enabled') === true ? TRACING : []) {
      yield { caller, action: `xray:${action}`, resource: '*' };
    }
  }
}

function schedulesCalling(stack: StackModel, own: readonly string[]) {
  const machines = stack.logicalIds('AWS::StepFunctions::StateMachine').map((id) => stack.reference(id));
  return own.length === 0
    ? []
    : schedulesOf(stack).filter(({ targetArn }) => own.includes(targetArn) || machines.includes(targetArn));
}

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

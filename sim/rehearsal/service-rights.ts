import { isJsonObject } from '../../lib/contract/values/json';
import type { Need } from '../account/commands/command-row';
import type { Principal } from '../account/principal';
import type { ServiceId } from '../account/service-models';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { ofImageBuilder, ofKeyGrants } from './image-builder-needs';
import {
  idsOf,
  loggingOfFunctions,
  memberOf,
  mentioning,
  ofAlarms,
  ofEncryptedLogs,
  ofRules,
  sending,
  type Acts,
  type ServiceNeed,
} from './service-needs';
import { DeniedError, type SimulatedAccount } from './simulated-account';
import { functionsOf, schedulesOf } from './template-functions';

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

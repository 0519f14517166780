import { isJsonObject } from '../../lib/contract/values/json';
import type { Need } from '../account/commands/command-row';
import { serviceOf, type Principal } from '../account/principal';
import type { StackModel } from '../aws/cloudformation/stack-model';

/** What a service of AWS does by itself once something is deployed, in whose name. */
export interface ServiceNeed extends Need {
  readonly caller: Principal;
}

/** Somebody by whose rights a service acts. */
export type Acts = (roleArn: string, service: string) => Principal;

/**
 * What goes to a queue, encrypted or not.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
export function* sending(stack: StackModel, caller: Principal, queueArn: string): Generator<ServiceNeed> {
  const context = { 'kms:ViaService': `sqs.${stack.environment.region}.amazonaws.com` };
  yield { caller, action: 'sqs:SendMessage', resource: queueArn };
  const queue = stack
    .logicalIds('AWS::SQS::Queue')
    .find((id) => stack.resolve({ 'Fn::GetAtt': [id, 'Arn'] }) === queueArn);
  const key = queue === undefined ? undefined : stack.properties(queue, ['KmsMasterKeyId'])['KmsMasterKeyId'];
  for (const action of typeof key === 'string' ? ['kms:Decrypt', 'kms:GenerateDataKey'] : []) {
    yield { caller, action, resource: String(key), context };
  }
}

/**
 * Lambda writes what a function logs by the function's role.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
 */
export function* loggingOfFunctions(
  stack: StackModel,
  functionArns: readonly string[],
  acts: Acts,
): Generator<ServiceNeed> {
  const { account, region } = stack.environment;
  for (const logicalId of idsOf(stack, 'AWS::Lambda::Function', functionArns)) {
    const { LoggingConfig, Role } = stack.properties(logicalId, ['LoggingConfig', 'Role']);
    const group = memberOf(LoggingConfig, 'LogGroup');
    for (const action of typeof group === 'string' ? ['logs:CreateLogStream', 'logs:PutLogEvents'] : []) {
      const resource = `arn:aws:logs:${region}:${account}:log-group:${String(group)}:log-stream:1`;
      yield { caller: acts(String(Role), 'lambda.amazonaws.com'), action, resource };
    }
  }
}

/**
 * A rule calls its target, and sends what fails to a queue; both must let it in by their own policies.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export function* ofRules(stack: StackModel, own: readonly string[]): Generator<ServiceNeed> {
  const targets = idsOf(stack, 'AWS::Lambda::Function', own);
  for (const logicalId of mentioning(stack, 'AWS::Events::Rule', targets)) {
    const { Targets } = stack.properties(logicalId, ['Targets']);
    const service = serviceOf('events.amazonaws.com', stack.environment.account);
    const ruleArn = String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }));
    const caller = { ...service, context: { ...service.context, 'aws:SourceArn': ruleArn } };
    for (const target of Array.isArray(Targets) ? Targets.filter(isJsonObject) : []) {
      const queue = memberOf(target['DeadLetterConfig'], 'Arn');
      if (own.includes(String(target['Arn']))) {
        yield { caller, action: 'lambda:InvokeFunction', resource: String(target['Arn']) };
        if (typeof queue === 'string') {
          yield* sending(stack, caller, queue);
        }
      }
    }
  }
}

/**
 * Alarms publish to topics by the topic's policy, and use its key by that of the key.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export function* ofAlarms(stack: StackModel): Generator<ServiceNeed> {
  const caller = serviceOf('cloudwatch.amazonaws.com', stack.environment.account);
  for (const topic of stack.logicalIds('AWS::SNS::Topic')) {
    const arn = stack.reference(topic);
    const isAlarmed = stack
      .logicalIds('AWS::CloudWatch::Alarm')
      .some((alarm) =>
        [stack.raw(alarm)['AlarmActions']].flat().some((one) => memberOf(one, 'Ref') === topic),
      );
    if (isAlarmed) {
      yield { caller, action: 'sns:Publish', resource: arn };
      const { KmsMasterKeyId: key } = stack.properties(topic, ['KmsMasterKeyId']);
      for (const action of typeof key === 'string' ? ['kms:Decrypt', 'kms:GenerateDataKey'] : []) {
        yield { caller, action, resource: String(key) };
      }
    }
  }
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
const LOG_KEY = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];

/** CloudWatch Logs uses the keys of log groups by the policies of the keys. */
export function* ofEncryptedLogs(stack: StackModel): Generator<ServiceNeed> {
  const { account, region } = stack.environment;
  const caller = serviceOf(`logs.${region}.amazonaws.com`, account);
  for (const logicalId of stack.logicalIds('AWS::Logs::LogGroup')) {
    if (stack.raw(logicalId)['KmsKeyId'] !== undefined) {
      const { KmsKeyId } = stack.properties(logicalId, ['KmsKeyId']);
      const group = `arn:aws:logs:${region}:${account}:log-group:${stack.reference(logicalId)}`;
      for (const action of LOG_KEY) {
        const context = { 'kms:EncryptionContext:aws:logs:arn': group };
        yield { caller, action: `kms:${action}`, resource: String(KmsKeyId), context };
      }
    }
  }
}

/** The logical ids of resources by their ARNs. */
export function idsOf(stack: StackModel, type: string, arns: readonly string[]): readonly string[] {
  return stack
    .logicalIds(type)
    .filter((id) => arns.includes(String(stack.resolve({ 'Fn::GetAtt': [id, 'Arn'] }))));
}

/** Resources that name others; what is none of ours may refer to what has no model. */
export function mentioning(
  stack: StackModel,
  type: string,
  logicalIds: readonly string[],
): readonly string[] {
  return stack.logicalIds(type).filter((id) => {
    const text = JSON.stringify(stack.raw(id));
    return logicalIds.some((one) => text.includes(`"${one}"`));
  });
}

/** A member of what may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return isJsonObject(value) ? value[name] : undefined;
}

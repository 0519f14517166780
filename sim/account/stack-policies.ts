import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import { UnmodelledError } from '../aws/cloudformation/environment';
import { perDeployment, type StackModel } from '../aws/cloudformation/stack-model';
import { policiesOfRole, statementsOf } from '../aws/iam/role-policies';
import type { ResourcePolicy, ResourcePolicySource } from './authorize';
import { instanceProfileArn, type IamResources } from './iam-propagation';
import { accountOf, type RoleGrants, type RoleSource } from './principal';

/** The roles of the stacks of an assembly, in whatever account each is. */
export function rolesOfStacks(stacks: readonly StackModel[]): RoleSource {
  const roles = perDeployment(stacks, () => new Map<string, RoleGrants | undefined>());
  return (roleArn) => {
    const known = roles();
    if (!known.has(roleArn)) {
      known.set(roleArn, findRole(stacks, roleArn));
    }
    return known.get(roleArn);
  };
}

function findRole(stacks: readonly StackModel[], roleArn: string): RoleGrants | undefined {
  for (const stack of stacks) {
    const policies = policiesOfRole(stack, roleArn);
    if (policies !== undefined) {
      const logicalId = stack
        .logicalIds('AWS::IAM::Role')
        .find((one) => stack.resolve({ 'Fn::GetAtt': [one, 'Arn'] }) === roleArn);
      const name = 'AssumeRolePolicyDocument';
      const trust = statementsOf(stack.properties(logicalId ?? '', [name])[name]);
      const uniqueId = String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'RoleId'] }));
      return { statements: policies.statements, unknownPolicies: policies.unknown, trust, uniqueId };
    }
  }
  return undefined;
}

function arnOf(stack: StackModel, logicalId: string): string {
  return String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }));
}

/** What stacks have in IAM. A role that nobody takes may have what has no model, and is left out. */
export function iamOfStacks(stacks: readonly StackModel[], roles: RoleSource): IamResources {
  const named = (type: string, nameOf: (stack: StackModel, logicalId: string) => string) =>
    stacks.flatMap((stack) => stack.logicalIds(type).map((one) => nameOf(stack, one)));
  const grantsOf = (arn: string) => {
    try {
      return roles(arn);
    } catch (error) {
      if (error instanceof UnmodelledError) {
        return undefined;
      }
      throw error;
    }
  };
  return {
    roles: new Map(
      named('AWS::IAM::Role', arnOf).flatMap((arn) => {
        const grants = grantsOf(arn);
        return grants === undefined ? [] : [[arn, grants]];
      }),
    ),
    instanceProfiles: named('AWS::IAM::InstanceProfile', (stack, one) =>
      instanceProfileArn(stack.reference(one), stack.environment),
    ),
  };
}

/**
 * The policies of roles, buckets, topics, queues, functions and keys of the stacks. A role or key without a word for the caller lets nobody in,
 * whatever the caller's own policies say.
 */
export function resourcePoliciesOfStacks(
  stacks: readonly StackModel[],
  roles: RoleSource,
): ResourcePolicySource {
  const deployed = perDeployment(stacks, () => ({
    policies: new Map(stacks.flatMap((stack) => [...policiesOfStack(stack)])),
    known: new Map<string, ResourcePolicy | undefined>(),
  }));
  // What nobody asks for may refer to what has no model.
  const policyOf = (arn: string): ResourcePolicy | undefined => {
    const { known, policies } = deployed();
    if (!known.has(arn)) {
      known.set(arn, policies.get(arn)?.());
    }
    return known.get(arn);
  };
  return (arn) => {
    const trust = arn.includes(':role/') ? roles(arn)?.trust : undefined;
    if (trust !== undefined) {
      return { account: accountOf(arn), statements: trust, isRequired: true };
    }
    const [bucket = arn] = arn.startsWith('arn:aws:s3:::') ? arn.split('/') : [];
    return policyOf(bucket);
  };
}

type NamedPolicy = readonly [arn: string, read: () => ResourcePolicy];

function* policiesOfStack(stack: StackModel): Generator<NamedPolicy> {
  const { account, region } = stack.environment;
  const policyOf =
    (logicalId: string, name: string, isRequired = false) =>
    () => ({
      account,
      statements: statementsOf(stack.properties(logicalId, [name])[name]),
      isRequired,
    });
  for (const logicalId of stack.logicalIds('AWS::S3::BucketPolicy')) {
    const { Bucket } = stack.properties(logicalId, ['Bucket']);
    yield [`arn:aws:s3:::${String(Bucket)}`, policyOf(logicalId, 'PolicyDocument')];
  }
  for (const logicalId of stack.logicalIds('AWS::SNS::TopicPolicy')) {
    for (const topic of listOf(stack.properties(logicalId, ['Topics']), 'Topics')) {
      yield [topic, policyOf(logicalId, 'PolicyDocument')];
    }
  }
  for (const logicalId of stack.logicalIds('AWS::SQS::QueuePolicy')) {
    for (const url of listOf(stack.properties(logicalId, ['Queues']), 'Queues')) {
      const arn = `arn:aws:sqs:${region}:${account}:${url.split('/').at(-1) ?? ''}`;
      yield [arn, policyOf(logicalId, 'PolicyDocument')];
    }
  }
  yield* functionPolicies(stack);
  for (const logicalId of stack.logicalIds('AWS::KMS::Key')) {
    const arn = stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] });
    yield [String(arn), policyOf(logicalId, 'KeyPolicy', true)];
  }
}

/** The name of EventBridge in policies. */
export const EVENTS = 'events.amazonaws.com';

/** Each permission of a function is a statement of its policy. */
function* functionPolicies(stack: StackModel): Generator<NamedPolicy> {
  const permissions = stack.logicalIds('AWS::Lambda::Permission');
  for (const logicalId of stack.logicalIds('AWS::Lambda::Function')) {
    const reference = JSON.stringify({ 'Fn::GetAtt': [logicalId, 'Arn'] });
    const own = permissions.filter((id) => JSON.stringify(stack.raw(id)['FunctionName']) === reference);
    if (own.length > 0) {
      const arn = String(stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }));
      const read = () => own.map((id) => permissionStatement(stack, id));
      yield [arn, () => ({ account: stack.environment.account, statements: read(), isRequired: false })];
    }
  }
}

/**
 * What a permission of a function says as a statement of its policy.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
export function permissionStatement(stack: StackModel, logicalId: string): JsonObject {
  const { Action, FunctionName, Principal, SourceArn } = stack.properties(logicalId, [
    'Action',
    'FunctionName',
    'Principal',
    'SourceArn',
  ]);
  return {
    Effect: 'Allow',
    Action,
    Resource: FunctionName,
    Principal: { Service: Principal },
    ...(SourceArn === undefined ? {} : { Condition: { ArnLike: { 'aws:SourceArn': SourceArn } } }),
  };
}

function listOf(properties: JsonObject, name: string): readonly string[] {
  const value = properties[name];
  return Array.isArray(value) ? value.filter((one) => !isJsonObject(one)).map(String) : [];
}

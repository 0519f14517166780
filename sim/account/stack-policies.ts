import { isJsonObject } from '../../lib/contract/values/json';
import type { StackModel } from '../aws/cloudformation/stack-model';
import { policiesOfRole, statementsOf } from '../aws/iam/role-policies';
import type { ResourcePolicy, ResourcePolicySource } from './authorize';
import { accountOf, type RoleGrants, type RoleSource } from './principal';

/** The roles of the stacks of an assembly, in whatever account each is. */
export function rolesOfStacks(stacks: readonly StackModel[]): RoleSource {
  const known = new Map<string, RoleGrants | undefined>();
  return (roleArn) => {
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

/**
 * The policies of roles, buckets, topics, queues, functions and keys of the stacks. A role or key without a word for the caller lets nobody in,
 * whatever the caller's own policies say.
 */
export function resourcePoliciesOfStacks(
  stacks: readonly StackModel[],
  roles: RoleSource,
): ResourcePolicySource {
  const policies = new Map(stacks.flatMap((stack) => [...policiesOfStack(stack)]));
  return (arn) => {
    const trust = arn.includes(':role/') ? roles(arn)?.trust : undefined;
    if (trust !== undefined) {
      return { account: accountOf(arn), statements: trust, isRequired: true };
    }
    const [bucket = arn] = arn.startsWith('arn:aws:s3:::') ? arn.split('/') : [];
    return policies.get(bucket);
  };
}

function* policiesOfStack(stack: StackModel): Generator<readonly [arn: string, policy: ResourcePolicy]> {
  const { account } = stack.environment;
  const policyOf = (logicalId: string, name: string, isRequired = false): ResourcePolicy => ({
    account,
    statements: statementsOf(stack.properties(logicalId, [name])[name]),
    isRequired,
  });
  for (const logicalId of stack.logicalIds('AWS::S3::BucketPolicy')) {
    const { Bucket } = stack.properties(logicalId, ['Bucket']);
    yield [`arn:aws:s3:::${String(Bucket)}`, policyOf(logicalId, 'PolicyDocument')];
  }
  for (const logicalId of stack.logicalIds('AWS::SNS::TopicPolicy')) {
    for (const topic of listOf(stack.properties(logicalId, ['Topics'])['Topics'])) {
      yield [topic, policyOf(logicalId, 'PolicyDocument')];
    }
  }
  for (const logicalId of stack.logicalIds('AWS::SQS::QueuePolicy')) {
    for (const queueUrl of listOf(stack.properties(logicalId, ['Queues'])['Queues'])) {
      const { hostname, pathname } = new URL(queueUrl);
      const arn = `arn:aws:sqs:${hostname.split('.')[1] ?? ''}${pathname.replaceAll('/', ':')}`;
      yield [arn, policyOf(logicalId, 'PolicyDocument')];
    }
  }
  yield* policiesOfFunctions(stack);
  for (const logicalId of stack.logicalIds('AWS::KMS::Key')) {
    const arn = stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] });
    yield [String(arn), policyOf(logicalId, 'KeyPolicy', true)];
  }
}

/** The name of EventBridge in policies. */
export const EVENTS = 'events.amazonaws.com';

/**
 * Each permission is a statement of its function's policy.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
function policiesOfFunctions(stack: StackModel): ReadonlyMap<string, ResourcePolicy> {
  const policies = new Map<string, ResourcePolicy>();
  const { account } = stack.environment;
  for (const logicalId of stack.logicalIds('AWS::Lambda::Permission')) {
    // What other services start may be of any kind.
    if (stack.raw(logicalId)['Principal'] === EVENTS) {
      const { Action, FunctionName, SourceArn } = stack.properties(logicalId, [
        'Action',
        'FunctionName',
        'SourceArn',
      ]);
      const source =
        SourceArn === undefined ? {} : { Condition: { ArnLike: { 'aws:SourceArn': SourceArn } } };
      const statement = { Effect: 'Allow', Action, Resource: FunctionName, Principal: { Service: EVENTS } };
      const { statements } = policies.get(String(FunctionName)) ?? { statements: [] };
      policies.set(String(FunctionName), {
        account,
        statements: [...statements, { ...statement, ...source }],
        isRequired: false,
      });
    }
  }
  return policies;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => !isJsonObject(one)).map(String) : [];
}

import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { unmodelled } from '../cloudformation/environment';
import type { StackModel } from '../cloudformation/stack-model';

/** A call that the caller's role does not allow, in the words of the service. */
export class AccessDenied extends Error {
  readonly code = 'AccessDenied';

  constructor(role: string, action: string, resource: string) {
    super(`${role} is not authorized to perform ${action} on ${resource}.`);
    this.name = 'AccessDenied';
  }
}

/** Values that a policy may refer to as `${key}` or test in a condition, such as `aws:userid`; case does not matter. */
export type RequestContext = Readonly<Record<string, string>>;

const FIELDS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** The statements of a policy document. */
export function statementsOf(document: unknown): readonly JsonObject[] {
  const statements = isJsonObject(document) ? document['Statement'] : undefined;
  return valuesOf(statements).filter(isJsonObject);
}

/**
 * Whether a statement speaks of a call: its actions, resources and conditions all match. Throws for what has no model.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function statementCovers(
  statement: JsonObject,
  action: string,
  resource: string,
  context: RequestContext,
): boolean {
  const unknown = Object.keys(statement).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw unmodelled(`${unknown} in a policy`);
  }
  return (
    valuesOf(statement['Action']).some((pattern) =>
      matches(String(pattern).toLowerCase(), action.toLowerCase(), {}),
    ) &&
    valuesOf(statement['Resource']).some((pattern) => matches(String(pattern), resource, context)) &&
    conditionsHold(statement['Condition'], context)
  );
}

/**
 * Every key of every operator must hold; a key that the request does not have does not, but for what must hold of all values of
 * a key, and with `IfExists`. Several values of one are separated by commas.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function conditionsHold(conditions: unknown, context: RequestContext): boolean {
  return Object.entries(isJsonObject(conditions) ? conditions : {}).every(([operator, keys]) => {
    const [, ofAll] = /^ForAllValues:(.+)$/.exec(operator) ?? [];
    const [, ifExists] = /^(.+)IfExists$/.exec(operator) ?? [];
    const compare = comparison(ofAll ?? ifExists ?? operator, context);
    return Object.entries(isJsonObject(keys) ? keys : {}).every(([key, wanted]) => {
      const value = valueOf(context, key);
      if (value === undefined && ifExists !== undefined) {
        return true;
      }
      const fits = (text: string) => valuesOf(wanted).some((one) => compare(String(one), text));
      return ofAll === undefined ? value !== undefined && fits(value) : (value?.split(',') ?? []).every(fits);
    });
  });
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function comparison(operator: string, context: RequestContext): (wanted: string, value: string) => boolean {
  switch (operator) {
    case 'StringEquals':
      return (wanted, value) => wanted === value;
    case 'Bool':
      return (wanted, value) => wanted.toLowerCase() === value.toLowerCase();
    // ArnEquals and ArnLike behave the same.
    case 'ArnEquals':
    case 'StringLike':
    case 'ArnLike':
      return (wanted, value) => matches(wanted, value, context);
    default:
      throw unmodelled(`the condition ${operator} in a policy`);
  }
}

/** `*` stands for any text, `?` for one character, `${key}` for a value of the request; without that value nothing matches. */
function matches(pattern: string, text: string, context: RequestContext): boolean {
  const parts = pattern.split(/(\$\{[^}]+\}|[*?])/).map((part) => {
    const [, key] = /^\$\{([^}]+)\}$/.exec(part) ?? [];
    if (key !== undefined) {
      const value = valueOf(context, key);
      return value && escaped(value);
    }
    return part === '*' ? '.*' : part === '?' ? '.' : escaped(part);
  });
  return !parts.includes(undefined) && new RegExp(`^${parts.join('')}$`, 's').test(text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function valueOf(context: RequestContext, key: string): string | undefined {
  const name = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : context[name];
}

function valuesOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

const allowing = (
  Action: readonly string[],
  Resource: unknown = '*',
  Condition: JsonObject = {},
): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
  Condition,
});

const THROUGH_EC2 = { 'kms:ViaService': ['ec2.*.amazonaws.com'] };

/** What AWS's own policies allow, as far as instances, functions and services of a rehearsal need it. */
const MANAGED_POLICIES: Readonly<Record<string, readonly JsonObject[]>> = {
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2InstanceProfileForImageBuilder.html
  EC2InstanceProfileForImageBuilder: [allowing(['imagebuilder:GetComponent'])],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html
  AmazonSSMManagedInstanceCore: [
    allowing(['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel']),
  ],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
  AWSLambdaBasicExecutionRole: [
    allowing(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']),
  ],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerServiceforEC2Role.html
  AmazonEC2ContainerServiceforEC2Role: [
    allowing(['ecs:DiscoverPollEndpoint', 'ecs:Poll', 'ecs:RegisterContainerInstance', 'ecs:Submit*']),
  ],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2FastLaunchFullAccess.html
  EC2FastLaunchFullAccess: [
    allowing(['ec2:EnableFastLaunch', 'ec2:DisableFastLaunch', 'ec2:DescribeFastLaunchImages']),
  ],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2ImageBuilderExecutionPolicy.html
  EC2ImageBuilderExecutionPolicy: [
    allowing(['iam:PassRole'], 'arn:aws:iam::*:role/*', {
      StringEquals: { 'iam:PassedToService': ['ec2.amazonaws.com', 'vmie.amazonaws.com'] },
    }),
    allowing(
      [
        'kms:Decrypt',
        'kms:Encrypt',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      'arn:aws:kms:*:*:key/*',
      {
        'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['aws:ebs:id'] },
        StringLike: THROUGH_EC2,
      },
    ),
    allowing(['kms:DescribeKey'], 'arn:aws:kms:*:*:key/*', { StringLike: THROUGH_EC2 }),
    allowing(['kms:CreateGrant'], 'arn:aws:kms:*:*:key/*', {
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
      StringLike: THROUGH_EC2,
    }),
    allowing(['ssm:GetParameter'], 'arn:aws:ssm:*::parameter/aws/service/*'),
    allowing(['ec2:DescribeInstances']),
  ],
};

/** The role of a caller: every call that it makes in a rehearsal is checked against the policies of the template. */
export interface Caller {
  readonly name: string;
  /** Throws `AccessDenied` where the role does not allow the call; `context` is what the call itself tells conditions. */
  require(action: string, resource: string, context?: RequestContext): void;
}

/** What a role may do, and the managed policies of which no more than the name is known. */
export interface RolePolicies {
  readonly statements: readonly JsonObject[];
  readonly unknown: readonly string[];
}

/** The caller with the role of that ARN, wherever in the stacks it is; throws where no stack has it. */
export function callerOf(
  stacks: readonly StackModel[],
  roleArn: string,
  context: RequestContext = {},
): Caller {
  const name = roleArn.split('/').at(-1) ?? roleArn;
  const policies = stacks.map((stack) => policiesOfRole(stack, roleArn)).find((found) => found !== undefined);
  if (policies === undefined) {
    throw unmodelled(`the role ${roleArn}, which no stack of the assembly has`);
  }
  // The same calls are made again and again, and policies do not change.
  const allowedBefore = new Set<string>();
  return {
    name,
    require: (action, resource, more = {}) => {
      const known = { ...context, ...more };
      const call = JSON.stringify([action, resource, known]);
      if (allowedBefore.has(call)) {
        return;
      }
      const speaking = policies.statements.filter((one) => statementCovers(one, action, resource, known));
      const denied = speaking.some((statement) => statement['Effect'] === 'Deny');
      const allowed = speaking.some((statement) => statement['Effect'] === 'Allow');
      if (allowed && !denied) {
        allowedBefore.add(call);
        return;
      }
      const [unknown] = policies.unknown;
      if (unknown !== undefined && !denied) {
        throw unmodelled(`the managed policy ${unknown} of ${name}, which may allow ${action}`);
      }
      throw new AccessDenied(name, action, resource);
    },
  };
}

/** What the role of that ARN may do by the policies of a stack; undefined where the stack does not have it. */
export function policiesOfRole(stack: StackModel, roleArn: string): RolePolicies | undefined {
  const role = stack
    .logicalIds('AWS::IAM::Role')
    .find((logicalId) => stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }) === roleArn);
  if (role === undefined) {
    return undefined;
  }
  const { Policies, ManagedPolicyArns } = stack.properties(role, ['Policies', 'ManagedPolicyArns']);
  const inline = listOf(Policies).flatMap((policy) =>
    isJsonObject(policy) ? statementsOf(policy['PolicyDocument']) : [],
  );
  const managed = listOf(ManagedPolicyArns).map((arn) => attachedByArn(stack, String(arn)));
  return {
    statements: [
      ...attachedStatements(stack, stack.reference(role)),
      ...inline,
      ...managed.flatMap((statements) => (typeof statements === 'string' ? [] : statements)),
    ],
    unknown: managed.filter((statements) => typeof statements === 'string'),
  };
}

/** The policies of the stack that name the role. */
function attachedStatements(stack: StackModel, roleName: string): readonly JsonObject[] {
  return ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => stack.logicalIds(type))
    .filter((logicalId) => listOf(stack.properties(logicalId, ['Roles'])['Roles']).includes(roleName))
    .flatMap((logicalId) => documentStatements(stack, logicalId));
}

/** The statements of a policy that the role names: one of the stack, or one of AWS; its name where it is neither. */
function attachedByArn(stack: StackModel, arn: string): readonly JsonObject[] | string {
  const own = stack
    .logicalIds('AWS::IAM::ManagedPolicy')
    .find((logicalId) => stack.reference(logicalId) === arn);
  if (own !== undefined) {
    return documentStatements(stack, own);
  }
  const name = arn.split('/').at(-1) ?? arn;
  return managedStatements(name) ?? name;
}

/** What is known of one of AWS's own policies by its name; undefined where nothing is. */
export function managedStatements(name: string): readonly JsonObject[] | undefined {
  return Object.hasOwn(MANAGED_POLICIES, name) ? MANAGED_POLICIES[name] : undefined;
}

function documentStatements(stack: StackModel, logicalId: string): readonly JsonObject[] {
  return statementsOf(stack.properties(logicalId, ['PolicyDocument'])['PolicyDocument']);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

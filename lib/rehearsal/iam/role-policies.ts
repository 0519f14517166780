import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { StackModel } from '../assembly/stack-model';
import { unmodelled } from '../assembly/unmodelled';
import { AccessDenied } from './access-denied';
import { statementCovers, statementsOf, type RequestContext } from './policy-statement';

/** What AWS's own policies allow, as far as instances and functions of a rehearsal need it. */
const MANAGED_POLICIES: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2InstanceProfileForImageBuilder.html
  EC2InstanceProfileForImageBuilder: ['imagebuilder:GetComponent'],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html
  AmazonSSMManagedInstanceCore: ['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel'],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaBasicExecutionRole.html
  AWSLambdaBasicExecutionRole: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
};

/** The role of a caller: every call that it makes in a rehearsal is checked against the policies of the template. */
export interface Caller {
  readonly name: string;
  /** Throws `AccessDenied` where the role does not allow the call; `context` is what the call itself tells conditions. */
  require(action: string, resource: string, context?: RequestContext): void;
}

/** What a role may do, and the managed policies of which no more than the name is known. */
interface RolePolicies {
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

function policiesOfRole(stack: StackModel, roleArn: string): RolePolicies | undefined {
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
  const managed = listOf(ManagedPolicyArns).map((arn) => managedStatements(stack, String(arn)));
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
function managedStatements(stack: StackModel, arn: string): readonly JsonObject[] | string {
  const own = stack
    .logicalIds('AWS::IAM::ManagedPolicy')
    .find((logicalId) => stack.reference(logicalId) === arn);
  if (own !== undefined) {
    return documentStatements(stack, own);
  }
  const name = arn.split('/').at(-1) ?? arn;
  const actions = Object.hasOwn(MANAGED_POLICIES, name) ? MANAGED_POLICIES[name] : undefined;
  return actions === undefined ? name : [{ Effect: 'Allow', Action: actions, Resource: '*' }];
}

function documentStatements(stack: StackModel, logicalId: string): readonly JsonObject[] {
  return statementsOf(stack.properties(logicalId, ['PolicyDocument'])['PolicyDocument']);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

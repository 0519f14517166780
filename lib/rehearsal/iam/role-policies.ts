import { isJsonObject, type JsonObject } from '../../core/oci/json-value';
import type { StackModel } from '../assembly/stack-model';
import { AccessDenied } from './access-denied';
import { statementCovers, statementsOf, type RequestContext } from './policy-statement';

/** What AWS's own policies allow, as far as instances and functions of a rehearsal need it. */
const MANAGED_POLICIES: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2InstanceProfileForImageBuilder.html
  EC2InstanceProfileForImageBuilder: ['imagebuilder:GetComponent'],
  // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSSMManagedInstanceCore.html
  AmazonSSMManagedInstanceCore: ['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel'],
};

/** The role of a caller: every call that it makes in a rehearsal is checked against the policies of the template. */
export interface Caller {
  readonly name: string;
  /** Throws `AccessDenied` where the role does not allow the call; `context` is what the call itself tells conditions. */
  require(action: string, resource: string, context?: RequestContext): void;
}

/** The caller with the role of that ARN, wherever in the stacks it is. */
export function callerOf(
  stacks: readonly StackModel[],
  roleArn: string,
  context: RequestContext = {},
): Caller {
  const statements = stacks.flatMap((stack) => statementsOfRole(stack, roleArn));
  const name = roleArn.split('/').at(-1) ?? roleArn;
  return {
    name,
    require: (action, resource, more = {}) => {
      const known = { ...context, ...more };
      const speaking = statements.filter((statement) => statementCovers(statement, action, resource, known));
      const denied = speaking.some((statement) => statement['Effect'] === 'Deny');
      if (denied || !speaking.some((statement) => statement['Effect'] === 'Allow')) {
        throw new AccessDenied(name, action, resource);
      }
    },
  };
}

function statementsOfRole(stack: StackModel, roleArn: string): readonly JsonObject[] {
  const role = stack
    .logicalIds('AWS::IAM::Role')
    .find((logicalId) => stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }) === roleArn);
  if (role === undefined) {
    return [];
  }
  const reference = stack.reference(role);
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']
    .flatMap((type) => stack.logicalIds(type))
    .filter((id) => (stack.properties(id, ['Roles'])['Roles'] as unknown[] | undefined)?.includes(reference))
    .flatMap((id) => statementsOf(stack.properties(id, ['PolicyDocument'])['PolicyDocument']));
  const { Policies, ManagedPolicyArns } = stack.properties(role, ['Policies', 'ManagedPolicyArns']);
  const inline = ((Policies ?? []) as unknown[]).flatMap((policy) =>
    isJsonObject(policy) ? statementsOf(policy['PolicyDocument']) : [],
  );
  const managed = ((ManagedPolicyArns ?? []) as string[]).map((arn) => ({
    Effect: 'Allow',
    Action: MANAGED_POLICIES[arn.split('/').at(-1) ?? ''] ?? [],
    Resource: '*',
  }));
  return [...attached, ...inline, ...managed];
}

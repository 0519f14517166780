import type { Template } from 'aws-cdk-lib/assertions';

/** A statement of a role's own policies. */
export interface PolicyStatement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, unknown>;
}

/** The statements that roles of a template have, by the logical id of the policy's first role. */
export function policyStatements(template: Template): Readonly<Record<string, readonly PolicyStatement[]>> {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  return Object.fromEntries(
    policies.map(({ Properties }) => [
      Properties.Roles[0].Ref as string,
      Properties.PolicyDocument.Statement,
    ]),
  );
}

/** The actions of statements, each once. */
export function actionsOf(statements: readonly PolicyStatement[]): readonly string[] {
  return [...new Set(statements.flatMap((statement) => statement.Action))].sort();
}

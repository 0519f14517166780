import type { Template } from 'aws-cdk-lib/assertions';

/** A statement of a role's own policies. */
export interface PolicyStatement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, unknown>;
}

/** The statements that roles of a template have, in policies of their own and others, by the role's logical id. */
export function policyStatements(template: Template): Readonly<Record<string, readonly PolicyStatement[]>> {
  const found: Record<string, PolicyStatement[]> = {};
  const add = (role: string, { Statement }: { readonly Statement: readonly PolicyStatement[] }) => {
    (found[role] ??= []).push(...Statement);
  };
  for (const [id, { Properties }] of Object.entries(template.findResources('AWS::IAM::Role'))) {
    for (const { PolicyDocument } of Properties.Policies ?? []) {
      add(id, PolicyDocument);
    }
  }
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) {
    for (const { Properties } of Object.values(template.findResources(type))) {
      for (const { Ref } of Properties.Roles ?? []) {
        add(Ref, Properties.PolicyDocument);
      }
    }
  }
  return found;
}

/** The actions of statements, each once. */
export function actionsOf(statements: readonly PolicyStatement[]): readonly string[] {
  return [...new Set(statements.flatMap((statement) => statement.Action))].sort();
}

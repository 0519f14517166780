import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { flattenReference } from './flatten-reference';

/** What a role may do. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, unknown>>;
  /** Why a resource has a wildcard; required where one has. It answers cdk-nag's question as well. */
  readonly wildcardReason?: string;
}

/** Lets a role do something; refuses a wildcard that nobody explained. */
export function allow(role: Role, { actions, resources, conditions, wildcardReason }: Permission): void {
  for (const resource of resources.filter((arn) => flatten(role, arn).includes('*'))) {
    if (wildcardReason === undefined) {
      throw new Error(
        `The permission ${actions.join(', ')} on ${flatten(role, resource)} has a wildcard and no reason.`,
      );
    }
    explainWildcard(role, resource, wildcardReason);
  }
  role.addToPolicy(
    new PolicyStatement({
      actions: [...actions],
      resources: [...resources],
      ...(conditions === undefined ? {} : { conditions }),
    }),
  );
}

/** Gives a role a managed policy of AWS, with the reason for not writing its statements out. */
export function explainManagedPolicy(role: Role, policy: string, reason: string): void {
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
    reason,
  });
}

/** Says why a role has a permission on a resource with a wildcard, one that it was given elsewhere. */
export function explainWildcard(role: IConstruct, resource: string, reason: string): void {
  Validations.of(role).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${flatten(role, resource)}]`,
    reason,
  });
}

function flatten(role: IConstruct, arn: string): string {
  return flattenReference(Stack.of(role).resolve(arn));
}

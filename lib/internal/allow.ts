import { Stack, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * A resolved value of CloudFormation as one line of text, references in angle brackets, as cdk-nag names its findings:
 * `{"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}` is `<Bucket.Arn>/*`.
 */
export function flattenReference(value: unknown): string {
  if (typeof value === 'string') {
    return value.replaceAll('${', '<').replaceAll('}', '>');
  }
  const [[name, argument] = []] = Object.entries((value ?? {}) as Record<string, unknown>);
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [delimiter, items] = argument as [string, unknown[]];
    return items.map(flattenReference).join(delimiter);
  }
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) {
    return `<${argument.map(flattenReference).join('.')}>`;
  }
  return name === 'Ref' ? `<${flattenReference(argument)}>` : JSON.stringify(value);
}

/** The ARN of a parameter of this account, or with a trailing `*` of all below a path; the name begins with a slash. */
export function parameterArn(scope: IConstruct, name: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:ssm:${region}:${account}:parameter${name}`;
}

/** The ARN of a public parameter, which belongs to no account. */
export function publicParameterArn(scope: IConstruct, name: string): string {
  const { partition, region } = Stack.of(scope);
  return `arn:${partition}:ssm:${region}::parameter${name}`;
}

/** A policy is split between statements and never within one, and IAM takes a managed policy of 6,144 characters at most. */
const MOST_RESOURCES = 20;

/** What a role may do. */
interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, unknown>>;
  /** Why a resource has a wildcard; required where one has. It answers cdk-nag's question as well. */
  readonly wildcardReason?: string;
}

/** Allows a role to do something; refuses a wildcard without a reason. */
export function allow(role: Role, { actions, resources, conditions, wildcardReason }: Permission): void {
  for (const resource of resources.filter((arn) => flatten(role, arn).includes('*'))) {
    explainWildcard(role, resource, requiredReason(actions, flatten(role, resource), wildcardReason));
  }
  for (let first = 0; first < resources.length; first += MOST_RESOURCES) {
    role.addToPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: resources.slice(first, first + MOST_RESOURCES),
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  }
}

/** Something that a role may do, on resources that come one by one; in its own policy, or in a managed one. */
export class GrowingPermission {
  private readonly known = new Set<string>();
  private statement: PolicyStatement | undefined;

  constructor(
    private readonly role: Role | ManagedPolicy,
    private readonly permission: Omit<Permission, 'resources'>,
  ) {}

  /** Allows it on more resources; what was allowed before is passed over. */
  on(...resources: readonly string[]): void {
    const { actions, conditions, wildcardReason } = this.permission;
    for (const resource of resources) {
      const key = flatten(this.role, resource);
      if (this.known.has(key)) {
        continue;
      }
      if (this.statement === undefined || this.known.size % MOST_RESOURCES === 0) {
        this.statement = new PolicyStatement({
          actions: [...actions],
          ...(conditions === undefined ? {} : { conditions }),
        });
        if (this.role instanceof ManagedPolicy) {
          this.role.addStatements(this.statement);
        } else {
          this.role.addToPolicy(this.statement);
        }
      }
      if (key.includes('*')) {
        explainWildcard(this.role, resource, requiredReason(actions, key, wildcardReason));
      }
      this.statement.addResources(resource);
      this.known.add(key);
    }
  }
}

function requiredReason(actions: readonly string[], resource: string, reason: string | undefined): string {
  if (reason === undefined) {
    throw new Error(`The permission ${actions.join(', ')} on ${resource} has a wildcard and no reason.`);
  }
  return reason;
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

import type { JsonObject } from '../../lib/contract/values/json';
import type { Principal, RoleGrants } from './principal';

/** What stacks have in IAM. */
export interface IamResources {
  /** Roles by their ARN. */
  readonly roles: ReadonlyMap<string, RoleGrants>;
  /** The ARNs of instance profiles. */
  readonly instanceProfiles: readonly string[];
}

/**
 * The longest until services know what a deployment has made, in milliseconds. No page says how long; reported are half a minute for
 * policies, and a quarter of an hour for what instances and functions run by.
 * @see https://github.com/aws/aws-cdk/pull/37878
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/44517
 */
const LONGEST = { statement: 30_000, instanceProfile: 900_000 };

/** How often, of calls, one is answered by what does not know of it yet. */
const UNKNOWN = 0.5;

/**
 * What IAM was told by a deployment and services have not heard of yet. Roles are no part of it: CloudFormation goes on once
 * they can be taken.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
export class IamPropagation {
  /** The statements of each role, and when each is known everywhere. */
  private statements = new Map<string, ReadonlyMap<string, number>>();
  private instanceProfiles = new Map<string, number>();

  constructor(private readonly options: { readonly random: () => number; readonly now: () => Date }) {}

  /** Takes what is there after a step of a deployment; what was not there before is new. */
  note({ instanceProfiles, roles }: IamResources): void {
    this.statements = new Map(
      [...roles].map(([arn, { statements }]) => {
        const before = this.statements.get(arn);
        return [
          arn,
          new Map(statements.map(textOf).map((text) => [text, this.knownAt('statement', before?.get(text))])),
        ];
      }),
    );
    this.instanceProfiles = new Map(
      instanceProfiles.map((arn) => [arn, this.knownAt('instanceProfile', this.instanceProfiles.get(arn))]),
    );
  }

  /** A caller as a service sees it that has not heard of its new statements; undefined where it knows them all. */
  knownOf(caller: Principal): Principal | undefined {
    const known = this.statements.get(caller.context['aws:PrincipalArn'] ?? '');
    const isNew = (one: JsonObject) => (known?.get(textOf(one)) ?? 0) > this.now;
    if (!caller.statements.some(isNew) || this.options.random() >= UNKNOWN) {
      return undefined;
    }
    return { ...caller, statements: caller.statements.filter((one) => !isNew(one)), unknownPolicies: [] };
  }

  /** Whether EC2 knows an instance profile. */
  knowsInstanceProfile(arn: string): boolean {
    return (this.instanceProfiles.get(arn) ?? 0) <= this.now;
  }

  private knownAt(what: keyof typeof LONGEST, before: number | undefined): number {
    return before ?? this.now + Math.floor(this.options.random() * LONGEST[what]);
  }

  private get now(): number {
    return this.options.now().getTime();
  }
}

/** The ARN of an instance profile of an account. */
export function instanceProfileArn(name: string, { account }: { readonly account: string }): string {
  return `arn:aws:iam::${account}:instance-profile/${name}`;
}

function textOf(statement: JsonObject): string {
  return JSON.stringify(statement);
}

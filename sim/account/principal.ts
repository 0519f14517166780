import type { JsonObject } from '../../lib/contract/values/json';
import type { RequestContext } from '../aws/iam/role-policies';

/** A role of some account: what it may do, and who may take it. */
export interface RoleGrants {
  readonly statements: readonly JsonObject[];
  /** The managed policies of which no more than the name is known. */
  readonly unknownPolicies: readonly string[];
  /** The statements of the policy that says who may take the role. */
  readonly trust: readonly JsonObject[];
  /** The part of `aws:userid` before the colon. */
  readonly uniqueId?: string;
}

/** Finds a role by its ARN in whatever account it is. */
export type RoleSource = (roleArn: string) => RoleGrants | undefined;

/** Who makes a call. */
export interface Principal {
  /** As services write it: `arn:aws:sts::123456789012:assumed-role/NAME/SESSION`, or a user. */
  readonly arn: string;
  readonly account: string;
  readonly statements: readonly JsonObject[];
  readonly unknownPolicies: readonly string[];
  /** The ARNs by which a resource's policy may name the caller. */
  readonly names: readonly string[];
  /** What conditions may ask of the caller. */
  readonly context: RequestContext;
}

/** A session of a role. */
export function sessionOf(
  roleArn: string,
  { statements, uniqueId = 'AROASIMULATED', unknownPolicies }: RoleGrants,
  session: string,
): Principal {
  const account = accountOf(roleArn);
  const name = roleArn.split('/').at(-1) ?? roleArn;
  const arn = `arn:aws:sts::${account}:assumed-role/${name}/${session}`;
  return {
    arn,
    account,
    statements,
    unknownPolicies,
    names: [roleArn, arn],
    context: {
      'aws:PrincipalArn': roleArn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:userid': `${uniqueId}:${session}`,
    },
  };
}

/** A user, such as the person at the command line. */
export function userOf(account: string, name: string, statements: readonly JsonObject[]): Principal {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  return {
    arn,
    account,
    statements,
    unknownPolicies: [],
    names: [arn],
    context: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'User',
      'aws:username': name,
      'aws:userid': 'AIDASIMULATED',
    },
  };
}

/** A service of AWS that acts by itself, such as `lambda.amazonaws.com` when it takes a function's role. */
export function serviceOf(name: string, account: string): Principal {
  return {
    arn: name,
    account,
    statements: [],
    unknownPolicies: [],
    names: [name],
    context: { 'aws:SourceAccount': account, 'aws:PrincipalServiceName': name },
  };
}

/** The account in an ARN; empty where it has none. */
export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

/** Credentials that STS gave out. */
export interface IssuedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The sessions that the simulated STS gave out, by their access keys. */
export class Sessions {
  private readonly issued = new Map<string, { readonly principal: Principal; readonly until: Date }>();

  issue(principal: Principal, until: Date): IssuedCredentials {
    const accessKeyId = `ASIASIMULATED${String(this.issued.size).padStart(7, '0')}`;
    this.issued.set(accessKeyId, { principal, until });
    return { accessKeyId, secretAccessKey: 'simulated', sessionToken: 'simulated', expiration: until };
  }

  /** Whose session it is and when it ends, or undefined for a key that was never given out. */
  find(accessKeyId: string): { readonly principal: Principal; readonly until: Date } | undefined {
    return this.issued.get(accessKeyId);
  }
}

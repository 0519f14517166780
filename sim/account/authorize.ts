import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import { statementCovers, type RequestContext } from '../aws/iam/role-policies';
import { unmodelled } from '../aws/cloudformation/environment';
import type { Need } from './commands/command-row';
import { accountOf, type Principal } from './principal';
import { page } from './provenance';
import type { ServiceId } from './service-models';

/** The policy of a resource, and whether a call needs it even within the account, as keys and roles have it. */
export interface ResourcePolicy {
  readonly account: string;
  readonly statements: readonly JsonObject[];
  readonly isRequired: boolean;
}

/** Whether a caller may do something, with all that the answer hangs on. */
export interface Decision {
  readonly caller: Principal;
  readonly need: Need;
  readonly context: RequestContext;
  readonly policy: ResourcePolicy | undefined;
  /** Why not, in the words of IAM; undefined where it may. */
  readonly why: string | undefined;
}

/** Called with a decision. */
export type OnDecision = (decision: Decision) => void;

/** Finds the policy of a resource by its ARN. */
export type ResourcePolicySource = (arn: string) => ResourcePolicy | undefined;

/**
 * Why a caller may not do something, in the words of IAM, or undefined where it may. Throws where that hangs on a managed policy
 * of which only the name is known.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function whyDenied(
  principal: Principal,
  { action, resource }: Need,
  context: RequestContext,
  policy: ResourcePolicy | undefined,
): string | undefined {
  const own = effects(principal.statements, (one) => statementCovers(one, action, resource, context));
  if (own.has('Deny')) {
    return 'with an explicit deny in an identity-based policy';
  }
  const speaking = (policy?.statements ?? []).filter((one) => speaksOf(one, action, resource, context));
  const named = speaking.filter((one) => namesOf(one, principal) !== 'nobody');
  if (named.some((one) => one['Effect'] === 'Deny')) {
    return 'with an explicit deny in a resource-based policy';
  }
  const granted = named.filter((one) => one['Effect'] === 'Allow');
  const isOwn =
    policy === undefined ? isOwnResource(principal, resource) : policy.account === principal.account;
  if (isOwn && granted.some((one) => namesOf(one, principal) === 'caller')) {
    return undefined;
  }
  const isGrantNeeded = !isOwn || policy?.isRequired === true;
  if (!own.has('Allow')) {
    const [unknown] = principal.unknownPolicies;
    if (unknown !== undefined) {
      throw unmodelled(`the managed policy ${unknown} of ${principal.arn}, which may allow ${action}`);
    }
    return `because no identity-based policy allows the ${action} action`;
  }
  return isGrantNeeded && granted.length === 0
    ? `because no resource-based policy allows the ${action} action`
    : undefined;
}

function effects(
  statements: readonly JsonObject[],
  covers: (statement: JsonObject) => boolean,
): ReadonlySet<unknown> {
  return new Set(statements.filter(covers).map((one) => one['Effect']));
}

function isOwnResource({ account }: Principal, resource: string): boolean {
  const owner = resource === '*' ? '' : accountOf(resource);
  return owner === '' || owner === account;
}

/** Whether a statement of a resource's policy is about the call; one of a role's trust names no resource. */
function speaksOf(statement: JsonObject, action: string, resource: string, context: RequestContext): boolean {
  const fields = Object.entries(statement).filter(([field]) => field !== 'Principal');
  return statementCovers({ Resource: '*', ...Object.fromEntries(fields) }, action, resource, context);
}

/**
 * Whom a statement names: the caller, or only its account, whose own policies then decide.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function namesOf(
  { Principal: named }: JsonObject,
  { account, names }: Principal,
): 'caller' | 'account' | 'nobody' {
  const listed = isJsonObject(named) ? Object.values(named).flat() : [named];
  if (listed.some((one) => one === '*' || names.includes(String(one)))) {
    return 'caller';
  }
  const accounts = [account, `arn:aws:iam::${account}:root`];
  return listed.some((one) => accounts.includes(String(one))) ? 'account' : 'nobody';
}

/** The name and status of an error without a class of its own. */
export interface PlainError {
  readonly name: string;
  readonly status: number;
  readonly message: string;
}

/** Where the texts of denials are from. */
export const DENIAL_PROVENANCE = page(
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html',
);

const JSON_DENIAL = { name: 'AccessDeniedException', status: 400 };
const REST_DENIAL = { name: 'AccessDeniedException', status: 403 };
const QUERY_DENIAL = { name: 'AccessDenied', status: 403 };

const DENIALS: Readonly<Record<ServiceId, { readonly name: string; readonly status: number }>> = {
  'auto-scaling': QUERY_DENIAL,
  cloudformation: QUERY_DENIAL,
  'cloudwatch-logs': JSON_DENIAL,
  ec2: { name: 'UnauthorizedOperation', status: 403 },
  ecr: JSON_DENIAL,
  ecs: JSON_DENIAL,
  eventbridge: JSON_DENIAL,
  iam: QUERY_DENIAL,
  imagebuilder: REST_DENIAL,
  kms: JSON_DENIAL,
  lambda: REST_DENIAL,
  s3: QUERY_DENIAL,
  scheduler: REST_DENIAL,
  'secrets-manager': JSON_DENIAL,
  'service-quotas': JSON_DENIAL,
  sfn: JSON_DENIAL,
  sns: { name: 'AuthorizationErrorException', status: 403 },
  ssm: JSON_DENIAL,
  sts: QUERY_DENIAL,
};

/**
 * What a service says to a caller that may not do something.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function accessDenied(
  service: ServiceId,
  { arn }: Principal,
  { action, resource }: Need,
  why: string,
): PlainError {
  const named = service === 's3' ? `"${resource}"` : resource;
  const denied = service === 'sns' ? action.replace('sns:', 'SNS:') : action;
  const onWhat = resource === '*' ? '' : ` on resource: ${named}`;
  const text = `User: ${arn} is not authorized to perform: ${denied}${onWhat} ${why.replace(action, denied)}`;
  const message = service === 'ec2' ? `You are not authorized to perform this operation. ${text}` : text;
  return { ...DENIALS[service], message };
}

/**
 * What a service says to credentials that no account has given out.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export function unknownCredentials(service: ServiceId, isExpired: boolean): PlainError {
  const isQuery = DENIALS[service].name === 'AccessDenied' || service === 'sns';
  if (isExpired) {
    return {
      name: isQuery ? 'ExpiredToken' : 'ExpiredTokenException',
      status: DENIALS[service].status,
      message: 'The security token included in the request is expired',
    };
  }
  const name =
    service === 'ec2' ? 'AuthFailure' : isQuery ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
  return {
    name,
    status: DENIALS[service].status,
    message: 'The security token included in the request is invalid.',
  };
}

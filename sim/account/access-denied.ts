import type { Need } from './commands/command-row';
import type { Principal } from './principal';
import { page } from './provenance';
import type { ServiceId } from './service-models';

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
  ecs: JSON_DENIAL,
  eventbridge: JSON_DENIAL,
  iam: QUERY_DENIAL,
  imagebuilder: REST_DENIAL,
  kms: JSON_DENIAL,
  lambda: REST_DENIAL,
  s3: QUERY_DENIAL,
  scheduler: REST_DENIAL,
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

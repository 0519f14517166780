import { explainFailure } from '../../lib/aws/explain-failure';
import { UsageError } from '../../lib/contract/values/errors';

const PLACE = { doing: 'read the pipeline 2022-core', region: 'eu-central-1' };

function named(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, ...more });
}

test.each<[string, unknown, string]>([
  ['expired', named('ExpiredTokenException', 'x'), 'the credentials have expired; sign in again'],
  ['expired, as EC2 has it', named('RequestExpired', 'x'), 'the credentials have expired; sign in again'],
  [
    'none',
    named('CredentialsProviderError', 'x'),
    'there are no credentials; sign in, or name a profile with --profile',
  ],
  [
    'unknown',
    named('UnrecognizedClientException', 'x'),
    'AWS does not know these credentials; look at --profile, AWS_PROFILE and AWS_ACCESS_KEY_ID',
  ],
  [
    'throttled',
    named('ThrottlingException', 'Rate exceeded'),
    'AWS throttles the calls of this account; try again in some minutes',
  ],
  [
    'denied',
    named('AccessDeniedException', 'User x is not authorized to perform: ssm:GetParameter.'),
    'these credentials may not: User x is not authorized to perform: ssm:GetParameter',
  ],
  [
    'no network',
    named('Error', 'getaddrinfo ENOTFOUND', { code: 'ENOTFOUND' }),
    "the service could not be reached (getaddrinfo ENOTFOUND); look at the network and the region's name",
  ],
  ['broken', named('InternalServerError', 'oops'), 'the service failed (oops); try again in some minutes'],
  [
    'a page of a proxy',
    named('SyntaxError', 'Unexpected token \'<\', "<html>" is not valid JSON'),
    'what answered is not AWS; look for a proxy or a sign-in page in between',
  ],
  ['anything else', named('InvalidParameter', 'oops'), 'InvalidParameter: oops'],
  ['what is no error', 'text', 'the service failed: text'],
])('%s', (_name, error, why) => {
  expect(explainFailure(error, PLACE).message).toBe(
    `Could not read the pipeline 2022-core in eu-central-1: ${why}.`,
  );
});

test('what is a sentence already stays, and keeps its exit code', () => {
  const error = new UsageError('A hold ends after now.');
  expect(explainFailure(error, PLACE)).toBe(error);
});

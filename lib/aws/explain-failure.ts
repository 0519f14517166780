import { WinbakeError } from '../contract/values/errors';

/** What a call was for, to be named to people. */
export interface CallPlace {
  /** What was to be done, such as `read the pipeline 2022-core`. */
  readonly doing: string;
  readonly region: string;
}

/** Why a service refused, in words, by the name of its error. The first that fits is said. */
const EXPLANATIONS: readonly (readonly [names: RegExp, explain: (message: string) => string])[] = [
  [
    /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/,
    () => 'the credentials have expired; sign in again',
  ],
  [
    /^(CredentialsProviderError|TokenProviderError|MissingAuthenticationToken(Exception)?)$/,
    () => 'there are no credentials; sign in, or name a profile with --profile',
  ],
  [
    /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure|SignatureDoesNotMatch|InvalidSignatureException)$/,
    () => 'AWS does not know these credentials; look at --profile, AWS_PROFILE and AWS_ACCESS_KEY_ID',
  ],
  [
    /^(Throttl\w*|TooManyRequestsException|RequestLimitExceeded|SlowDown|\w*LimitExceededException)$/,
    () => 'AWS throttles the calls of this account; try again in some minutes',
  ],
  [
    /^(AccessDenied\w*|UnauthorizedOperation|Forbidden|403)$/,
    (message) => `these credentials may not: ${message}`,
  ],
  [
    /^(InternalServerError|InternalServiceError|InternalFailure|InternalError|ServiceException|ServiceUnavailable(Exception)?)$/,
    (message) => `the service failed (${message}); try again in some minutes`,
  ],
  [/^SyntaxError$/, () => 'what answered is not AWS; look for a proxy or a sign-in page in between'],
  [
    /^(TimeoutError|NetworkingError|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN)$/,
    (message) => `the service could not be reached (${message}); look at the network and the region's name`,
  ],
];

/** A failure of AWS as one sentence for people; what is a sentence already stays as it is. */
export function explainFailure(error: unknown, { doing, region }: CallPlace): WinbakeError {
  if (error instanceof WinbakeError) {
    return error;
  }
  const message = messageOf(error);
  const names = namesOf(error);
  const known = EXPLANATIONS.find(([pattern]) => names.some((name) => pattern.test(name)));
  const why = known === undefined ? `${names[0] ?? 'the service failed'}: ${message}` : known[1](message);
  return new WinbakeError('AWS_FAILED', `Could not ${doing} in ${region}: ${why.replace(/\.$/, '')}.`, {
    cause: error,
  });
}

/** Does what it is given, and says a failure in words. */
export async function explaining<T>(place: CallPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainFailure(error, place);
  }
}

function namesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) {
    return [];
  }
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [error.name, ...code, ...namesOf(error.cause)];
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === '' ? 'no reason was given' : text;
}

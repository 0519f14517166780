import { isJsonObject, textAt, type JsonObject } from '../contract/values/json';
import type { AuthChallenge } from './bearer-challenge';
import type { HttpQuestion } from './http-exchange';
import type { HttpSender } from './http-sender';
import { objectionTo } from './redirect-policy';
import type { RegistryComplaints } from './registry-complaints';
import type { RegistryLimits } from './registry-limits';
import type { RegistryAddress } from './registry-url';
import type { AccessToken } from './token-cache';

/** What a token request depends on; `clock` gives milliseconds since 1970. */
export interface AnonymousTokenOptions {
  readonly send: HttpSender;
  readonly registry: RegistryAddress;
  readonly limits: RegistryLimits;
  readonly complaints: RegistryComplaints;
  readonly clock: () => number;
}

/** How long a token is good where its server does not say, in seconds. */
const DEFAULT_LIFETIME_SECONDS = 60;

/** A token is renewed this long before it expires, but not before half of its time, in seconds. */
const SAFETY_MARGIN_SECONDS = 10;

/**
 * Asks the server that a registry names for a token that nobody has to sign in for. `refused` is the question that led to
 * the challenge. Throws a `RegistryError` where the server may not be asked or gives none.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export async function requestAnonymousToken(
  { parameters }: AuthChallenge,
  refused: HttpQuestion,
  scope: string,
  { send, registry, limits, complaints, clock }: AnonymousTokenOptions,
): Promise<AccessToken> {
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) {
    throw complaints.invalid(refused, 'asks for a token without saying where to get it', 401);
  }
  const url = new URL(realm);
  const objection = objectionTo(url, refused.url, registry);
  if (objection !== undefined) {
    throw complaints.invalid(refused, `sends for a token to ${objection}`, 401);
  }
  const service = parameters.get('service');
  if (service !== undefined) {
    url.searchParams.set('service', service);
  }
  for (const one of (parameters.get('scope') ?? scope).split(' ')) {
    url.searchParams.append('scope', one);
  }
  const question: HttpQuestion = {
    method: 'GET',
    url,
    accept: 'application/json',
    limitBytes: limits.tokenBytes,
    subject: `a token for ${refused.subject}`,
  };
  const answer = await send(question);
  if (answer.status !== 200) {
    throw complaints.status(question, answer);
  }
  const token = readToken(answer.bytes, clock());
  if (token === undefined) {
    throw complaints.invalid(question, 'gave no readable token', answer.status);
  }
  return token;
}

/** The parser's own error is not kept: it would quote the token. */
function readToken(bytes: Buffer, now: number): AccessToken | undefined {
  let body: unknown;
  try {
    body = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isJsonObject(body)) {
    return undefined;
  }
  const value = textAt(body, 'token') ?? textAt(body, 'access_token');
  if (value === undefined || !/^[\x21-\x7e]+$/.test(value)) {
    return undefined;
  }
  const lifetime = lifetimeSeconds(body);
  return { value, expiresAt: now + (lifetime - Math.min(SAFETY_MARGIN_SECONDS, lifetime / 2)) * 1000 };
}

function lifetimeSeconds(body: JsonObject): number {
  const given = body['expires_in'];
  return typeof given === 'number' ? Math.max(0, given) : DEFAULT_LIFETIME_SECONDS;
}

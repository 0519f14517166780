import { isJsonObject, textAt, type JsonObject } from '../contract/values/json';
import {
  objectionTo,
  followRedirects,
  type FollowedAnswer,
  type FollowRedirectsOptions,
} from './follow-redirects';
import type { HttpRequest, HttpSender } from './http-sender';
import type { RegistryErrors } from './registry-errors';
import type { RegistryLimits } from './registry-limits';
import type { RegistryAddress } from './registry-url';

/** One way of authentication that a server offers; parameter names are lower case. */
interface AuthChallenge {
  /** Lower case, such as `bearer`. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PIECES = {
  separator: /[\s,]*/y,
  parameter: new RegExp(`(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))(?=\\s*(?:,|$))`, 'y'),
  scheme: new RegExp(`(${TOKEN})(?=\\s|,|$)`, 'y'),
  credentials: /[ \t]+[\w.~+/-]+=*(?=\s*(?:,|$))/y,
};

/**
 * The challenges of a `WWW-Authenticate` header, several headers joined by commas. What cannot be read ends the list.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly AuthChallenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (piece: RegExp): RegExpExecArray | null => {
    piece.lastIndex = at;
    const match = piece.exec(header);
    at += match?.[0].length ?? 0;
    return match;
  };
  for (take(PIECES.separator); at < header.length; take(PIECES.separator)) {
    const parameter = take(PIECES.parameter);
    if (parameter !== null) {
      const [, name = '', quoted, plain] = parameter;
      challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
      continue;
    }
    const scheme = take(PIECES.scheme);
    if (scheme === null) {
      break;
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() });
    take(PIECES.credentials);
  }
  return challenges;
}

/** A token and until when it is good, in milliseconds since 1970. */
interface AccessToken {
  readonly value: string;
  readonly expiresAt: number;
}

/** Keeps one token for each scope until shortly before it expires; whoever needs the same new one shares one request. */
class TokenCache {
  private readonly kept = new Map<string, AccessToken>();
  private readonly underWay = new Map<string, Promise<string>>();

  /** `clock` gives milliseconds since 1970. */
  constructor(private readonly clock: () => number) {}

  /** The token of a scope, or undefined where there is none that is still good. */
  current(scope: string): string | undefined {
    const token = this.kept.get(scope);
    return token !== undefined && token.expiresAt > this.clock() ? token.value : undefined;
  }

  /** A token other than the `refused` one: one that came meanwhile, or the one that `request` brings. */
  async renew(
    scope: string,
    refused: string | undefined,
    request: () => Promise<AccessToken>,
  ): Promise<string> {
    const current = this.current(scope);
    if (current !== undefined && current !== refused) {
      return current;
    }
    const pending = this.underWay.get(scope) ?? this.fetch(scope, request);
    this.underWay.set(scope, pending);
    return pending;
  }

  private fetch(scope: string, request: () => Promise<AccessToken>): Promise<string> {
    return request()
      .then((token) => {
        this.kept.set(scope, token);
        return token.value;
      })
      .finally(() => {
        this.underWay.delete(scope);
      });
  }
}

/** How a person signs in to a registry: with a password, or by a token that stands for a login of before. */
export type RegistryLogin =
  | { readonly user: string; readonly password: string; readonly identityToken?: undefined }
  | { readonly identityToken: string };

/** What access to a registry depends on; `clock` gives milliseconds since 1970. */
interface RegistryAccessOptions {
  readonly send: HttpSender;
  readonly registry: RegistryAddress;
  readonly limits: RegistryLimits;
  readonly errors: RegistryErrors;
  readonly clock: () => number;
  /** Asked once, where the registry wants to know who reads; absent: everything is read in the name of nobody. */
  readonly login?: (() => Promise<RegistryLogin | undefined>) | undefined;
}

/** How long a token is good where its server does not say, in seconds. */
const DEFAULT_LIFETIME_SECONDS = 60;

/** A token is renewed this long before it expires, but not before half of its time, in seconds. */
const SAFETY_MARGIN_SECONDS = 10;

/**
 * Asks the server that a registry names for a token: of the person who signs in, otherwise one that nobody has to sign in for.
 * `refused` is the question that led to the challenge. Throws a `RegistryError` where the server may not be asked or gives none.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 * @see https://distribution.github.io/distribution/spec/auth/oauth/
 */
async function requestToken(
  { parameters }: AuthChallenge,
  refused: HttpRequest,
  scope: string,
  login: RegistryLogin | undefined,
  { send, registry, limits, errors, clock }: RegistryAccessOptions,
): Promise<AccessToken> {
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) {
    throw errors.invalid(refused, 'asks for a token without saying where to get it', 401);
  }
  const url = new URL(realm);
  const objection = objectionTo(url, refused.url, registry);
  if (objection !== undefined) {
    throw errors.invalid(refused, `sends for a token to ${objection}`, 401);
  }
  const service = parameters.get('service');
  const scopes = (parameters.get('scope') ?? scope).split(' ');
  const common = {
    accept: 'application/json',
    limitBytes: limits.tokenBytes,
    subject: `a token for ${refused.subject}`,
    lifetime: refused.lifetime,
  };
  let request: HttpRequest;
  if (login?.identityToken === undefined) {
    if (service !== undefined) {
      url.searchParams.set('service', service);
    }
    for (const one of scopes) {
      url.searchParams.append('scope', one);
    }
    request = {
      ...common,
      method: 'GET',
      url,
      ...(login === undefined ? {} : { authorization: basic(login), isSignedIn: true }),
    };
  } else {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: login.identityToken,
      client_id: 'winbake',
      scope: scopes.join(' '),
      ...(service === undefined ? {} : { service }),
    });
    request = { ...common, method: 'POST', url, form: form.toString(), isSignedIn: true };
  }
  const response = await send(request);
  if (response.status !== 200) {
    throw errors.status(request, response);
  }
  const token = readToken(response.bytes, clock());
  if (token === undefined) {
    throw errors.invalid(request, 'gave no readable token', response.status);
  }
  return token;
}

function basic({ password, user }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
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

/** Asks a registry, with a login or a token for a repository where the registry wants one. */
export type RegistryAccess = (request: HttpRequest, repository: string) => Promise<FollowedAnswer>;

/** How often a token is fetched for one question: the first, and once more where that is refused. */
const RENEWALS = 2;

/** Makes the access to one registry; its tokens are kept and shared between questions, and a person's login is asked for once. */
export function createRegistryAccess(
  options: FollowRedirectsOptions & RegistryAccessOptions,
): RegistryAccess {
  const tokens = new TokenCache(options.clock);
  let asked: Promise<RegistryLogin | undefined> | undefined;
  let isSignedIn = false;
  const signIn = async () => {
    const login = await (asked ??= options.login?.() ?? Promise.resolve(undefined));
    isSignedIn = login !== undefined;
    return login;
  };
  /** What the registry took in place of a token. */
  let password: string | undefined;
  return async (anonymous, repository) => {
    const scope = `repository:${repository}:pull`;
    const held = tokens.current(scope);
    let authorization = held === undefined ? password : `Bearer ${held}`;
    for (let renewals = 0; ; renewals += 1) {
      const request = authorization === undefined ? anonymous : { ...anonymous, authorization, isSignedIn };
      const followed = await followRedirects(request, options);
      const { response, request: last } = followed;
      if (response.status !== 401 || last.url.origin !== options.registry.origin || renewals === RENEWALS) {
        return followed;
      }
      const challenges = parseChallenges(response.headers['www-authenticate'] ?? '');
      const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
      const login = await signIn();
      if (bearer !== undefined) {
        const refused = authorization?.replace(/^Bearer /, '');
        const renew = () => requestToken(bearer, last, scope, login, options);
        authorization = `Bearer ${await tokens.renew(scope, refused, renew)}`;
        continue;
      }
      if (!challenges.some(({ scheme }) => scheme === 'basic')) {
        return followed;
      }
      const before = authorization;
      authorization = login?.identityToken === undefined && login !== undefined ? basic(login) : undefined;
      if (authorization === undefined || authorization === before) {
        throw options.errors.wantsLogin(last, authorization !== undefined);
      }
      password = authorization;
    }
  };
}

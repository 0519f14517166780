import type { HttpResponse, HttpRequest, HttpSender } from './http-sender';
import { isLoopbackHost, isPrivateHost } from './network-address';
import type { RegistryErrors } from './registry-errors';
import type { RegistryLimits } from './registry-limits';
import type { RegistryAddress } from './registry-url';

/**
 * Why an address that a server names may not be asked, as a noun for the end of a sentence; undefined where it may.
 *
 * From https only https follows, and never an address of a private network, the registry itself excepted. A registry on
 * this computer may name others on this computer, as long as nobody else stood between.
 */
export function objectionTo(target: URL, from: URL, registry: RegistryAddress): string | undefined {
  if (target.username !== '' || target.password !== '') {
    return 'an address with a password';
  }
  const local = registry.loopback && isLoopbackHost(from.hostname) && isLoopbackHost(target.hostname);
  if (target.protocol === 'http:' && local && from.protocol === 'http:') {
    return undefined;
  }
  if (target.protocol !== 'https:') {
    return 'an address without https';
  }
  const chosen = target.origin === registry.origin || local;
  return !chosen && isPrivateHost(target.hostname) ? 'an address of a private network' : undefined;
}

/**
 * Whether a status sends the same question to another address.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 */
function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** What following depends on. */
export interface FollowRedirectsOptions {
  readonly send: HttpSender;
  readonly registry: RegistryAddress;
  readonly limits: RegistryLimits;
  readonly errors: RegistryErrors;
  /** Called for each redirect that is followed. */
  readonly count: () => void;
}

/** An answer, and the question that it belongs to after all redirects. */
export interface FollowedAnswer {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}

/**
 * Asks and follows redirects; the login goes to the registry's own origin only. Throws a `RegistryError` for a loop, too
 * many redirects, or an address that may not be asked.
 */
export async function followRedirects(
  first: HttpRequest,
  { send, registry, limits, errors, count }: FollowRedirectsOptions,
): Promise<FollowedAnswer> {
  const seen = new Set<string>();
  const { authorization, ...rest } = first;
  const anonymous = { ...rest, isSignedIn: false };
  let request = first;
  for (;;) {
    const response = await send(request);
    if (!isRedirect(response.status)) {
      return { request, response };
    }
    seen.add(request.url.href);
    const url = nextUrl(request, response, registry, errors);
    if (seen.has(url.href)) {
      throw errors.invalid(request, 'redirects in a circle', response.status);
    }
    if (seen.size > limits.redirects) {
      throw errors.invalid(request, `redirects more than ${limits.redirects} times`, response.status);
    }
    count();
    request =
      authorization !== undefined && url.origin === registry.origin
        ? { ...first, url }
        : { ...anonymous, url };
  }
}

function nextUrl(
  request: HttpRequest,
  { status, headers }: HttpResponse,
  registry: RegistryAddress,
  errors: RegistryErrors,
): URL {
  const location = headers['location'];
  if (location === undefined || !URL.canParse(location, request.url.href)) {
    throw errors.invalid(request, 'redirects without a readable address', status);
  }
  const url = new URL(location, request.url);
  url.hash = '';
  const objection = objectionTo(url, request.url, registry);
  if (objection !== undefined) {
    throw errors.invalid(request, `redirects to ${objection}`, status);
  }
  return url;
}

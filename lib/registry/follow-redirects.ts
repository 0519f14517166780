import type { HttpAnswer, HttpQuestion, HttpSender } from './http-sender';
import { isLoopbackHost, isPrivateHost } from './network-address';
import type { RegistryComplaints } from './registry-errors';
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
  readonly complaints: RegistryComplaints;
  /** Called for each redirect that is followed. */
  readonly count: () => void;
}

/** An answer, and the question that it belongs to after all redirects. */
export interface FollowedAnswer {
  readonly question: HttpQuestion;
  readonly answer: HttpAnswer;
}

/**
 * Asks and follows redirects; the token goes to the registry's own origin only. Throws a `RegistryError` for a loop, too
 * many redirects, or an address that may not be asked.
 */
export async function followRedirects(
  first: HttpQuestion,
  { send, registry, limits, complaints, count }: FollowRedirectsOptions,
): Promise<FollowedAnswer> {
  const seen = new Set<string>();
  const { token, ...anonymous } = first;
  let question = first;
  for (;;) {
    const answer = await send(question);
    if (!isRedirect(answer.status)) {
      return { question, answer };
    }
    seen.add(question.url.href);
    const url = nextUrl(question, answer, registry, complaints);
    if (seen.has(url.href)) {
      throw complaints.invalid(question, 'redirects in a circle', answer.status);
    }
    if (seen.size > limits.redirects) {
      throw complaints.invalid(question, `redirects more than ${limits.redirects} times`, answer.status);
    }
    count();
    question =
      token !== undefined && url.origin === registry.origin ? { ...first, url } : { ...anonymous, url };
  }
}

function nextUrl(
  question: HttpQuestion,
  { status, headers }: HttpAnswer,
  registry: RegistryAddress,
  complaints: RegistryComplaints,
): URL {
  const location = headers['location'];
  if (location === undefined || !URL.canParse(location, question.url.href)) {
    throw complaints.invalid(question, 'redirects without a readable address', status);
  }
  const url = new URL(location, question.url);
  url.hash = '';
  const objection = objectionTo(url, question.url, registry);
  if (objection !== undefined) {
    throw complaints.invalid(question, `redirects to ${objection}`, status);
  }
  return url;
}

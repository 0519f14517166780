import type { HttpAnswer, HttpQuestion } from './http-exchange';
import type { HttpSender } from './http-sender';
import { isRedirect, objectionTo } from './redirect-policy';
import type { RegistryComplaints } from './registry-complaints';
import type { RegistryLimits } from './registry-limits';
import type { RegistryAddress } from './registry-url';

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

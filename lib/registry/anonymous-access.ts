import { requestAnonymousToken, type AnonymousTokenOptions } from './anonymous-token';
import { parseChallenges, type AuthChallenge } from './bearer-challenge';
import { followRedirects, type FollowedAnswer, type FollowRedirectsOptions } from './follow-redirects';
import type { HttpQuestion } from './http-exchange';
import type { RegistryComplaints } from './registry-complaints';
import { TokenCache } from './token-cache';

/** Asks a registry in the name of nobody, with a token for a repository where the registry wants one. */
export type AnonymousAccess = (question: HttpQuestion, repository: string) => Promise<FollowedAnswer>;

/** How often a token is fetched for one question: the first, and once more where that is refused. */
const RENEWALS = 2;

/** Makes the access to one registry; its tokens are kept and shared between questions. */
export function createAnonymousAccess(
  options: FollowRedirectsOptions & AnonymousTokenOptions,
): AnonymousAccess {
  const tokens = new TokenCache(options.clock);
  return async (anonymous, repository) => {
    const scope = `repository:${repository}:pull`;
    let token = tokens.current(scope);
    for (let renewals = 0; ; renewals += 1) {
      const question = token === undefined ? anonymous : { ...anonymous, token };
      const followed = await followRedirects(question, options);
      const { answer, question: last } = followed;
      if (answer.status !== 401 || last.url.origin !== options.registry.origin || renewals === RENEWALS) {
        return followed;
      }
      const challenge = bearerChallenge(last, answer.headers['www-authenticate'] ?? '', options.complaints);
      if (challenge === undefined) {
        return followed;
      }
      token = await tokens.renew(scope, token, () => requestAnonymousToken(challenge, last, scope, options));
    }
  };
}

function bearerChallenge(
  question: HttpQuestion,
  header: string,
  complaints: RegistryComplaints,
): AuthChallenge | undefined {
  const challenges = parseChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined && challenges.some(({ scheme }) => scheme === 'basic')) {
    throw complaints.anonymous(
      question,
      'wants a user name and password, and Winbake reads anonymously only',
    );
  }
  return bearer;
}

import { CLAIMS } from '../claims/claims';
import type { Claim } from '../claims/claim';
import { ACCOUNT_SIGNS } from './account-signs';
import { BAKE_SIGNS } from './bake-signs';
import type { ProofFacts } from './facts';
import { FLEET_SIGNS } from './fleet-signs';
import type { ClaimSigns } from './sign';

/** What a deployment says of a claim. */
export type ProofVerdict = 'holds' | 'fails' | 'notSeen';

/** A claim as a deployment shows it. */
export interface SettledClaim {
  readonly id: string;
  readonly verdict: ProofVerdict;
  /** What was seen; never empty where it holds or fails. */
  readonly evidence: readonly string[];
  /** Why so, in a sentence. */
  readonly reason: string;
}

/** What is looked for of each claim that a deployment can settle by itself, by the id of the claim. */
export const SIGNS: Readonly<Record<string, ClaimSigns>> = {
  ...BAKE_SIGNS,
  ...ACCOUNT_SIGNS,
  ...FLEET_SIGNS,
};

/** More of the same proves no more. */
const MOST_EVIDENCE = 3;

/**
 * What a deployment says of claims. One sign against a claim outweighs whatever is for it, and without a sign nothing is said: a claim
 * holds by its evidence alone.
 */
export function prove(facts: ProofFacts, claims: readonly Claim[] = CLAIMS): readonly SettledClaim[] {
  return claims.map(({ how, id }) => {
    const own = SIGNS[id];
    return { id, ...(own === undefined ? notSeen(`Needs a person: ${how}.`) : settled(own, facts)) };
  });
}

function settled({ ifNone, signs }: ClaimSigns, facts: ProofFacts): Omit<SettledClaim, 'id'> {
  const found = signs(facts);
  const against = found.flatMap((sign) => ('against' in sign ? sign.against : []));
  if (against.length > 0) {
    return {
      verdict: 'fails',
      evidence: against.slice(0, MOST_EVIDENCE),
      reason: `Seen to be otherwise, ${times(against)}.`,
    };
  }
  const forIt = found.flatMap((sign) => ('for' in sign ? sign.for : []));
  if (forIt.length > 0) {
    return {
      verdict: 'holds',
      evidence: forIt.slice(0, MOST_EVIDENCE),
      reason: `Seen ${times(forIt)}, and nothing against it.`,
    };
  }
  const hidden = found.flatMap((sign) => ('hidden' in sign ? sign.hidden : []));
  return notSeen(hidden[0] ?? ifNone);
}

function notSeen(reason: string): Omit<SettledClaim, 'id'> {
  return { verdict: 'notSeen', evidence: [], reason };
}

function times(signs: readonly string[]): string {
  return signs.length === 1 ? 'once' : `${signs.length} times`;
}

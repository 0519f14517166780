import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Fact, ProofFacts, SeenBake, SeenFleet } from './facts';

/** What was seen for or against a claim, or why it could not be looked for. */
export type Sign = { readonly for: string } | { readonly against: string } | { readonly hidden: string };

/** What a deployment shows of one claim. */
export interface ClaimSigns {
  readonly signs: (facts: ProofFacts) => readonly Sign[];
  /** What is missing where there is no sign. */
  readonly ifNone: string;
}

/** Some, one or none. */
export type Signs = Sign | readonly Sign[] | undefined;

/** The signs in what was read; where it was not, that it is hidden. */
export function within<T>(fact: Fact<T>, find: (seen: T) => Signs): readonly Sign[] {
  return 'seen' in fact ? listed(find(fact.seen)) : [{ hidden: fact.missing }];
}

/** The signs in each of what was read. */
export function inEach<T>(fact: Fact<readonly T[]>, find: (seen: T) => Signs): readonly Sign[] {
  return within(fact, (all) => all.flatMap((one) => listed(find(one))));
}

/** Signs of each image of the pipeline. */
export function ofBakes(ifNone: string, find: (bake: SeenBake, facts: ProofFacts) => Signs): ClaimSigns {
  return { ifNone, signs: (facts) => inEach(facts.bakes, (bake) => find(bake, facts)) };
}

/** Signs of each fleet that follows the pipeline. */
export function ofFleets(ifNone: string, find: (fleet: SeenFleet, facts: ProofFacts) => Signs): ClaimSigns {
  return { ifNone, signs: (facts) => inEach(facts.fleets, (fleet) => find(fleet, facts)) };
}

/** A sign for a claim where it is so, and against it where not. */
export function decided(isSo: boolean, text: string): Sign {
  return isSo ? { for: text } : { against: text };
}

/** The last part of an ARN, by which people know an image. */
export function shortName(arn: string): string {
  return arn.replace(/^.*:(?:image|component|workflow)\//, '');
}

/** A text as the JSON object that it is, or undefined. */
export function jsonOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function listed(signs: Signs): readonly Sign[] {
  return signs === undefined ? [] : Array.isArray(signs) ? (signs as readonly Sign[]) : [signs as Sign];
}

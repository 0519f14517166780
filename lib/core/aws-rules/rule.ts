import type { JsonObject } from '../../contract/values/json';

/** What a document is, by the service that takes it. */
export type DocumentKind =
  | 'component'
  | 'distribution'
  | 'event-rule'
  | 'function'
  | 'group'
  | 'infrastructure'
  | 'key'
  | 'launch-template'
  | 'parameter'
  | 'permissions'
  | 'pipeline'
  | 'recipe'
  | 'refresh'
  | 'resource'
  | 'role'
  | 'schedule'
  | 'state-machine'
  | 'workflow';

/** Documents that the one under check refers to, by the names that references carry; empty where it stands alone. */
export type Neighbours = ReadonlyMap<string, { readonly kind: DocumentKind; readonly document: JsonObject }>;

/**
 * Something for which a service refuses a document. A document has the properties of its CloudFormation resource; names as the
 * service's API spells them are read as well. What is not known yet (a symbol, or a text with `UNKNOWN_TEXT`) breaks no rule.
 */
export interface Rule {
  /** Stable, as `kind/what`. */
  readonly id: `${DocumentKind}/${string}`;
  /** The page, sample or report that the rule is from. */
  readonly source: string;
  /** A sentence on how to mend it. */
  readonly wayOut: string;
  /** What turns the kind's example into a document that was refused, or is by that page. */
  readonly refused: JsonObject;
  /** What is wrong and where, one text each; none where the rule is kept. */
  readonly check: (document: JsonObject, neighbours: Neighbours) => readonly string[];
}

/** A rule that a document breaks. */
export interface Refusal {
  readonly rule: Rule['id'];
  /** What is wrong, where, and what was received. */
  readonly what: string;
  readonly wayOut: string;
  readonly source: string;
}

/** A refusal in one line, for people. */
export function refusalText({ rule, what, wayOut }: Refusal): string {
  return `${what}. ${wayOut} (rule ${rule})`;
}

/** The document of a kind that a reference leads to; undefined where that is not known. */
export function referred(
  reference: unknown,
  kind: DocumentKind,
  neighbours: Neighbours,
): JsonObject | undefined {
  const name = typeof reference === 'symbol' ? reference.description : reference;
  const found = typeof name === 'string' ? neighbours.get(name) : undefined;
  return found?.kind === kind ? found.document : undefined;
}

import type { Digest } from '../../contract/values/digest';

/**
 * How surely an event is known, from a digest that was recorded and whose version is proven down to one that a test made
 * up; `docs/recorded-history.md` explains each.
 */
export const EVIDENCE = [
  'recorded',
  'recorded-month',
  'recorded-tag',
  'inferred-month',
  'inferred-base',
  'unknown',
  'synthetic',
] as const;

/** How surely an event is known. */
export type Evidence = (typeof EVIDENCE)[number];

/** A layer that was recorded; its compressed bytes often were not. */
export interface RecordedLayer {
  readonly digest: Digest;
  readonly size: number | null;
}

/** "From this instant on, the tag of the repository resolved to this image": one change of a registry. */
export interface HistoryEvent {
  /** The instant as written. */
  readonly from: string;
  /** The same in milliseconds since 1970. */
  readonly time: number;
  /** Without the registry's host name. */
  readonly repository: string;
  readonly tag: string;
  /** The version inside the image; null where it is not known, or where a list spans several versions. */
  readonly osVersion: string | null;
  /** What the tag resolved to, a list or a single manifest; null where it was never recorded. */
  readonly digest: Digest | null;
  /** The manifest for windows/amd64; null where it was never recorded. */
  readonly platformDigest: Digest | null;
  readonly mediaType: string;
  /** Base layer first; empty where not recorded. */
  readonly layers: readonly RecordedLayer[];
  readonly evidence: Evidence;
  /** What is special or assumed; null where there is nothing to say. */
  readonly note: string | null;
}

/** The order of a history: by instant, then repository, then tag. */
export function compareEvents(one: HistoryEvent, other: HistoryEvent): number {
  return (
    one.time - other.time || compareText(one.repository, other.repository) || compareText(one.tag, other.tag)
  );
}

/** The order of code units, which is the one that registries list tags in. */
export function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

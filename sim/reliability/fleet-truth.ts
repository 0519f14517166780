import type { OperatorOverride } from '../../lib/contract/documents/overrides';
import type { Channel } from '../../lib/contract/documents/publication';

/** A broken rule of docs/design.md. */
export interface Violation {
  readonly at: string;
  readonly fleet: string;
  readonly rule: string;
  readonly what: string;
}

/** What people and Microsoft did, as the oracle is told of it. */
export interface Truth {
  /** By AMI id. */
  readonly publications: ReadonlyMap<string, Channel>;
  /** Since when the channel shows one, by its id. */
  readonly movedAt: ReadonlyMap<string, number>;
  /** Whether a publication fails on a fleet. */
  readonly isBad: (fleet: string, publication: string) => boolean;
  /** What is in force for a fleet, with the instant at which it was said. */
  readonly holdOf: (fleet: string) => OperatorOverride | undefined;
  readonly floorOf: (fleet: string) => (OperatorOverride & { readonly osVersion: string }) | undefined;
  readonly acceptedBy: (fleet: string) => (OperatorOverride & { readonly publication: string }) | undefined;
  readonly pipelineHold: () => OperatorOverride | undefined;
  /** Since when a publication is revoked; undefined where it is not, or no more. */
  readonly revokedAt: (publication: string) => number | undefined;
  /** Since when an account lets nobody in, or has let people in again; undefined for one that always has. */
  readonly awayUntil: (account: string) => number | undefined;
  /** Whether a deployment pauses a fleet now. */
  readonly isPaused: (fleet: string) => boolean;
  /** The launch template that the newest deployment left, and since when. */
  readonly newestTemplate: (fleet: string) => { readonly template: string; readonly at: number };
  readonly isBadTemplate: (template: string) => boolean;
  /** What the channel shows, or will once it is delivered. */
  readonly current: () => Channel;
  /** Until when no instance can be launched for a fleet. */
  readonly withoutCapacityUntil: (fleet: string) => number;
  /** Whether a publication fails on a fleet, or did before its team mended that. */
  readonly wasBad: (fleet: string, publication: string) => boolean;
}

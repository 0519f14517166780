import type { OperatorOverride } from '../../lib/contract/documents/overrides';
import type { Channel } from '../../lib/contract/documents/publication';
import type { fleetParameters } from '../../lib/contract/names/parameters';
import type { RolloutPolicy } from '../../lib/contract/values/rollout-policy';
import type { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { FleetPlan } from './installation';

/** A broken rule of docs/design.md. */
export interface Violation {
  readonly at: string;
  readonly fleet: string;
  readonly rule: string;
  readonly what: string;
}

/** A fleet that is judged by what it runs on and what its account holds of it. */
export interface ObservedFleet {
  readonly plan: FleetPlan;
  readonly policy: RolloutPolicy;
  readonly simulated: SimulatedFleet;
  readonly names: ReturnType<typeof fleetParameters>;
  /** The parameters of its account. */
  readonly store: { readonly values: { get(name: string): string | undefined } };
  /** The messages that went out. */
  readonly notified: readonly { readonly at: Date; readonly text: string }[];
}

/** What is judged as a whole. */
export interface ObservedInstallation {
  readonly clock: { now(): Date };
  readonly fleets: readonly ObservedFleet[];
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

/** What the oracle has seen of a fleet. */
export interface Seen {
  /** Publications that were taken back or that Auto Scaling gave up, and when. */
  readonly failed: Map<string, number>;
  /** Publications that all instances have run, if there were any. */
  readonly well: Set<string>;
  /** Those that instances have run, all of them. */
  readonly ran: Set<string>;
  /** Instances that scaling started, which a canary does not answer for. */
  readonly scaled: Set<string>;
  /** What a person let pass, and how many instances a canary could be of while there is one, by what fails. */
  readonly passed: Set<string>;
  readonly most: Map<string, number>;
}

/** Nothing yet. */
export function nothingSeen(): Seen {
  return {
    failed: new Map(),
    well: new Set(),
    ran: new Set(),
    scaled: new Set(),
    passed: new Set(),
    most: new Map(),
  };
}

import type { GatePolicy } from '../../../lib/contract/values/gate-policy';
import type { Finding } from '../../../lib/contract/values/finding';
import type { Mode } from '../../../lib/contract/values/mode';
import type { Release } from '../../../lib/contract/values/release';
import type { Decision } from '../../../lib/core/gate/gate-input';

/** What is backtested. */
export interface BacktestOptions {
  readonly release: Release;
  readonly from: Date;
  readonly to: Date;
  readonly history: string | undefined;
  readonly hosts: string | undefined;
  readonly hostRevision: number | undefined;
  readonly policy: GatePolicy;
  /** Findings that an operator passed, such as `WENT_BACK servercore 10.0.20348.3328`. */
  readonly accepted: readonly string[];
}

/** A bake that ended in a publication. */
export interface BacktestBake {
  readonly at: string;
  readonly target: string;
  readonly host: string;
  readonly mode: Mode;
  readonly images: readonly { readonly family: string; readonly osVersion: string }[];
}

/** When each family came of a revision that was baked, and the bake after them. */
export interface BacktestTimeline {
  readonly target: string;
  /** The Patch Tuesday of the revision, 10:00 Pacific. */
  readonly released: string;
  readonly families: readonly {
    readonly family: string;
    /** When it first showed the revision; null where it did not until the end. */
    readonly shownAt: string | null;
    /** Whether that instant was measured; false where it follows from a pattern. */
    readonly isMeasured: boolean;
  }[];
  /** The first bake of it. */
  readonly bakedAt: string;
  readonly mode: Mode;
}

/** A change of the decision or of what it rests on. */
export interface BacktestDecision {
  readonly at: string;
  readonly decision: Decision;
  readonly reason: string;
  readonly findings: readonly Finding[];
}

/** What a rule other than the gate would have done over the same time. */
export interface NaiveSummary {
  readonly bakes: number;
  /** Bakes with an image that is newer than its host, or with images of several revisions. */
  readonly wrongImageBakes: number;
  /** Bakes whose images were those of the bake before. */
  readonly unchangedBakes: number;
  /** Hours in which servercore was out and not baked. */
  readonly hoursBehind: number;
}

/** How long after the last required family a bake was ordered, in hours; null where there was none. */
export interface Delay {
  readonly bakes: number;
  readonly medianHours: number | null;
}

/** The figures of a backtest. */
export interface BacktestSummary {
  readonly bakes: number;
  readonly rollouts: number;
  /** Orders that their host failed. */
  readonly failedOrders: number;
  readonly exact: number;
  readonly nearestLower: number;
  readonly previousRevision: number;
  /** How often the gate came to ask an operator. */
  readonly stopped: number;
  readonly medianHoursAfterLastFamily: number | null;
  /** Bakes with an image newer than its host or of another build, or of several revisions without a finding that says so. */
  readonly wrongImageBakes: number;
  readonly wrongImageBakesOfNaiveWeekly: number;
  /** The delay apart for instants that were measured and such that were inferred. */
  readonly measured: Delay;
  readonly inferred: Delay;
  readonly hoursBehind: number;
  readonly naiveWeekly: NaiveSummary;
  readonly naivePatchTuesday: NaiveSummary;
}

/** A figure over all bakes. */
export interface Spread {
  readonly median: number;
  readonly most: number;
}

/** What apps on a family's images would still pull on a fresh host of `current`, over the days of public apps' images. */
export interface MissingFigures {
  readonly family: string;
  /** Days of one app each. */
  readonly days: number;
  /** Of these, on how many the image that the app stood on was not cached, in percent. */
  readonly missedPercent: number;
  /** The part of these days on which another push of the same version was cached: its lowest layers are mostly the same. */
  readonly otherPushPercent: number;
  /** Compressed bytes that were missing, over the days for which layers' sizes are recorded; null where they are for none. */
  readonly bytes: {
    readonly days: number;
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
  } | null;
}

/** What so many previous revisions take and save. */
export interface CachedFigures {
  readonly previousRevisions: number;
  /** What the pulls of a bake carry, each layer once. */
  readonly compressedBytes: Spread;
  /** What that takes unpacked, in the volume and so in the snapshot. */
  readonly diskBytes: Spread;
  /** What that costs as a snapshot, in USD a month of us-east-1. */
  readonly snapshotUsd: Spread;
  /** How long one host unpacks it at the one rate that is published. */
  readonly extractionMinutes: Spread;
  readonly missing: readonly MissingFigures[];
}

/** A family as the history has it. */
export interface RecordedFamily {
  readonly family: string;
  readonly repository: string;
  /** What was followed from when on; null where a repository has only one line. */
  readonly lines: readonly { readonly line: string | null; readonly from: string }[];
  /** The events of its floating tag in the time, by how surely they are known; `docs/recorded-history.md` explains each. */
  readonly evidence: Readonly<Record<string, number>>;
}

/** Everything that a backtest tells; the JSON document of `winbake backtest`. */
export interface BacktestReport {
  readonly release: string;
  readonly from: string;
  readonly to: string;
  /** From when all families have a version: the first poll is the first after it. Null where there is no such instant. */
  readonly completeFrom: string | null;
  /** The history: its first event, the end of its last month, and what it has of the families. */
  readonly recorded: {
    readonly from: string;
    readonly to: string;
    readonly families: readonly RecordedFamily[];
  };
  /** What is taken for granted, in sentences. */
  readonly assumed: readonly string[];
  readonly bakes: readonly BacktestBake[];
  /** One for each revision that was baked, in the order of the bakes. */
  readonly timelines: readonly BacktestTimeline[];
  readonly decisions: readonly BacktestDecision[];
  /** For each number of previous revisions that the release may cache. */
  readonly cached: readonly CachedFigures[];
  readonly summary: BacktestSummary;
}

import type { ImageManifest } from '../../lib/contract/documents/evidence';
import type { Finding } from '../../lib/contract/values/finding';
import type { GatePolicy } from '../../lib/contract/values/gate-policy';
import type { ResolvedImage } from '../../lib/core/images/resolve-images';
import type { Origin } from '../account/provenance';
import type { Transcripts } from '../account/transcript';
import type { AmiFault } from '../aws/fleet/ami-behaviour';
import type { FaultSettings } from '../registry/faults';
import type { HostFault } from '../windows/host/host-faults';

/** Shows people what is under way. */
export interface Progress {
  /** Does a part of the work under a title; `say` tells what it is at. */
  phase<T>(title: string, work: (announce: (text: string) => void) => Promise<T>): Promise<T>;
}

/** Shows nothing. */
export const SILENT: Progress = {
  phase: (_title, work) => work(() => undefined),
};

/** What is rehearsed, and under which circumstances. */
export interface RehearsalOptions {
  /** The name of a Windows Server release. */
  readonly release: string;
  readonly asOf: string | undefined;
  /** Goes on for so many months, each until the next Patch Tuesday; absent: one rebake and no more. */
  readonly months?: number | undefined;
  /** The revision that Windows Update brings the simulated host to; absent: the newest of its day. */
  readonly hostRevision: number | undefined;
  readonly history: string | undefined;
  readonly hosts: string | undefined;
  /** What is wrong with the registry. */
  readonly faults: readonly FaultSettings[];
  /** What is wrong with the build machine. */
  readonly hostFaults?: readonly HostFault[];
  /** What is wrong with one published AMI: the second of several months, else the one that is baked. */
  readonly amiFaults?: readonly AmiFault[];
  /** The command that runs the CDK app; absent: that of `cdk.json`. */
  readonly app: string | undefined;
  /** Assemblies to rehearse as they are, instead of an app. */
  readonly cdkOut: readonly string[] | undefined;
  /** What a real account answered, which comes before what simulated services say. */
  readonly transcripts?: Transcripts | undefined;
  /** The folder in which a relative path and `cdk.json` are looked for. */
  readonly workingFolder: string;
  /** What replaces the gate's policy in the assembly. */
  readonly policy: Partial<GatePolicy>;
  /** Ends where a bake is due, which then needs no PowerShell: the gate alone. */
  readonly untilBake?: boolean;
  /** Ends the rehearsal; what it made is removed. */
  readonly signal?: AbortSignal;
}

/** The state of the gate at one poll. */
export interface ReportedDecision {
  readonly at: string;
  readonly decision: string;
  readonly findings: readonly Finding[];
}

/** An image on the AMI, as `resolve` describes images, with the digest that history recorded for it. */
export interface ReportedImage extends ResolvedImage {
  readonly recordedDigest?: string;
}

/** One part of the work and how it ended; seconds are of this computer. */
export interface ReportedStep {
  readonly name: string;
  readonly seconds: number;
  readonly status: 'done' | 'failed' | 'skipped' | 'notRun';
}

/** What happened on one fleet in a month, or in the whole of a rehearsal of one rebake. */
export interface ReportedFleet {
  readonly fleet: string;
  /** Instance refreshes that were started. */
  readonly refreshes: number;
  /**
   * The longest from Microsoft's release to the last instance, as the fleet measured it at its polls; null where an instance lacks an
   * update at the end.
   */
  readonly hoursToLastInstance: number | null;
  /** Its patch budget, for the same hours. */
  readonly patchWithinHours: number;
  /** Subjects of what people were notified. */
  readonly notified: readonly string[];
  /**
   * The AMI that each instance ran at the beginning, when the first new instance was there, and at the end; null where it did
   * not run.
   */
  readonly instances: readonly {
    readonly id: string;
    readonly before: string | null;
    readonly during: string | null;
    readonly after: string | null;
  }[];
}

/** What the fleets did. */
export interface ReportedRollout {
  readonly status: 'finished' | 'waiting' | 'failed' | 'rolledBack' | 'none';
  readonly instances: readonly { readonly id: string; readonly before: string; readonly after: string }[];
}

/** A publication, where it stands at the end. */
export interface ReportedPublication {
  readonly id: string;
  readonly amiId: string;
  readonly osVersion: string;
  readonly mode: string;
  readonly at: string;
  /** The channels that point to it, and `by-revision` where its revision does. */
  readonly channels: readonly string[];
  /** What the retention does with its AMI next, or did. */
  readonly retention: 'keep' | 'deprecate' | 'remove' | 'removed';
  readonly reasons: readonly string[];
  /** Null where it has no manifest. */
  readonly holds: ReportedContent | null;
}

/** What an AMI holds, by its manifest. */
export interface ReportedContent extends Pick<ImageManifest, 'host' | 'leftOut'> {
  readonly images: readonly Pick<
    ImageManifest['images'][number],
    'family' | 'repository' | 'tag' | 'digest' | 'osVersion' | 'mode'
  >[];
}

/** One execution of the state machine that did something, and what came of it. */
export interface ReportedRebake {
  readonly at: string;
  readonly trigger: string;
  readonly decision: string;
  readonly publication: string | null;
  readonly rollout: ReportedRollout;
}

/** A month of a rehearsal of several, until the next Patch Tuesday. */
export interface ReportedMonth {
  readonly from: string;
  readonly until: string;
  readonly rebakes: readonly ReportedRebake[];
  readonly fleets: readonly ReportedFleet[];
  /** The longest that housekeeping measured `current` without a released update. */
  readonly hoursUnpatched: number;
}

/** What led to a publication, and what became of it: the instants of a picture. */
export interface ReportedTimeline {
  readonly publication: string;
  /** The Patch Tuesday of its revision, 10:00 Pacific. */
  readonly released: string;
  /** When each family first showed the revision; null where it had not when the bake was ordered. */
  readonly families: readonly { readonly family: string; readonly shownAt: string | null }[];
  readonly orderedAt: string;
  readonly publishedAt: string;
  /** Null as in the evidence of a fleet: no instance ran it, or not all of them. */
  readonly fleets: readonly {
    readonly fleet: string;
    readonly promotedAt: string;
    readonly firstInstanceAt: string | null;
    readonly lastInstanceAt: string | null;
    readonly outcome: string;
  }[];
}

/** What the gate says when it is asked once more, in the same account. */
export interface SecondPass {
  readonly at: string;
  readonly decision: string;
  readonly reason: string;
}

/** Everything that a rehearsal tells; the JSON document of `winbake rehearse`. */
export interface RehearsalReport {
  readonly asOf: string;
  readonly decision: string;
  readonly decisions: readonly ReportedDecision[];
  /** The OS version that the bake was ordered for; null where none was. */
  readonly target: string | null;
  readonly host: { readonly osVersion: string } | null;
  readonly images: readonly ReportedImage[];
  readonly ami: { readonly id: string; readonly tags: Readonly<Record<string, string>> } | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly rollout: ReportedRollout;
  /** The patch budget of the pipeline, which `hoursUnpatched` of a month is held against. */
  readonly patchWithinHours: number;
  /** Each fleet, in the last month where there are several. */
  readonly fleets: readonly ReportedFleet[];
  readonly steps: readonly ReportedStep[];
  readonly findings: readonly Finding[];
  /** Oldest first. */
  readonly publications: readonly ReportedPublication[];
  /** Of each publication that was baked, oldest first. */
  readonly timelines: readonly ReportedTimeline[];
  /** Only where several months were asked for. */
  readonly months?: readonly ReportedMonth[];
  /** Null where no bake could be run. */
  readonly again: SecondPass | null;
  /** How many answers of simulated AWS came from each kind of source. */
  readonly origins: Readonly<Record<Origin, number>>;
}

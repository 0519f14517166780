import type { Catalog, ImageSet, Observation } from '../../contract/documents/catalog';
import type { GatePolicy } from '../../contract/values/gate-policy';
import type { Digest } from '../../contract/values/digest';
import type { Finding } from '../../contract/values/finding';
import type { OsVersion } from '../../contract/values/os-version';
import type { Release } from '../../contract/values/release';
import type { ImageFamily } from '../images/family';
import type { ImageExtra } from '../images/image-extra';

/** Collects the instants at which a decision changes though nothing else does, and answers whether they have come. */
export class Thresholds {
  private next: Date | undefined;

  constructor(private readonly now: Date) {}

  /** Whether an instant has come; one that has not is remembered. */
  passed(instant: Date): boolean {
    if (instant <= this.now) {
      return true;
    }
    if (this.next === undefined || instant < this.next) {
      this.next = instant;
    }
    return false;
  }

  /** The first of the instants that have not come. */
  get first(): Date | undefined {
    return this.next;
  }
}

/** An instant some seconds later. */
export function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + seconds * 1000);
}

/** An instant to the minute, as messages write it. */
export function toMinute(instant: Date): string {
  return `${instant.toISOString().slice(0, 16)}Z`;
}

/** An image under a floating tag, as a poll or the catalog knows it. */
export interface GateImage {
  readonly tag: string;
  readonly digest: Digest;
  readonly platformDigest: Digest;
  readonly osVersion: OsVersion;
  /** Config and layers; null where it was not measured. */
  readonly compressedBytes: number | null;
  /** Base first, where they were read. */
  readonly layers?: Observation['layers'];
  /** How surely it is known, where history tells. */
  readonly evidence?: string;
}

/** What one poll shows of a family: the newest image under its floating tag, or why there is none. */
export interface FamilyPoll {
  readonly family: ImageFamily;
  readonly image: GateImage | undefined;
  readonly findings: readonly Finding[];
}

/** What one poll shows of an extra. */
export interface ExtraPoll {
  readonly extra: ImageExtra;
  readonly poll: FamilyPoll;
}

/** What the gate goes by for a family, after its guards. */
export interface CheckedFamily {
  readonly family: ImageFamily;
  /** The image to bake; undefined where none was ever seen. */
  readonly image: GateImage | undefined;
}

/** Since when no image could be read, an ISO instant by repository; one that was read has no entry. */
export type UnreadSince = Readonly<Record<string, string>>;

/** Notes the first failed poll of repositories that show no image, and forgets the others. Gives the same object where nothing changes. */
export function noteOutage(before: UnreadSince, polls: readonly FamilyPoll[], now: Date): UnreadSince {
  const unread = polls.filter(({ image }) => image === undefined).map(({ family }) => family.repository);
  const after = Object.fromEntries(
    unread.map((repository) => [repository, before[repository] ?? now.toISOString()]),
  );
  const isSame =
    Object.keys(after).length === Object.keys(before).length &&
    Object.entries(after).every(([repository, since]) => before[repository] === since);
  return isSame ? before : after;
}

/** What can be said: order a bake, look again later, nothing to do, or a person must choose. */
export type Decision = 'bake' | 'wait' | 'nothing' | 'needsOperator';

/** The publication that stands, as far as a new bake would differ from it. */
export interface PublishedBake {
  /** The id of its image set; null for the plain base AMI. */
  readonly set: string | null;
  /** When it was published, an ISO instant. */
  readonly at: string;
  readonly recipeArn: string | null;
  readonly scriptsSha256: string | null;
  readonly baseAmiId: string;
}

/** The last order, where it did not end in a publication. */
export interface FailedOrder {
  readonly id: string;
  readonly set: string;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** When it was ordered, an ISO instant. */
  readonly at: string;
  /** A person ended it. */
  readonly cancelled?: boolean;
  /** Image Builder refused to begin it. */
  readonly refused?: boolean;
  /** EC2 did not know the instance profile yet. */
  readonly notLaunched?: boolean;
  /** How often the same launched no instance before. */
  readonly launchRetries?: number | undefined;
  /** The registry or Windows Update failed its bake. */
  readonly outage?: boolean;
  /** How often the same failed so before. */
  readonly outages?: number | undefined;
  /** When the same was ordered first, an ISO instant; left out, this was the first. */
  readonly firstAt?: string | undefined;
  /** Its build ended without reporting why. */
  readonly interrupted?: boolean;
  /** How often the same was interrupted before. */
  readonly interruptions?: number | undefined;
  /** The finding that its finished image waits for: it is published once a person accepts that. */
  readonly awaits?: string;
}

/** Everything that a decision depends on. */
export interface GateInput {
  readonly now: Date;
  readonly release: Release;
  readonly policy: GatePolicy;
  /** The wanted families, as the registry shows them now. */
  readonly polls: readonly FamilyPoll[];
  /** What is cached beside them. */
  readonly extras?: readonly ExtraPoll[];
  /** What was known, this poll's observations included. */
  readonly catalog: Catalog;
  /** Since when repositories show no image; absent: none was known before this poll. */
  readonly unreadSince?: UnreadSince;
  readonly published: PublishedBake | undefined;
  readonly failed: FailedOrder | undefined;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  readonly baseAmiId: string;
  /** A person wants a bake whether it is due or not. */
  readonly forced?: boolean;
}

/** A decision, why, and what it rests on. */
export interface GateDecision {
  readonly decision: Decision;
  /** One sentence for people. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** The set that the families make together; with `bake` the one to bake. Absent while the gate waits for some. */
  readonly set?: ImageSet;
  /** When time alone may change the decision; undefined where only an input can. */
  readonly changesAt?: Date;
}

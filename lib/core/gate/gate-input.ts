import type { Catalog, ImageSet } from '../../contract/documents/catalog';
import type { Finding } from '../../contract/values/finding';
import type { Release } from '../../contract/values/release';
import type { ExtraLook, FamilyLook } from './gate-image';
import type { GatePolicy } from '../../contract/documents/gate-policy';
import type { UnreadSince } from './note-outage';

/** What can be said: order a bake, look again later, nothing to do, or a person must choose. */
export type Decision = 'bake' | 'wait' | 'nothing' | 'needsOperator';

/** The publication that stands, as far as a new bake would differ from it. */
export interface StandingBake {
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
  /** The finding that its finished image waits for: it is published once a person accepts that. */
  readonly awaits?: string;
}

/** Everything that a decision depends on. */
export interface GateInput {
  readonly now: Date;
  readonly release: Release;
  readonly policy: GatePolicy;
  /** The wanted families, as the registry shows them now. */
  readonly looks: readonly FamilyLook[];
  /** What is cached beside them. */
  readonly extras?: readonly ExtraLook[];
  /** What was known, this look's observations included. */
  readonly catalog: Catalog;
  /** Since when repositories show no image; absent: none was known before this look. */
  readonly unreadSince?: UnreadSince;
  readonly standing: StandingBake | undefined;
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

import type { PublicationTarget } from '../../contract/documents/pipeline-description';

/**
 * The AMIs that a parameter below the prefix keeps in use: a channel's publication, or a fleet's state with what it runs,
 * goes to and could go back to. The newest publication of a revision is no use: it goes with its AMI. The text is searched
 * and not parsed, so that a damaged or newer document still keeps what it names.
 */
export function amisNamedBy(prefix: string, name: string, value: string): readonly string[] {
  const path = name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : '';
  if (!/^fleets\/[^/]+\/state$|^[^/]+\/[^/]+\/publication$/.test(path)) {
    return [];
  }
  return [...new Set(value.match(/\bami-[0-9a-f]{8,17}\b/g) ?? [])];
}

/** An AMI that a pipeline made, where it stands now. */
export interface BakedAmi {
  readonly region: string;
  readonly amiId: string;
  /** The publication that its tags name; undefined where it was never published. */
  readonly publication: string | undefined;
  readonly createdAt: Date;
  /** Since when new launches are warned of it; undefined where it is not deprecated. */
  readonly deprecatedAt: Date | undefined;
  /** When an instance was last started from it, as far as the service tells: it is late by a day. */
  readonly lastLaunchedAt: Date | undefined;
  /** Whom it is shared with: accounts, organizations by ARN, or `all`. */
  readonly sharedWith: readonly string[];
}

/** Something that keeps an AMI needed, such as `instance i-0123, account 111122223333`. */
export interface AmiUse {
  readonly region: string;
  readonly amiId: string;
  readonly by: string;
}

/** An account and region whose uses could not be read, and why. */
export interface UnreadTarget {
  readonly account: string;
  readonly region: string;
  readonly why: string;
}

/** The AMIs of one pipeline, and what uses any AMI. */
export interface AmiInventory {
  /** Those of the pipeline in one region of its own account. */
  amisIn(region: string): Promise<readonly BakedAmi[]>;
  /** What uses AMIs in an account and region; throws where it cannot be read. */
  usesIn(target: PublicationTarget): Promise<readonly AmiUse[]>;
  /** Takes away the pipeline's by-revision parameters that name an AMI, in one account and region. */
  forget(target: PublicationTarget, amiId: string): Promise<void>;
  /** Warns new launches of an AMI from now on. Doing it again changes nothing. */
  deprecate(region: string, amiId: string, at: Date): Promise<void>;
  /** Has EC2 refuse launches from an AMI; nobody is shared it with any more. Doing it again changes nothing. */
  disable(region: string, amiId: string): Promise<void>;
  /** Takes that back, and shares it with accounts; one that is gone stays so. Doing it again changes nothing. */
  enable(region: string, amiId: string, sharedWith: readonly string[]): Promise<void>;
  /** Deregisters an AMI with its snapshots, which the Recycle Bin keeps where it has a rule. Doing it again changes nothing. */
  remove(region: string, amiId: string): Promise<void>;
}

/** The tags of AMIs in this account. */
export interface AmiTags {
  /** Adds tags to an AMI; same keys are replaced. `region` is where the AMI is. */
  tag(region: string, amiId: string, tags: Readonly<Record<string, string>>): Promise<void>;
}

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

/**
 * The kinds of Windows updates: `B` on the second Tuesday, `OOB` out of band, `C` and `D` optional previews, `hotpatch`,
 * `RTM` the release itself, `non-B` an old update of which no more is known.
 */
export const UPDATE_TYPES = ['B', 'OOB', 'C', 'D', 'hotpatch', 'RTM', 'non-B'] as const;

/** The kind of a Windows update. */
export type UpdateType = (typeof UPDATE_TYPES)[number];

/** One update of a Windows build that hosts could get. */
export interface HostRevision {
  readonly build: number;
  readonly revision: number;
  readonly osVersion: string;
  /** The article of the update, such as `KB5066782`; empty for a release itself. */
  readonly kb: string;
  /** The day of release, `YYYY-MM-DD`, in Redmond. */
  readonly date: string;
  readonly type: UpdateType;
  readonly hasContainerImage: 'yes' | 'no' | 'unknown';
}

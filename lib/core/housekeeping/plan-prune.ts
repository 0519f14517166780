import { DAYS_FOR_UNPUBLISHED } from '../../contract/documents/publication';
import type { AmiUse, BakedAmi, UnreadTarget } from '../ports/amis';

/** How many AMIs stay, and how long. */
export interface Retention {
  /** The newest publications that stay, whatever their age. */
  readonly newest: number;
  /** An AMI that is younger, or was started from since, stays. */
  readonly minimumAgeDays: number;
}

/** What a prune knows. */
export interface PruneInput {
  readonly now: Date;
  readonly retention: Retention;
  readonly amis: readonly BakedAmi[];
  readonly uses: readonly AmiUse[];
  readonly unread: readonly UnreadTarget[];
  /** The publications that people have revoked: none of them is one of the newest. */
  readonly revoked: ReadonlySet<string>;
}

/** What becomes of one AMI, and why. */
export interface PrunedAmi {
  readonly region: string;
  readonly amiId: string;
  readonly publication: string | undefined;
  readonly action: 'keep' | 'deprecate' | 'remove';
  /** At least one sentence for people. */
  readonly reasons: readonly string[];
}

/** Days between the deprecation of an AMI and its removal, in which a person may object. */
const DAYS_FROM_DEPRECATION_TO_REMOVAL = 7;

const DAY = 86_400_000;

/**
 * Says of every AMI of a pipeline whether it stays. Nothing that anything uses goes, nor anything shared with an account
 * that could not be read; of the rest the newest and the young stay. What may go is deprecated first and removed a week
 * later. The time of the last launch only ever keeps more.
 */
export function planPrune(input: PruneInput): readonly PrunedAmi[] {
  const newest = newestPublications(input);
  return [...input.amis]
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.amiId < b.amiId ? -1 : 1))
    .map((ami) => {
      const kept = whyKept(input, ami, newest);
      const { region, amiId, publication } = ami;
      return { region, amiId, publication, ...(kept.length > 0 ? keep(kept) : letGo(input, ami)) };
    });
}

/** A publication has an AMI in each region, so that publications are counted and not AMIs. */
function newestPublications({ amis, retention, revoked }: PruneInput): ReadonlySet<string> {
  const born = new Map<string, number>();
  for (const { createdAt, publication } of amis) {
    if (publication !== undefined && !revoked.has(publication)) {
      born.set(publication, Math.max(born.get(publication) ?? 0, createdAt.getTime()));
    }
  }
  const inOrder = [...born].sort(([a, x], [b, y]) => y - x || (a < b ? 1 : -1));
  return new Set(inOrder.slice(0, retention.newest).map(([id]) => id));
}

/** What needs an AMI now, or may: in an account that it is shared with and that could not be read. */
export function whyNeeded(
  { unread, uses }: Pick<PruneInput, 'uses' | 'unread'>,
  ami: Pick<BakedAmi, 'amiId' | 'region' | 'sharedWith'>,
): readonly string[] {
  const reasons = uses
    .filter((use) => use.amiId === ami.amiId && use.region === ami.region)
    .map((use) => `used by ${use.by}`);
  for (const { account, region, why } of unread) {
    if (region === ami.region && ami.sharedWith.includes(account)) {
      reasons.push(`shared with account ${account}, whose uses in ${region} could not be read: ${why}`);
    }
  }
  return reasons;
}

function whyKept(input: PruneInput, ami: BakedAmi, newest: ReadonlySet<string>): readonly string[] {
  const { now, retention } = input;
  const reasons = [...whyNeeded(input, ami)];
  if (ami.publication !== undefined && newest.has(ami.publication)) {
    reasons.push(`one of the newest ${retention.newest} publications`);
  }
  const age = days(ami.createdAt, now);
  const least = ami.publication === undefined ? DAYS_FOR_UNPUBLISHED : retention.minimumAgeDays;
  if (age < least) {
    reasons.push(`${Math.floor(age)} days old, ${least} is the least`);
  }
  if (ami.lastLaunchedAt !== undefined && days(ami.lastLaunchedAt, now) < retention.minimumAgeDays) {
    reasons.push(`an instance was started from it on ${ami.lastLaunchedAt.toISOString().slice(0, 10)}`);
  }
  return reasons;
}

function keep(reasons: readonly string[]): Pick<PrunedAmi, 'action' | 'reasons'> {
  return { action: 'keep', reasons };
}

function letGo({ now, revoked }: PruneInput, ami: BakedAmi): Pick<PrunedAmi, 'action' | 'reasons'> {
  const why =
    ami.publication === undefined
      ? 'never published'
      : revoked.has(ami.publication)
        ? 'revoked, and nothing uses it'
        : 'nothing uses it, and newer ones are there';
  if (ami.deprecatedAt === undefined) {
    const reason = `${why}; removed ${DAYS_FROM_DEPRECATION_TO_REMOVAL} days after its deprecation`;
    return { action: 'deprecate', reasons: [reason] };
  }
  const since = ami.deprecatedAt.toISOString().slice(0, 10);
  return days(ami.deprecatedAt, now) < DAYS_FROM_DEPRECATION_TO_REMOVAL
    ? keep([
        `deprecated since ${since}, to be removed ${DAYS_FROM_DEPRECATION_TO_REMOVAL} days after that: ${why}`,
      ])
    : { action: 'remove', reasons: [`${why}; deprecated since ${since}`] };
}

function days(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / DAY;
}

import type { UnreadTarget } from './baked-ami';
import type { PrunedAmi } from './plan-prune';

/** One AMI of a prune for people, such as `ami-0123 in eu-central-1 (20348.4294-1): one of the newest 3 publications`. */
export function describePruned({ amiId, publication, reasons, region }: PrunedAmi): string {
  return `${amiId} in ${region} (${publication ?? 'not published'}): ${reasons.join('; ')}`;
}

/** What an account that could not be read means to a prune. */
export function describeUnread({ account, region, why }: UnreadTarget): string {
  return `Account ${account} in ${region} could not be read, so all that is shared with it stays: ${why}`;
}

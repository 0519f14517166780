import type { Channel } from '../contracts/publication';

/** Whether a publication is newer than another: by its instant, then by its number. The plain base AMI is older than any. */
export function isNewer(one: Channel, other: Channel): boolean {
  if ((one.mode === 'unbaked') !== (other.mode === 'unbaked')) {
    return other.mode === 'unbaked';
  }
  const [at, otherAt] = [Date.parse(one.at), Date.parse(other.at)];
  return at === otherAt ? numberOf(one) > numberOf(other) : at > otherAt;
}

function numberOf({ id }: Channel): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

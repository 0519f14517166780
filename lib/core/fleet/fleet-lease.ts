import { fleetLeaseSchema, type FleetLease } from '../../contract/documents/order';
import { parseDocument } from '../../contract/documents/document';
import type { VersionedParameters } from '../ports/stores';

/**
 * A request lives for two minutes at most. One that loses may overwrite the lease as late as that with an instant that it read
 * off the clock at its beginning, and the other may have begun just then: twice its life, and a margin.
 */
const LEASE_SECONDS = 5 * 60;

/** What a lease is taken with. */
export interface FleetLeasePorts {
  readonly leases: VersionedParameters;
  readonly now: () => Date;
}

/** Which lease, and who asks for it. */
export interface LeaseRequest {
  readonly name: string;
  readonly by: string;
}

/**
 * Does some work unless another request is at it; undefined where one is. The parameter store has no conditional write, but
 * it numbers writes: of two requests that found the lease free, the one whose write has the next number holds it, and the
 * other, whatever it has overwritten, does nothing. A lease that nobody ended ends by itself.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
 */
export async function underLease<T>(
  { leases, now }: FleetLeasePorts,
  { by, name }: LeaseRequest,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const lease = (until: number) =>
    JSON.stringify({
      schema: 'winbake.fleet-lease/1',
      by,
      until: new Date(until).toISOString(),
    } satisfies FleetLease);
  const before = await leases.read(name);
  if (isHeld(before.value, now())) {
    return undefined;
  }
  const version = await leases.write(name, lease(now().getTime() + LEASE_SECONDS * 1000));
  if (version !== before.version + 1) {
    return undefined;
  }
  try {
    return await work();
  } finally {
    // Whatever comes of it: a lease that is not given back ends by itself.
    await leases.write(name, lease(now().getTime())).catch(() => undefined);
  }
}

/** What cannot be read holds nobody up: it is overwritten. */
function isHeld(text: string | undefined, now: Date): boolean {
  try {
    const { until } = parseDocument(fleetLeaseSchema, text ?? '', 'The lease');
    return Date.parse(until) > now.getTime();
  } catch {
    return false;
  }
}

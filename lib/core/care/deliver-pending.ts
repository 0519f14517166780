import type { Delivery } from '../../contract/documents/publication';
import type { NoticeCause } from '../notify/notice-cause';
import { heal, tellOnce } from '../notify/tell-once';
import { deliverEverywhere } from '../publish/deliver';
import type { CarePart } from './care-ports';

/** An account that worked once and then does not let us in for so long is told of. */
const LONGEST_SILENCE_HOURS = 24;

/** Delivers what is missing anywhere, and tells people of accounts that have shut us out. */
export const deliverPending: CarePart = async (ports, description) => {
  const { targets } = await deliverEverywhere(ports, description);
  const entries = Object.entries(targets);
  for (const [name, delivery] of entries) {
    const cause: NoticeCause = `accountUnreachable:${name}`;
    if (isShut(delivery, ports.now())) {
      await tellOnce(
        ports,
        cause,
        `Winbake ${description.pipeline}: account ${name} cannot be reached`,
        `Since ${delivery.pending.since} nothing can be written to ${name}; it was reached last at ${delivery.reachedAt}. Its fleets stay on what they have. The reason: ${delivery.pending.reason}`,
      );
    } else if (delivery.pending === null) {
      await heal(ports, cause, `Winbake ${description.pipeline}: account ${name} is reached again`);
    }
  }
  const pending = entries.filter(([, delivery]) => delivery.pending !== null);
  return pending.length === 0
    ? 'Everything has arrived everywhere.'
    : `Pending: ${pending.map(([name, { pending: why }]) => `${name} (${why?.reason ?? ''})`).join(', ')}`;
};

type ShutDelivery = Delivery & {
  readonly reachedAt: string;
  readonly pending: NonNullable<Delivery['pending']>;
};

/** Whether it worked once, and has not for a day; an account that is not deployed yet never worked. */
function isShut(delivery: Delivery, now: Date): delivery is ShutDelivery {
  const { pending, reachedAt } = delivery;
  const hours = (instant: string) => (now.getTime() - Date.parse(instant)) / 3_600_000;
  return (
    pending !== null &&
    reachedAt !== null &&
    hours(pending.since) >= LONGEST_SILENCE_HOURS &&
    hours(reachedAt) >= LONGEST_SILENCE_HOURS
  );
}

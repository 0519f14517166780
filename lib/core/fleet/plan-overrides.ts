import type { FleetState } from '../../contract/documents/fleet-state';
import { type FleetOverrides, activeOverride } from '../../contract/documents/overrides';
import { UsageError } from '../../contract/values/errors';
import { readOsVersion } from '../../contract/values/os-version';
import { holdOverride, longestUntil, overrideUntil } from '../bake/hold';
import { isBelowFloor } from './evaluate-rollout';
import type { FleetOrder } from './fleet-world';

/** What an order changes, why, and the words of the fleet afterwards; without changes there is nothing to do. */
export interface FleetPlan {
  /** A line for each change. */
  readonly changes: readonly string[];
  /** Sentences for people. */
  readonly reasons: readonly string[];
  readonly overrides: FleetOverrides;
}

const NO_OVERRIDES: FleetOverrides = {
  schema: 'winbake.fleet-overrides/1',
  hold: null,
  floor: null,
  accepted: null,
};

/** Plans what a person says to a fleet. Throws a `UsageError` for an order that cannot be. */
export function planFleetOverrides(
  state: FleetState,
  reported: FleetOverrides | undefined,
  order: FleetOrder,
  now: Date,
): FleetPlan {
  const overrides = reported ?? NO_OVERRIDES;
  switch (order.verb) {
    case 'hold':
      return planHold(state, overrides, order, now);
    case 'unhold':
      return planUnhold(state, overrides, order, now);
    case 'floor':
      return order.osVersion === null
        ? planNoFloor(overrides, order, now)
        : planFloor(state, overrides, { ...order, osVersion: order.osVersion }, now);
    case 'accept':
      return planAccept(state, overrides, order, now);
  }
}

function planHold(
  { fleet, rollout }: FleetState,
  overrides: FleetOverrides,
  order: Extract<FleetOrder, { verb: 'hold' }>,
  now: Date,
): FleetPlan {
  const hold = holdOverride(order, now, order.until);
  const before = activeOverride(overrides.hold, now);
  return {
    overrides: { ...overrides, hold },
    changes: [`hold fleet ${fleet} until ${hold.until} (${hold.by}: ${hold.reason})`],
    reasons: [
      ...(before === undefined ? [] : [`It replaces the hold of ${before.by} until ${before.until}.`]),
      ...(rollout === null
        ? []
        : [`The rollout to ${rollout.publication.id} stops where it is; a way back goes on.`]),
      'The time within which it is to be patched goes on.',
    ],
  };
}

function planUnhold(
  { fleet, wanted }: FleetState,
  overrides: FleetOverrides,
  { by, reason }: FleetOrder,
  now: Date,
): FleetPlan {
  const before = activeOverride(overrides.hold, now);
  if (before === undefined) {
    return nothing(overrides, `Fleet ${fleet} is not held.`);
  }
  return {
    overrides: { ...overrides, hold: null },
    changes: [`release fleet ${fleet} (${by}: ${reason})`],
    reasons: [
      `It ends the hold of ${before.by}: ${before.reason}`,
      ...(wanted === null ? [] : [`It goes on to ${wanted.publication.id} at its next poll.`]),
    ],
  };
}

function planFloor(
  state: FleetState,
  overrides: FleetOverrides,
  order: Extract<FleetOrder, { verb: 'floor' }> & { readonly osVersion: string },
  now: Date,
): FleetPlan {
  const { osVersion } = order;
  const { publication, rollout, wanted } = state;
  const known = publication ?? wanted?.publication;
  const [wish, own] = [readOsVersion(osVersion), readOsVersion(known?.osVersion ?? '')];
  if (wish === undefined || (own !== undefined && own.build !== wish.build)) {
    throw new UsageError(
      `A floor is an OS version of the fleet's own build, such as ${known?.osVersion ?? '10.0.20348.4294'}; got: '${osVersion}'.`,
    );
  }
  const floor = { ...overrideUntil(order, now, order.until ?? longestUntil(now), 'A floor'), osVersion };
  const before = activeOverride(overrides.floor, now);
  const isBelow = (one: { readonly osVersion: string } | null | undefined) =>
    one !== null && one !== undefined && isBelowFloor(one.osVersion, osVersion);
  return {
    overrides: { ...overrides, floor },
    changes: [
      `never below ${osVersion} on fleet ${state.fleet} until ${floor.until} (${floor.by}: ${floor.reason})`,
    ],
    reasons: [
      ...(before === undefined ? [] : [`It replaces the floor ${before.osVersion} of ${before.by}.`]),
      ...(isBelow(wanted?.publication)
        ? [
            `What its channel shows, ${wanted?.publication.id ?? ''}, is older: the fleet waits for a newer one.`,
          ]
        : []),
      ...(isBelow(publication) && !isBelow(wanted?.publication)
        ? [`It runs ${publication?.id ?? ''}, which is older, until its rollout replaces it.`]
        : []),
      ...(isBelow(rollout?.from.publication)
        ? [`The rollout to ${rollout?.publication.id ?? ''} has no way back any more.`]
        : []),
    ],
  };
}

function planNoFloor(overrides: FleetOverrides, { by, reason }: FleetOrder, now: Date): FleetPlan {
  const before = activeOverride(overrides.floor, now);
  return before === undefined
    ? nothing(overrides, 'The fleet has no floor.')
    : {
        overrides: { ...overrides, floor: null },
        changes: [`lift the floor ${before.osVersion} (${by}: ${reason})`],
        reasons: [`It was set by ${before.by}: ${before.reason}`],
      };
}

function planAccept(
  { bad, fleet, rollout, waiting, wanted }: FleetState,
  overrides: FleetOverrides,
  order: Extract<FleetOrder, { verb: 'accept' }>,
  now: Date,
): FleetPlan {
  const entry = bad.find(({ publication }) => publication === order.publication);
  const isUnderWay = rollout?.publication.id === order.publication;
  // What failed on another fleet is bad there alone.
  const awaited =
    waiting?.for === 'otherFleet' && wanted?.publication.id === order.publication ? waiting : null;
  if (entry === undefined && !isUnderWay && awaited === null) {
    const known = bad.map(({ publication }) => publication).join(', ');
    return nothing(
      overrides,
      `${order.publication} is neither bad for fleet ${fleet} nor being rolled out there; bad is ${known === '' ? 'none' : known}.`,
    );
  }
  const until = order.until ?? longestUntil(now);
  const accepted = { ...overrideUntil(order, now, until, 'An acceptance'), publication: order.publication };
  const before = activeOverride(overrides.accepted, now);
  return {
    overrides: { ...overrides, accepted },
    changes: [
      `accept ${order.publication} on fleet ${fleet} until ${accepted.until} (${order.by}: ${order.reason})`,
    ],
    reasons: [
      ...(entry === undefined ? [] : [`It is bad there since ${entry.at}: ${entry.reason}`]),
      isUnderWay
        ? 'Its rollout goes on without judging its tasks.'
        : awaited === null
          ? 'It is rolled out again.'
          : `It is rolled out although ${awaited.reason}`,
      ...(before === undefined || before.publication === order.publication
        ? []
        : [`It replaces the acceptance of ${before.publication} by ${before.by}.`]),
    ],
  };
}

function nothing(overrides: FleetOverrides, reason: string): FleetPlan {
  return { overrides, changes: [], reasons: [reason] };
}

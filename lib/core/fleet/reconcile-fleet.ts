import type { FleetState } from '../../contract/documents/fleet-state';
import { carryOutAction } from './carry-out-action';
import { heal, raise, subjectOf } from './fleet-notices';
import type { ActionPlace, FleetParameters, FleetPorts } from './fleet-ports';
import { FleetStateKeeper } from './fleet-state';
import type { FleetWorld, RolloutAction } from './fleet-world';
import { nextRolloutAction } from './next-rollout-action';
import { readFleetWorld } from './observe-fleet';
import type { RolloutPolicy } from '../../contract/values/rollout-policy';

/** What one poll found at its end, and did. */
export interface FleetReading {
  readonly actions: readonly RolloutAction[];
  readonly world: FleetWorld;
}

/** More steps than any state needs before it waits for a service. */
const MOST_STEPS = 8;

/**
 * Looks at a fleet and does the next right thing, until a service has to work or nothing is to do. Each step reads anew what
 * is, writes what it wishes before it calls, and notes the answer after, so that it may end anywhere and be run again.
 * Throws what a port throws; the next poll goes on from there.
 */
export async function reconcileFleet(
  ports: FleetPorts,
  names: FleetParameters,
  policy: RolloutPolicy,
): Promise<FleetReading> {
  const keeper = new FleetStateKeeper(ports.parameters, names.state);
  const place = { ports, names, keeper };
  const actions: RolloutAction[] = [];
  for (;;) {
    const world = await readFleetWorld(ports, names, keeper, policy);
    const action = nextRolloutAction(world);
    actions.push(action);
    const { isLast, state } = await carryOutAction(place, world, action);
    if (isLast || actions.length === MOST_STEPS) {
      return {
        actions,
        world: { ...world, state: await notifyPeople(place, withWait(state, action, world.now), world.now) },
      };
    }
  }
}

/** What the fleet waits for, and since when; what only a person can end is told to one. */
function withWait(state: FleetState, action: RolloutAction, now: Date): FleetState {
  const wait = waitOf(action);
  const since = state.waiting?.for === wait?.for ? state.waiting?.since : undefined;
  const waiting: FleetState = {
    ...state,
    waiting: wait === null ? null : { ...wait, since: since ?? now.toISOString() },
  };
  return (['floor', 'alarm', 'capacity'] as const).reduce(
    (noted, one) =>
      wait?.for === one
        ? raise(noted, `needsOperator:${one}`, `Fleet ${noted.fleet} waits: ${wait.reason}.`, now)
        : heal(noted, `needsOperator:${one}`),
    waiting,
  );
}

function waitOf(action: RolloutAction): Omit<NonNullable<FleetState['waiting']>, 'since'> | null {
  switch (action.kind) {
    case 'wait':
      return { for: action.waitsFor, reason: action.reason };
    case 'startRefresh':
    case 'cancelRefresh':
    case 'rollBackRefresh':
      return { for: 'refresh', reason: action.reason };
    case 'nothing':
    case 'useForNewInstances':
    case 'adoptRefresh':
    case 'settle':
      return null;
  }
}

/**
 * Sends what has not been sent. A message that went out and was not noted, because the poll ended there, goes out once more;
 * none is lost.
 */
async function notifyPeople(
  { keeper, ports }: ActionPlace,
  given: FleetState,
  now: Date,
): Promise<FleetState> {
  let state = given;
  await keeper.keep(state, now);
  for (const [cause, notice] of Object.entries(given.notices)) {
    if (notice.notifiedAt === null) {
      await ports.notifier.notify(subjectOf(state.fleet, cause), notice.message);
      const notified = { ...notice, notifiedAt: now.toISOString() };
      state = { ...state, notices: { ...state.notices, [cause]: notified } };
      await keeper.keep(state, now);
    }
  }
  return state;
}

import type { FleetState } from '../contracts/fleet-state';
import { carryOutAction } from './carry-out-action';
import { heal, raise, subjectOf } from './fleet-notices';
import type { ActionPlace, FleetParameters, FleetPorts } from './fleet-ports';
import { FleetStateKeeper } from './fleet-state-keeper';
import type { FleetWorld } from './fleet-world';
import { lookAtFleet } from './look-at-fleet';
import { nextRolloutAction } from './next-rollout-action';
import type { RolloutAction } from './rollout-action';
import type { RolloutPolicy } from './rollout-policy';

/** What one look found at its end, and did. */
export interface FleetLook {
  readonly actions: readonly RolloutAction[];
  readonly world: FleetWorld;
}

/** More steps than any state needs before it waits for a service. */
const MOST_STEPS = 8;

/**
 * Looks at a fleet and does the next right thing, until a service has to work or nothing is to do. Each step reads anew what
 * is, writes what it wishes before it calls, and notes the answer after, so that it may end anywhere and be run again.
 * Throws what a port throws; the next look goes on from there.
 */
export async function reconcileFleet(
  ports: FleetPorts,
  names: FleetParameters,
  policy: RolloutPolicy,
): Promise<FleetLook> {
  const keeper = new FleetStateKeeper(ports.parameters, names.state);
  const place = { ports, names, keeper };
  const actions: RolloutAction[] = [];
  for (;;) {
    const world = await lookAtFleet(ports, names, keeper, policy);
    const action = nextRolloutAction(world);
    actions.push(action);
    const { isLast, state } = await carryOutAction(place, world, action);
    if (isLast || actions.length === MOST_STEPS) {
      return {
        actions,
        world: { ...world, state: await tellPeople(place, withWait(state, action, world.now), world.now) },
      };
    }
  }
}

/** What only a person can end is told to one. */
function withWait(state: FleetState, action: RolloutAction, now: Date): FleetState {
  return (['floor', 'alarm'] as const).reduce(
    (noted, waitsFor) =>
      action.kind === 'wait' && action.waitsFor === waitsFor
        ? raise(noted, `needsOperator:${waitsFor}`, `Fleet ${noted.fleet} waits: ${action.reason}.`, now)
        : heal(noted, `needsOperator:${waitsFor}`),
    state,
  );
}

/**
 * Tells what has not been told. A message that went out and was not noted, because the look ended there, goes out once more;
 * none is lost.
 */
async function tellPeople({ keeper, ports }: ActionPlace, given: FleetState, now: Date): Promise<FleetState> {
  let state = given;
  await keeper.keep(state, now);
  for (const [cause, notice] of Object.entries(given.notices)) {
    if (notice.toldAt === null) {
      await ports.notifier.tell(subjectOf(state.fleet, cause), notice.message);
      const told = { ...notice, toldAt: now.toISOString() };
      state = { ...state, notices: { ...state.notices, [cause]: told } };
      await keeper.keep(state, now);
    }
  }
  return state;
}

import { parseDocument } from '../../contract/documents/document';
import type { FleetState } from '../../contract/documents/fleet-state';
import type { HostStart } from '../../contract/documents/host-starts';
import { type FleetLease, fleetLeaseSchema } from '../../contract/documents/order';
import type { RolloutPolicy } from '../../contract/values/rollout-policy';
import type { FleetGroup } from '../ports/fleets';
import type { VersionedParameters } from '../ports/stores';
import { carryOutAction } from './carry-out-action';
import { revocationOf, secondsOf } from './evaluate-rollout';
import { heal, raise, subjectOf } from './fleet-notices';
import type { ActionPlace, FleetParameters, FleetPorts } from './fleet-ports';
import { FleetStateKeeper, type StateNote } from './fleet-state';
import { type FleetWorld, olderTemplatesOf, type RolloutAction } from './fleet-world';
import { keepStarts } from './host-starts';
import { nextRolloutAction } from './next-rollout-action';
import { readFleetWorld } from './observe-fleet';

/** So many are taken from a pool at one poll; each takes a call. The refresh of a rollout, or the next poll, sees to the others. */
const MOST_AT_ONCE = 20;

/**
 * The instances of a warm pool that must not come into service: scale-out takes them whatever they run. While a canary is watched
 * those of before and of the new AMI may; after it only those of the new one, and on a way back only those of before. Auto Scaling
 * replaces those of a pool too, but last of all, only in a refresh that goes through to its end, and not where the group's version
 * alone changes.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-process
 */
function stalePoolOf(world: FleetWorld): FleetGroup['pool'] {
  const { group, policy, state } = world;
  const { rollout, template } = state;
  const staying = group.pool.filter(({ isLeaving }) => !isLeaving);
  // What the group starts from would come again.
  const isRevoked = (amiId: string) => amiId !== group.amiId && revocationOf(world, amiId) !== undefined;
  const revoked = staying.filter(({ amiId }) => isRevoked(amiId));
  const ofOthers = (...amis: readonly string[]) => staying.filter(({ amiId }) => !amis.includes(amiId));
  if (rollout === null) {
    const isTemplateEverywhere = policy.rollTemplateChanges && (template?.older ?? 1) === 0;
    const older = isTemplateEverywhere ? olderTemplatesOf(state, staying, group) : [];
    const stale = new Set([...ofOthers(group.amiId, ...state.equalAmis), ...older, ...revoked]);
    return [...stale].slice(0, MOST_AT_ONCE);
  }
  const { from, goingBack, phase, publication } = rollout;
  const isBack = phase === 'back' || goingBack !== null;
  const stale = isBack
    ? ofOthers(from.amiId, ...state.equalAmis)
    : phase === 'rest'
      ? ofOthers(publication.amiId)
      : [];
  return [...new Set([...stale, ...revoked])].slice(0, MOST_AT_ONCE);
}

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
 * other, whatever it has overwritten, does nothing. A lease that nobody ended ends by itself. For the same reason whoever holds
 * it has read the newest one, and with it what was noted there of the fleet's state.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
 */
export async function underLease<T>(
  { leases, now }: FleetLeasePorts,
  { by, name }: LeaseRequest,
  work: (note: StateNote) => Promise<T>,
): Promise<T | undefined> {
  const before = await leases.read(name);
  const known = readLease(before.value);
  if (known !== undefined && Date.parse(known.until) > now().getTime()) {
    return undefined;
  }
  const note: StateNote = { at: known?.state };
  const lease = (until: number) =>
    JSON.stringify({
      schema: 'winbake.fleet-lease/1',
      by,
      until: new Date(until).toISOString(),
      state: note.at,
    } satisfies FleetLease);
  const version = await leases.write(name, lease(now().getTime() + LEASE_SECONDS * 1000));
  if (version !== before.version + 1) {
    return undefined;
  }
  try {
    return await work(note);
  } finally {
    // Whatever comes of it: a lease that is not given back ends by itself.
    await leases.write(name, lease(now().getTime())).catch(() => undefined);
  }
}

/** What cannot be read holds nobody up: it is overwritten. */
function readLease(text: string | undefined): FleetLease | undefined {
  try {
    return parseDocument(fleetLeaseSchema, text ?? '', 'The lease');
  } catch {
    return undefined;
  }
}

/** What one poll found at its end, and did. */
export interface FleetReading {
  readonly actions: readonly RolloutAction[];
  /** What it let go from the warm pool. */
  readonly evicted: readonly string[];
  /** What has started since the poll before. */
  readonly started: readonly HostStart[];
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
  note: StateNote = {},
): Promise<FleetReading> {
  const keeper = new FleetStateKeeper(ports.parameters, names.state, note);
  const place = { ports, names, keeper };
  const actions: RolloutAction[] = [];
  const started: HostStart[] = [];
  for (;;) {
    const world = await readFleetWorld(ports, names, keeper, policy);
    const action = nextRolloutAction(world);
    actions.push(action);
    if (world.starts !== undefined) {
      started.push(...(await keepStarts(ports, names.starts, world)));
    }
    const { isLast, state } = await carryOutAction(place, world, action);
    if (isLast || actions.length === MOST_STEPS) {
      const notified = await notifyPeople(place, withWait(state, action, world.now), world.now);
      // Last, so that an eviction that Auto Scaling refuses keeps nothing from people.
      const evicted = stalePoolOf({ ...world, state }).map(({ id }) => id);
      for (const id of evicted) {
        await ports.control.evictFromPool(id);
      }
      if (world.starts === undefined) {
        started.push(...(await keepStarts(ports, names.starts, world)));
      }
      return { actions, evicted, started, world: { ...world, state: notified } };
    }
  }
}

/** What the fleet waits for, and since when; what only a person can end is notified. */
function withWait(state: FleetState, action: RolloutAction, now: Date): FleetState {
  const wait = waitOf(action);
  const since = state.waiting?.for === wait?.for ? state.waiting?.since : undefined;
  const waiting: FleetState = {
    ...state,
    waiting: wait === null ? null : { ...wait, since: since ?? now.toISOString() },
  };
  const noted = (['floor', 'alarm', 'capacity'] as const).reduce((before, one) => {
    const cause = `needsOperator:${one}`;
    if (wait?.for === one) {
      return raise(before, cause, `Fleet ${before.fleet} waits: ${wait.reason}.`, now);
    }
    return one !== 'floor' && isStillTrying(state) ? before : heal(before, cause);
  }, waiting);
  // Nobody has to do anything where the next ring begins within a day anyway.
  const isBrief =
    action.kind === 'wait' &&
    action.endsAt !== undefined &&
    action.endsAt.getTime() - now.getTime() <= SLOW_SECONDS * 1000;
  return SLOW_WAITS.reduce((before, one) => withSlowWait(before, one, now, isBrief), noted);
}

/** What was tried again without any instance yet may fail in the same way: it is told once. */
function isStillTrying({ rollout }: FleetState): boolean {
  return rollout !== null && (rollout.phase === 'rest' || rollout.firstInstanceAt === null);
}

/** What may end by itself, and of which people are notified after a day. */
const SLOW_WAITS = ['otherFleet', 'canary'] as const;
const SLOW_SECONDS = 24 * 60 * 60;

function withSlowWait(
  state: FleetState,
  one: (typeof SLOW_WAITS)[number],
  now: Date,
  isBrief: boolean,
): FleetState {
  const cause = `needsOperator:${one}`;
  const { fleet, rollout, waiting, wanted } = state;
  if (waiting?.for !== one) {
    return rollout !== null && one === 'canary' ? state : heal(state, cause);
  }
  const id = (one === 'canary' ? rollout : null)?.publication.id ?? wanted?.publication.id ?? '';
  // Another publication that waits as well has its own day and its own message.
  const sinceWanted = one === 'otherFleet' ? (wanted?.since ?? '') : '';
  const since = waiting.since > sinceWanted ? waiting.since : sinceWanted;
  const known = (state.notices[cause]?.at ?? since) < since ? heal(state, cause) : state;
  return isBrief || secondsOf(since, now) < SLOW_SECONDS
    ? known
    : raise(
        known,
        cause,
        `Fleet ${fleet} has waited for a day: ${waiting.reason}. Where it may go on all the same: ` +
          `winbake fleet accept ${fleet} ${id} --reason "..."`,
        now,
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
    case 'endDrain':
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

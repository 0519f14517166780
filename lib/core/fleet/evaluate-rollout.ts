import type { FleetRollout, FleetState } from '../../contract/documents/fleet-state';
import type { FailedPublication, RevokedPublication } from '../../contract/documents/failed-publications';
import { activeOverride } from '../../contract/documents/overrides';
import { isNewer, type Channel } from '../../contract/documents/publication';
import { excerpt } from '../../contract/values/printable';
import { readOsVersion } from '../../contract/values/os-version';
import type { HostTask, ContainerHost } from '../ports/fleets';
import { tooSlow } from './host-starts';
import { newInstancesOf, type FleetWorld, type RolloutAction } from './fleet-world';

/** Whether an OS version is older than the floor; one that is not known is. */
export function isBelowFloor(osVersion: string | undefined, floor: string | undefined): boolean {
  const [wanted, version] = [readOsVersion(floor ?? ''), readOsVersion(osVersion ?? '')];
  if (wanted === undefined) {
    return false;
  }
  return (
    version === undefined ||
    version.build < wanted.build ||
    (version.build === wanted.build && version.revision < wanted.revision)
  );
}

/** The revocation of an AMI's publication, which nothing starts, goes on with or goes back to. */
export function revocationOf(
  { elsewhere }: Pick<FleetWorld, 'elsewhere'>,
  amiId: string | undefined,
): RevokedPublication | undefined {
  return elsewhere.revoked?.find((one) => one.amiId === amiId);
}

/** Whether a fleet must not run something: it is older than the floor, or revoked. */
export function isBarred(world: FleetWorld, amiId: string, publication: Channel | null): boolean {
  return isBelowFloor(publication?.osVersion, floorOf(world)) || revocationOf(world, amiId) !== undefined;
}

/** Errors of a container's start, by which an AMI shows that it is bad; the errors of an app itself are not among them. */
const START_ERRORS =
  /CannotPullContainerError|CannotPullImageManifestError|CannotStartContainerError|CannotCreateContainerError|CannotInspectContainerError|DockerTimeoutError|HcsError|ResourceInitializationError/i;

/**
 * Whether a task stopped because it could not be pulled or started.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
function isStartFailure({ status, stopCode, reasons }: HostTask): boolean {
  return (
    status === 'STOPPED' &&
    (stopCode === 'TaskFailedToStart' || reasons.some((reason) => START_ERRORS.test(reason)))
  );
}

/** What the tasks on the instances of a new AMI say of it. */
interface CanaryVerdict {
  readonly verdict: 'good' | 'bad' | 'waiting';
  readonly reason: string;
}

/** What is judged: the instances of the new AMI and the others. */
interface CanaryEvidence {
  readonly hosts: readonly ContainerHost[];
  readonly newInstances: ReadonlySet<string>;
  /** When the first new instances were asked for; older failures tell nothing. */
  readonly since: Date;
  readonly watchSeconds: number;
  /** Whether an instance of the fleet has had a task since then. */
  readonly hasTasks: boolean;
  readonly now: Date;
}

/** One failure may be a registry's hiccup; two before the watch is over are not waited for. */
const DECISIVE_FAILURES = 2;

/**
 * Judges an AMI by its tasks: good where one reached RUNNING and stayed for the watch, or where no instance of the fleet had any
 * and a new one is there and well for as long; bad where more of them than on the other instances stopped with an error of pull
 * or start; otherwise, and above all where nothing was placed on the new ones alone, `waiting`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html stopped tasks are seen for an hour
 */
function evaluateCanary(evidence: CanaryEvidence): CanaryVerdict {
  const { hosts, newInstances, since, watchSeconds, now } = evidence;
  const isNew = (host: ContainerHost) => newInstances.has(host.instanceId);
  const canaries = hosts.filter(isNew);
  const tasks = canaries.flatMap((host) => host.tasks ?? []);
  const others = hosts.filter((host) => !isNew(host)).flatMap((host) => host.tasks ?? []);
  const [here, elsewhere] = [counted(tasks, since), counted(others, since)];
  const watched = canaries.filter(({ registeredAt }) => secondsSince(registeredAt, now) >= watchSeconds);
  const isWorse = here.share > elsewhere.share;
  const sample = sampleText(hosts, newInstances);
  if (isWorse && (watched.length > 0 || here.failed.length >= DECISIVE_FAILURES)) {
    return {
      verdict: 'bad',
      reason:
        `${here.failed.length} of ${here.all} tasks on its instances stopped with an error of pull or start, ` +
        `${elsewhere.failed.length} of ${elsewhere.all} on the others${sample}: ${here.failed.slice(0, 2).map(stopText).join('; ')}`,
    };
  }
  if (canaries.length === 0) {
    return { verdict: 'waiting', reason: 'none of its instances has registered with ECS' };
  }
  if (tasks.some((task) => hasStayed(task, watchSeconds, now))) {
    return isWorse
      ? {
          verdict: 'waiting',
          reason: `a task stopped with an error of pull or start: ${here.failed.map(stopText).join('; ')}${sample}`,
        }
      : { verdict: 'good', reason: `a task has run there for the watch${sample}` };
  }
  if (tasks.length > 0) {
    return { verdict: 'waiting', reason: `no task has run on its instances for the watch${sample}` };
  }
  const well = watched.find(({ isConnected, status }) => isConnected && status === 'ACTIVE');
  return well !== undefined && !evidence.hasTasks
    ? {
        verdict: 'good',
        reason: `no instance has had a task, and ${well.instanceId} has been registered and connected for the watch`,
      }
    : { verdict: 'waiting', reason: 'no task has been placed on its instances' };
}

/** What of the instances was judged, where that is not all of them. */
function sampleText(hosts: readonly ContainerHost[], newInstances: ReadonlySet<string>): string {
  const [fresh, old] = [true, false].map((isNew) => {
    const all = hosts.filter(({ instanceId }) => newInstances.has(instanceId) === isNew);
    return `${all.filter(({ tasks }) => tasks !== undefined).length} of ${all.length}`;
  });
  return hosts.every(({ tasks }) => tasks !== undefined)
    ? ''
    : ` (a sample: ${fresh ?? ''} new and ${old ?? ''} other instances)`;
}

/** A task that stopped, as people look for it. */
function stopText(task: HostTask): string {
  return `${taskText(task)}: ${[task.stopCode ?? '', ...task.reasons].filter((one) => one !== '').join(', ')}`;
}

/** A task by its id and by what started it. */
export function taskText({ group, id }: HostTask): string {
  return `task ${id.slice(id.lastIndexOf('/') + 1)} of ${group.replace('service:', 'the service ')}`;
}

/** A task that ended by itself with exit code 0 has done its work, and counts as one that is there. */
function hasStayed({ startedAt, status, exitCodes }: HostTask, watchSeconds: number, now: Date): boolean {
  const isWell = status === 'RUNNING' || (exitCodes.length > 0 && exitCodes.every((code) => code === 0));
  return startedAt !== null && isWell && secondsSince(startedAt, now) >= watchSeconds;
}

function counted(tasks: readonly HostTask[], since: Date) {
  const failed = tasks.filter((task) => isStartFailure(task) && (task.stoppedAt ?? since) >= since);
  const all = failed.length + tasks.filter((task) => task.startedAt !== null && !isStartFailure(task)).length;
  return { failed, all, share: all === 0 ? 0 : failed.length / all };
}

function secondsSince(instant: Date, now: Date): number {
  return (now.getTime() - instant.getTime()) / 1000;
}

function acceptedVerdict(
  { accepted: given }: FleetState,
  publication: Channel | null,
  now: Date,
): CanaryVerdict | undefined {
  const accepted = activeOverride(given, now);
  return accepted !== undefined && accepted.publication === publication?.id
    ? { verdict: 'good', reason: `${accepted.by} has accepted it: ${accepted.reason}` }
    : undefined;
}

/** What instances of the group's AMI say of it where it was never a canary. A person's acceptance counts more. */
export function evaluateUntried(
  { group, now, policy, state }: FleetWorld,
  hosts: readonly ContainerHost[],
): CanaryVerdict {
  const accepted = acceptedVerdict(state, state.publication, now);
  const newInstances = new Set(
    group.instances.filter(({ amiId }) => amiId === group.amiId).map(({ id }) => id),
  );
  const hasTasks = hosts.some(({ taskCount, tasks = [] }) => taskCount > 0 || tasks.length > 0);
  const { watchSeconds } = policy;
  return accepted ?? evaluateCanary({ hosts, newInstances, since: new Date(0), watchSeconds, hasTasks, now });
}

/** A host that has not registered with ECS by then will not; Auto Scaling itself gives up after an hour, too. */
const REGISTRATION_SECONDS = 60 * 60;

/**
 * What the instances of a rollout say of its publication. A person's acceptance counts more than what was seen.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
 */
export function evaluateRollout(world: FleetWorld, rollout: FleetRollout): CanaryVerdict {
  const { group, hosts, now, policy, state } = world;
  // A person speaks of a publication, not of whatever launch template comes later.
  const accepted = rollout.template === null ? acceptedVerdict(state, rollout.publication, now) : undefined;
  if (accepted !== undefined) {
    return accepted;
  }
  const newInstances = new Set(newInstancesOf(group, rollout));
  const canary = evaluateCanary({
    hosts,
    newInstances,
    since: new Date(rollout.startedAt),
    watchSeconds: policy.watchSeconds,
    hasTasks: rollout.hasTasks,
    now,
  });
  const isRegistered = hosts.some(({ instanceId }) => newInstances.has(instanceId));
  if (
    !isRegistered &&
    newInstances.size > 0 &&
    secondsOf(bootingSince(world, rollout), now) >= REGISTRATION_SECONDS
  ) {
    return { verdict: 'bad', reason: 'its instances boot and never register with ECS' };
  }
  const slow = canary.verdict === 'bad' ? undefined : tooSlow(world, rollout);
  return slow === undefined ? canary : { verdict: 'bad', reason: slow };
}

/**
 * Since when a rollout's instances have had the time to register. The first of a canary may be abandoned and launched again; those of the
 * rest count for themselves, since the ones that were well before them may be gone by scale-in.
 */
function bootingSince({ group }: FleetWorld, rollout: FleetRollout): string | null {
  const fresh = newInstancesOf(group, rollout);
  const launched = group.instances.flatMap(({ id, launchedAt }) =>
    fresh.includes(id) && launchedAt !== null ? launchedAt.getTime() : [],
  );
  return rollout.phase === 'rest' && launched.length > 0
    ? new Date(Math.min(...launched)).toISOString()
    : rollout.firstInstanceAt;
}

/** Why a rollout has to go back, or undefined while it may go on. */
export function wayBackOf(world: FleetWorld, rollout: FleetRollout): FleetRollout['goingBack'] {
  const { group, state, wanted } = world;
  const { from, goingBack, publication } = rollout;
  const isOfGroup = wanted !== undefined && [from.amiId, group.amiId].includes(wanted.amiId);
  if (goingBack !== null) {
    return goingBack;
  }
  if (isBelowFloor(publication.osVersion, floorOf(world))) {
    return { because: 'withdrawn', reason: `it is older than the floor ${state.floor?.osVersion ?? ''}` };
  }
  const revoked = revocationOf(world, publication.amiId);
  if (revoked !== undefined) {
    return {
      because: 'withdrawn',
      reason: `it was revoked by ${excerpt(revoked.by)}: ${excerpt(revoked.reason)}`,
    };
  }
  if (from.amiId === publication.amiId && rollout.template === null) {
    return null;
  }
  if (
    rollout.template === null &&
    wanted !== undefined &&
    wanted.id !== publication.id &&
    (isOfGroup || isNewer(publication, wanted))
  ) {
    return { because: 'withdrawn', reason: `the channel has moved back to ${wanted.id}` };
  }
  const { verdict, reason } = evaluateRollout(world, rollout);
  return verdict === 'bad' ? { because: 'bad', reason } : null;
}

/** Whether a rollout may go back: not to what is older than the floor or revoked, and not to itself. */
export function canGoBack(world: FleetWorld, { from, publication, template }: FleetRollout): boolean {
  const isOther = template === null ? from.amiId !== publication.amiId : template.fromVersion !== null;
  return isOther && !isBarred(world, from.amiId, from.publication);
}

/** Whether a newer publication takes the place of one that its watch has not decided. */
export function isSuperseded(world: FleetWorld, rollout: FleetRollout): boolean {
  const { now, policy, wanted } = world;
  return (
    wanted !== undefined &&
    wanted.id !== rollout.publication.id &&
    secondsOf(rollout.firstInstanceAt, now) >= policy.watchSeconds + REGISTRATION_SECONDS &&
    // What is bad and stays, since it came from nothing else, keeps nothing newer from the fleet.
    evaluateRollout(world, rollout).verdict !== 'good'
  );
}

/**
 * Whether a publication is a way back for a fleet: older than what it runs, or run well before. Nothing of what is tried or awaited
 * elsewhere keeps a fleet from it.
 */
export function isWayBack({ ran, publication }: FleetState, wanted: Channel): boolean {
  return ran.includes(wanted.id) || (publication !== null && isNewer(publication, wanted));
}

/**
 * A failure on another fleet holds those that have not started, until it is forgiven there, or here after it. Names do not
 * tell fleets apart: those of two accounts may have the same, and what failed here is bad here already.
 */
export function failedElsewhere(
  { elsewhere, group, now, policy, state }: FleetWorld,
  wanted: Channel,
): FailedPublication | undefined {
  if (group.amiId === wanted.amiId || isWayBack(state, wanted)) {
    return undefined;
  }
  const accepted = activeOverride(state.accepted, now);
  return elsewhere.publications.find(
    ({ at, id, ring }) =>
      id === wanted.id &&
      // What failed in a later ring stops that one and those behind it.
      !(ring !== null && policy.ring !== null && policy.ring < ring) &&
      !(accepted?.publication === id && accepted.at >= at),
  );
}

/** Whether a fleet waits for no ring, delay, window or hold of the pipeline: on a way back, and off what is revoked. */
export function mayHurry(world: FleetWorld, wanted: Channel): boolean {
  const { group } = world;
  const running = [group.amiId, ...group.instances.map(({ amiId }) => amiId)];
  return (
    isWayBack(world.state, wanted) ||
    running.some((amiId) => amiId !== wanted.amiId && revocationOf(world, amiId) !== undefined)
  );
}

/** The hold that keeps a fleet from a publication: its own, or but for a way back its pipeline's. */
export function holdAgainst(world: FleetWorld, wanted: Channel): RolloutAction | undefined {
  const { elsewhere, now, state } = world;
  const own = activeOverride(state.hold, now);
  const all = mayHurry(world, wanted) ? undefined : activeOverride(elsewhere.hold, now);
  const hold = own ?? all;
  return (
    hold && {
      kind: 'wait',
      waitsFor: 'hold',
      reason: `${hold.by} holds the ${own === undefined ? 'pipeline' : 'fleet'}: ${hold.reason}`,
    }
  );
}

/** The floor while it is in force. */
export function floorOf({ now, state }: FleetWorld): string | undefined {
  return activeOverride(state.floor, now)?.osVersion;
}

/** Seconds since an instant; none have passed since one that has not come. */
export function secondsOf(instant: string | null, now: Date): number {
  return instant === null ? 0 : (now.getTime() - Date.parse(instant)) / 1000;
}

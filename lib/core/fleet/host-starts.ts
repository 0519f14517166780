import { parseDocument } from '../../contract/documents/document';
import type { FleetRollout, FleetState, StartSpread } from '../../contract/documents/fleet-state';
import { hostStartsSchema, type HostStart, type HostStarts } from '../../contract/documents/host-starts';
import { percentile } from '../../contract/values/percentile';
import { LONGEST_PARAMETER } from '../../contract/names/parameters';
import type { ContainerHost, GroupInstance, HostTask } from '../ports/fleets';
import type { FleetPorts } from './fleet-ports';
import { broughtBy, runningPublications, type FleetWorld, type MeasuredStarts } from './fleet-world';

/**
 * For so long after its launch an instance may be measured: ECS shows a task that has stopped for an hour, and a poll comes at least
 * every quarter of one.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
const YOUNG_SECONDS = 75 * 60;

/** One that has had no task by then has none to be measured by. */
const IDLE_SECONDS = 60 * 60;

/** Each takes two calls. */
const MOST_AT_ONCE = 5;

/** Of a publication. */
const MOST_KEPT = 10;

const NOTHING: MeasuredStarts = { fresh: [], known: [] };

/** Measures the young instances of a group whose tasks are known. */
export function measureStarts(
  { group, now, state }: Pick<FleetWorld, 'group' | 'now' | 'state'>,
  hosts: readonly ContainerHost[],
  known: readonly HostStart[],
): MeasuredStarts {
  const publications = runningPublications(state, group);
  const young = new Set(youngOf(group.instances, known, now));
  const fresh = group.instances.flatMap((instance, index) => {
    const host = hosts.find(({ instanceId }) => instanceId === instance.id);
    const publication = publications[index]?.id ?? null;
    return young.has(instance) && host !== undefined ? (startOf(instance, host, publication, now) ?? []) : [];
  });
  return { fresh, known };
}

function youngOf(
  instances: readonly GroupInstance[],
  known: readonly HostStart[],
  now: Date,
): readonly GroupInstance[] {
  return instances.filter(
    ({ id, isLeaving, launchedAt }) =>
      launchedAt !== null &&
      !isLeaving &&
      secondsBetween(launchedAt, now) < YOUNG_SECONDS &&
      !known.some(({ instance, launched }) => instance === id && launched === launchedAt.toISOString()),
  );
}

/** Undefined until its first task runs. */
function startOf(
  { id: instance, isFirstStart, launchedAt }: GroupInstance,
  { registeredAt, tasks, upAt }: ContainerHost,
  publication: string | null,
  now: Date,
): HostStart | undefined {
  if (launchedAt === null || tasks === undefined) {
    return undefined;
  }
  const [first] = tasks.flatMap((task) => startedTask(task) ?? []).sort(bySooner);
  const isIdle = secondsBetween(launchedAt, now) >= IDLE_SECONDS;
  const registered = secondsBetween(launchedAt, registeredAt);
  return first === undefined && !isIdle
    ? undefined
    : {
        instance,
        publication,
        launched: launchedAt.toISOString(),
        again: !isFirstStart,
        up: upAt === null || upAt < launchedAt ? null : secondsBetween(launchedAt, upAt),
        registered,
        pull: first?.pull ?? null,
        firstTask: first === undefined ? null : registered + taskSeconds(first, registeredAt),
      };
}

interface StartedTask {
  readonly startedAt: Date;
  readonly createdAt: Date;
  readonly pull: number | null;
}

function startedTask({
  createdAt,
  pullStartedAt,
  pullStoppedAt,
  startedAt,
}: HostTask): StartedTask | undefined {
  return startedAt === null
    ? undefined
    : {
        startedAt,
        createdAt: createdAt ?? startedAt,
        pull:
          pullStartedAt === null || pullStoppedAt === null
            ? null
            : secondsBetween(pullStartedAt, pullStoppedAt),
      };
}

function bySooner(one: StartedTask, other: StartedTask): number {
  return one.startedAt.getTime() - other.startedAt.getTime();
}

/** A host that stands idle for an hour until somebody needs it does not start slowly. */
function taskSeconds({ createdAt, startedAt }: StartedTask, registeredAt: Date): number {
  return secondsBetween(createdAt > registeredAt ? createdAt : registeredAt, startedAt);
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000));
}

/** What has been measured; nothing where that cannot be read, since it is measured anew. */
export async function readStarts(
  parameters: Pick<FleetPorts['parameters'], 'get'>,
  name: string,
): Promise<readonly HostStart[]> {
  const text = await parameters.get(name);
  try {
    return text === undefined ? [] : parseDocument(hostStartsSchema, text, name).starts;
  } catch {
    return [];
  }
}

/**
 * Measures what has started since the last poll, and keeps it. While a rollout is judged its hosts are known; else ECS is asked only
 * where an instance is young, so that a fleet at rest costs nothing.
 */
export async function keepStarts(
  { hosts, parameters }: FleetPorts,
  name: string,
  world: FleetWorld,
): Promise<readonly HostStart[]> {
  const { fresh, known } = world.starts ?? (await measureAtRest({ hosts, parameters }, name, world));
  if (fresh.length > 0) {
    const { fleet } = world.state;
    await parameters.put(
      name,
      startsText({ schema: 'winbake.host-starts/1', fleet, starts: [...fresh, ...known] }),
      'text',
    );
  }
  return fresh;
}

async function measureAtRest(
  { hosts, parameters }: Pick<FleetPorts, 'hosts' | 'parameters'>,
  name: string,
  world: FleetWorld,
): Promise<MeasuredStarts> {
  const { group, now } = world;
  if (youngOf(group.instances, [], now).length === 0) {
    return NOTHING;
  }
  const known = await readStarts(parameters, name);
  const missing = youngOf(group.instances, known, now);
  if (missing.length === 0) {
    return NOTHING;
  }
  // Those without tasks last, which are measured once they have had none for an hour.
  const registered = [...(await hosts.registered(missing.map(({ id }) => id)))]
    .sort((one, other) => other.taskCount - one.taskCount)
    .slice(0, MOST_AT_ONCE);
  const tasks = await hosts.tasksOn(registered);
  const sample = registered.map((host, index) => ({ ...host, tasks: tasks[index] ?? [] }));
  return measureStarts(world, sample, known);
}

/** The newest starts of each publication, as many as a parameter takes. */
function startsText(document: HostStarts): string {
  const newest = [...document.starts].sort((one, other) => (one.launched < other.launched ? 1 : -1));
  let starts = newest.filter(
    ({ publication }, index) =>
      newest.slice(0, index).filter((one) => one.publication === publication).length < MOST_KEPT,
  );
  const text = () => JSON.stringify({ ...document, starts });
  while (text().length > LONGEST_PARAMETER) {
    starts = starts.slice(0, -1);
  }
  return text();
}

/** The spread of what was measured; null where nothing was. */
function spreadOf(values: readonly (number | null)[]): StartSpread | null {
  const all = values.filter((one) => one !== null);
  return all.length === 0 ? null : { starts: all.length, p50: percentile(all, 50), p90: percentile(all, 90) };
}

/** The first starts of Windows alone: an instance of a warm pool says nothing of how long its AMI takes. */
function spreadOfFirst(starts: readonly HostStart[]): StartSpread | null {
  return spreadOf(starts.filter(({ again }) => !again).map(({ firstTask }) => firstTask));
}

/** How soon instances of a publication were there: of first starts of Windows, or of those out of a warm pool. */
export interface StartFigures {
  readonly publication: string | null;
  readonly again: boolean;
  readonly firstTask: StartSpread | null;
  readonly up: StartSpread | null;
  readonly registered: StartSpread | null;
  readonly pull: StartSpread | null;
}

/** The figures of each publication, the newest start first. */
export function startFigures(starts: readonly HostStart[]): readonly StartFigures[] {
  const groups = Map.groupBy(starts, ({ again, publication }) => `${publication ?? ''} ${again}`);
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    const of = (part: 'firstTask' | 'up' | 'registered' | 'pull') => spreadOf(all.map((one) => one[part]));
    return first === undefined
      ? []
      : {
          publication: first.publication,
          again: first.again,
          firstTask: of('firstTask'),
          up: of('up'),
          registered: of('registered'),
          pull: of('pull'),
        };
  });
}

/** The first tasks on what a rollout has brought, and on what the fleet started before it. */
export function comparedStarts(
  { bad }: Pick<FleetState, 'bad'>,
  starts: readonly HostStart[],
  { publication, startedAt }: Pick<FleetRollout, 'publication' | 'startedAt'>,
): { readonly now: StartSpread | null; readonly before: StartSpread | null } {
  const begin = new Date(startedAt).toISOString();
  return {
    now: spreadOfFirst(starts.filter((one) => one.publication === publication.id && one.launched >= begin)),
    before: spreadOfFirst(
      starts.filter(
        ({ launched, publication: id }) => launched < begin && bad.every((one) => one.publication !== id),
      ),
    ),
  };
}

/** Fewer say too little of how a fleet starts. */
const FEWEST_BEFORE = 5;

/** Of a canary with fewer instances, all. */
const FEWEST_NEW = 3;

/**
 * Why the first tasks on the instances of a rollout come too late, or undefined: in the median later than so many times that of before,
 * and than nine of ten did then.
 */
export function tooSlow(
  { group, policy, starts, state }: FleetWorld,
  rollout: FleetRollout,
): string | undefined {
  const { maxFirstTaskSlowdown: most } = policy;
  const all = [...(starts?.fresh ?? []), ...(starts?.known ?? [])];
  const { before, now } = comparedStarts(state, all, rollout);
  const fewest = Math.min(FEWEST_NEW, broughtBy(group, rollout).length);
  return most !== null &&
    before !== null &&
    now !== null &&
    before.starts >= FEWEST_BEFORE &&
    now.starts >= fewest &&
    now.p50 > Math.max(most * before.p50, before.p90)
    ? `its first tasks run ${now.p50} s after launch (median of ${now.starts}), those of before ${before.p50} s ` +
        `(median of ${before.starts}): more than ${most} times as long`
    : undefined;
}

import type { ContainerHost, ContainerHosts, RegisteredHost } from '../ports/fleets';

/**
 * Of how many instances the tasks are read: of those that drain, of the new ones and of the others. Each takes two calls, which
 * all of an account share with its consoles and other fleets.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
 */
const SAMPLE = { leaving: 3, fresh: 5, others: 4 };

/** Which instances of a group are new, and which Auto Scaling is about to terminate. */
export interface HostKinds {
  readonly isNew: (instanceId: string) => boolean;
  readonly isLeaving: (instanceId: string) => boolean;
}

/** The container instances of a group, with the tasks of a sample that is enough to judge a rollout by. */
export async function sampleHosts(
  ports: ContainerHosts,
  instanceIds: readonly string[],
  { isLeaving, isNew }: HostKinds,
): Promise<readonly ContainerHost[]> {
  const hosts = await ports.registered(instanceIds);
  const left = hosts.filter(({ instanceId }) => isLeaving(instanceId));
  const stay = hosts.filter(({ instanceId }) => !isLeaving(instanceId));
  const sample = [
    // The same ones poll after poll, so that it is known since when each drains.
    ...left
      .filter(({ taskCount }) => taskCount > 0)
      .sort(byRegistration)
      .slice(0, SAMPLE.leaving),
    ...fromBothEnds(
      stay.filter(({ instanceId }) => isNew(instanceId)),
      SAMPLE.fresh,
    ),
    ...fromBothEnds(
      stay.filter(({ instanceId }) => !isNew(instanceId)),
      SAMPLE.others,
    ),
  ];
  const tasks = await ports.tasksOn(sample);
  const known = new Map(sample.map((host, index) => [host, tasks[index] ?? []]));
  return hosts.map((host) => ({ ...host, tasks: known.get(host) }));
}

/** The busiest, by which tasks are seen to run, and the idlest, where those that fail to start leave none. */
function fromBothEnds(hosts: readonly RegisteredHost[], count: number): readonly RegisteredHost[] {
  const busiest = [...hosts].sort(
    (one, other) => other.taskCount - one.taskCount || byRegistration(one, other),
  );
  const half = Math.ceil(count / 2);
  return busiest.length <= count
    ? busiest
    : [...busiest.slice(0, half), ...busiest.slice(busiest.length - (count - half))];
}

function byRegistration(one: RegisteredHost, other: RegisteredHost): number {
  return one.registeredAt.getTime() - other.registeredAt.getTime();
}

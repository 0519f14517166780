import type { ContainerHost, HostTask } from '../../core/ports/fleets';
import type { PretendedGroup } from './pretended-group';
import type { PretendedInstance } from './pretended-instance';

const MINUTE = 60_000;

/** How long a task takes to start, and how often one that fails is tried anew. */
const START = 2 * MINUTE;
const RETRY = 5 * MINUTE;
const MOST_RETRIES = 6;

/**
 * The container instances of a pretended cluster, with a service that keeps one task on each. Stopped tasks are told for an
 * hour.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
export function pretendedHosts(
  group: PretendedGroup,
  instanceIds: readonly string[],
  now: Date,
): readonly ContainerHost[] {
  return group.instances.flatMap((instance) => {
    const { id, registeredAt } = instance;
    if (registeredAt === undefined || !instanceIds.includes(id)) {
      return [];
    }
    return [
      {
        instanceId: id,
        registeredAt: new Date(registeredAt),
        status: instance.drainingSince === undefined ? 'ACTIVE' : 'DRAINING',
        tasks: tasksOf(group, instance, registeredAt, now.getTime()),
      },
    ];
  });
}

function tasksOf(
  group: PretendedGroup,
  { amiId, id }: PretendedInstance,
  registeredAt: number,
  now: number,
): readonly HostTask[] {
  const { tasks } = group.behaviourOf(amiId);
  if (tasks === 'none') {
    return [];
  }
  if (tasks === 'run') {
    const startedAt = registeredAt + START;
    const isRunning = now >= startedAt;
    return [
      {
        id: `${id}-1`,
        status: isRunning ? 'RUNNING' : 'PENDING',
        startedAt: isRunning ? new Date(startedAt) : null,
        stoppedAt: null,
        stopCode: null,
        reasons: [],
        exitCodes: [],
      },
    ];
  }
  const tries = Math.min(MOST_RETRIES, Math.floor((now - registeredAt) / RETRY));
  return Array.from({ length: tries }, (_, index) => ({
    id: `${id}-${index + 1}`,
    status: 'STOPPED',
    startedAt: null,
    stoppedAt: new Date(now - index * RETRY),
    stopCode: 'TaskFailedToStart',
    reasons: ['CannotStartContainerError: Error response from daemon: hcs::CreateComputeSystem 0xc0370106'],
    exitCodes: [],
  }));
}

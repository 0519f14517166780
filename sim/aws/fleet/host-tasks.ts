import type { SimulatedInstance } from './ami-behaviour';
import type { SimulatedGroup } from './simulated-group';

const MINUTE = 60_000;

/** How long a task takes to start, and how often one that fails is tried anew. */
const START = 2 * MINUTE;
const RETRY = 5 * MINUTE;
const MOST_RETRIES = 6;

/** A task on a container instance, as a service places it. */
export interface SimulatedTask {
  readonly id: string;
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED';
  readonly startedAt?: Date;
  readonly stoppedAt?: Date;
  readonly stopCode?: 'TaskFailedToStart';
  /** What its container ended with. */
  readonly reason?: string;
}

/**
 * The tasks of a service that keeps one on each container instance. Stopped ones are shown for an hour.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
 */
export function tasksOn(
  group: SimulatedGroup,
  instance: SimulatedInstance,
  now: Date,
): readonly SimulatedTask[] {
  const { amiId, id, registeredAt } = instance;
  const { tasks } = group.behaviourOf(amiId);
  if (registeredAt === undefined || tasks === 'none') {
    return [];
  }
  if (tasks === 'run') {
    const startedAt = registeredAt + START;
    const isRunning = now.getTime() >= startedAt;
    return group.hasDrained(instance)
      ? []
      : [
          isRunning
            ? { id: `${id}-1`, status: 'RUNNING', startedAt: new Date(startedAt) }
            : { id: `${id}-1`, status: 'PENDING' },
        ];
  }
  const tries = Math.min(MOST_RETRIES, Math.floor((now.getTime() - registeredAt) / RETRY));
  return Array.from({ length: tries }, (_, index) => ({
    id: `${id}-${index + 1}`,
    status: 'STOPPED',
    stoppedAt: new Date(now.getTime() - index * RETRY),
    stopCode: 'TaskFailedToStart',
    reason: 'CannotStartContainerError: Error response from daemon: hcs::CreateComputeSystem 0xc0370106',
  }));
}

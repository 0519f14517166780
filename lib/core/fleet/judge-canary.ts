import type { ContainerHost, HostTask } from '../ports/container-hosts';
import { isStartFailure } from './start-failure';

/** What the tasks on the instances of a new AMI say of it. */
export interface CanaryJudgement {
  readonly verdict: 'good' | 'bad' | 'waiting';
  readonly reason: string;
}

/** What is judged: the instances of the new AMI and the others. */
export interface CanaryEvidence {
  readonly hosts: readonly ContainerHost[];
  readonly newInstances: ReadonlySet<string>;
  /** When the first new instances were asked for; older failures tell nothing. */
  readonly since: Date;
  readonly watchSeconds: number;
  readonly now: Date;
}

/** One failure may be a registry's hiccup; two before the watch is over are not waited for. */
const DECISIVE_FAILURES = 2;

/**
 * Judges an AMI by its tasks: good where one reached RUNNING and stayed for the watch; bad where more of them than on the
 * other instances stopped with an error of pull or start; otherwise, and above all where nothing was placed, `waiting`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html stopped tasks are seen for an hour
 */
export function judgeCanary({
  hosts,
  newInstances,
  since,
  watchSeconds,
  now,
}: CanaryEvidence): CanaryJudgement {
  const isNew = (host: ContainerHost) => newInstances.has(host.instanceId);
  const canaries = hosts.filter(isNew);
  const tasks = canaries.flatMap((host) => host.tasks);
  const [here, elsewhere] = [
    counted(tasks, since),
    counted(
      hosts.filter((host) => !isNew(host)).flatMap((host) => host.tasks),
      since,
    ),
  ];
  const watchEnded = canaries.some(({ registeredAt }) => secondsSince(registeredAt, now) >= watchSeconds);
  const isWorse = here.failed > 0 && here.share > elsewhere.share;
  if (isWorse && (watchEnded || here.failed >= DECISIVE_FAILURES)) {
    return {
      verdict: 'bad',
      reason: `${here.failed} of ${here.all} tasks on its instances stopped with an error of pull or start, ${elsewhere.failed} of ${elsewhere.all} on the others`,
    };
  }
  if (canaries.length === 0) {
    return { verdict: 'waiting', reason: 'none of its instances has registered with ECS' };
  }
  if (tasks.some((task) => hasStayed(task, watchSeconds, now))) {
    return isWorse
      ? { verdict: 'waiting', reason: `${here.failed} task stopped with an error of pull or start` }
      : { verdict: 'good', reason: 'a task has run there for the watch' };
  }
  return tasks.length === 0
    ? { verdict: 'waiting', reason: 'no task has been placed on its instances' }
    : { verdict: 'waiting', reason: 'no task has run on its instances for the watch' };
}

/** A task that ended by itself with exit code 0 has done its work, and counts as one that is there. */
function hasStayed({ startedAt, status, exitCodes }: HostTask, watchSeconds: number, now: Date): boolean {
  const isWell = status === 'RUNNING' || (exitCodes.length > 0 && exitCodes.every((code) => code === 0));
  return startedAt !== null && isWell && secondsSince(startedAt, now) >= watchSeconds;
}

function counted(tasks: readonly HostTask[], since: Date) {
  const failed = tasks.filter((task) => isStartFailure(task) && (task.stoppedAt ?? since) >= since).length;
  const all = failed + tasks.filter((task) => task.startedAt !== null && !isStartFailure(task)).length;
  return { failed, all, share: all === 0 ? 0 : failed / all };
}

function secondsSince(instant: Date, now: Date): number {
  return (now.getTime() - instant.getTime()) / 1000;
}

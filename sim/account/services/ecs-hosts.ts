import type { ContainerInstance, Task } from '@aws-sdk/client-ecs';
import type { SimulatedInstance } from '../../aws/fleet/ami-behaviour';
import { tasksOn, type SimulatedFleet, type SimulatedTask } from '../../aws/fleet/simulated-fleet';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { Place } from '../commands/command-row';

/** A container instance with what runs on it. */
export interface Host {
  readonly arn: string;
  readonly group: SimulatedGroup;
  readonly instance: SimulatedInstance;
  readonly registeredAt: Date;
  readonly tasks: readonly (SimulatedTask & { readonly arn: string })[];
}

/** The container instances of a fleet that have registered. */
export function hostsOf(
  { cluster, group, now }: SimulatedFleet,
  { account, region }: Place,
): readonly Host[] {
  const arnOf = (kind: string, id: string) => `arn:aws:ecs:${region}:${account}:${kind}/${cluster}/${id}`;
  return group.instances.flatMap((instance) => {
    const { id, registeredAt } = instance;
    return registeredAt === undefined
      ? []
      : {
          arn: arnOf('container-instance', id),
          group,
          instance,
          registeredAt: new Date(registeredAt),
          tasks: tasksOn(group, instance, now).map((task) => ({ ...task, arn: arnOf('task', task.id) })),
        };
  });
}

/** Whether it takes tasks. */
export function statusOf({ drainingSince }: SimulatedInstance): 'ACTIVE' | 'DRAINING' {
  return drainingSince === undefined ? 'ACTIVE' : 'DRAINING';
}

/**
 * As ECS shows it: of the tasks that run it counts those alone that shall go on.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html
 * @see https://github.com/aws/aws-cdk/pull/13559
 */
export function describedHost({ arn, instance, registeredAt, tasks }: Host): ContainerInstance {
  const count = (status: SimulatedTask['status']) =>
    tasks.filter((one) => one.status === status && desiredStatusOf(one) === 'RUNNING').length;
  return {
    containerInstanceArn: arn,
    ec2InstanceId: instance.id,
    status: statusOf(instance),
    agentConnected: true,
    registeredAt,
    runningTasksCount: count('RUNNING'),
    pendingTasksCount: count('PENDING'),
  };
}

/** What ECS wants of a task, which one that was stopped has not become yet. */
export function desiredStatusOf({ isStopping = false, status }: SimulatedTask): 'RUNNING' | 'STOPPED' {
  return isStopping || status === 'STOPPED' ? 'STOPPED' : 'RUNNING';
}

/** A task of a container instance, as ECS shows it. */
export function describedTask(
  task: Host['tasks'][number],
  { arn: containerInstanceArn }: Host,
  clusterArn: string,
): Task {
  const { arn: taskArn, createdAt, pullStartedAt, pullStoppedAt, reason } = task;
  const { startedAt, status, stopCode, stoppedAt } = task;
  return {
    taskArn,
    clusterArn,
    containerInstanceArn,
    group: 'service:web',
    lastStatus: task.isStopping === true ? 'STOPPING' : status,
    desiredStatus: desiredStatusOf(task),
    createdAt,
    ...(pullStartedAt === undefined ? {} : { pullStartedAt, pullStoppedAt }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(stopCode === undefined ? {} : { stopCode, stoppedReason: 'Task failed to start' }),
    containers: [
      { name: 'service', taskArn, lastStatus: status, ...(reason === undefined ? {} : { reason }) },
    ],
  };
}

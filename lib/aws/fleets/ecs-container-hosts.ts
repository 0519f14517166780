import {
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type ContainerInstance,
  type DesiredStatus,
  type ECSClient,
  type Task,
} from '@aws-sdk/client-ecs';
import type { ContainerHost, ContainerHosts, HostTask } from '../../core/ports/fleets';

/** ECS describes at most a hundred at once. */
const MOST_AT_ONCE = 100;

/** The container instances of a cluster on ECS. */
export function ecsContainerHosts(ecs: ECSClient, cluster: string): ContainerHosts {
  return {
    describe: async (instanceIds) => {
      const wanted = new Set(instanceIds);
      const hosts: ContainerHost[] = [];
      for (const instance of await containerInstances(ecs, cluster)) {
        const { containerInstanceArn, ec2InstanceId = '' } = instance;
        if (containerInstanceArn !== undefined && wanted.has(ec2InstanceId)) {
          hosts.push({
            instanceId: ec2InstanceId,
            registeredAt: instance.registeredAt ?? new Date(0),
            status: instance.status ?? '',
            tasks: (await tasksOf(ecs, cluster, containerInstanceArn)).map(hostTask),
          });
        }
      }
      return hosts;
    },
  };
}

/** The container instances of a cluster. */
export async function containerInstances(
  ecs: ECSClient,
  cluster: string,
): Promise<readonly ContainerInstance[]> {
  const found: ContainerInstance[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ecs.send(new ListContainerInstancesCommand({ cluster, nextToken }));
    const { containerInstanceArns: containerInstances = [] } = page;
    if (containerInstances.length > 0) {
      const answer = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
      found.push(...(answer.containerInstances ?? []));
    }
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return found;
}

/** What runs on an instance, and what stopped there lately. */
async function tasksOf(ecs: ECSClient, cluster: string, containerInstance: string): Promise<readonly Task[]> {
  const arns: string[] = [];
  const statuses: readonly DesiredStatus[] = ['RUNNING', 'STOPPED'];
  for (const desiredStatus of statuses) {
    let nextToken: string | undefined;
    do {
      const page = await ecs.send(
        new ListTasksCommand({ cluster, containerInstance, desiredStatus, nextToken }),
      );
      arns.push(...(page.taskArns ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  }
  const tasks: Task[] = [];
  for (let first = 0; first < arns.length; first += MOST_AT_ONCE) {
    const chunk = arns.slice(first, first + MOST_AT_ONCE);
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: chunk }));
    tasks.push(...(answer.tasks ?? []));
  }
  return tasks;
}

function hostTask(task: Task): HostTask {
  const containers = task.containers ?? [];
  return {
    id: task.taskArn ?? '',
    status: task.lastStatus ?? '',
    startedAt: task.startedAt ?? null,
    stoppedAt: task.stoppedAt ?? null,
    stopCode: task.stopCode ?? null,
    reasons: [task.stoppedReason, ...containers.map(({ reason }) => reason)].filter(
      (reason) => reason !== undefined,
    ),
    exitCodes: containers.flatMap(({ exitCode }) => exitCode ?? []),
  };
}

import {
  ClusterNotFoundException,
  DescribeContainerInstancesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  StopTaskCommand,
  type ContainerInstance,
  type DesiredStatus,
  type ECSClient,
  type Task,
} from '@aws-sdk/client-ecs';
import type { ContainerHosts, HostTask, RegisteredHost } from '../../core/ports/fleets';

/** ECS lists and describes at most a hundred at once. */
const MOST_AT_ONCE = 100;

/** The container instances of a cluster on ECS. */
export function ecsContainerHosts(ecs: ECSClient, cluster: string): ContainerHosts {
  return {
    registered: async (instanceIds) =>
      (await containerInstancesOf(ecs, cluster, instanceIds)).map(registeredHost),
    tasksOn: async (hosts) => {
      const arns: (readonly string[])[] = [];
      for (const host of hosts) {
        arns.push([
          ...(await wantedTasks(ecs, cluster, host)),
          ...(await taskArns(ecs, cluster, host.arn, 'STOPPED')),
        ]);
      }
      const described = await describeTasks(ecs, cluster, arns.flat());
      const tasks = new Map(described.map((task) => [task.taskArn ?? '', hostTask(task)]));
      return arns.map((all) => all.flatMap((arn) => tasks.get(arn) ?? []));
    },
    stopTasks: async (tasks, reason) => {
      for (const task of tasks) {
        await ecs.send(new StopTaskCommand({ cluster, task, reason }));
      }
    },
  };
}

/** An image that a task runs on an instance. */
export interface RunningImage {
  readonly instanceId: string;
  readonly task: string;
  /** As the task definition names it. */
  readonly image: string;
  /** What was pulled; null where ECS does not say. */
  readonly digest: string | null;
}

/** The images of the tasks that run on some EC2 instances; none where the cluster is gone. */
export async function imagesOnHosts(
  ecs: ECSClient,
  cluster: string,
  instanceIds: readonly string[],
): Promise<readonly RunningImage[]> {
  const instances = new Map<string, string>();
  for (const host of await containerInstancesOrNone(ecs, cluster, instanceIds)) {
    const { arn, instanceId, taskCount } = registeredHost(host);
    for (const task of taskCount === 0 ? [] : await taskArns(ecs, cluster, arn, 'RUNNING')) {
      instances.set(task, instanceId);
    }
  }
  const found: RunningImage[] = [];
  for (const tasks of inHundreds([...instances.keys()])) {
    const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [...tasks] }));
    for (const { containers = [], taskArn: task = '' } of answer.tasks ?? []) {
      const instanceId = instances.get(task) ?? '';
      found.push(
        ...containers.flatMap(({ image, imageDigest: digest = null }) =>
          image === undefined ? [] : { instanceId, task, image, digest },
        ),
      );
    }
  }
  return found;
}

/**
 * The container instances of some EC2 instances, by ECS's own query: a cluster may have thousands of others.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
 */
async function containerInstancesOf(
  ecs: ECSClient,
  cluster: string,
  instanceIds: readonly string[],
): Promise<readonly ContainerInstance[]> {
  const found: ContainerInstance[] = [];
  for (const ids of inHundreds(instanceIds)) {
    const filter = `ec2InstanceId in [${ids.join(', ')}]`;
    let nextToken: string | undefined;
    do {
      const page = await ecs.send(new ListContainerInstancesCommand({ cluster, filter, nextToken }));
      const { containerInstanceArns: containerInstances = [] } = page;
      if (containerInstances.length > 0) {
        const request = new DescribeContainerInstancesCommand({ cluster, containerInstances });
        found.push(...((await ecs.send(request)).containerInstances ?? []));
      }
      ({ nextToken } = page);
    } while (nextToken !== undefined);
  }
  return found;
}

/** The same; none where the cluster is gone. */
export async function containerInstancesOrNone(
  ecs: ECSClient,
  cluster: string,
  instanceIds: readonly string[],
): Promise<readonly ContainerInstance[]> {
  try {
    return await containerInstancesOf(ecs, cluster, instanceIds);
  } catch (error) {
    if (error instanceof ClusterNotFoundException) {
      return [];
    }
    throw error;
  }
}

/**
 * The tasks of a host that have not ended. Once ECS wants a task to stop, the host no longer counts it, for as long as its target is
 * deregistered and its containers take to stop.
 * @see https://github.com/aws/aws-cdk/pull/13559
 */
export async function unendedTasks(
  ecs: ECSClient,
  cluster: string,
  host: Pick<RegisteredHost, 'arn' | 'taskCount'>,
): Promise<readonly string[]> {
  const stopped = await describeTasks(ecs, cluster, await taskArns(ecs, cluster, host.arn, 'STOPPED'));
  const stopping = stopped.filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  return [...(await wantedTasks(ecs, cluster, host)), ...stopping.flatMap(({ taskArn }) => taskArn ?? [])];
}

/** A host that counts none has none. */
async function wantedTasks(
  ecs: ECSClient,
  cluster: string,
  { arn, taskCount }: Pick<RegisteredHost, 'arn' | 'taskCount'>,
): Promise<readonly string[]> {
  return taskCount === 0 ? [] : taskArns(ecs, cluster, arn, 'RUNNING');
}

async function describeTasks(
  ecs: ECSClient,
  cluster: string,
  arns: readonly string[],
): Promise<readonly Task[]> {
  const found: Task[] = [];
  for (const chunk of inHundreds(arns)) {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [...chunk] }));
    found.push(...tasks);
  }
  return found;
}

async function taskArns(
  ecs: ECSClient,
  cluster: string,
  containerInstance: string,
  desiredStatus: DesiredStatus,
): Promise<readonly string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ecs.send(
      new ListTasksCommand({ cluster, containerInstance, desiredStatus, nextToken }),
    );
    arns.push(...(page.taskArns ?? []));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return arns;
}

function inHundreds<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / MOST_AT_ONCE) }, (_, index) =>
    all.slice(index * MOST_AT_ONCE, (index + 1) * MOST_AT_ONCE),
  );
}

/** A container instance as ECS describes it. */
export function registeredHost(host: ContainerInstance): RegisteredHost {
  return {
    arn: host.containerInstanceArn ?? '',
    instanceId: host.ec2InstanceId ?? '',
    registeredAt: host.registeredAt ?? new Date(0),
    upAt: instantOf(host.attributes?.find(({ name }) => name === 'winbake.up')?.value),
    status: host.status ?? '',
    isConnected: host.agentConnected ?? false,
    taskCount: (host.runningTasksCount ?? 0) + (host.pendingTasksCount ?? 0),
  };
}

/** What a host says of itself may be anything. */
function instantOf(text = ''): Date | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at);
}

function hostTask(task: Task): HostTask {
  const containers = task.containers ?? [];
  return {
    id: task.taskArn ?? '',
    status: task.lastStatus ?? '',
    createdAt: task.createdAt ?? null,
    pullStartedAt: task.pullStartedAt ?? null,
    pullStoppedAt: task.pullStoppedAt ?? null,
    startedAt: task.startedAt ?? null,
    stoppedAt: task.stoppedAt ?? null,
    stopCode: task.stopCode ?? null,
    reasons: [task.stoppedReason, ...containers.map(({ reason }) => reason)].filter(
      (reason) => reason !== undefined,
    ),
    exitCodes: containers.flatMap(({ exitCode }) => exitCode ?? []),
    group: task.group ?? '',
  };
}

import {
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListServicesCommand,
} from '@aws-sdk/client-ecs';
import type { AssemblyStack } from '../../../sim/aws/cloudformation/assembly';
import { balancedApp } from '../../support/deployment/balanced-app';
import { DeploymentWorld } from '../../support/deployment/deployment-world';
import { release } from '../../support/deployment/releases';

const ROLE = 'arn:aws:iam::111122223333:role/web';

/** What a test changes of the user data of hosts, and of the task. */
interface Changed {
  readonly start?: readonly [before: string, after: string];
  readonly task?: object;
}

/** The stacks of a network with its cluster, of a fleet and of a service on it. */
function stacksOf({ start = ['', ''], task = {} }: Changed): readonly AssemblyStack[] {
  return balancedApp({ isApart: true }).map((stack) => {
    const template = JSON.parse(
      JSON.stringify(stack.template).replace(...start),
    ) as AssemblyStack['template'];
    const Resources = Object.entries(template.Resources).map(([id, one]) => [
      id,
      one.Type === 'AWS::ECS::TaskDefinition' ? { ...one, Properties: { ...one.Properties, ...task } } : one,
    ]);
    return { ...stack, template: { ...template, Resources: Object.fromEntries(Resources) } };
  });
}

/** What ECS knows of hosts and services once the stacks were deployed, and how that ended. */
async function deployed(changed: Changed) {
  const world = new DeploymentWorld();
  const { account } = world;
  return world.run(async () => {
    await world.deployment(() => account.deploy(release({ command: 'exit 0' }).platform));
    const [network, shop, web] = stacksOf(changed) as [AssemblyStack, AssemblyStack, AssemblyStack];
    await world.deployment(() => account.deploy(network));
    await world.deployment(() => account.deploy(shop));
    const begin = world.clock.now().getTime();
    const failure = await world
      .deployment(() => account.deploy(web))
      .then(
        () => undefined,
        (error: unknown) => String(error),
      );
    const hours = (world.clock.now().getTime() - begin) / 3_600_000;
    const [fleet] = account.fleets.at(account.environment);
    const cluster = fleet?.cluster ?? '';
    const known = await account.as(
      account.administrator,
      async () => {
        const ecs = new ECSClient();
        const { containerInstanceArns = [] } = await ecs.send(new ListContainerInstancesCommand({ cluster }));
        const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
        const { containerInstances = [] } = await ecs.send(
          new DescribeContainerInstancesCommand({ cluster, containerInstances: containerInstanceArns }),
        );
        const { services = [] } = await ecs.send(
          new DescribeServicesCommand({ cluster, services: serviceArns }),
        );
        return { containerInstances, services };
      },
      account.environment,
    );
    return {
      failure,
      hours,
      attributes: known.containerInstances.map(({ attributes = [] }) => attributes.map(({ name }) => name)),
      tasks: known.containerInstances.map(
        (one) => (one.runningTasksCount ?? 0) + (one.pendingTasksCount ?? 0),
      ),
      events: known.services.flatMap(({ events = [] }) => events.map(({ message }) => message)),
    };
  });
}

const ROLES = 'com.amazonaws.ecs.capability.task-iam-role';

test('hosts register what their user data starts the agent with, and a task with a role is placed on them', async () => {
  const { attributes, events, failure, tasks } = await deployed({ task: { TaskRoleArn: ROLE } });
  expect(failure).toBeUndefined();
  expect(attributes[0]).toEqual([
    'com.amazonaws.ecs.capability.logging-driver.json-file',
    'com.amazonaws.ecs.capability.logging-driver.awslogs',
    ROLES,
    'ecs.capability.task-eni',
  ]);
  expect(tasks).toEqual(tasks.map(() => 1));
  expect(events).toEqual([]);
});

test.each<[string, Changed]>([
  ['a role', { start: [' -EnableTaskIamRole', ''], task: { TaskRoleArn: ROLE } }],
  [
    'a log driver',
    { start: [`-LoggingDriver '[\\"json-file\\",\\"awslogs\\"]`, `-LoggingDriver '[\\"json-file\\"]`] },
  ],
])('a task that needs %s is placed on no host that lacks it, and ECS says so', async (_, changed) => {
  const { events, failure, hours, tasks } = await deployed(changed);
  expect(failure).toMatch(/AWS::ECS::Service' with identifier '\S+' did not stabilize/);
  expect(hours).toBeGreaterThan(3);
  expect(events).toEqual([
    expect.stringMatching(
      /^service \S+ was unable to place a task because no container instance met all of its requirements\. The closest matching container-instance i-[0-9a-f]{17} is missing an attribute required by your task\. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide\.$/,
    ),
  ]);
  expect(tasks).toEqual(tasks.map(() => 0));
});

test('hosts without task roles take tasks that need none', async () => {
  const { attributes, failure, tasks } = await deployed({ start: [' -EnableTaskIamRole', ''] });
  expect(failure).toBeUndefined();
  expect(attributes[0]).not.toContain(ROLES);
  expect(tasks).toEqual(tasks.map(() => 1));
});

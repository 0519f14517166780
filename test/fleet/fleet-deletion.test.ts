import { Duration } from 'aws-cdk-lib';
import { DELETION_TAG } from '../../lib/contract/names/resources';
import { sessionOf } from '../../sim/account/principal';
import { rolesOfStacks } from '../../sim/account/stack-policies';
import { dependenciesOf, type Template } from '../../sim/aws/cloudformation/assembly';
import { SIMULATED_ENVIRONMENT } from '../../sim/aws/cloudformation/environment';
import { resourceOf, type TemplateJson } from '../support/assembly';
import { deployedFleet, type FleetDeployment, fleetTemplate } from '../support/deployed-fleet';
import { fleetLab, type FleetLabOptions, NEW } from '../support/fleet-lab';
import { type HandwrittenTemplate, stackModels } from '../support/stack-models';

const DELETION = 'Custom::WinbakeFleetDeletion';
const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

async function deployed(options: FleetLabOptions = {}, deployment: FleetDeployment = {}) {
  const lab = fleetLab({
    groupName: 'winbake-shop',
    deliversEvents: true,
    protectsInstances: true,
    ...options,
  });
  const stack = deployedFleet(lab);
  await stack.deploy(deployment);
  await lab.poll();
  return { lab, stack };
}

/** A template in which nothing deletes the group before CloudFormation does. */
function withoutDeletion(template: TemplateJson): void {
  const { Properties } = resourceOf(template, GROUP);
  Properties.Tags = Properties.Tags.filter(({ Key }: { readonly Key: string }) => Key !== DELETION_TAG);
  const [id = ''] = Object.entries(template.Resources).find(([, { Type }]) => Type === DELETION) ?? [];
  Reflect.deleteProperty(template.Resources, id);
  for (const resource of Object.values(template.Resources) as { DependsOn?: string | string[] }[]) {
    resource.DependsOn = [resource.DependsOn ?? []].flat().filter((one) => one !== id);
  }
}

test('CloudFormation alone cannot delete a group of protected instances', async () => {
  const { stack } = await deployed({}, { change: withoutDeletion });
  await expect(stack.delete()).rejects.toThrow('all remaining instances are protected from scale-in');
});

test.each([true, false])(
  'a stack goes within minutes, instances protected: %s',
  async (protectsInstances) => {
    const { lab, stack } = await deployed({ protectsInstances });
    expect(await stack.delete()).toBeLessThan(10);
    expect(lab.fleet.instances).toEqual([]);
    expect(stack.steps()).toContainEqual(expect.objectContaining({ kind: 'forced', tasks: 0, cut: [] }));
  },
);

test.each([0.25, 1.25, 1.5])(
  'so it does %f h into a rollout, and no refresh is started under it',
  async (hours) => {
    const { lab, stack } = await deployed();
    lab.publish(NEW);
    await lab.wait(hours);
    await lab.pass(10);
    const begun = lab.clock.now();
    expect(await stack.delete()).toBeLessThan(12);
    expect(lab.fleet.group.refreshesSince(begun)).toBe(0);
  },
);

test('a warm pool goes first, and nothing of it is left', async () => {
  const warmPool = { minSize: 2 };
  const { lab, stack } = await deployed({ maxSize: 10 }, { warmPool });
  expect(lab.fleet.group.pool?.members).toHaveLength(6);
  expect(await stack.delete()).toBeLessThan(10);
  expect(await lab.as(() => lab.deletion.unterminatedInstances())).toEqual([]);
  const template = fleetTemplate({ warmPool }) as unknown as Template;
  const idOf = (type: string) => Object.entries(template.Resources).find(([, { Type }]) => Type === type)![0];
  expect(isDeletedBefore(template, idOf('AWS::AutoScaling::WarmPool'), idOf(DELETION))).toBe(true);
});

test('one that is deleted with its group is waited for', async () => {
  const { lab } = await deployed({ maxSize: 10 }, { warmPool: {} });
  await lab.as(() => lab.deletion.forceDelete());
  await lab.pass(60);
  expect(await lab.as(() => lab.deletion.unterminatedInstances())).toHaveLength(10);
  await lab.pass(300);
  expect(await lab.as(() => lab.deletion.unterminatedInstances())).toEqual([]);
});

describe('tasks that stop slowly', () => {
  const SLOW = { drainSeconds: 20 * 60 };

  test('are waited for', async () => {
    const { stack } = await deployed(SLOW, { deleteDrain: Duration.minutes(45) });
    const minutes = await stack.delete();
    expect(minutes).toBeGreaterThan(20);
    expect(minutes).toBeLessThan(30);
    expect(stack.steps()).toContainEqual(expect.objectContaining({ kind: 'forced', tasks: 0, cut: [] }));
  });

  test('are cut after ten minutes, and the log names them and their instances', async () => {
    const { lab, stack } = await deployed(SLOW);
    const ids = lab.fleet.instances.map(({ id }) => id);
    const minutes = await stack.delete();
    expect(minutes).toBeGreaterThan(10);
    expect(minutes).toBeLessThan(20);
    expect(stack.steps().filter((step) => step?.kind === 'forced')).toEqual([
      {
        kind: 'forced',
        instances: ids,
        tasks: 4,
        cut: ids.map((instanceId) => ({
          instanceId,
          tasks: [expect.stringContaining(`:task/cluster/${instanceId}-1`)],
        })),
      },
    ]);
  });

  test('of the longest drain are cut within the hour of CloudFormation', async () => {
    const { stack } = await deployed({ drainSeconds: 48 * 3600 }, { deleteDrain: Duration.minutes(45) });
    expect(await stack.delete()).toBeLessThan(60);
  });
});

/** Whether a resource waits for another at its creation, so that it is deleted before: those that do not go side by side. */
function isDeletedBefore(template: Template, one: string, other: string): boolean {
  const resource = template.Resources[one];
  const needed = resource === undefined ? [] : dependenciesOf(resource);
  return needed.includes(other) || needed.some((next) => isDeletedBefore(template, next, other));
}

describe('CloudFormation deletes', () => {
  const template = fleetTemplate() as unknown as Template;
  const idOf = (type: string, name = /./) =>
    Object.entries(template.Resources).find(([id, { Type }]) => Type === type && name.test(id))![0];
  const deletion = idOf(DELETION);

  test.each([
    ['the association', idOf('AWS::ECS::ClusterCapacityProviderAssociations')],
    [
      'the capacity provider, which protects instances anew while it is there',
      idOf('AWS::ECS::CapacityProvider'),
    ],
    ['the rollout, which starts refreshes', idOf('AWS::Lambda::Function', /RolloutFunction/)],
  ])('%s before the drain', (_, id) => {
    expect(isDeletedBefore(template, id, deletion)).toBe(true);
  });

  test.each([
    ['the group', idOf(GROUP)],
    ['the cluster', idOf('AWS::ECS::Cluster')],
    ['its security group', idOf('AWS::EC2::SecurityGroup', /Fleet/)],
    ['its function', idOf('AWS::Lambda::Function', /ResourcesHandler/)],
    ['the rights of its function', idOf('AWS::IAM::Policy', /ResourcesHandlerRole/)],
    ['its rights on the group', idOf('AWS::IAM::Policy', /FleetResourceRights/)],
    ['its rights in the cluster', idOf('AWS::IAM::Policy', /ResourcesCluster/)],
  ])('%s after it', (_, id) => {
    expect(isDeletedBefore(template, deletion, id)).toBe(true);
  });
});

test('the log of what was cut outlives the stack, and no other log group does', () => {
  const kept = Object.entries(fleetTemplate().Resources).filter(
    ([, { DeletionPolicy, Type }]) => Type === 'AWS::Logs::LogGroup' && DeletionPolicy !== 'Delete',
  );
  expect(kept).toEqual([
    [
      expect.stringMatching(/^WinbakeFleetsResourcesHandlerLogs/),
      expect.objectContaining({ DeletionPolicy: 'RetainExceptOnCreate' }),
    ],
  ]);
});

/** The template's function that deletes the fleet, as the account sees it. */
function deletingFunction() {
  const models = stackModels({ Shop: fleetTemplate() as unknown as HandwrittenTemplate });
  const [stack] = models;
  const id = stack!.logicalIds('AWS::Lambda::Function').find((one) => /ResourcesHandler/.test(one))!;
  const { Role } = stack!.properties(id, ['Role']);
  const [resource] = stack!.resources(DELETION);
  const caller = sessionOf(String(Role), rolesOfStacks(models)(String(Role))!, 'deletion');
  return { caller, cluster: String(resource!.properties['Cluster']) };
}

test("its function may do all of that, and nothing on another fleet's group or cluster", async () => {
  const { caller, cluster } = deletingFunction();
  const environment = SIMULATED_ENVIRONMENT;
  const lab = fleetLab({ groupName: 'winbake-shop', cluster, drainSeconds: 20 * 60, environment });
  const stack = deployedFleet(lab, caller);
  await stack.deploy();
  expect(await stack.delete()).toBeLessThan(20);
  expect(stack.steps()).toContainEqual(expect.objectContaining({ kind: 'forced', tasks: 4 }));

  const other = fleetLab({ groupName: 'winbake-other', cluster: 'other', environment });
  await expect(other.as(() => other.deletion.drain(['i-1']), caller)).rejects.toThrow(
    'ecs:ListContainerInstances',
  );
  await expect(other.as(() => other.deletion.forceDelete(), caller)).rejects.toThrow(
    'autoscaling:DeleteAutoScalingGroup',
  );
});

test('a group that lives on when the resource leaves the template keeps its instances', async () => {
  const { lab, stack } = await deployed();
  await stack.deploy({ change: withoutDeletion });
  expect(stack.done(DELETION)).toContain('delete');
  expect(lab.fleet.instances).toHaveLength(4);
  expect(stack.steps()).toEqual([{ kind: 'done', reason: 'the group is kept: its deletion is none' }]);
});

import { deployedFleet, fleetTemplate, withoutHash, type FleetDeployment } from '../support/deployed-fleet';
import { fleetLab, NEW, OLD, type FleetLabOptions } from '../support/fleet-lab';
import { resourceOf, type TemplateJson } from '../support/assembly';

const MORE = { userData: 'Write-Host more' };
const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

async function deployed(options: FleetLabOptions = {}, deployment: FleetDeployment = {}) {
  const lab = fleetLab({ groupName: 'winbake-shop', ...options });
  const stack = deployedFleet(lab);
  await stack.deploy(deployment);
  await lab.poll();
  expect(stack.starts(MORE.userData)).toEqual({ amiId: OLD.amiId, hasLine: false });
  lab.publish(NEW);
  return { lab, stack };
}

test('deploy, rollout, change maxCapacity, deploy: the same AMI', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(4);
  await stack.deploy({ maxCapacity: 20 });
  expect(stack.starts(MORE.userData)).toEqual({ amiId: NEW.amiId, hasLine: false });
  expect(await lab.poll()).toEqual(['nothing']);
});

test('without the hash of the group the same deployment would undo the rollout', async () => {
  const { lab, stack } = await deployed({}, { change: withoutHash });
  await lab.wait(4);
  await stack.deploy({ maxCapacity: 20, change: withoutHash });
  expect(stack.starts(MORE.userData).amiId).toBe(OLD.amiId);
});

test('deploy, rollout, change user data, deploy: the same AMI and the new user data', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(4);
  await stack.deploy(MORE);
  expect(stack.starts(MORE.userData)).toEqual({ amiId: NEW.amiId, hasLine: true });
});

/** Another address range, for which EC2 makes another subnet; the group's text stays as it is. */
function otherSubnet(template: TemplateJson): void {
  resourceOf(template, 'AWS::EC2::Subnet', 'PrivateSubnet1')['Properties'].CidrBlock = '10.0.64.0/19';
}

test('deploy, rollout, replace a subnet of the group, deploy: the same AMI', async () => {
  const [before, after] = [fleetTemplate(), fleetTemplate({ change: otherSubnet })];
  expect(resourceOf(after, GROUP)).toEqual(resourceOf(before, GROUP));
  const { lab, stack } = await deployed();
  await lab.wait(4);
  stack.done(GROUP);
  await stack.deploy({ change: otherSubnet });
  expect(stack.done(GROUP)).toEqual(['update']);
  expect(stack.starts(MORE.userData).amiId).toBe(NEW.amiId);
});

test('a deployment after a rollback keeps the good AMI', async () => {
  const { lab, stack } = await deployed({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
  await lab.wait(6);
  await stack.deploy({ ...MORE, maxCapacity: 20 });
  expect(stack.starts(MORE.userData)).toEqual({ amiId: OLD.amiId, hasLine: true });
  // The new user data goes on by itself, and the bad AMI is not tried again.
  expect(await lab.poll()).toEqual(['startRefresh']);
  expect(lab.state().rollout).toMatchObject({
    publication: { id: OLD.id },
    template: { to: expect.any(String) },
  });
});

test('a deployment during a rollout stops it, and it goes on with the new user data', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(0.5);
  await stack.deploy(MORE);
  expect(stack.starts(MORE.userData)).toEqual({ amiId: OLD.amiId, hasLine: true });
  await lab.wait(5);
  expect(stack.starts(MORE.userData)).toEqual({ amiId: NEW.amiId, hasLine: true });
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
});

describe('a deployment during a rollout, with the events that Auto Scaling sends', () => {
  const MOMENTS = [
    [4, 0.25],
    [4, 1.25],
    [4, 1.5],
    [20, 1.5],
    [20, 3],
  ] as const;

  test.each(MOMENTS)('%i instances, %f h after it began: is not refused', async (instanceCount, hours) => {
    const { lab, stack } = await deployed({ instanceCount, deliversEvents: true });
    await lab.wait(hours);
    await stack.deploy(MORE);
    expect(stack.starts(MORE.userData).hasLine).toBe(true);
    await lab.wait(14);
    expect(stack.starts(MORE.userData)).toEqual({ amiId: NEW.amiId, hasLine: true });
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  });

  test.each([20, 600])('it waits for no instance that drains for %i min', async (minutes) => {
    const options = { instanceCount: 4, deliversEvents: true, drainSeconds: minutes * 60 };
    const { lab, stack } = await deployed(options);
    await lab.wait(0.5);
    const before = lab.fleet.instances.length;
    const begun = lab.clock.now();
    await stack.deploy(MORE);
    expect(lab.clock.now().getTime() - begun.getTime()).toBeLessThan(60_000);
    expect(stack.starts(MORE.userData)).toEqual({ amiId: OLD.amiId, hasLine: true });
    // The one that drains is left to its tasks, and goes when they have stopped.
    expect(lab.fleet.instances).toHaveLength(before);
    await lab.pass(minutes * 60);
    expect(lab.fleet.instances.length).toBeLessThanOrEqual(before);
  });

  test('the poll that the cancelled refresh starts 2 s later waits, and says until when', async () => {
    const { lab, stack } = await deployed({ deliversEvents: true });
    await lab.wait(0.25);
    await lab.pass(10);
    const begun = lab.clock.now();
    await stack.deploy(MORE);
    const { waiting } = lab.state();
    expect(waiting?.for).toBe('deployment');
    expect(waiting?.reason).toBe(
      'a deployment changes the group; until 2025-10-14T22:45:25.000Z at the latest',
    );
    expect(lab.fleet.group.refreshesSince(begun)).toBe(0);
    expect(await lab.poll()).toEqual(['startRefresh']);
  });

  test.each([0, 3600])('one that fails %i s after the group has changed is taken back', async (seconds) => {
    const { lab, stack } = await deployed({ deliversEvents: true });
    await lab.wait(0.25);
    const failing = { ...MORE, scaling: { targetCapacityPercent: 90 } };
    await expect(stack.deploy(failing, seconds)).rejects.toThrow('The capacity provider is being updated.');
    expect(stack.starts(MORE.userData)).toEqual({ amiId: OLD.amiId, hasLine: false });
    await lab.wait(14);
    expect(stack.starts(MORE.userData)).toEqual({ amiId: NEW.amiId, hasLine: false });
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  });
});

test('a second synthesis is the same to the letter, and changes nothing', async () => {
  expect(JSON.stringify(fleetTemplate())).toBe(JSON.stringify(fleetTemplate()));
  const { stack } = await deployed();
  stack.done(GROUP);
  await stack.deploy();
  expect(stack.done(GROUP)).toEqual([]);
});

test.each([GROUP, 'AWS::ECS::CapacityProvider'])('no deployment replaces the %s', async (type) => {
  const { lab, stack } = await deployed();
  stack.done(type);
  await lab.wait(4);
  await stack.deploy({ ...MORE, maxCapacity: 20, minCapacity: 1 });
  await stack.deploy(MORE);
  const done = stack.done(type);
  expect(done).not.toContain('create');
  expect(done).not.toContain('delete');
});

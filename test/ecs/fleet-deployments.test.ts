import { deployedFleet, fleetTemplate, withoutHash, type FleetDeployment } from '../support/deployed-fleet';
import { fleetLab, NEW, OLD, type FleetLabOptions } from '../support/fleet-lab';
import { resourceOf, type TemplateJson } from '../support/assembly';

const MORE = { userData: 'Write-Host more' };
const GROUP = 'AWS::AutoScaling::AutoScalingGroup';

async function deployed(options: FleetLabOptions = {}, deployment: FleetDeployment = {}) {
  const lab = fleetLab({ groupName: 'winbake-shop', ...options });
  const stack = deployedFleet(lab);
  await stack.deploy(deployment);
  await lab.look();
  expect(stack.starts(MORE.userData)).toEqual({ amiId: OLD.amiId, hasLine: false });
  lab.publish(NEW);
  return { lab, stack };
}

test('deploy, rollout, change maxCapacity, deploy: the same AMI', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(4);
  await stack.deploy({ maxCapacity: 20 });
  expect(stack.starts(MORE.userData)).toEqual({ amiId: NEW.amiId, hasLine: false });
  expect(await lab.look()).toEqual(['nothing']);
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
  expect(await lab.look()).toEqual(['wait:bad']);
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

test('a drain that does not end in time refuses the deployment in one sentence', async () => {
  const { lab, stack } = await deployed({ drainSeconds: 10 * 3600 });
  await lab.wait(0.5);
  await expect(stack.deploy(MORE)).rejects.toMatchObject({
    code: 'ROLLOUT_UNDER_WAY',
    message: expect.stringContaining('Deploy again when its instances have drained.'),
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

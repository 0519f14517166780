import { deployedFleet } from '../../support/deployed-fleet';
import { fleetLab, NEW, OLD, type FleetLabOptions } from '../../support/fleet-lab';

const TEMPLATE = { userData: 'start', maxSize: 4 };

async function deployed(options: FleetLabOptions = {}) {
  const lab = fleetLab(options);
  const stack = deployedFleet(lab);
  await stack.deploy(TEMPLATE);
  await lab.look();
  expect(stack.starts()).toEqual({ amiId: OLD.amiId, userData: 'start' });
  lab.publish(NEW);
  return { lab, stack };
}

test('deploy, rollout, change maxSize, deploy: the same AMI', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(4);
  await stack.deploy({ ...TEMPLATE, maxSize: 8 });
  expect(stack.starts()).toEqual({ amiId: NEW.amiId, userData: 'start' });
  expect(await lab.look()).toEqual(['nothing']);
});

test('without the hash of the group the same deployment would undo the rollout', async () => {
  const { lab, stack } = await deployed();
  await stack.deploy(TEMPLATE, true);
  await lab.wait(4);
  await stack.deploy({ ...TEMPLATE, maxSize: 8 }, true);
  expect(stack.starts().amiId).toBe(OLD.amiId);
});

test('deploy, rollout, change user data, deploy: the same AMI and the new user data', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(4);
  await stack.deploy({ ...TEMPLATE, userData: 'start more' });
  expect(stack.starts()).toEqual({ amiId: NEW.amiId, userData: 'start more' });
});

test('a deployment after a rollback keeps the good AMI', async () => {
  const { lab, stack } = await deployed({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
  await lab.wait(6);
  await stack.deploy({ userData: 'start more', maxSize: 8 });
  expect(stack.starts()).toEqual({ amiId: OLD.amiId, userData: 'start more' });
  expect(await lab.look()).toEqual(['wait:bad']);
});

test('a deployment during a rollout stops it, and it goes on with the new user data', async () => {
  const { lab, stack } = await deployed();
  await lab.wait(0.5);
  await stack.deploy({ ...TEMPLATE, userData: 'start more' });
  expect(stack.starts()).toEqual({ amiId: OLD.amiId, userData: 'start more' });
  await lab.wait(5);
  expect(stack.starts()).toEqual({ amiId: NEW.amiId, userData: 'start more' });
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
});

test('a drain that does not end in time refuses the deployment in one sentence', async () => {
  const { lab, stack } = await deployed({ drainSeconds: 10 * 3600 });
  await lab.wait(0.5);
  await expect(stack.deploy({ ...TEMPLATE, userData: 'start more' })).rejects.toMatchObject({
    code: 'ROLLOUT_UNDER_WAY',
    message: expect.stringContaining('Deploy again when its instances have drained.'),
  });
});

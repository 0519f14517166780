import { fleetLab, NEW, OLD, overrideAt, type FleetLab, type FleetLabOptions } from '../../support/fleet-lab';

const four = (id: string) => [id, id, id, id];

/** A fleet that has looked once, and to whose channel something newer came. */
async function labWith(options: FleetLabOptions): Promise<FleetLab> {
  const lab = fleetLab(options);
  await lab.poll();
  lab.publish(NEW);
  return lab;
}

/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html each checkpoint is unique */
describe('a canary of 100 per cent, for which Auto Scaling refuses the checkpoints 100 and 100,', () => {
  test('has no checkpoint, and is watched at its end', async () => {
    const lab = await labWith({ policy: { canaryPercentage: 100 } });
    expect(await lab.poll()).toEqual(['startRefresh']);
    expect(lab.fleet.group.refresh?.request).toMatchObject({ checkpoint: null, bakeSeconds: 1800 });
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.state().last).toMatchObject({ publication: NEW.id, outcome: 'finished', proven: true });
    expect(lab.notified).toEqual([]);
  });

  test('whose tasks fail to start goes back', async () => {
    const lab = await labWith({
      policy: { canaryPercentage: 100 },
      behaviours: { [NEW.id]: { tasks: 'fail' } },
    });
    await lab.wait(12);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ bad: [{ publication: NEW.id }], rollout: null });
    expect(lab.notified).toHaveLength(1);
  });

  test('that an alarm meets after the last instance goes back', async () => {
    const at = new Date('2025-10-14T23:05:00.000Z');
    const policy = { canaryPercentage: 100, alarms: ['errors'] };
    const lab = await labWith({ policy, alarms: [{ at, seconds: 600 }] });
    await lab.wait(1);
    expect(lab.fleet.group.refresh?.describe()).toMatchObject({ status: 'Baking', percentage: 100 });
    await lab.wait(3);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state().bad).toMatchObject([{ publication: NEW.id }]);
  });
});

test('a canary that only the last instance completes has no pause, and is watched at its end', async () => {
  const lab = await labWith({ policy: { canaryPercentage: 90 } });
  await lab.poll();
  expect(lab.fleet.group.refresh?.request).toMatchObject({
    checkpoint: { percentages: [90] },
    bakeSeconds: 1800,
  });
});

describe('a canary that is the whole group, with a launch template that fails,', () => {
  const isBad = (lab: FleetLab, version: string) =>
    lab.fleet.group.template.find(version)?.userData === 'bad';

  /** Hosts of the launch template register, and no task starts on them. */
  function deployBad(lab: FleetLab): void {
    const { group } = lab.fleet;
    group.behaveByVersion(({ template, version }) =>
      template.find(version)?.userData === 'bad' ? { host: 'registers', tasks: 'fail' } : undefined,
    );
    const amiId = group.amiOf(group.version);
    group.version = String(group.template.add({ amiId, userData: 'bad' }, lab.clock.now()).number);
  }

  /** While a hold keeps both from the fleet. */
  async function beforeIt(lab: FleetLab): Promise<void> {
    lab.setOverrides({ hold: overrideAt(lab.clock.now(), 2) });
    await lab.poll();
    deployBad(lab);
  }

  /** Once no instance of before is left. */
  async function duringIt(lab: FleetLab): Promise<void> {
    const { group } = lab.fleet;
    while (group.refresh?.describe().status !== 'Baking') {
      await lab.wait(0.25);
    }
    group.cancel(false);
    await lab.pass(60);
    deployBad(lab);
  }

  test.each<[string, FleetLabOptions, (lab: FleetLab) => Promise<void>]>([
    ['a group of one, deployed before it', { instanceCount: 1 }, beforeIt],
    ['a group of one, deployed during it', { instanceCount: 1 }, duringIt],
    ['a canary of 100 per cent, deployed before it', { policy: { canaryPercentage: 100 } }, beforeIt],
    ['a canary of 100 per cent, deployed during it', { policy: { canaryPercentage: 100 } }, duringIt],
  ])('goes back to the launch template of before: %s', async (_, options, deploy) => {
    const lab = await labWith(options);
    await deploy(lab);
    await lab.wait(24);
    const { group } = lab.fleet;
    expect(lab.running()).toEqual(group.instances.map(() => OLD.id));
    expect(group.instances.filter(({ version }) => isBad(lab, version))).toEqual([]);
    expect(lab.state()).toMatchObject({ rollout: null, template: { ended: { outcome: 'rolledBack' } } });
    expect(lab.notified).toContainEqual(expect.stringContaining('a changed launch template failed'));
    // What is deployed then is rolled out again.
    expect(isBad(lab, group.version)).toBe(false);
  });
});

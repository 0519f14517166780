import { fleetLab, NEW, OLD, type FleetLab, type FleetLabOptions } from '../../support/fleet-lab';

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

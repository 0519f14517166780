import { fleetLab, NEW, OLD, type FleetLab, type FleetLabOptions } from '../../support/fleet-lab';

const four = (id: string) => [id, id, id, id];

async function labWith(options: FleetLabOptions = {}): Promise<FleetLab> {
  const lab = fleetLab(options);
  await lab.poll();
  lab.publish(NEW);
  return lab;
}

const IDLE = { [OLD.id]: { tasks: 'none' as const }, [NEW.id]: { tasks: 'none' as const } };

describe('a fleet on which nobody has a task', () => {
  test('is patched once a new host has been there and well for the watch', async () => {
    const lab = await labWith({ behaviours: IDLE });
    await lab.wait(0.5);
    expect(lab.running().filter((id) => id === NEW.id)).toHaveLength(1);
    expect(lab.state().waiting).toMatchObject({ for: 'canary' });
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.state().last).toMatchObject({ outcome: 'finished' });
  });

  test('goes back all the same where its new hosts never register', async () => {
    const lab = await labWith({ behaviours: { ...IDLE, [NEW.id]: { host: 'boots', tasks: 'none' } } });
    await lab.wait(6);
    expect(lab.running()).toEqual(four(OLD.id));
  });

  test('waits where tasks were there when its rollout began: that none comes to the new hosts may be their fault', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'none' } } });
    await lab.wait(10);
    expect(lab.state().rollout).toMatchObject({ hasTasks: true });
    expect(lab.running()).toContain(OLD.id);
  });
});

test('what failed is told with tasks, services and why they stopped', async () => {
  const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
  await lab.wait(6);
  expect(lab.state().bad[0]?.reason).toMatch(
    /: task i-\S+-1 of the service web: TaskFailedToStart, Task failed to start, CannotStartContainerError: Error/,
  );
  expect(lab.notified[0]).toContain('of the service web: TaskFailedToStart');
});

test('a group too large to be judged as a whole says how much of it was', async () => {
  const lab = await labWith({ instanceCount: 40, behaviours: { [NEW.id]: { tasks: 'fail' } } });
  await lab.wait(3);
  expect(lab.state().rollout?.goingBack?.reason ?? lab.state().bad[0]?.reason).toMatch(
    /\(a sample: \d of \d new and \d of \d\d other instances\)/,
  );
});

describe('Auto Scaling', () => {
  test('never goes on from a canary that nobody judged, however long no poll comes', async () => {
    const lab = await labWith();
    await lab.poll();
    await lab.pass(14 * 24 * 3600);
    expect(lab.running()).toEqual([OLD.id, OLD.id, OLD.id, NEW.id].sort());
    await lab.wait(3);
    expect(lab.running()).toEqual(four(NEW.id));
    expect(lab.state().last).toMatchObject({ outcome: 'finished' });
  });

  test('has given a bad one to the group by then, which goes back all the same', async () => {
    const lab = await labWith({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
    await lab.poll();
    await lab.pass(14 * 24 * 3600);
    await lab.wait(3);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ amiId: OLD.amiId, bad: [{ publication: NEW.id }] });
  });
});

describe('a drain', () => {
  test('that takes longer than its limit is ended, and people are notified which tasks it were', async () => {
    const policy = { drainLimitSeconds: 2 * 3600 };
    const lab = await labWith({ instanceCount: 2, drainSeconds: 40 * 3600, policy });
    await lab.wait(1.5);
    expect(lab.notified).toEqual([]);
    await lab.wait(8);
    expect(lab.running()).toEqual([NEW.id, NEW.id]);
    expect(lab.notified).toHaveLength(2);
    expect(lab.notified[0]).toMatch(
      /tasks were stopped to end a drain: Fleet shop stops tasks that kept an instance from ending since \S+: (i-\w+) waits for task \1-1 of the service web\./,
    );
    expect(lab.state().notices).toEqual({});
  });

  test('is never ended where no limit is given', async () => {
    const lab = await labWith({ instanceCount: 2, drainSeconds: 40 * 3600 });
    await lab.wait(30);
    expect(lab.running()).toContain(OLD.id);
    expect(lab.notified.filter((text) => text.includes('stopped to end'))).toEqual([]);
  });
});

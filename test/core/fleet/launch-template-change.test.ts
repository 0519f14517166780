import {
  NAMES,
  NEW,
  OLD,
  fleetLab,
  overrideAt,
  type FleetLab,
  type FleetLabOptions,
} from '../../support/fleet-lab';

const four = <T>(one: T) => [one, one, one, one];

/** A deployment gives the group a version with other user data and the AMI that it has. */
function deploy(lab: FleetLab, userData: string): void {
  const { group } = lab.fleet;
  const { number } = group.template.add({ amiId: group.amiOf(group.version), userData }, lab.clock.now());
  group.version = String(number);
}

/** The user data of each instance. */
function userDataOf({ fleet: { group } }: FleetLab): readonly (string | undefined)[] {
  return group.instances.map(({ version }) => group.template.find(version)?.userData).sort();
}

async function labWith(options: FleetLabOptions = {}): Promise<FleetLab> {
  const lab = fleetLab(options);
  await lab.poll();
  return lab;
}

test('a changed launch template reaches running hosts by a canary, and is no entry of the evidence', async () => {
  const lab = await labWith();
  deploy(lab, 'agent');
  expect(await lab.poll()).toEqual(['startRefresh']);
  expect(lab.fleet.group.refresh?.request).toMatchObject({
    checkpoint: { percentages: [10] },
    autoRollback: false,
  });
  expect(lab.state().template).toMatchObject({ older: 4 });
  await lab.wait(0.5);
  expect(userDataOf(lab)).toEqual(['', '', '', 'agent']);
  await lab.wait(3);
  expect(userDataOf(lab)).toEqual(four('agent'));
  expect(lab.state()).toMatchObject({
    template: { older: 0, ended: { outcome: 'finished' } },
    last: null,
    bad: [],
  });
  expect(lab.parameters.values.has(NAMES.log('2025-09'))).toBe(false);
  expect(await lab.poll()).toEqual(['nothing']);
  expect(lab.notified).toEqual([]);
});

test('one whose canary fails goes back to the version of before, is told and not tried again', async () => {
  const lab = await labWith();
  lab.fleet.group.behaveByVersion(({ template, version }) =>
    template.find(version)?.userData === 'agent' ? { host: 'registers', tasks: 'fail' } : undefined,
  );
  deploy(lab, 'agent');
  await lab.wait(6);
  expect(userDataOf(lab)).toEqual(four(''));
  expect(lab.state()).toMatchObject({ rollout: null, bad: [], template: { older: 0 } });
  expect(lab.notified).toHaveLength(1);
  expect(lab.notified[0]).toMatch(/a changed launch template failed: .* task i-\S+ of the service web: /);
  expect(lab.fleet.group.template.find(lab.fleet.group.version)?.userData).toBe('');
  expect(await lab.poll()).toEqual(['nothing']);
  deploy(lab, 'mended');
  await lab.wait(4);
  expect(userDataOf(lab)).toEqual(four('mended'));
});

test('during a rollout it joins the next refresh', async () => {
  const lab = await labWith();
  lab.publish(NEW);
  await lab.wait(0.5);
  lab.fleet.group.cancel(false);
  await lab.pass(60);
  deploy(lab, 'agent');
  await lab.wait(6);
  expect(userDataOf(lab)).toEqual(four('agent'));
  expect(lab.running()).toEqual(four(NEW.id));
  expect(lab.fleet.group.refreshes.length).toBeLessThanOrEqual(3);
});

test('the first poll that knows of launch templates takes what runs as it is, until the next change', async () => {
  const lab = fleetLab();
  deploy(lab, 'as the upgrade has it');
  expect(await lab.poll()).toEqual(['nothing']);
  await lab.wait(1);
  expect(userDataOf(lab)).toEqual(four(''));
  expect(lab.state().template).toMatchObject({ older: 0 });
  deploy(lab, 'agent');
  await lab.wait(4);
  expect(userDataOf(lab)).toEqual(four('agent'));
});

test('where a fleet does not want it instances stay, and are counted', async () => {
  const lab = await labWith({ policy: { rollTemplateChanges: false } });
  deploy(lab, 'agent');
  expect(await lab.poll()).toEqual(['nothing']);
  expect(lab.state().template).toMatchObject({ older: 4 });
});

test('it waits for a hold and for a window, and not for a publication that is bad here', async () => {
  const windows = [{ days: ['WED' as const], startHour: 2, endHour: 5, timeZone: 'UTC' }];
  const lab = await labWith({ policy: { windows } });
  deploy(lab, 'agent');
  expect(await lab.poll()).toEqual(['wait:window']);
  lab.setOverrides({ hold: overrideAt(lab.clock.now(), 3) });
  expect(await lab.poll()).toEqual(['wait:hold']);
  await lab.wait(8);
  expect(userDataOf(lab)).toEqual(four('agent'));

  const other = await labWith({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
  other.publish(NEW);
  await other.wait(6);
  expect(await other.poll()).toEqual(['wait:bad']);
  deploy(other, 'agent');
  await other.wait(5);
  expect(userDataOf(other)).toEqual(four('agent'));
  expect(other.running()).toEqual(four(OLD.id));
});

test('one that changes again on its way begins again', async () => {
  const lab = await labWith();
  deploy(lab, 'agent');
  await lab.wait(0.5);
  lab.fleet.group.cancel(false);
  await lab.pass(60);
  deploy(lab, 'other agent');
  await lab.wait(6);
  expect(userDataOf(lab)).toEqual(four('other agent'));
  expect(lab.state().rollout).toBeNull();
});

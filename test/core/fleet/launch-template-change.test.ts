import {
  NAMES,
  NEW,
  NEWER,
  OLD,
  fleetLab,
  overrideAt,
  publicationOf,
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

/** Hosts of these launch templates register, and no task starts on them. */
function failOn(lab: FleetLab, ...bad: readonly string[]): void {
  lab.fleet.group.behaveByVersion(({ template, version }) =>
    bad.includes(template.find(version)?.userData ?? '') ? { host: 'registers', tasks: 'fail' } : undefined,
  );
}

/** The most instances in service of a launch template at any minute of some hours, polled every quarter of an hour. */
async function mostOf(lab: FleetLab, userData: string, hours: number): Promise<number> {
  let most = 0;
  for (let minute = 1; minute <= hours * 60; minute += 1) {
    await lab.pass(60);
    if (minute % 15 === 0) {
      await lab.poll();
    }
    const { group } = lab.fleet;
    const there = group.instances.filter(
      ({ inServiceAt, isTerminating, version }) =>
        inServiceAt !== undefined && !isTerminating && group.template.find(version)?.userData === userData,
    );
    most = Math.max(most, there.length);
  }
  return most;
}

test.each<[string, (lab: FleetLab) => Promise<boolean>]>([
  ['in the canary', (lab) => Promise.resolve(lab.state().rollout?.phase === 'canary')],
  ['in the rest', (lab) => Promise.resolve(lab.state().rollout?.phase === 'rest')],
])('a bad launch template that is deployed %s of a rollout has a canary of its own', async (_, isReached) => {
  const lab = await labWith({ instanceCount: 10 });
  failOn(lab, 'bad');
  lab.publish(NEW);
  for (let quarter = 0; quarter < 40 && !(await isReached(lab)); quarter += 1) {
    await lab.wait(0.25);
  }
  await lab.wait(0.25);
  expect(await isReached(lab)).toBe(true);
  lab.fleet.group.cancel(false);
  await lab.pass(60);
  deploy(lab, 'bad');
  // A tenth of twelve: a refresh that was stopped leaves what it had launched.
  expect(await mostOf(lab, 'bad', 12)).toBeLessThanOrEqual(2);
  expect(lab.notified.length).toBeGreaterThan(0);
});

test('a way back leads to the launch template of before, and the deployed one is tried by itself', async () => {
  const lab = await labWith({ instanceCount: 10, behaviours: { [NEW.id]: { tasks: 'fail' } } });
  lab.publish(NEW);
  await lab.wait(0.25);
  lab.fleet.group.cancel(false);
  await lab.pass(20 * 60);
  deploy(lab, 'agent');
  await lab.wait(24);
  expect(lab.state()).toMatchObject({ rollout: null, bad: [{ publication: NEW.id }] });
  expect(new Set(lab.running())).toEqual(new Set([OLD.id]));
  expect(new Set(userDataOf(lab))).toEqual(new Set(['agent']));
});

describe.each([
  ['that scaling never started', () => Promise.resolve()],
  [
    'that did well on what scaling started and ended again',
    async (lab: FleetLab) => {
      lab.fleet.group.scaleTo(5);
      await lab.wait(2);
      expect(lab.state()).toMatchObject({ lastTried: null });
      lab.fleet.group.scaleTo(4);
      await lab.wait(1);
    },
  ],
])('beside an equal publication %s', (_, scale) => {
  test('a bad launch template goes back to the very instances of before', async () => {
    const equal = publicationOf(4171, 2);
    const lab = await labWith();
    lab.publish(equal);
    await lab.poll();
    expect(lab.state().equalAmis).toEqual([OLD.amiId]);
    await scale(lab);
    expect(lab.running()).toEqual(four(OLD.id));
    failOn(lab, 'bad');
    deploy(lab, 'bad');
    expect(await mostOf(lab, 'bad', 12)).toBe(1);
    expect(userDataOf(lab)).toEqual(four(''));
    expect(lab.notified.some((text) => text.includes('a changed launch template failed'))).toBe(true);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ rollout: null, publication: equal, equalAmis: [OLD.amiId] });
    // Its canary and the way back.
    expect(lab.fleet.group.refreshes).toHaveLength(2);
  });
});

test('one whose hosts never come leaves instances of an equal AMI as they are', async () => {
  const equal = publicationOf(4171, 2);
  const lab = await labWith();
  lab.publish(equal);
  await lab.poll();
  lab.fleet.group.scaleTo(6);
  await lab.wait(2);
  lab.fleet.group.behaveByVersion(({ template, version }) =>
    template.find(version)?.userData === 'bad' ? { host: 'hangs', tasks: 'none' } : undefined,
  );
  deploy(lab, 'bad');
  await lab.wait(12);
  expect(lab.state()).toMatchObject({ rollout: null, equalAmis: [OLD.amiId] });
  expect(lab.running()).toEqual([...four(OLD.id), equal.id, equal.id]);
  expect(lab.fleet.group.refreshes).toHaveLength(1);
  expect(lab.notified).toEqual([expect.stringContaining('a changed launch template failed')]);
});

test('a person who has accepted the publication has not accepted a later launch template', async () => {
  const lab = await labWith({ instanceCount: 10 });
  lab.setOverrides({ accepted: { ...overrideAt(lab.clock.now(), 240), publication: OLD.id } });
  failOn(lab, 'bad');
  deploy(lab, 'bad');
  expect(await mostOf(lab, 'bad', 8)).toBe(1);
});

test('each launch template that fails is told, also while the one before is not mended', async () => {
  const lab = await labWith();
  failOn(lab, 'bad', 'worse');
  deploy(lab, 'bad');
  await lab.wait(6);
  deploy(lab, 'worse');
  await lab.wait(6);
  expect(lab.notified.filter((text) => text.includes('a changed launch template failed'))).toHaveLength(2);
});

test('one that is taken back while its canary is watched starts nothing more', async () => {
  const lab = await labWith({ instanceCount: 1 });
  deploy(lab, 'agent');
  await lab.poll();
  await lab.pass(60);
  lab.fleet.group.cancel(false);
  await lab.pass(60);
  deploy(lab, '');
  await lab.wait(6);
  expect(new Set(userDataOf(lab))).toEqual(new Set(['']));
  expect(lab.state().rollout).toBeNull();
  expect(lab.fleet.group.refreshes.length).toBeLessThanOrEqual(3);
});

test('a way back does not lead to one that was deployed meanwhile', async () => {
  const lab = await labWith({ instanceCount: 8, policy: { canaryPercentage: 75 } });
  failOn(lab, 'agent');
  lab.publish(NEW);
  await lab.poll();
  lab.fleet.group.cancel(false);
  await lab.pass(60);
  deploy(lab, 'agent');
  const isBack = () => lab.state().rollout?.goingBack !== null;
  for (let quarter = 0; quarter < 8 && !isBack(); quarter += 1) {
    await lab.wait(0.25);
  }
  expect(lab.state().rollout).toMatchObject({ goingBack: { because: 'bad' } });
  expect(lab.fleet.group.refresh?.describe().status).not.toMatch(/^Rollback/);
  await lab.wait(6);
  expect(lab.running()).toEqual([...four(OLD.id), ...four(OLD.id)]);
  expect(userDataOf(lab)).toEqual([...four(''), ...four('')]);
});

describe('a way back to what all instances ran well, with a launch template that was never tried', () => {
  const BACK = publicationOf(4350);

  /** A fleet that ran both, whose channel shows the older one again; meanwhile a launch template was deployed. */
  async function backWith(userData: string): Promise<FleetLab> {
    const lab = await labWith();
    lab.publish(NEW);
    await lab.wait(4);
    expect(lab.running()).toEqual(four(NEW.id));
    lab.publish(BACK);
    await lab.wait(4);
    lab.publish(NEW);
    deploy(lab, userData);
    return lab;
  }

  test('is no failure of the publication where the launch template is bad: that is tried alone, and the way goes on', async () => {
    const lab = await backWith('bad');
    failOn(lab, 'bad');
    expect(await mostOf(lab, 'bad', 12)).toBe(1);
    expect(lab.state()).toMatchObject({ rollout: null, bad: [] });
    expect(lab.running()).toEqual(four(NEW.id));
    expect(userDataOf(lab)).toEqual(four(''));
    expect(lab.notified).toEqual([expect.stringContaining('a changed launch template failed')]);
  });

  test('is one where the publication fails by itself now, after the launch template has done well alone', async () => {
    const lab = await backWith('agent');
    lab.fleet.group.behave((amiId) => ({ host: 'registers', tasks: amiId === NEW.amiId ? 'fail' : 'run' }));
    await lab.wait(12);
    expect(lab.state()).toMatchObject({ rollout: null, bad: [{ publication: NEW.id }] });
    expect(lab.running()).toEqual(four(BACK.id));
    expect(userDataOf(lab)).toEqual(four('agent'));
  });
});

test('one that is deployed while the rest of a publication follows has its canary after it, and takes nothing with it', async () => {
  const lab = await labWith({ instanceCount: 10, policy: { canaryPercentage: 20 } });
  failOn(lab, 'bad');
  lab.publish(NEW);
  while (lab.state().rollout?.phase !== 'rest') {
    await lab.wait(0.25);
  }
  await lab.pass(20 * 60);
  lab.fleet.group.cancel(false);
  await lab.pass(60);
  deploy(lab, 'bad');
  expect(await mostOf(lab, 'bad', 24)).toBe(2);
  expect(lab.state()).toMatchObject({
    rollout: null,
    bad: [],
    last: { publication: NEW.id, outcome: 'finished' },
  });
  expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  expect(new Set(userDataOf(lab))).toEqual(new Set(['']));
  expect(lab.notified).toEqual([expect.stringContaining('a changed launch template failed')]);
});

test.each([
  [4, 0],
  [1, 0],
  [4, 0.5],
])(
  'what is revoked is left by %i instances with the launch template that they have, %d h after another came',
  async (instanceCount, hours) => {
    const lab = await labWith({ instanceCount });
    for (const publication of [NEW, NEWER]) {
      lab.publish({ ...publication, at: new Date(lab.clock.now()).toISOString() });
      await lab.wait(8);
    }
    failOn(lab, 'bad');
    deploy(lab, 'bad');
    await lab.wait(hours);
    const { amiId, id } = NEWER;
    const revoked = [{ id, amiId, by: 'ops', reason: 'its driver leaks', at: lab.clock.now().toISOString() }];
    lab.parameters.values.set(
      NAMES.failed,
      JSON.stringify({ schema: 'winbake.failed/1', publications: [], revoked }),
    );
    lab.publish(NEW);
    expect(await mostOf(lab, 'bad', 36)).toBe(1);
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
    expect(new Set(userDataOf(lab))).toEqual(new Set(['']));
    expect(lab.state()).toMatchObject({ rollout: null, bad: [] });
    expect(lab.notified).toEqual([expect.stringContaining('a changed launch template failed')]);
  },
);

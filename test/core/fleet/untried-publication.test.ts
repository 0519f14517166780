import {
  fleetLab,
  type FleetLab,
  type FleetLabOptions,
  NAMES,
  NEW,
  NEWER,
  OLD,
  overrideAt,
  publicationOf,
} from '../../support/fleet-lab';

const four = (id: string) => [id, id, id, id];
const EQUAL = publicationOf(4171, 2);
const FAILS = { tasks: 'fail' } as const;

describe('a way back from what failed leads to what was tried,', () => {
  test('not to an equal publication that nothing ran', async () => {
    const lab = fleetLab({ behaviours: { [EQUAL.id]: FAILS, [NEW.id]: FAILS } });
    await lab.poll();
    lab.publish(EQUAL);
    await lab.wait(0.5);
    expect(lab.fleet.group.amiOf(lab.fleet.group.version)).toBe(EQUAL.amiId);
    lab.publish(NEW);
    await lab.wait(8);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ amiId: OLD.amiId, publication: OLD, lastTried: null, rollout: null });
    expect(lab.state().bad.map(({ publication }) => publication)).toEqual([NEW.id]);
  });

  test('nor does Auto Scaling lead there where an instance never registers', async () => {
    const hangs = { host: 'hangs', tasks: 'none' } as const;
    const lab = fleetLab({ behaviours: { [EQUAL.id]: hangs, [NEW.id]: hangs } });
    await lab.poll();
    lab.publish(EQUAL);
    await lab.wait(0.5);
    lab.publish(NEW);
    await lab.wait(8);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.fleet.group.launchesOf(EQUAL.amiId)).toEqual([]);
    expect(lab.state()).toMatchObject({ amiId: OLD.amiId });
  });

  test('nor after several that were equal, or one that another took the place of', async () => {
    const lab = fleetLab({
      behaviours: { [EQUAL.id]: FAILS, [NEW.id]: { tasks: 'none' }, [NEWER.id]: FAILS },
    });
    await lab.poll();
    [EQUAL, publicationOf(4171, 3)].forEach((one) => {
      lab.publish(one);
    });
    await lab.wait(0.5);
    lab.publish(NEW);
    await lab.wait(60);
    lab.publish(NEWER);
    await lab.wait(60);
    expect(lab.running()).toEqual(four(OLD.id));
    expect(lab.state()).toMatchObject({ amiId: OLD.amiId, bad: [{ publication: NEWER.id }] });
  });

  test('but to an equal one whose instances did well', async () => {
    const lab = fleetLab({ behaviours: { [NEW.id]: FAILS } });
    await lab.poll();
    lab.publish(EQUAL);
    await lab.wait(0.5);
    lab.fleet.group.scaleTo(5);
    await lab.wait(2);
    lab.publish(NEW);
    await lab.wait(8);
    expect(lab.running()).toEqual([OLD.id, OLD.id, OLD.id, EQUAL.id, EQUAL.id]);
    expect(lab.state()).toMatchObject({ amiId: EQUAL.amiId, publication: EQUAL, lastTried: null });
  });
});

test('what came to a fleet without instances was not tried; what then ran well was', async () => {
  const lab = fleetLab({ instanceCount: 0, behaviours: { [NEWER.id]: FAILS } });
  await lab.poll();
  lab.publish(NEW);
  await lab.poll();
  expect(lab.state()).toMatchObject({ amiId: NEW.amiId, lastTried: { amiId: OLD.amiId, publication: OLD } });
  lab.fleet.group.scaleTo(4);
  await lab.wait(2);
  lab.publish(NEWER);
  await lab.wait(8);
  expect(lab.running()).toEqual(four(NEW.id));
  expect(lab.state()).toMatchObject({ amiId: NEW.amiId, lastTried: null });
});

test('the canary of what an equal publication took the place of is equal to nothing, and is replaced', async () => {
  const lab = fleetLab({ instanceCount: 2, behaviours: { [NEW.id]: { host: 'registers', tasks: 'none' } } });
  lab.publish(OLD);
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(0.25);
  lab.publish(EQUAL);
  await lab.wait(5);
  expect(lab.state()).toMatchObject({ publication: EQUAL, equalAmis: [OLD.amiId] });
  await lab.wait(40);
  expect(lab.running()).not.toContain(NEW.id);
});

test('what came to a fleet without instances and then fails is left, and people know', async () => {
  const lab = fleetLab({ instanceCount: 0, behaviours: { [NEW.id]: FAILS } });
  await lab.poll();
  lab.publish(NEW);
  await lab.poll();
  lab.fleet.group.scaleTo(4);
  await lab.wait(8);
  expect(lab.running()).toEqual(four(OLD.id));
  expect(lab.state()).toMatchObject({ amiId: OLD.amiId, lastTried: null, bad: [{ publication: NEW.id }] });
  expect(lab.notified.join()).toContain(NEW.id);
});

test('a rollout that finishes proves what it brought', async () => {
  const lab = fleetLab();
  await lab.poll();
  lab.publish(EQUAL);
  await lab.wait(0.5);
  expect(lab.state()).toMatchObject({ lastTried: { amiId: OLD.amiId, publication: OLD }, ran: [] });
  lab.publish(NEW);
  await lab.wait(8);
  expect(lab.running()).toEqual(four(NEW.id));
  expect(lab.state()).toMatchObject({ amiId: NEW.amiId, lastTried: null, ran: [NEW.id] });
});

test('a channel that moves back to an untried one takes a canary away', async () => {
  const lab = fleetLab({ behaviours: { [NEW.id]: { tasks: 'none' } } });
  await lab.poll();
  lab.publish(EQUAL);
  await lab.wait(0.5);
  lab.publish(NEW);
  await lab.wait(2);
  expect(lab.running()).toContain(NEW.id);
  lab.publish(EQUAL);
  await lab.wait(4);
  expect(lab.running()).toEqual(four(OLD.id));
  expect(lab.state()).toMatchObject({ amiId: EQUAL.amiId, rollout: null, last: { publication: EQUAL.id } });
});

test('a poll that ended once the group had an untried one is remembered by the next', async () => {
  let isEnded = false;
  const lab = fleetLab({
    behaviours: { [EQUAL.id]: FAILS, [NEW.id]: FAILS },
    wrap: (ports) => ({
      ...ports,
      control: {
        ...ports.control,
        useLaunchTemplateVersion: async (version) => {
          await ports.control.useLaunchTemplateVersion(version);
          if (!isEnded) {
            isEnded = true;
            throw new Error('The function was ended.');
          }
        },
      },
    }),
  });
  await lab.poll();
  lab.publish(EQUAL);
  await expect(lab.poll()).rejects.toThrow('ended');
  await lab.wait(2);
  expect(lab.running()).toEqual(four(OLD.id));
  expect(lab.state()).toMatchObject({ amiId: EQUAL.amiId, lastTried: { amiId: OLD.amiId } });
});

test('an instance of an older AMI is replaced by an untried one as by a canary', async () => {
  const lab = fleetLab({ behaviours: { [EQUAL.id]: FAILS } });
  await lab.poll();
  lab.publish(EQUAL);
  await lab.wait(0.5);
  const { group } = lab.fleet;
  const at = lab.clock.now().getTime();
  const stray = group.launch('1', at);
  group.arrive(stray, at);
  Object.assign(stray, { amiId: publicationOf(4000).amiId });
  await lab.wait(30);
  expect(lab.running()).not.toContain(EQUAL.id);
});

describe('instances that scaling starts from an equal publication', () => {
  async function scaled(behaviour: object, wrap: FleetLabOptions['wrap'] = (ports) => ports) {
    const lab = fleetLab({ behaviours: { [EQUAL.id]: behaviour }, wrap });
    await lab.poll();
    lab.publish(EQUAL);
    await lab.wait(0.5);
    lab.fleet.group.scaleTo(5);
    return lab;
  }

  test.each([['whose tasks fail', FAILS]])(
    '%s take the fleet back, and are told of',
    async (_what, behaviour) => {
      const lab = await scaled(behaviour);
      await lab.wait(6);
      expect(lab.running()).toEqual([...four(OLD.id), OLD.id]);
      expect(lab.state()).toMatchObject({
        amiId: OLD.amiId,
        publication: OLD,
        lastTried: null,
        rollout: null,
        bad: [{ publication: EQUAL.id }],
      });
      expect(lab.notified.filter((text) => text.includes(EQUAL.id))).toHaveLength(1);
    },
  );

  test('that do well end the watch: nothing is replaced, and a poll at rest asks ECS nothing', async () => {
    let asked = 0;
    const lab = await scaled({}, (ports) => ({
      ...ports,
      hosts: {
        ...ports.hosts,
        registered: (ids) => {
          asked += 1;
          return ports.hosts.registered(ids);
        },
      },
    }));
    await lab.wait(3);
    expect(lab.running()).toEqual([...four(OLD.id), EQUAL.id]);
    expect(lab.fleet.group.refreshes).toEqual([]);
    expect(lab.state()).toMatchObject({
      amiId: EQUAL.amiId,
      lastTried: null,
      rollout: null,
    });
    asked = 0;
    expect(await lab.poll()).toEqual(['nothing']);
    expect(asked).toBe(0);
  });

  test('leave the way free for what is newer', async () => {
    const lab = await scaled({ tasks: 'none' });
    await lab.wait(0.5);
    lab.publish(NEW);
    await lab.wait(8);
    expect(lab.running()).toEqual([...four(NEW.id), NEW.id]);
  });

  const revoke = (lab: FleetLab, { id, amiId }: typeof OLD) => {
    const at = lab.clock.now().toISOString();
    const revoked = [{ id, amiId, by: 'ann', reason: 'CVE', at }];
    const document = { schema: 'winbake.failed/1', publications: [], revoked };
    lab.parameters.values.set(NAMES.failed, JSON.stringify(document));
  };

  test('keep no instance on what is revoked meanwhile', async () => {
    const lab = await scaled({});
    await lab.wait(0.25);
    revoke(lab, OLD);
    expect(await lab.poll()).toEqual(['startRefresh']);
    await lab.wait(8);
    expect(lab.running()).not.toContain(OLD.id);
  });

  test('which fail where nothing is there to go back to are told of once, and what is newer goes on', async () => {
    const lab = await scaled(FAILS);
    lab.setOverrides({ floor: { ...overrideAt(lab.clock.now(), 400), osVersion: NEW.osVersion } });
    await lab.wait(30);
    expect(lab.state()).toMatchObject({ bad: [{ publication: EQUAL.id }], lastTried: { amiId: OLD.amiId } });
    expect(lab.notified.filter((text) => text.includes('could neither take nor leave'))).toHaveLength(1);
    lab.publish(NEW);
    await lab.wait(12);
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  });

  test('which fail where a person revokes what was tried keep nothing newer from the fleet', async () => {
    const lab = await scaled(FAILS);
    revoke(lab, OLD);
    await lab.wait(12);
    expect(lab.running()).toContain(EQUAL.id);
    lab.publish(NEW);
    await lab.wait(12);
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
  });

  test('are not bad for being new, and a hold of the fleet keeps them', async () => {
    const lab = await scaled({ tasks: 'none' });
    await lab.wait(1.5);
    lab.fleet.group.scaleTo(4);
    lab.fleet.group.behave((amiId) => ({
      host: amiId === EQUAL.amiId ? 'boots' : 'registers',
      tasks: 'none',
    }));
    lab.fleet.group.scaleTo(5);
    await lab.wait(3);
    expect(lab.state()).toMatchObject({ bad: [], rollout: null, waiting: { for: 'canary' } });

    const held = await scaled(FAILS);
    held.setOverrides({ hold: overrideAt(held.clock.now(), 4) });
    await held.wait(3);
    expect(held.fleet.group.refreshes).toEqual([]);
    await held.wait(6);
    expect(held.running()).toEqual([...four(OLD.id), OLD.id]);
  });

  test('leave a refresh alone that a person starts', async () => {
    const lab = await scaled({ tasks: 'none' });
    await lab.wait(0.25);
    await lab.as(() =>
      lab.ports.control.startRefresh({
        version: lab.fleet.group.version,
        checkpoint: null,
        maxHealthyPercentage: 125,
        bakeSeconds: 0,
        autoRollback: false,
        alarms: [],
      }),
    );
    expect(await lab.poll()).toEqual(['wait:refresh']);
  });

  test('that show nothing ask ECS once an hour, and people hear of it after a day', async () => {
    let asked = 0;
    const lab = await scaled({ tasks: 'none' }, (ports) => ({
      ...ports,
      hosts: {
        ...ports.hosts,
        registered: (ids) => {
          asked += 1;
          return ports.hosts.registered(ids);
        },
      },
    }));
    await lab.wait(1);
    asked = 0;
    await lab.wait(48);
    expect(asked).toBeLessThanOrEqual(48);
    expect(lab.notified.filter((text) => text.includes('has waited for a day'))).toHaveLength(1);
  });
});

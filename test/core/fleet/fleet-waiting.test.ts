import { fleetStateSchema } from '../../../lib/contract/documents/fleet-state';
import { LONGEST_PARAMETER } from '../../../lib/contract/names/parameters';
import { fleetStateText } from '../../../lib/core/fleet/fleet-state';
import { fleetLab, NAMES, NEW, OLD, publicationOf, overrideAt } from '../../support/fleet-lab';

test('a fleet that runs what it should waits for nothing, and names what it follows', async () => {
  const lab = fleetLab();
  await lab.poll();
  expect(lab.state()).toMatchObject({ waiting: null, channel: NAMES.channel });
});

test('a wait keeps its beginning, poll after poll, and another wait has its own', async () => {
  const lab = fleetLab({ policy: { delaySeconds: 3600 } });
  await lab.poll();
  const publishedAt = lab.clock.now().toISOString();
  lab.publish(NEW);
  await lab.poll();
  const delay = { for: 'delay', reason: 'the fleet waits 3600 s after its channel', since: publishedAt };
  expect(lab.state().waiting).toEqual(delay);
  await lab.wait(0.5);
  expect(lab.state().waiting).toEqual(delay);
  const heldAt = new Date(lab.clock.now().getTime() + 15 * 60_000).toISOString();
  lab.setOverrides({ hold: overrideAt(lab.clock.now()) });
  await lab.wait(0.5);
  expect(lab.state().waiting).toEqual({
    for: 'hold',
    reason: 'ops@example.com holds the fleet: trade fair',
    since: heldAt,
  });
  lab.setOverrides({ hold: null });
  await lab.wait(0.5);
  expect(lab.state().waiting).toMatchObject({ for: 'canary' });
  await lab.wait(12);
  expect(lab.state()).toMatchObject({ waiting: null, publication: { id: NEW.id } });
});

test('a state of an older version is read, and completed by the next poll', async () => {
  const lab = fleetLab();
  await lab.poll();
  const { waiting, channel, ...old } = lab.state();
  expect([waiting, channel]).toEqual([null, NAMES.channel]);
  lab.parameters.values.set(NAMES.state, JSON.stringify(old));
  await lab.poll();
  expect(lab.state()).toMatchObject({ waiting: null, channel: NAMES.channel });
});

test('what went back names the command that forgives it', async () => {
  const lab = fleetLab({ behaviours: { [NEW.id]: { tasks: 'fail' } } });
  await lab.poll();
  lab.publish(NEW);
  await lab.wait(12);
  expect(lab.running()).toEqual(Array.from({ length: 4 }, () => OLD.id));
  expect(lab.state().waiting).toMatchObject({ for: 'bad', reason: expect.stringContaining(NEW.id) });
  expect(lab.notified.join('\n')).toContain(`winbake fleet accept shop ${NEW.id} --reason`);
});

test('a state that is full of everything stays within a parameter', async () => {
  const lab = fleetLab();
  await lab.poll();
  lab.publish(NEW);
  await lab.poll();
  const { rollout } = lab.state();
  const long = 'a reason that somebody wrote with "quotes" and \n more '.repeat(40);
  const override = { ...overrideAt(lab.clock.now()), by: long, reason: long };
  const full = {
    ...lab.state(),
    fleet: 'f'.repeat(40),
    autoScalingGroup: 'g'.repeat(255),
    cluster: 'c'.repeat(255),
    channel: `/${'p'.repeat(60)}/${'n'.repeat(40)}/current/publication`,
    publication: publicationOf(999_999, 1, 'previousRevision'),
    rollout: rollout && { ...rollout, goingBack: { because: 'bad' as const, reason: long } },
    equalAmis: Array.from({ length: 20 }, () => NEW.amiId),
    bad: Array.from({ length: 20 }, () => ({ publication: NEW.id, reason: long, at: NEW.at })),
    hold: override,
    floor: { ...override, osVersion: NEW.osVersion },
    accepted: { ...override, publication: NEW.id },
    notices: Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [
        `rolloutRolledBack:20348.${index}-1`,
        { at: `2025-10-1${index}T00:00:00.000Z`, message: long, notifiedAt: NEW.at },
      ]),
    ),
    waiting: { for: 'canary' as const, reason: long, since: NEW.at },
  };
  expect(rollout).not.toBeNull();
  expect(fleetStateText(full).length).toBeLessThanOrEqual(LONGEST_PARAMETER);
  const kept = fleetStateSchema.parse(JSON.parse(fleetStateText(full)));
  expect(kept).toMatchObject({
    amiId: full.amiId,
    wanted: full.wanted,
    rollout: { version: rollout?.version },
  });
  expect(Object.keys(kept.notices)).toContain('rolloutRolledBack:20348.8-1');
  const one = { ...lab.state(), notices: { budgetSpent: { at: NEW.at, message: long, notifiedAt: null } } };
  expect(
    fleetStateSchema.parse(JSON.parse(fleetStateText(one))).notices['budgetSpent']?.message,
  ).toHaveLength(600);
});

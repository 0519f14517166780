import type { AmiBehaviour } from '../../../sim/aws/fleet/ami-behaviour';
import { fleetLab, NEW, overrideAt } from '../../support/fleet-lab';

/** What polls do in two days of a rollout, with a hold and more instances on the way, and what comes of it. */
async function way(behaviour: Partial<AmiBehaviour>, isInMemory: boolean) {
  const lab = fleetLab({ instanceCount: 3, behaviours: { [NEW.id]: behaviour }, isInMemory });
  await lab.poll();
  lab.publish(NEW);
  const actions: (readonly string[])[] = [];
  for (let quarter = 0; quarter < 4 * 48; quarter += 1) {
    await lab.pass(15 * 60);
    if (quarter === 6) {
      lab.setOverrides({ hold: overrideAt(lab.clock.now(), 3) });
    }
    if (quarter === 7) {
      lab.fleet.group.scaleTo(5);
    }
    actions.push(await lab.poll());
  }
  const { bad, last, notices, publication, rollout } = lab.state();
  // Launch templates in memory have less, and so other digests.
  const known = rollout && { ...rollout, origin: rollout.origin?.version };
  return { actions, state: { bad, last, notices, publication, rollout: known }, running: lab.running() };
}

test.each<[string, Partial<AmiBehaviour>]>([
  ['good', {}],
  ['whose tasks fail', { tasks: 'fail' }],
  ['that never registers', { host: 'hangs', tasks: 'none' }],
  ['without tasks', { tasks: 'none' }],
])('a rollout to an AMI %s takes the same way as by clients of the SDK', async (_name, behaviour) => {
  const found = await way(behaviour, true);
  expect(found).toEqual(await way(behaviour, false));
  expect(found.actions.flat()).toContain('startRefresh');
});

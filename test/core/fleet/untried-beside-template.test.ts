import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import { nextRolloutAction } from '../../../lib/core/fleet/next-rollout-action';
import {
  fleetLab,
  NEW,
  NEWER,
  OLD,
  publicationOf,
  type FleetLab,
  type FleetLabOptions,
} from '../../support/fleet-lab';
import {
  failedTask,
  fleetWorld,
  hostOf,
  instancesOf,
  kindOf,
  secondsAgo,
  taskOf,
  type WorldChanges,
} from '../../support/fleet-world';

type Template = NonNullable<FleetState['template']>;

const BAD_HOST = hostOf(0, [failedTask(), failedTask()]);

/** The group's launch template is `new`. */
const template = (ended: Template['ended'] = null, equal: string[] = []): Template => ({
  digest: 'new',
  equal,
  older: 1,
  failed: [],
  ended,
});
const tried = (outcome: 'finished' | 'rolledBack') => template({ outcome, at: secondsAgo(9e4) });

/** A group of NEW, which was never tried, with instances of these publications and launch templates. */
function untriedWorld(
  running: readonly (typeof NEW)[],
  templates: readonly (string | null)[],
  { state, ...more }: WorldChanges = {},
) {
  const instances = instancesOf(running).map((one, index) => ({
    ...one,
    template: templates[index] ?? null,
  }));
  return fleetWorld({
    group: { amiId: NEW.amiId, template: 'new', instances },
    ...more,
    state: {
      publication: NEW,
      lastTried: { amiId: OLD.amiId, publication: OLD },
      equalAmis: [OLD.amiId],
      template: template(),
      ...state,
    },
  });
}

describe('an untried publication', () => {
  test.each<[string, readonly (string | null)[], Template, WorldChanges['policy'], string]>([
    ['that an instance of another AMI has', ['new', 'new'], template(), {}, 'bad'],
    ['of before that an instance of another AMI has', ['old', 'old'], template(), {}, 'bad'],
    ['that nothing else has', ['new', 'old'], template(), {}, 'withdrawn'],
    ['that a deployment has taken back', ['worse', 'new'], template(), {}, 'withdrawn'],
    ['that another took the place of', ['worse', 'old'], template(), {}, 'withdrawn'],
    ['that did well by itself', ['new', 'old'], tried('finished'), {}, 'bad'],
    ['that failed by itself', ['new', 'old'], tried('rolledBack'), {}, 'withdrawn'],
    ['that counts as equal', ['new', 'old'], template(null, ['old']), {}, 'bad'],
    ['that is not known', [null, 'new'], template(), {}, 'bad'],
    ['that is never tried by itself', ['new', 'old'], template(), { rollTemplateChanges: false }, 'bad'],
  ])('goes back where it fails on a launch template %s', (_what, templates, known, policy, because) => {
    const hosts = [BAD_HOST, hostOf(1, [taskOf()])];
    const world = untriedWorld([NEW, OLD], templates, {
      policy,
      state: { template: known },
      world: { hosts },
    });
    expect(nextRolloutAction(world)).toMatchObject({
      kind: 'startRefresh',
      phase: 'back',
      goingBack: { because },
    });
  });

  test.each([
    ['fails with a known launch template, too', [NEW, NEW, OLD], 'bad', [failedTask(), failedTask()]],
    ['does well with a known one', [NEW, NEW, OLD], 'withdrawn', [taskOf()]],
    ['has nothing beside it', [NEW, NEW], 'bad', [taskOf()]],
  ])('which fails with a new launch template and %s', (_what, running, because, tasks) => {
    const world = { hosts: [BAD_HOST, hostOf(1, tasks)] };
    expect(nextRolloutAction(untriedWorld(running, ['new', 'old', 'old'], { world }))).toMatchObject({
      kind: 'startRefresh',
      phase: 'back',
      goingBack: { because },
    });
  });

  test('comes again once the launch template that it failed with was tried by itself', () => {
    const last = { publication: NEW.id, outcome: 'withdrawn', at: secondsAgo(60), proven: true } as const;
    const again = (state: Partial<FleetState>) =>
      nextRolloutAction(
        fleetWorld({
          group: { template: 'new', instances: instancesOf([OLD, OLD]) },
          state: { last, template: template(), ...state },
          world: { wanted: { ...NEW, osVersion: OLD.osVersion } },
        }),
      );
    expect(again({})).toMatchObject({ kind: 'startRefresh', publication: OLD, template: { to: 'new' } });
    expect(kindOf(again({ template: tried('finished') }))).toBe('useForNewInstances');
    expect(kindOf(again({ template: null }))).toBe('useForNewInstances');
    expect(kindOf(again({ last: { ...last, publication: NEWER.id } }))).toBe('useForNewInstances');
    expect(kindOf(again({ last: { ...last, outcome: 'finished' } }))).toBe('useForNewInstances');
  });
});

const EQUAL = publicationOf(4171, 2);

/** A deployment gives the group a version with other user data and the AMI that it has. */
function deploy({ clock, fleet: { group } }: FleetLab, userData: string): void {
  const { number } = group.template.add({ amiId: group.amiOf(group.version), userData }, clock.now());
  group.version = String(number);
}

function userDataOf({ fleet: { group } }: FleetLab): ReadonlySet<string | undefined> {
  return new Set(group.instances.map(({ version }) => group.template.find(version)?.userData));
}

/** Polls until something is so, then stops the refresh, as a deployment does. */
async function stopOnce(lab: FleetLab, isReached: (lab: FleetLab) => boolean): Promise<void> {
  for (let minute = 0; minute < 120 && !isReached(lab); minute += 5) {
    await lab.pass(5 * 60);
    await lab.poll();
  }
  expect(isReached(lab)).toBe(true);
  lab.fleet.group.cancel(false);
  await lab.pass(15 * 60);
}

const isGoingBack = (lab: FleetLab) => (lab.state().rollout?.goingBack ?? null) !== null;
const isThere = (lab: FleetLab) => lab.running().includes(EQUAL.id);

describe('beside an equal publication that was never tried,', () => {
  const LATER = { windows: [{ days: ['WED' as const], startHour: 4, endHour: 8, timeZone: 'UTC' }] };

  async function labOfEqual(options: FleetLabOptions = {}): Promise<FleetLab> {
    const lab = fleetLab(options);
    await lab.poll();
    lab.publish(EQUAL);
    await lab.poll();
    expect(lab.state()).toMatchObject({ amiId: EQUAL.amiId, lastTried: { amiId: OLD.amiId } });
    return lab;
  }

  async function deployAndStop(lab: FleetLab, isReached: (one: FleetLab) => boolean, next: string) {
    deploy(lab, 'bad');
    await stopOnce(lab, isReached);
    deploy(lab, next);
  }

  test.each<[string, FleetLabOptions, (lab: FleetLab) => Promise<void>, string]>([
    ['is taken back on its way back', {}, (lab) => deployAndStop(lab, isGoingBack, ''), ''],
    ['is taken back before it is judged', {}, (lab) => deployAndStop(lab, isThere, ''), ''],
    ['gives way to one that works', {}, (lab) => deployAndStop(lab, isGoingBack, 'mended'), 'mended'],
    [
      'reaches what scaling starts before its window opens',
      { policy: LATER },
      (lab) => {
        deploy(lab, 'bad');
        lab.fleet.group.scaleTo(5);
        return Promise.resolve();
      },
      '',
    ],
    [
      'reaches what scaling starts beside others that do well',
      {},
      async (lab) => {
        lab.fleet.group.scaleTo(5);
        await lab.wait(0.25);
        deploy(lab, 'bad');
        lab.fleet.group.scaleTo(6);
      },
      '',
    ],
  ])('a launch template that fails and %s is no failure of it', async (_what, options, happen, left) => {
    const lab = await labOfEqual(options);
    lab.fleet.group.behaveByVersion(({ template: all, version }) =>
      all.find(version)?.userData === 'bad' ? { host: 'registers', tasks: 'fail' } : undefined,
    );
    await happen(lab);
    await lab.wait(30);
    expect(lab.state()).toMatchObject({ rollout: null, bad: [], publication: EQUAL });
    expect(userDataOf(lab)).toEqual(new Set([left]));
    expect(lab.notified.join()).not.toContain(`fleet accept shop ${EQUAL.id}`);
  });

  test('one that works is tried alone after both failed together, and the next failure is the publication’s', async () => {
    const lab = await labOfEqual({ behaviours: { [EQUAL.id]: { tasks: 'fail' } }, policy: LATER });
    deploy(lab, 'agent');
    lab.fleet.group.scaleTo(5);
    await lab.wait(20);
    expect(userDataOf(lab)).toEqual(new Set(['agent']));
    expect(new Set(lab.running())).toEqual(new Set([OLD.id]));
    expect(lab.state()).toMatchObject({ rollout: null, bad: [], publication: EQUAL });
    lab.fleet.group.scaleTo(6);
    await lab.wait(6);
    expect(lab.state()).toMatchObject({ rollout: null, bad: [{ publication: EQUAL.id }], publication: OLD });
    expect(userDataOf(lab)).toEqual(new Set(['agent']));
    expect(new Set(lab.running())).toEqual(new Set([OLD.id]));
  });
});

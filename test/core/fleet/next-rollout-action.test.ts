import type { FleetState, WaitsFor } from '../../../lib/contract/documents/fleet-state';
import { nextRolloutAction } from '../../../lib/core/fleet/next-rollout-action';
import { NEW, NEWER, OLD } from '../../support/fleet-lab';
import {
  CLOSED,
  failedTask,
  fleetWorld,
  hostOf,
  instancesOf,
  kindOf,
  refreshOf,
  rolloutOf,
  secondsAgo,
  SET,
  taskOf,
  type WorldChanges,
} from '../../support/fleet-world';

const DAY = 86_400;
const FLOOR = { floor: { ...SET, osVersion: NEWER.osVersion } };
const bad = (publication: string) => ({ bad: [{ publication, reason: 'tasks ended', at: secondsAgo(9e4) }] });
const revoked = (amiId: string, at = secondsAgo(60)) => ({
  revoked: [{ id: 'x', amiId, by: 'bob', reason: 'leaks', at }],
});
const FAILED = {
  publications: [{ id: NEW.id, fleet: 'other', ring: null, reason: 'ended', at: secondsAgo(60) }],
};
/** The group has NEW. */
const onNew = (running: readonly (typeof NEW)[], more: object = {}) => ({
  amiId: NEW.amiId,
  instances: instancesOf(running),
  ...more,
});

describe('a fleet at rest', () => {
  test.each<[string, WorldChanges, string]>([
    ['begins with a canary', {}, 'startRefresh'],
    ['waits for its channel', { world: { wanted: undefined } }, 'wait channel'],
    ['waits where the publication was revoked', { elsewhere: revoked(NEW.amiId) }, 'wait bad'],
    ['waits where it was bad here', { state: bad(NEW.id) }, 'wait bad'],
    ['does not wait for what was bad of another', { state: bad(OLD.id) }, 'startRefresh'],
    ['waits below the floor', { state: FLOOR }, 'wait floor'],
    ['waits where another fleet failed', { elsewhere: FAILED }, 'wait otherFleet'],
    ['waits while a person holds it', { state: { hold: SET } }, 'wait hold'],
    ['waits for a window', { policy: CLOSED }, 'wait window'],
    ['waits for its delay', { policy: { delaySeconds: 601 } }, 'wait delay'],
    ['begins once its delay is over', { policy: { delaySeconds: 600 } }, 'startRefresh'],
    ['waits for its delay before its window', { policy: { ...CLOSED, delaySeconds: 601 } }, 'wait delay'],
    [
      'waits for no window off what is revoked',
      { policy: CLOSED, elsewhere: revoked(OLD.amiId) },
      'startRefresh',
    ],
    ['waits for no window on a way back', { policy: CLOSED, state: { ran: [NEW.id] } }, 'startRefresh'],
    ['runs it', { group: onNew([NEW, NEW]) }, 'nothing'],
    ['runs it, whatever was bad', { group: onNew([NEW]), state: bad(NEW.id) }, 'nothing'],
    ['has some that do not run it', { group: onNew([NEW, OLD]) }, 'startRefresh'],
    [
      'has some whose AMI is equal',
      { group: onNew([NEW, OLD]), state: { equalAmis: [OLD.amiId] } },
      'nothing',
    ],
    [
      'has some whose AMI is equal and revoked',
      { group: onNew([NEW, OLD]), state: { equalAmis: [OLD.amiId] }, elsewhere: revoked(OLD.amiId) },
      'startRefresh',
    ],
    ['has no instances', { group: { instances: [] } }, 'useForNewInstances'],
    ['has no instances, and no window', { group: { instances: [] }, policy: CLOSED }, 'useForNewInstances'],
    ['has no instances, and is held', { group: { instances: [] }, state: { hold: SET } }, 'wait hold'],
    [
      'has it everywhere but for the group',
      { group: { instances: instancesOf([NEW, NEW]) } },
      'useForNewInstances',
    ],
    ['has it on some, and the group not', { group: { instances: instancesOf([NEW, OLD]) } }, 'startRefresh'],
    ['goes on what a refresh does', { world: { refresh: refreshOf() } }, 'wait refresh'],
    ['goes on with its rollout', { state: { rollout: rolloutOf() } }, 'startRefresh'],
  ])('%s', (_what, changes, expected) => {
    expect(kindOf(nextRolloutAction(fleetWorld(changes)))).toBe(expected);
  });

  test('turns back by itself, unless the floor forbids it or it is revoked', () => {
    const turns = (changes: WorldChanges) => nextRolloutAction(fleetWorld(changes));
    expect(turns({})).toMatchObject({ phase: 'canary', autoRollback: true, isRetry: false, goingBack: null });
    expect(turns({ state: { floor: { ...SET, osVersion: NEW.osVersion } } })).toMatchObject({
      autoRollback: false,
    });
    expect(turns({ elsewhere: revoked(OLD.amiId) })).toMatchObject({ autoRollback: false });
  });

  test.each<[string, Partial<FleetState>, WorldChanges, boolean]>([
    ['equal in version and mode', {}, {}, true],
    [
      'of another mode',
      {},
      { world: { wanted: { ...NEW, osVersion: OLD.osVersion, mode: 'nearestLower' } } },
      false,
    ],
    ['of another version', {}, { world: { wanted: NEW } }, false],
    ['of a fleet of which nothing is known', { publication: null }, {}, false],
    ['of a group that has something else', { publication: NEWER }, {}, false],
    ['where the fleet rolls equal ones', {}, { policy: { rollEqualRevision: true } }, false],
    ['where what it runs is revoked', {}, { elsewhere: revoked(OLD.amiId) }, false],
  ])('takes a publication for new instances alone: %s', (_what, state, changes, expected) => {
    const wanted = { ...NEW, osVersion: OLD.osVersion };
    const action = nextRolloutAction(
      fleetWorld({ ...changes, state: { ...state }, world: { wanted, ...changes.world } }),
    );
    expect(action.kind === 'useForNewInstances' && action.isEqual).toBe(expected);
  });

  test('takes no base AMI for equal, since its revision is not known', () => {
    const base = { ...OLD, osVersion: '10.0.20348.0', mode: 'unbaked' as const };
    const action = nextRolloutAction(
      fleetWorld({
        state: { publication: base },
        world: { wanted: { ...base, id: '20348.0-1', amiId: NEW.amiId } },
      }),
    );
    expect(action.kind).toBe('startRefresh');
  });
});

describe('instances that a rollout left behind', () => {
  const last = (seconds: number, publication = NEW.id) =>
    ({ last: { publication, outcome: 'finished', at: secondsAgo(seconds), proven: true } }) as const;
  const left = { group: onNew([NEW, OLD]) };

  test.each<[string, WorldChanges, string]>([
    ['are looked at again in a day', { state: last(DAY - 1) }, 'wait stray'],
    ['go on after a day', { state: last(DAY) }, 'startRefresh'],
    ['go on after a rollout of something else', { state: last(60, OLD.id) }, 'startRefresh'],
    [
      'go on where theirs was revoked since',
      { state: last(600), elsewhere: revoked(OLD.amiId) },
      'startRefresh',
    ],
    [
      'wait where theirs was revoked before',
      { state: last(600), elsewhere: revoked(OLD.amiId, secondsAgo(601)) },
      'wait stray',
    ],
    [
      'wait where what all others run was revoked since',
      { state: last(600), elsewhere: revoked(NEWER.amiId) },
      'wait stray',
    ],
  ])('%s', (_what, changes, expected) => {
    expect(kindOf(nextRolloutAction(fleetWorld({ ...left, ...changes })))).toBe(expected);
  });

  test('go at once to what was tried, and by a canary to what was not', () => {
    const phase = (state: Partial<FleetState>, group: WorldChanges['group'] = left.group) =>
      nextRolloutAction(fleetWorld({ group, state }));
    const lastTried = { amiId: OLD.amiId, publication: OLD };
    expect(phase({})).toMatchObject({ phase: 'rest', autoRollback: false });
    expect(phase({ lastTried })).toMatchObject({ phase: 'canary' });
    expect(phase({}, { ...left.group, template: 'other' })).toMatchObject({ phase: 'canary' });
  });
});

describe('where the channel is of no use, instances of neither go back to what the group has', () => {
  const stuck: WorldChanges = { group: { instances: instancesOf([OLD, NEW]) }, state: bad(NEW.id) };
  const of = ({ state, ...changes }: WorldChanges = {}) =>
    nextRolloutAction(fleetWorld({ ...stuck, ...changes, state: { ...stuck.state, ...state } }));

  test('at once', () => {
    expect(of()).toMatchObject({
      kind: 'startRefresh',
      phase: 'rest',
      publication: OLD,
      goingBack: null,
      isRetry: false,
      autoRollback: false,
      reason: '1 instances run what neither is wanted nor was good',
    });
  });

  test.each<[string, WorldChanges, string]>([
    ['not where all may stay', { group: { instances: instancesOf([OLD, OLD]) } }, 'wait bad'],
    ['not where they count as equal', { state: { equalAmis: [NEW.amiId] } }, 'wait bad'],
    ['not where nothing is known of the group’s', { state: { publication: null } }, 'wait bad'],
    ['not below the floor', { state: { floor: { ...SET, osVersion: NEW.osVersion } } }, 'wait bad'],
    ['not while a person holds it', { state: { hold: SET } }, 'wait hold'],
    ['not outside the windows', { policy: CLOSED }, 'wait window'],
    [
      'not within a day of the last try',
      {
        state: { last: { publication: OLD.id, outcome: 'finished', at: secondsAgo(DAY - 1), proven: true } },
      },
      'wait bad',
    ],
    [
      'again after a day',
      { state: { last: { publication: OLD.id, outcome: 'finished', at: secondsAgo(DAY), proven: true } } },
      'startRefresh',
    ],
    [
      'after a try of something else',
      { state: { last: { publication: NEW.id, outcome: 'failed', at: secondsAgo(60), proven: true } } },
      'startRefresh',
    ],
    [
      'not while the channel is not seeded',
      { world: { wanted: undefined }, state: { bad: [] } },
      'wait channel',
    ],
    ['where another fleet failed', { state: { bad: [] }, elsewhere: FAILED }, 'startRefresh'],
  ])('%s', (_what, changes, expected) => {
    expect(kindOf(of(changes))).toBe(expected);
  });
});

describe('a changed launch template', () => {
  const BAD_HOSTS = [hostOf(1, [failedTask(), failedTask()])];
  const TEMPLATE = { digest: 'new', equal: [], older: 2, failed: [], ended: null };
  const group = onNew([NEW, NEW], { template: 'new' });
  const of = ({ state, ...changes }: WorldChanges = {}) =>
    nextRolloutAction(
      fleetWorld({ group, ...changes, state: { publication: NEW, template: TEMPLATE, ...state } }),
    );

  test('goes to instances by a canary, and back to what they ran', () => {
    expect(of()).toMatchObject({
      kind: 'startRefresh',
      phase: 'canary',
      publication: NEW,
      goingBack: null,
      isRetry: false,
      autoRollback: false,
      template: { from: 'digest', to: 'new', fromVersion: '7' },
      reason: '2 instances have an older launch template',
    });
  });

  test('goes back to instances of the group’s own AMI, where there are some', () => {
    const [one, other] = instancesOf([OLD, NEW]);
    const instances = [{ ...one!, version: '5', template: 'oldest' }, other!];
    const state = { equalAmis: [OLD.amiId] };
    expect(of({ state, group: { ...group, instances } })).toMatchObject({
      template: { from: 'digest', fromVersion: '7' },
    });
    expect(of({ state, group: { ...group, instances: instances.slice(0, 1) } })).toMatchObject({
      template: { from: 'oldest', fromVersion: '5' },
    });
  });

  test.each([
    ['is bad', BAD_HOSTS, 'back'],
    ['is not decided', [], undefined],
  ])('waits while the publication that scaling started was never tried and %s', (_, hosts, phase) => {
    const [one, other] = instancesOf([OLD, NEW]);
    const instances = [one!, { ...other!, template: 'new' }];
    const lastTried = { amiId: OLD.amiId, publication: OLD };
    const action = of({
      state: { lastTried, equalAmis: [OLD.amiId] },
      group: { ...group, instances },
      world: { hosts },
    });
    expect(action).toMatchObject(phase === undefined ? { kind: 'wait', waitsFor: 'canary' } : { phase });
  });

  test('never goes back to what a canary that failed has left', () => {
    const [one, other] = instancesOf([OLD, NEW]);
    const instances = [one!, { ...other!, version: '9', template: 'worse' }];
    const state = { equalAmis: [OLD.amiId] };
    expect(of({ state, group: { ...group, instances } })).toMatchObject({ template: { fromVersion: '9' } });
    const template = { ...TEMPLATE, failed: ['worse'] };
    expect(of({ state: { ...state, template }, group: { ...group, instances } })).toMatchObject({
      template: { from: 'digest', fromVersion: one!.version },
    });
  });

  const ended = (outcome: 'finished' | 'failed', seconds: number) => ({
    state: { template: { ...TEMPLATE, ended: { outcome, at: secondsAgo(seconds) } } },
  });

  test.each<[string, WorldChanges, string]>([
    ['where fleets roll none', { policy: { rollTemplateChanges: false } }, 'nothing'],
    ['where it counts as equal', { state: { template: { ...TEMPLATE, equal: ['digest'] } } }, 'nothing'],
    ['where none was known before', { state: { template: null } }, 'nothing'],
    ['where nothing is known of the group’s AMI', { state: { publication: null } }, 'nothing'],
    ['below the floor', { state: FLOOR }, 'nothing'],
    ['where all instances have it', { group: onNew([NEW], { template: 'digest' }) }, 'nothing'],
    ['where an AMI is about to bring it', { policy: CLOSED, world: { wanted: NEWER } }, 'wait window'],
    ['which failed here', ended('failed', 9e6), 'wait bad'],
    ['which left some behind', ended('finished', DAY - 1), 'wait stray'],
    ['which left some behind a day ago', ended('finished', DAY), 'nothing'],
    [
      'which failed here, while something else is waited for',
      { ...ended('failed', 60), world: { wanted: undefined } },
      'wait channel',
    ],
    ['outside the windows', { policy: CLOSED }, 'wait window'],
    ['while a person holds it', { state: { hold: SET } }, 'wait hold'],
  ])('waits: %s', (_what, changes, expected) => {
    expect(kindOf(of(changes))).toBe(expected);
  });

  test.each<[WaitsFor, WorldChanges]>([
    ['channel', { world: { wanted: undefined } }],
    ['bad', { world: { wanted: NEWER }, state: bad(NEWER.id) }],
    ['floor', { world: { wanted: OLD }, state: { floor: { ...SET, osVersion: NEW.osVersion } } }],
  ])('does not wait for an end that is far: %s', (_waitsFor, changes) => {
    expect(of(changes)).toMatchObject({ kind: 'startRefresh', template: { to: 'new' } });
  });
});

describe('what scaling starts from an untried publication', () => {
  const untried = {
    publication: NEW,
    lastTried: { amiId: OLD.amiId, publication: OLD },
    equalAmis: [OLD.amiId],
  };
  const BAD = [hostOf(0, [failedTask(), failedTask()])];
  const of = ({ state, ...changes }: WorldChanges = {}) =>
    nextRolloutAction(fleetWorld({ group: onNew([NEW, OLD]), ...changes, state: { ...untried, ...state } }));

  test('is watched', () => {
    expect(of({ world: { hosts: [hostOf(0, [taskOf()])] } })).toMatchObject({
      kind: 'wait',
      waitsFor: 'canary',
      reason: `${NEW.id} was never tried here, and what scaling started from it is watched`,
    });
  });

  test('goes back where it is bad', () => {
    expect(of({ world: { hosts: BAD } })).toMatchObject({
      kind: 'startRefresh',
      phase: 'back',
      publication: NEW,
      goingBack: { because: 'bad' },
      isRetry: false,
      autoRollback: false,
    });
  });

  test('is bad where nothing is there to go back to', () => {
    expect(
      of({ world: { hosts: BAD }, elsewhere: revoked(OLD.amiId, secondsAgo(9e5)), group: onNew([NEW]) }),
    ).toMatchObject({
      kind: 'settle',
      outcome: 'failed',
      publication: NEW,
    });
  });

  test.each<[string, WorldChanges, string]>([
    ['a person’s hold keeps it', { world: { hosts: BAD }, state: { hold: SET } }, 'wait canary'],
    ['what else is waited for is told first', { world: { wanted: undefined } }, 'wait channel'],
    ['what was tried needs no watch', { state: { lastTried: null } }, 'nothing'],
    ['nothing was started from it', { group: onNew([OLD]) }, 'nothing'],
    ['a rollout comes first', { world: { wanted: NEWER, hosts: BAD } }, 'startRefresh'],
  ])('%s', (_what, changes, expected) => {
    const action = of(changes);
    expect(kindOf(action)).toBe(expected);
    expect(action.kind === 'startRefresh' && action.phase).not.toBe('back');
  });
});

import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import { WEEKDAYS } from '../../../lib/contract/values/weekly-window';
import { betweenRefreshes } from '../../../lib/core/fleet/between-refreshes';
import type { RolloutAction } from '../../../lib/core/fleet/fleet-world';
import type { InstanceRefresh } from '../../../lib/core/ports/fleets';
import { NEW, NEWER, OLD } from '../../support/fleet-lab';
import {
  failedTask,
  fleetWorld,
  hostOf,
  instancesOf,
  refreshOf,
  rolloutOf,
  secondsAgo,
  SET,
  taskOf,
  type WorldChanges,
} from '../../support/fleet-world';

interface Case extends WorldChanges {
  readonly rollout?: Partial<FleetRollout>;
  /** Null: the group has had none. */
  readonly refresh?: Partial<InstanceRefresh> | null;
}

/** A canary of one instance of four whose refresh was stopped at its checkpoint, and on which a task has run for an hour. */
function actionOf({ group, refresh = {}, rollout: given, state, world, ...more }: Case = {}): RolloutAction {
  const rollout = rolloutOf(given);
  return betweenRefreshes(
    fleetWorld({
      group: { instances: instancesOf([NEW, OLD, OLD, OLD]), ...group },
      state: { rollout, ...state },
      world: {
        hosts: [hostOf(0, [taskOf()]), hostOf(1, [taskOf()])],
        refresh:
          refresh === null
            ? undefined
            : refreshOf({ status: 'Cancelled', endedAt: new Date(secondsAgo(600)), ...refresh }),
        ...world,
      },
      ...more,
    }),
    rollout,
  );
}

const BAD = { hosts: [hostOf(0, [failedTask(), failedTask()]), hostOf(1, [taskOf()])] };
const WAITING = { hosts: [hostOf(0, []), hostOf(1, [taskOf()])] };
const FLOOR = { floor: { ...SET, osVersion: NEW.osVersion } };
const BACK = { because: 'bad', reason: 'tasks failed' } as const;
const OLD_ONES = { instances: instancesOf([OLD, OLD]) };
const NEW_ONES = { amiId: NEW.amiId, instances: instancesOf([NEW, NEW]) };
const REVOKED_OLD = { id: OLD.id, amiId: OLD.amiId, by: 'bob', reason: 'leaks', at: secondsAgo(60) };
/** No window is open at the poll, a Wednesday. */
const CLOSED = {
  windows: [
    { days: [WEEKDAYS.find((day) => day.startsWith('SUN'))!], startHour: 1, endHour: 2, timeZone: 'UTC' },
  ],
};
const TEMPLATE = { from: 'before', to: 'digest', fromVersion: '6' };

test.each<[string, Case, object]>([
  [
    'a refresh that was started and not noted is adopted',
    { rollout: { refreshId: null } },
    { kind: 'adoptRefresh', refreshId: 'refresh-1' },
  ],
  [
    'a canary without any refresh that is well goes on',
    { refresh: null },
    { kind: 'startRefresh', phase: 'rest', reason: expect.stringContaining('the canary is well') },
  ],
  [
    'a canary after another’s refresh goes on, too',
    { refresh: { id: 'other', status: 'Failed' } },
    { kind: 'startRefresh', phase: 'rest' },
  ],
  [
    'a canary that is well: the rest follows, and turns back by itself',
    {},
    {
      kind: 'startRefresh',
      phase: 'rest',
      publication: NEW,
      goingBack: null,
      isRetry: false,
      autoRollback: true,
    },
  ],
  [
    'nothing turns back by itself to below the floor',
    { state: FLOOR },
    { kind: 'startRefresh', phase: 'rest', autoRollback: false },
  ],
  ['a canary that is not decided waits', { world: WAITING }, { kind: 'wait', waitsFor: 'canary' }],
  [
    'a canary that is bad goes back',
    { world: BAD },
    {
      kind: 'startRefresh',
      phase: 'back',
      goingBack: { because: 'bad' },
      isRetry: false,
      autoRollback: false,
    },
  ],
  [
    'a canary that is well after its whole refresh is followed by the rest',
    { refresh: { status: 'Successful' } },
    { kind: 'startRefresh', phase: 'rest' },
  ],
  [
    'a rest that was replaced has finished',
    { refresh: { status: 'Successful' }, rollout: { phase: 'rest' } },
    { kind: 'settle', outcome: 'finished', reason: 'every instance runs it' },
  ],
  [
    'a rest that was stopped goes on where it stopped',
    { rollout: { phase: 'rest' } },
    {
      kind: 'startRefresh',
      phase: 'rest',
      goingBack: null,
      isRetry: false,
      reason: 'it goes on where it stopped',
    },
  ],
  [
    'a rest that every instance has by now has finished',
    { rollout: { phase: 'rest' }, group: NEW_ONES },
    { kind: 'settle', outcome: 'finished', reason: 'every instance runs it' },
  ],
  [
    'a canary that every instance has by now has finished once it is well',
    { group: NEW_ONES },
    { kind: 'settle', outcome: 'finished', reason: expect.stringContaining('a task has run there') },
  ],
  [
    'a canary that every instance has waits until it is well',
    { group: NEW_ONES, world: { hosts: [hostOf(0)] } },
    { kind: 'wait', waitsFor: 'canary' },
  ],
  [
    'instances of it under a group of the old one have a rest to come',
    { group: { instances: instancesOf([NEW, NEW]) } },
    { kind: 'startRefresh', phase: 'rest' },
  ],
  [
    'a group of it with an instance of the old one has a rest to come',
    { group: { amiId: NEW.amiId } },
    { kind: 'startRefresh', phase: 'rest' },
  ],
  [
    'a group without instances takes it for new ones',
    { group: { instances: [] } },
    { kind: 'useForNewInstances', amiId: NEW.amiId, publication: NEW, isEqual: false },
  ],
  [
    'a group without instances that has it has finished',
    { group: { amiId: NEW.amiId, instances: [] } },
    { kind: 'settle', outcome: 'finished' },
  ],
  [
    'a canary whose instance is gone begins again',
    { group: OLD_ONES },
    { kind: 'startRefresh', phase: 'canary', isRetry: false, autoRollback: true, goingBack: null },
  ],
  [
    'a rest whose instances are gone begins again with a canary',
    { group: OLD_ONES, rollout: { phase: 'rest' } },
    { kind: 'startRefresh', phase: 'canary' },
  ],
  [
    'no canary begins again outside the windows',
    { group: OLD_ONES, policy: CLOSED },
    { kind: 'wait', waitsFor: 'window' },
  ],
  [
    'but one that leaves what was revoked',
    { group: OLD_ONES, policy: CLOSED, elsewhere: { revoked: [REVOKED_OLD] } },
    { kind: 'startRefresh', phase: 'canary', autoRollback: false },
  ],
  [
    'the rest waits for a window',
    { policy: CLOSED },
    { kind: 'wait', waitsFor: 'window', reason: 'the canary is well, no maintenance window is open' },
  ],
  [
    'but not off what was revoked',
    { policy: CLOSED, elsewhere: { revoked: [REVOKED_OLD] } },
    { kind: 'startRefresh', phase: 'rest' },
  ],
  ['a hold stops it', { state: { hold: SET } }, { kind: 'wait', waitsFor: 'hold' }],
  [
    'another publication takes the place of one that nobody has',
    { group: OLD_ONES, world: { wanted: NEWER } },
    { kind: 'settle', outcome: 'superseded' },
  ],
  [
    'but not where nothing is wanted',
    { group: OLD_ONES, world: { wanted: undefined } },
    { kind: 'startRefresh' },
  ],
  [
    'a newer one waits for the watch of one that is there',
    { world: { ...WAITING, wanted: NEWER }, rollout: { firstInstanceAt: secondsAgo(5399) } },
    { kind: 'wait', waitsFor: 'canary' },
  ],
  [
    'and takes its place after it',
    { world: { ...WAITING, wanted: NEWER }, rollout: { firstInstanceAt: secondsAgo(5400) } },
    { kind: 'settle', outcome: 'superseded' },
  ],
])('%s', (_what, given, expected) => {
  expect(actionOf(given)).toMatchObject(expected);
});

describe('a failure elsewhere', () => {
  const failed = { id: NEW.id, fleet: 'other', ring: null, reason: 'tasks ended', at: secondsAgo(60) };
  const elsewhere = { publications: [failed] };

  test('ends a rollout of which no instance is left', () => {
    expect(actionOf({ elsewhere, group: OLD_ONES })).toMatchObject({
      kind: 'settle',
      outcome: 'superseded',
      reason: 'it has failed on the fleet other, and none of its instances is left here',
    });
  });

  test('ends none that has instances, and none of a launch template', () => {
    expect(actionOf({ elsewhere })).toMatchObject({ kind: 'startRefresh', phase: 'rest' });
    const group = { ...OLD_ONES, amiId: NEW.amiId };
    const rollout = { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE };
    expect(actionOf({ elsewhere, group, rollout }).kind).not.toBe('settle');
  });
});

describe('a refresh that failed', () => {
  const failed = { status: 'Failed', reason: 'unhealthy' };

  test('goes back, and tries again what failed on its way back, three times in all', () => {
    expect(actionOf({ refresh: failed })).toMatchObject({
      kind: 'startRefresh',
      phase: 'back',
      isRetry: true,
      goingBack: { because: 'bad', reason: 'the instance refresh is Failed: unhealthy' },
    });
    const back = (failures: number) =>
      actionOf({ refresh: failed, rollout: { phase: 'back', goingBack: BACK, failures } });
    expect(back(1)).toMatchObject({ kind: 'startRefresh', phase: 'back', isRetry: true, goingBack: BACK });
    expect(back(2)).toMatchObject({
      kind: 'settle',
      outcome: 'failed',
      reason: 'tasks failed; 3 ways back have failed',
    });
  });

  test('has failed before it went back counts for no way back', () => {
    expect(actionOf({ refresh: failed, rollout: { failures: 2 } }).kind).toBe('startRefresh');
    expect(actionOf({ rollout: { phase: 'back', goingBack: BACK, failures: 2 } }).kind).toBe('startRefresh');
  });

  test('by a way back of Auto Scaling goes back, too', () => {
    expect(actionOf({ refresh: { ...failed, status: 'RollbackFailed' } })).toMatchObject({ phase: 'back' });
  });

  test('stays where the floor forbids the way back', () => {
    expect(actionOf({ refresh: failed, state: FLOOR })).toMatchObject({
      kind: 'settle',
      outcome: 'failed',
      reason: expect.stringContaining('nothing that the floor allows'),
    });
    const goingBack = { because: 'withdrawn', reason: 'moved' } as const;
    expect(actionOf({ rollout: { goingBack }, state: FLOOR })).toMatchObject({ outcome: 'withdrawn' });
  });
});

describe('a way back', () => {
  const rollout = { phase: 'back', goingBack: BACK } as const;

  test.each<[string, Case, object]>([
    [
      'that was replaced has ended',
      { rollout, refresh: { status: 'Successful' } },
      { kind: 'settle', outcome: 'rolledBack', reason: 'tasks failed' },
    ],
    [
      'of what was withdrawn ends as such',
      {
        rollout: { ...rollout, goingBack: { because: 'withdrawn', reason: 'moved' } },
        refresh: { status: 'Successful' },
      },
      { kind: 'settle', outcome: 'withdrawn', reason: 'moved' },
    ],
    [
      'by Auto Scaling alone tells what that says',
      { refresh: { status: 'RollbackSuccessful', reason: 'An alarm rang.' } },
      { kind: 'settle', outcome: 'rolledBack', reason: 'An alarm rang.' },
    ],
    [
      'of which no instance is left has ended',
      { rollout, group: OLD_ONES },
      { kind: 'settle', outcome: 'rolledBack', reason: 'tasks failed' },
    ],
    [
      'of what was withdrawn, of which no instance is left, ends as such',
      { rollout: { ...rollout, goingBack: { because: 'withdrawn', reason: 'moved' } }, group: OLD_ONES },
      { kind: 'settle', outcome: 'withdrawn', reason: 'moved' },
    ],
    [
      'without another launch template gives nothing again',
      { rollout: { ...rollout, version: '7' }, refresh: { status: 'Successful' } },
      { kind: 'settle', outcome: 'rolledBack' },
    ],
    [
      'of which no instance is left gives the group what was before',
      { rollout, group: { ...OLD_ONES, amiId: NEW.amiId } },
      { kind: 'useForNewInstances', amiId: OLD.amiId, publication: OLD, isEqual: false },
    ],
    [
      'to the launch template of before names its version',
      {
        rollout: { ...rollout, from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE },
        group: { amiId: NEW.amiId, instances: instancesOf([NEW], { template: 'before' }) },
      },
      { kind: 'useForNewInstances', amiId: NEW.amiId, version: '6' },
    ],
    [
      'gives the group the deployed launch template again',
      {
        rollout: { ...rollout, restores: '9', version: '7' },
        refresh: { status: 'Successful' },
      },
      { kind: 'useForNewInstances', amiId: OLD.amiId, publication: OLD, base: '9', isEqual: false },
    ],
    [
      'gives nothing again where the group has another by now',
      { rollout: { ...rollout, restores: '9', version: '6' }, refresh: { status: 'Successful' } },
      { kind: 'settle', outcome: 'rolledBack' },
    ],
  ])('%s', (_what, given, expected) => {
    expect(actionOf(given)).toMatchObject(expected);
  });

  test('names no version where none was kept', () => {
    expect(actionOf({ rollout, group: { ...OLD_ONES, amiId: NEW.amiId } })).not.toHaveProperty('version');
  });
});

test('a launch template that changed again ends its rollout, unless the group is on its way back', () => {
  const rollout = { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE };
  const of = (template: string, more: Partial<FleetRollout> = {}) =>
    actionOf({ rollout: { ...rollout, ...more }, group: { amiId: NEW.amiId, template } });
  expect(of('third')).toMatchObject({ kind: 'settle', outcome: 'superseded' });
  expect(of('before')).toMatchObject({ kind: 'settle', outcome: 'superseded' });
  expect(of('digest')).not.toMatchObject({ outcome: 'superseded' });
  expect(of('before', { phase: 'back', goingBack: BACK })).not.toMatchObject({ outcome: 'superseded' });
});

describe('a refresh that says nothing of the publication', () => {
  const UNSEEN = { firstInstanceAt: null, progress: { percentage: 0, at: secondsAgo(5000) } };
  const ended = (lasted: number, ago: number, more: Partial<InstanceRefresh> = {}) => ({
    status: 'Failed',
    percentage: 0,
    reason: 'unhealthy',
    startedAt: new Date(secondsAgo(ago + lasted)),
    endedAt: new Date(secondsAgo(ago)),
    ...more,
  });
  const ALARMS = { alarms: ['errors'] };
  const unseen = { rollout: UNSEEN, group: OLD_ONES };

  test.each<[string, Case, string]>([
    ['an alarm within ten minutes', { ...unseen, policy: ALARMS, refresh: ended(599, 60) }, 'wait alarm'],
    ['an alarm after ten minutes', { ...unseen, policy: ALARMS, refresh: ended(600, 60) }, 'settle'],
    ['soon, and no alarm is named', { ...unseen, refresh: ended(599, 60) }, 'settle'],
    ['no launch for 55 minutes', { ...unseen, refresh: ended(3300, 60) }, 'wait capacity'],
    ['no launch for less', { ...unseen, refresh: ended(3299, 60) }, 'settle'],
    [
      'it ends with a way back',
      { ...unseen, refresh: ended(3300, 60, { status: 'RollbackSuccessful' }) },
      'wait capacity',
    ],
    ['an hour later it is tried again', { ...unseen, refresh: ended(3300, 3600) }, 'startRefresh'],
    ['a minute earlier it is not', { ...unseen, refresh: ended(3300, 3599) }, 'wait capacity'],
    ['something else is wanted', { ...unseen, refresh: ended(3300, 60), world: { wanted: NEWER } }, 'settle'],
    ['part of the group was replaced', { ...unseen, refresh: ended(3300, 60, { percentage: 1 }) }, 'settle'],
    ['an instance was there', { refresh: ended(3300, 60) }, 'startRefresh'],
    [
      'it was on its way back',
      { rollout: { ...UNSEEN, phase: 'back', goingBack: BACK }, refresh: ended(3300, 60) },
      'startRefresh',
    ],
    [
      'EC2 has no capacity',
      { refresh: ended(60, 60, { reason: 'InsufficientInstanceCapacity' }) },
      'wait capacity',
    ],
    [
      'EC2 has no capacity, and it is bad',
      { refresh: ended(60, 60, { reason: 'InsufficientInstanceCapacity' }), world: BAD },
      'startRefresh',
    ],
  ])('%s', (_what, given, expected) => {
    const action = actionOf(given);
    expect([action.kind, ...(action.kind === 'wait' ? [action.waitsFor] : [])].join(' ')).toBe(expected);
  });

  test('is told with its alarms, or with what Auto Scaling says', () => {
    expect(actionOf({ ...unseen, policy: ALARMS, refresh: ended(60, 60) })).toMatchObject({
      reason: 'an alarm of errors rings before anything was replaced',
    });
    expect(actionOf({ ...unseen, refresh: ended(3300, 60) })).toMatchObject({
      reason: 'no instance could be launched for an hour: unhealthy',
    });
  });
});

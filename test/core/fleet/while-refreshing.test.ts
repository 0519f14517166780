import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import type { RolloutAction } from '../../../lib/core/fleet/fleet-world';
import { isOurs, whileRefreshing } from '../../../lib/core/fleet/while-refreshing';
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
  /** Null: there is no rollout. */
  readonly rollout?: Partial<FleetRollout> | null;
  readonly refresh?: Partial<InstanceRefresh>;
}

/** One new instance of four, on which a task has run for an hour, while the refresh waits at its checkpoint. */
function actionOf({ group, refresh, rollout = {}, state, world, ...more }: Case = {}): RolloutAction {
  return whileRefreshing(
    fleetWorld({
      group: { instances: instancesOf([NEW, OLD, OLD, OLD]), ...group },
      state: { rollout: rollout === null ? null : rolloutOf(rollout), ...state },
      world: { hosts: [hostOf(0, [taskOf()]), hostOf(1, [taskOf()])], ...world },
      ...more,
    }),
    refreshOf(refresh),
  );
}

const BAD = { hosts: [hostOf(0, [failedTask(), failedTask()]), hostOf(1, [taskOf()])] };
const WAITING = { hosts: [hostOf(0, []), hostOf(1, [taskOf()])] };
const FLOOR = { floor: { ...SET, osVersion: NEW.osVersion } };
const REVOKED = [{ id: NEW.id, amiId: NEW.amiId, by: 'ann', reason: 'leaks', at: secondsAgo(60) }];
const HOUR = 3600;

/** The group's launch template was deployed while instances of before had another, and has not run on all of them. */
const UNTRIED = { digest: 'digest', equal: [], older: 1, failed: [], ended: null };
const deployedMeanwhile = (before: typeof OLD) =>
  instancesOf([NEW, before, OLD, OLD]).map((one, index) =>
    index === 1 ? { ...one, version: '5', template: 'older' } : one,
  );

test.each<[string, Case, object]>([
  ['a refresh that is nobody’s', { rollout: null }, { kind: 'wait', waitsFor: 'refresh' }],
  ['a refresh that is not ours', { refresh: { id: 'other' } }, { kind: 'wait', waitsFor: 'refresh' }],
  [
    'a refresh that was started and not noted',
    { rollout: { refreshId: null } },
    { kind: 'adoptRefresh', refreshId: 'refresh-1' },
  ],
  [
    'a refresh that is cancelled already',
    { refresh: { status: 'Cancelling' }, world: BAD },
    { kind: 'wait', waitsFor: 'refresh', reason: 'the instance refresh is Cancelling' },
  ],
  [
    'a canary that is well',
    {},
    { kind: 'cancelRefresh', goingBack: null, reason: expect.stringContaining('the canary is well') },
  ],
  ['a canary that is not decided', { world: WAITING }, { kind: 'wait', waitsFor: 'canary' }],
  [
    'a canary that is bad goes back',
    { world: BAD },
    { kind: 'rollBackRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a canary that is bad where the group has the new version is stopped',
    { world: BAD, group: { amiId: NEW.amiId } },
    { kind: 'cancelRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a canary that is bad where some of what was before has an older launch template is stopped',
    { world: BAD, group: { instances: deployedMeanwhile(OLD) }, state: { template: UNTRIED } },
    { kind: 'cancelRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a canary that is bad where what counts as equal to it has an older launch template is stopped',
    {
      world: BAD,
      group: { instances: deployedMeanwhile(NEWER) },
      state: { template: UNTRIED, equalAmis: [NEWER.amiId] },
    },
    { kind: 'cancelRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a canary that is bad where most have a launch template that did well here goes back',
    {
      world: BAD,
      group: { instances: deployedMeanwhile(OLD) },
      state: { template: { ...UNTRIED, ended: { outcome: 'finished', at: secondsAgo(9000) } } },
    },
    { kind: 'rollBackRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a canary that is bad, and what was before is revoked, is stopped',
    { world: BAD, elsewhere: { revoked: [{ ...REVOKED[0]!, amiId: OLD.amiId }] } },
    { kind: 'cancelRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a launch template on its way back beside an untried AMI is stopped, since Auto Scaling would turn to that AMI',
    {
      group: { amiId: NEW.amiId, template: 'before' },
      rollout: {
        goingBack: { because: 'bad', reason: 'x' },
        template: { from: 'before', to: 'digest', fromVersion: '6' },
      },
    },
    { kind: 'cancelRefresh', goingBack: { because: 'bad' } },
  ],
  [
    'a revoked publication goes back',
    { elsewhere: { revoked: REVOKED } },
    { kind: 'rollBackRefresh', goingBack: { because: 'withdrawn' } },
  ],
  [
    'a refresh that would turn back to below the floor is stopped',
    { state: FLOOR },
    { kind: 'cancelRefresh', goingBack: null, reason: 'the floor forbids its way back' },
  ],
  [
    'a refresh that does not turn back by itself is judged whatever the floor',
    { state: FLOOR, rollout: { autoRollback: false } },
    { kind: 'cancelRefresh', reason: expect.stringContaining('the canary is well') },
  ],
  [
    'a hold stops it',
    { state: { hold: SET } },
    { kind: 'cancelRefresh', goingBack: null, reason: 'ann holds the fleet: the fair' },
  ],
  [
    'a way back goes on, whatever is seen',
    { rollout: { phase: 'back', goingBack: { because: 'bad', reason: 'x' } }, world: BAD },
    { kind: 'wait', waitsFor: 'refresh', reason: 'the instance refresh is InProgress at 25 %' },
  ],
  [
    'a way back below the floor is stopped, and stays one',
    { rollout: { phase: 'back', goingBack: { because: 'bad', reason: 'x' } }, state: FLOOR },
    {
      kind: 'cancelRefresh',
      goingBack: { because: 'bad', reason: 'x' },
      reason: 'the floor forbids the way back',
    },
  ],
  [
    'the rest goes on',
    { rollout: { phase: 'rest' } },
    { kind: 'wait', waitsFor: 'refresh', reason: 'the instance refresh is InProgress at 25 %' },
  ],
  [
    'a refresh that is watched for alarms goes on',
    { refresh: { status: 'Baking' } },
    { kind: 'wait', waitsFor: 'refresh', reason: 'the instance refresh is Baking at 25 %' },
  ],
  [
    'what is bad turns back while it is watched for alarms',
    { refresh: { status: 'Baking' }, world: BAD },
    { kind: 'rollBackRefresh' },
  ],
])('%s', (_what, given, expected) => {
  expect(actionOf(given)).toMatchObject(expected);
});

describe('the canary', () => {
  test.each([
    [9, 3000, 'wait', 'the instance refresh is at 9 %'],
    [10, 0, 'cancelRefresh', 'the canary is well'],
    [100, 1799, 'wait', 'the instance refresh is at 100 %'],
    [100, 1800, 'cancelRefresh', 'the canary is well'],
  ])('of 10 %% at %i %%, still for %i s: %s', (percentage, still, kind, reason) => {
    const rollout = { progress: { percentage, at: secondsAgo(still) } };
    const action = actionOf({ refresh: { percentage }, rollout });
    expect(action.kind).toBe(kind);
    expect((action as { readonly reason: string }).reason).toContain(reason);
  });

  test.each<[string, number, Case, string]>([
    ['gone for two hours is stopped', 2 * HOUR, {}, 'cancelRefresh'],
    ['gone for less is waited for', 2 * HOUR - 1, {}, 'wait'],
    ['that never was there is waited for', 3 * HOUR, { rollout: { firstInstanceAt: null } }, 'wait'],
    ['that is there is not gone', 3 * HOUR, { group: { instances: instancesOf([NEW, OLD]) } }, 'wait'],
    ['of a group without instances is stopped at once', 0, { group: { instances: [] } }, 'cancelRefresh'],
  ])('%s', (_what, still, { rollout, ...given }, kind) => {
    const action = actionOf({
      group: { instances: instancesOf([OLD, OLD]) },
      world: WAITING,
      ...given,
      rollout: {
        firstInstanceAt: secondsAgo(60),
        progress: { percentage: 25, at: secondsAgo(still) },
        ...rollout,
      },
    });
    expect(action.kind).toBe(kind);
  });

  test.each([
    [47 * HOUR - 1, 'wait'],
    [47 * HOUR, 'cancelRefresh'],
  ])('that is not decided after %i s at its checkpoint: %s', (still, kind) => {
    const rollout = { progress: { percentage: 25, at: secondsAgo(still) } };
    const action = actionOf({ rollout, world: WAITING });
    expect(action).toMatchObject({ kind, reason: expect.stringContaining('no task has been placed') });
  });

  test.each([
    ['makes room for a newer publication once its watch is over', NEWER, 5400, 'cancelRefresh'],
    ['keeps its place until then', NEWER, 5399, 'wait'],
    ['keeps its place where nothing else is wanted', NEW, 5400, 'wait'],
    ['keeps its place where nothing is wanted', undefined, 5400, 'wait'],
  ])('%s', (_what, wanted, since, kind) => {
    const rollout = { firstInstanceAt: secondsAgo(since) };
    expect(actionOf({ rollout, world: { ...WAITING, wanted } }).kind).toBe(kind);
  });
});

describe('a drain', () => {
  const draining = [
    { instance: 'i-1', since: secondsAgo(600) },
    { instance: 'i-2', since: secondsAgo(599) },
    { instance: 'i-3', since: secondsAgo(9000) },
  ];
  const hosts = [hostOf(0, []), hostOf(1, [taskOf()]), hostOf(2, [taskOf()]), hostOf(3, [failedTask()])];
  const given = { rollout: { draining }, world: { hosts } };

  test('that has taken as long as people allow is ended, unless nothing runs there any more', () => {
    expect(actionOf({ ...given, policy: { drainLimitSeconds: 600 } })).toEqual({
      kind: 'endDrain',
      drains: [{ ...draining[0], tasks: [taskOf()] }],
      reason: 'the limit of 600 s for a drain is over',
    });
  });

  test('takes as long as it likes where people set no limit', () => {
    expect(actionOf(given)).toMatchObject({ kind: 'wait', waitsFor: 'canary' });
  });
});

test.each<[string, Partial<FleetRollout>, Partial<InstanceRefresh>, boolean]>([
  ['by its id', {}, {}, true],
  ['not by another id', {}, { id: 'other' }, false],
  ['by its version before its id is noted', { refreshId: null }, {}, true],
  ['not by another version', { refreshId: null }, { version: '9' }, false],
  ['not where it was there before', { refreshId: null, refreshBefore: 'refresh-1' }, {}, false],
])('a refresh is the rollout’s %s', (_what, rollout, refresh, expected) => {
  expect(isOurs(rolloutOf(rollout), refreshOf(refresh))).toBe(expected);
});

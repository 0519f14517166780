import type { InstanceRefresh } from '../../../lib/core/ports/fleets';
import {
  afterRefresh,
  BACK,
  BAD,
  FLOOR,
  OLD_ONES,
  type StoppedCase,
  TEMPLATE,
} from '../../support/stopped-rollout';
import { NEW, NEWER, OLD } from '../../support/fleet-lab';
import { instancesOf, secondsAgo } from '../../support/fleet-world';

describe('a refresh that failed', () => {
  const failed = { status: 'Failed', reason: 'unhealthy' };

  test('goes back, and tries again what failed on its way back, three times in all', () => {
    expect(afterRefresh({ refresh: failed })).toMatchObject({
      kind: 'startRefresh',
      phase: 'back',
      isRetry: true,
      goingBack: { because: 'bad', reason: 'the instance refresh is Failed: unhealthy' },
    });
    const back = (failures: number) =>
      afterRefresh({ refresh: failed, rollout: { phase: 'back', goingBack: BACK, failures } });
    expect(back(1)).toMatchObject({ kind: 'startRefresh', phase: 'back', isRetry: true, goingBack: BACK });
    expect(back(2)).toMatchObject({
      kind: 'settle',
      outcome: 'failed',
      reason: 'tasks failed; 3 ways back have failed',
    });
  });

  test('has failed before it went back counts for no way back', () => {
    expect(afterRefresh({ refresh: failed, rollout: { failures: 2 } }).kind).toBe('startRefresh');
    expect(afterRefresh({ rollout: { phase: 'back', goingBack: BACK, failures: 2 } }).kind).toBe(
      'startRefresh',
    );
  });

  test('by a way back of Auto Scaling goes back, too', () => {
    expect(afterRefresh({ refresh: { ...failed, status: 'RollbackFailed' } })).toMatchObject({
      phase: 'back',
    });
  });

  test('stays where the floor forbids the way back', () => {
    expect(afterRefresh({ refresh: failed, state: FLOOR })).toMatchObject({
      kind: 'settle',
      outcome: 'failed',
      reason: expect.stringContaining('nothing that the floor allows'),
    });
    const goingBack = { because: 'withdrawn', reason: 'moved' } as const;
    expect(afterRefresh({ rollout: { goingBack }, state: FLOOR })).toMatchObject({ outcome: 'withdrawn' });
  });
});

describe('a way back', () => {
  const rollout = { phase: 'back', goingBack: BACK } as const;

  test.each<[string, StoppedCase, object]>([
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
      'by Auto Scaling alone says what came of it',
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
    expect(afterRefresh(given)).toMatchObject(expected);
  });

  test('names no version where none was kept', () => {
    expect(afterRefresh({ rollout, group: { ...OLD_ONES, amiId: NEW.amiId } })).not.toHaveProperty('version');
  });
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

  test.each<[string, StoppedCase, string]>([
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
    const action = afterRefresh(given);
    expect([action.kind, ...(action.kind === 'wait' ? [action.waitsFor] : [])].join(' ')).toBe(expected);
  });

  test('is told with its alarms, or with what Auto Scaling says', () => {
    expect(afterRefresh({ ...unseen, policy: ALARMS, refresh: ended(60, 60) })).toMatchObject({
      reason: 'an alarm of errors rings before anything was replaced',
    });
    expect(afterRefresh({ ...unseen, refresh: ended(3300, 60) })).toMatchObject({
      reason: 'no instance could be launched for an hour: unhealthy',
    });
  });
});

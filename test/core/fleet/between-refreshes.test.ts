import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import {
  afterRefresh,
  BACK,
  BAD,
  FLOOR,
  NEW_ONES,
  OLD_ONES,
  REVOKED_OLD,
  type StoppedCase,
  TEMPLATE,
  WAITING,
} from '../../support/stopped-rollout';
import { NEW, NEWER, OLD } from '../../support/fleet-lab';
import { CLOSED, hostOf, instancesOf, secondsAgo, SET } from '../../support/fleet-world';

test.each<[string, StoppedCase, object]>([
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
  expect(afterRefresh(given)).toMatchObject(expected);
});

describe('a failure elsewhere', () => {
  const failed = { id: NEW.id, fleet: 'other', ring: null, reason: 'tasks ended', at: secondsAgo(60) };
  const elsewhere = { publications: [failed] };

  test('ends a rollout of which no instance is left', () => {
    expect(afterRefresh({ elsewhere, group: OLD_ONES })).toMatchObject({
      kind: 'settle',
      outcome: 'superseded',
      reason: 'it has failed on the fleet other, and none of its instances is left here',
    });
  });

  test('ends none that has instances, and none of a launch template', () => {
    expect(afterRefresh({ elsewhere })).toMatchObject({ kind: 'startRefresh', phase: 'rest' });
    const group = { ...OLD_ONES, amiId: NEW.amiId };
    const rollout = { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE };
    expect(afterRefresh({ elsewhere, group, rollout }).kind).not.toBe('settle');
  });
});

test('a launch template that changed again ends its rollout, unless the group is on its way back', () => {
  const rollout = { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE };
  const of = (template: string, more: Partial<FleetRollout> = {}) =>
    afterRefresh({ rollout: { ...rollout, ...more }, group: { amiId: NEW.amiId, template } });
  expect(of('third')).toMatchObject({ kind: 'settle', outcome: 'superseded' });
  expect(of('before')).toMatchObject({ kind: 'settle', outcome: 'superseded' });
  expect(of('digest')).not.toMatchObject({ outcome: 'superseded' });
  expect(of('before', { phase: 'back', goingBack: BACK })).not.toMatchObject({ outcome: 'superseded' });
});

test('a way back goes on where a deployment has taken the launch template back, whichever equal AMI the group has', () => {
  const back = (group: StoppedCase['group']) =>
    afterRefresh({
      state: { equalAmis: [OLD.amiId] },
      rollout: { template: TEMPLATE, goingBack: BACK },
      group: { template: 'before', ...group },
    });
  const [brought, ...others] = instancesOf([NEW, OLD, OLD]);
  const instances = [brought!, ...others.map((one) => ({ ...one, template: 'before' }))];
  expect(back({ amiId: NEW.amiId, instances })).toMatchObject({ kind: 'startRefresh', phase: 'back' });
  expect(back({ amiId: OLD.amiId, instances })).toMatchObject({ kind: 'startRefresh', phase: 'back' });
  expect(back({ amiId: NEWER.amiId, instances })).toMatchObject({ outcome: 'superseded' });
  expect(back({ amiId: NEW.amiId, instances, template: 'third' })).toMatchObject({ outcome: 'superseded' });
  expect(back({ amiId: NEW.amiId, instances: instances.slice(1) })).toMatchObject({ outcome: 'rolledBack' });
});

test.each([
  ['has finished once all have it, also with an AMI that counts as equal', 'digest', 'settle'],
  ['goes on to those that have an older one', 'before', 'startRefresh'],
])('a launch template whose canary is well %s', (_, template, kind) => {
  const [brought, other] = instancesOf([NEW, OLD]);
  const action = afterRefresh({
    state: { equalAmis: [OLD.amiId] },
    rollout: { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE },
    group: { amiId: NEW.amiId, instances: [brought!, { ...other!, template }] },
  });
  expect(action.kind).toBe(kind);
});

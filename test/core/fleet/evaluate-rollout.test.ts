import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import {
  canGoBack,
  evaluateRollout,
  evaluateUntried,
  failedElsewhere,
  holdAgainst,
  isBelowFloor,
  isWayBack,
  mayHurry,
  wayBackOf,
} from '../../../lib/core/fleet/evaluate-rollout';
import type { ContainerHost } from '../../../lib/core/ports/fleets';
import { NEW, NEWER, OLD } from '../../support/fleet-lab';
import {
  failedTask,
  fleetWorld,
  hostOf,
  instancesOf,
  rolloutOf,
  secondsAgo,
  SET,
  taskOf,
  type WorldChanges,
} from '../../support/fleet-world';

const TEMPLATE = { from: 'before', to: 'digest', fromVersion: '6' };
/** As OLD, but made before NEW. */
const OLDER = { ...OLD, at: '2025-09-10T00:00:00.000Z' };
const at = (seconds: number) => new Date(secondsAgo(seconds));

test.each([
  ['10.0.20348.4171', '10.0.20348.4294', true],
  ['10.0.20348.4294', '10.0.20348.4294', false],
  ['10.0.20348.4405', '10.0.20348.4294', false],
  ['10.0.17763.9999', '10.0.20348.1', true],
  ['10.0.26100.1', '10.0.20348.4294', false],
  [undefined, '10.0.20348.4294', true],
  ['10.0.20348.1', undefined, false],
  [undefined, undefined, false],
])('%s is below the floor %s: %s', (version, floor, expected) => {
  expect(isBelowFloor(version, floor)).toBe(expected);
});

describe('the instances of a rollout', () => {
  /** The first two of four instances are new. */
  function verdictOf(
    hosts: readonly ContainerHost[],
    rollout: Partial<FleetRollout> = {},
    more: WorldChanges = {},
  ) {
    const world = fleetWorld({
      group: { instances: instancesOf([NEW, NEW, OLD, OLD]) },
      ...more,
      world: { hosts, ...more.world },
    });
    const { reason, verdict } = evaluateRollout(world, rolloutOf(rollout));
    return `${verdict}: ${reason}`;
  }

  const well = hostOf(2, [taskOf()]);
  const STAYED = 'good: a task has run there for the watch';
  const NOT_STAYED = 'waiting: no task has run on its instances for the watch';
  const EMPTY = 'waiting: no task has been placed on its instances';
  const ONE_FAILED = 'bad: 1 of 1 tasks on its instances stopped with an error of pull or start';

  test.each<[string, readonly ContainerHost[], Partial<FleetRollout>, string]>([
    [
      'none registered',
      [well],
      { firstInstanceAt: secondsAgo(60) },
      'waiting: none of its instances has registered with ECS',
    ],
    ['a task stayed for the watch', [hostOf(0, [taskOf({ startedAt: at(1800) })]), well], {}, STAYED],
    ['a task stayed for less', [hostOf(0, [taskOf({ startedAt: at(1799) })]), well], {}, NOT_STAYED],
    ['a task never ran', [hostOf(0, [taskOf({ startedAt: null })]), well], {}, NOT_STAYED],
    ['a task ended well', [hostOf(0, [taskOf({ status: 'STOPPED', exitCodes: [0, 0] })]), well], {}, STAYED],
    [
      'a task ended with an error of its own',
      [hostOf(0, [taskOf({ status: 'STOPPED', exitCodes: [0, 1] })]), well],
      {},
      NOT_STAYED,
    ],
    ['a task ended and says nothing', [hostOf(0, [taskOf({ status: 'STOPPED' })]), well], {}, NOT_STAYED],
    ['a task pends', [hostOf(0, [taskOf({ status: 'PENDING' })]), well], {}, NOT_STAYED],
    ['nothing was placed there', [hostOf(0), well], {}, EMPTY],
    [
      'nobody has tasks, and one is well for the watch',
      [hostOf(0, [], { registeredAt: at(1800) })],
      { hasTasks: false },
      'good: no instance has had a task, and i-0 has been registered and connected for the watch',
    ],
    ['nobody has tasks, for less', [hostOf(0, [], { registeredAt: at(1799) })], { hasTasks: false }, EMPTY],
    ['nobody has tasks, and it drains', [hostOf(0, [], { status: 'DRAINING' })], { hasTasks: false }, EMPTY],
    [
      'nobody has tasks, and it is cut off',
      [hostOf(0, [], { isConnected: false })],
      { hasTasks: false },
      EMPTY,
    ],
    ['tasks were there before', [hostOf(0, [])], { hasTasks: true }, EMPTY],
    ['a start failed on one that is watched long enough', [hostOf(0, [failedTask()]), well], {}, ONE_FAILED],
    [
      'a start failed on one that is young',
      [hostOf(0, [failedTask()], { registeredAt: at(1799) }), well],
      {},
      NOT_STAYED,
    ],
    [
      'two starts failed on one that is young',
      [hostOf(0, [failedTask(), failedTask()], { registeredAt: at(60) }), well],
      {},
      'bad: 2 of 2 tasks',
    ],
    [
      'a start failed on a young one, and a task stayed',
      [hostOf(0, [failedTask(), taskOf()], { registeredAt: at(1799) }), well],
      {},
      'waiting: a task stopped with an error of pull or start: task abc of the service web: TaskFailedToStart, HcsError',
    ],
    [
      'as many failed elsewhere',
      [hostOf(0, [failedTask(), taskOf()]), hostOf(2, [failedTask(), taskOf()])],
      {},
      STAYED,
    ],
    [
      'fewer failed elsewhere',
      [hostOf(0, [failedTask(), taskOf()]), hostOf(2, [failedTask(), taskOf(), taskOf()])],
      {},
      'bad: 1 of 2 tasks on its instances stopped with an error of pull or start, 1 of 3 on the others',
    ],
    [
      'tasks that never ran elsewhere are not counted',
      [hostOf(0, [failedTask(), taskOf()]), hostOf(2, [failedTask(), taskOf(), taskOf({ startedAt: null })])],
      {},
      STAYED,
    ],
    [
      'a start failed before the rollout',
      [hostOf(0, [failedTask({ stoppedAt: at(5401) }), taskOf()]), well],
      {},
      STAYED,
    ],
    [
      'a start failed just as the rollout began',
      [hostOf(0, [failedTask({ stoppedAt: at(5400) })]), well],
      {},
      ONE_FAILED,
    ],
    [
      'only the reasons say so',
      [
        hostOf(0, [
          failedTask({ stopCode: 'EssentialContainerExited', reasons: ['x', 'CannotPullContainerError: y'] }),
        ]),
      ],
      {},
      ONE_FAILED,
    ],
    ['only the code says so', [hostOf(0, [failedTask({ reasons: [] })])], {}, ONE_FAILED],
    [
      'an app ended by itself',
      [hostOf(0, [failedTask({ stopCode: 'EssentialContainerExited', reasons: ['exit 1'] })])],
      {},
      NOT_STAYED,
    ],
    [
      'a task runs whatever it says',
      [hostOf(0, [taskOf({ stopCode: 'TaskFailedToStart', startedAt: at(1800) })])],
      {},
      STAYED,
    ],
  ])('%s', (_what, hosts, rollout, expected) => {
    expect(verdictOf(hosts, rollout)).toContain(expected);
  });

  test('that were not looked at are told as a sample', () => {
    const hosts = [hostOf(0, [taskOf()]), hostOf(1, undefined), hostOf(2, [taskOf()]), hostOf(3, [])];
    const seen = hosts.map((host) => (host.instanceId === 'i-1' ? { ...host, tasks: undefined } : host));
    expect(verdictOf(seen)).toBe(`${STAYED} (a sample: 1 of 2 new and 2 of 2 other instances)`);
    expect(verdictOf(hosts.map((host) => ({ ...host, tasks: host.tasks ?? [] })))).toBe(STAYED);
    const others = hosts.map((host) => (host.instanceId === 'i-3' ? { ...host, tasks: undefined } : host));
    expect(verdictOf(others)).toContain('(a sample: 2 of 2 new and 1 of 2 other instances)');
  });

  test('name two tasks of those that failed', () => {
    const ids = ['a', 'b', 'c'].map((id) => failedTask({ id: `arn:task/cluster/${id}`, stopCode: null }));
    expect(verdictOf([hostOf(0, ids)])).toBe(
      'bad: 3 of 3 tasks on its instances stopped with an error of pull or start, 0 of 0 on the others: ' +
        'task a of the service web: HcsError; task b of the service web: HcsError',
    );
  });

  test.each([
    [3600, 'bad: its instances boot and never register with ECS'],
    [3599, 'waiting: none of its instances has registered with ECS'],
  ])('that have not registered %i s after the first are %s', (seconds, expected) => {
    expect(verdictOf([well], { firstInstanceAt: secondsAgo(seconds) })).toBe(expected);
  });

  test('that are gone never fail to register', () => {
    const group = { instances: instancesOf([OLD, OLD]) };
    expect(verdictOf([], { firstInstanceAt: secondsAgo(9000) }, { group })).toContain('waiting: none');
  });

  const accepted = (publication: string) => ({ state: { accepted: { ...SET, publication } } });

  test('are good where a person accepted their publication, but not their launch template', () => {
    const bad = [hostOf(0, [failedTask()])];
    expect(verdictOf(bad, {}, accepted(NEW.id))).toBe('good: ann has accepted it: the fair');
    expect(verdictOf(bad, {}, accepted(OLD.id))).toContain('bad');
    expect(verdictOf(bad, { template: TEMPLATE }, accepted(NEW.id))).toContain('bad');
  });
});

describe('what scaling starts from an untried publication', () => {
  const judge = (hosts: readonly ContainerHost[], more: WorldChanges = {}) =>
    evaluateUntried(
      fleetWorld({
        group: { amiId: NEW.amiId, instances: instancesOf([NEW, OLD]) },
        ...more,
        state: { publication: NEW, ...more.state },
      }),
      hosts,
    ).verdict;

  test.each<[string, readonly ContainerHost[], string]>([
    ['is bad where its starts fail', [hostOf(0, [failedTask({ stoppedAt: at(9e6) })]), hostOf(1)], 'bad'],
    ['is not judged by others', [hostOf(0, [taskOf()]), hostOf(1, [failedTask()])], 'good'],
    ['is good where nobody has tasks', [hostOf(0)], 'good'],
    ['waits where others have tasks', [hostOf(0), hostOf(1, [taskOf()])], 'waiting'],
    [
      'waits where others have tasks that were not looked at',
      [hostOf(0), hostOf(1, [], { taskCount: 1 })],
      'waiting',
    ],
    ['waits where others had tasks', [hostOf(0), hostOf(1, [taskOf()], { taskCount: 0 })], 'waiting'],
  ])('%s', (_what, hosts, verdict) => {
    expect(judge(hosts)).toBe(verdict);
  });

  test('is good where a person accepted it', () => {
    const accepted = { ...SET, publication: NEW.id };
    expect(judge([hostOf(0, [failedTask()])], { state: { accepted } })).toBe('good');
    const nothing = { state: { accepted, publication: null } };
    expect(judge([hostOf(0, [failedTask()])], nothing)).toBe('bad');
  });
});

describe('a rollout goes back', () => {
  const BAD = { hosts: [hostOf(0, [failedTask()])] };
  const AGAIN = { ...NEW, id: '20348.4294-2', amiId: 'ami-0000000000000000f' };
  const back = ({ group, world, ...more }: WorldChanges, rollout: Partial<FleetRollout> = {}) =>
    wayBackOf(
      fleetWorld({
        group: { instances: instancesOf([NEW, OLD]), ...group },
        world: { hosts: [hostOf(0, [taskOf()])], ...world },
        ...more,
      }),
      rolloutOf(rollout),
    );

  test.each<[string, WorldChanges, Partial<FleetRollout>, object | null]>([
    ['not while nothing speaks against it', {}, {}, null],
    [
      'where it does already',
      {},
      { goingBack: { because: 'bad', reason: 'x' } },
      { because: 'bad', reason: 'x' },
    ],
    ['where it is bad', { world: BAD }, {}, { because: 'bad' }],
    [
      'not from the AMI that was there before',
      { world: BAD },
      { from: { amiId: NEW.amiId, publication: NEW } },
      null,
    ],
    [
      'from a launch template that is bad, of the same AMI',
      { world: BAD },
      { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE },
      { because: 'bad' },
    ],
    [
      'below the floor',
      { state: { floor: { ...SET, osVersion: NEWER.osVersion } } },
      {},
      { because: 'withdrawn', reason: `it is older than the floor ${NEWER.osVersion}` },
    ],
    [
      'where it was revoked',
      {
        elsewhere: {
          revoked: [{ id: NEW.id, amiId: NEW.amiId, by: 'bob', reason: 'leaks', at: secondsAgo(9) }],
        },
      },
      {},
      { because: 'withdrawn', reason: 'it was revoked by bob: leaks' },
    ],
    [
      'where the channel went back to what the group has',
      { world: { wanted: OLD } },
      {},
      { because: 'withdrawn', reason: `the channel has moved back to ${OLD.id}` },
    ],
    [
      'where the channel went back to what it came from, though the group is new',
      { world: { wanted: { ...NEWER, amiId: OLD.amiId } }, group: { amiId: NEW.amiId } },
      {},
      { because: 'withdrawn' },
    ],
    [
      'where the channel went back to something older',
      { world: { wanted: { ...OLDER, amiId: 'ami-0000000000000000e' } } },
      {},
      { because: 'withdrawn' },
    ],
    ['not for something newer', { world: { wanted: NEWER } }, {}, null],
    ['not where nothing is wanted', { world: { wanted: undefined } }, {}, null],
    ['not for its own AMI', { world: { wanted: AGAIN }, group: { amiId: NEW.amiId } }, {}, null],
    ['not from a launch template', { world: { wanted: OLD } }, { template: TEMPLATE }, null],
  ])('%s', (_what, changes, rollout, expected) => {
    const found = back(changes, rollout);
    if (expected === null) {
      expect(found).toBeNull();
    } else {
      expect(found).toMatchObject(expected);
    }
  });

  test.each<[string, Partial<FleetRollout>, WorldChanges, boolean]>([
    ['to another AMI', {}, {}, true],
    ['not to itself', { from: { amiId: NEW.amiId, publication: NEW } }, {}, false],
    [
      'by the launch template of before',
      { from: { amiId: NEW.amiId, publication: NEW }, template: TEMPLATE },
      {},
      true,
    ],
    ['not by one of which no version is left', { template: { ...TEMPLATE, fromVersion: null } }, {}, false],
    ['not to below the floor', {}, { state: { floor: { ...SET, osVersion: NEW.osVersion } } }, false],
    [
      'not to what nobody knows while there is a floor',
      { from: { amiId: OLD.amiId, publication: null } },
      { state: { floor: { ...SET, osVersion: OLD.osVersion } } },
      false,
    ],
    ['to what nobody knows without a floor', { from: { amiId: OLD.amiId, publication: null } }, {}, true],
  ])('%s', (_what, rollout, changes, expected) => {
    expect(canGoBack(fleetWorld(changes), rolloutOf(rollout))).toBe(expected);
  });
});

test.each([
  ['what ran well before', { ran: [NEWER.id] }, NEWER, true],
  ['what is older than what it runs', { publication: NEW }, OLDER, true],
  ['what is newer', { publication: OLDER }, NEW, false],
  ['what it runs', { publication: NEW }, NEW, false],
  ['anything where nothing is known of what it runs', { publication: null }, OLDER, false],
] as const)('%s is a way back: %#', (_what, state, wanted, expected) => {
  const { state: whole } = fleetWorld({ state: { ...state, ran: [...('ran' in state ? state.ran : [])] } });
  expect(isWayBack(whole, wanted)).toBe(expected);
});

describe('a failure on another fleet', () => {
  const failed = {
    id: NEW.id,
    fleet: 'other',
    ring: null as number | null,
    reason: 'ended',
    at: secondsAgo(600),
  };
  const accepted = (seconds: number, publication = NEW.id) => ({
    accepted: { ...SET, at: secondsAgo(seconds), publication },
  });

  test.each<[string, Partial<typeof failed>, WorldChanges, boolean]>([
    ['stops this one', {}, {}, true],
    ['of another publication does not', { id: OLD.id }, {}, false],
    ['does not where the group has it', {}, { group: { amiId: NEW.amiId } }, false],
    ['does not on a way back', {}, { state: { ran: [NEW.id] } }, false],
    ['of an earlier ring does', { ring: 0 }, { policy: { ring: 1 } }, true],
    ['of the same ring does', { ring: 1 }, { policy: { ring: 1 } }, true],
    ['of a later ring does not', { ring: 2 }, { policy: { ring: 1 } }, false],
    ['of any ring stops a fleet of none', { ring: 2 }, {}, true],
    ['of no ring stops all', {}, { policy: { ring: 0 } }, true],
    ['that a person accepted since does not', {}, { state: accepted(600) }, false],
    ['that came after a person accepted does', {}, { state: accepted(601) }, true],
    ['is not accepted by another publication', {}, { state: accepted(60, OLD.id) }, true],
  ])('%s', (_what, more, changes, expected) => {
    const elsewhere = { publications: [{ ...failed, ...more }] };
    expect(failedElsewhere(fleetWorld({ elsewhere, ...changes }), NEW) !== undefined).toBe(expected);
  });
});

describe('hurry and holds', () => {
  const revoked = (amiId: string) => ({
    revoked: [{ id: 'x', amiId, by: 'bob', reason: 'leaks', at: secondsAgo(60) }],
  });

  test.each<[string, WorldChanges, boolean]>([
    ['nothing hurries', {}, false],
    ['a way back does', { state: { ran: [NEW.id] } }, true],
    ['the group’s AMI is revoked', { elsewhere: revoked(OLD.amiId), group: { instances: [] } }, true],
    [
      'an instance’s AMI is revoked',
      { elsewhere: revoked(NEWER.amiId), group: { instances: instancesOf([NEWER]) } },
      true,
    ],
    [
      'what is wanted is revoked',
      { elsewhere: revoked(NEW.amiId), group: { instances: instancesOf([NEW]) } },
      false,
    ],
  ])('%s', (_what, changes, expected) => {
    expect(mayHurry(fleetWorld(changes), NEW)).toBe(expected);
  });

  test.each<[string, WorldChanges, string | undefined]>([
    ['none', {}, undefined],
    ['its own', { state: { hold: SET } }, 'ann holds the fleet: the fair'],
    ['its pipeline’s', { elsewhere: { hold: { ...SET, by: 'bob' } } }, 'bob holds the pipeline: the fair'],
    [
      'its own before its pipeline’s',
      { state: { hold: SET }, elsewhere: { hold: { ...SET, by: 'bob' } } },
      'ann holds the fleet: the fair',
    ],
    ['its pipeline’s holds no way back', { elsewhere: { hold: SET }, state: { ran: [NEW.id] } }, undefined],
    ['its own holds a way back', { state: { hold: SET, ran: [NEW.id] } }, 'ann holds the fleet: the fair'],
    ['one that is over', { state: { hold: { ...SET, until: secondsAgo(0) } } }, undefined],
  ])('%s', (_what, changes, expected) => {
    const held = holdAgainst(fleetWorld(changes), NEW);
    expect(held).toEqual(
      expected === undefined ? undefined : { kind: 'wait', waitsFor: 'hold', reason: expected },
    );
  });
});

import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import { evaluateRollout, evaluateUntried } from '../../../lib/core/fleet/evaluate-rollout';
import type { ContainerHost } from '../../../lib/core/ports/fleets';
import { NEW, OLD } from '../../support/fleet-lab';
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
const at = (seconds: number) => new Date(secondsAgo(seconds));

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
    const hosts = [hostOf(0, [taskOf()]), hostOf(1), hostOf(2, [taskOf()]), hostOf(3, [])];
    const seen = hosts.map((host) => (host.instanceId === 'i-1' ? { ...host, tasks: undefined } : host));
    expect(verdictOf(seen)).toBe(`${STAYED} (a sample: 1 of 2 new and 2 of 2 other instances)`);
    expect(verdictOf(hosts)).toBe(STAYED);
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
  const evaluate = (hosts: readonly ContainerHost[], more: WorldChanges = {}) =>
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
    expect(evaluate(hosts)).toBe(verdict);
  });

  test('is good where a person accepted it', () => {
    const accepted = { ...SET, publication: NEW.id };
    expect(evaluate([hostOf(0, [failedTask()])], { state: { accepted } })).toBe('good');
    const nothing = { state: { accepted, publication: null } };
    expect(evaluate([hostOf(0, [failedTask()])], nothing)).toBe('bad');
  });
});

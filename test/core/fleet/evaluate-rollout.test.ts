import type { FleetRollout } from '../../../lib/contract/documents/fleet-state';
import {
  canGoBack,
  failedElsewhere,
  holdAgainst,
  isBelowFloor,
  isWayBack,
  mayHurry,
  wayBackOf,
} from '../../../lib/core/fleet/evaluate-rollout';
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

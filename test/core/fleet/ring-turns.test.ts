import { nextRolloutAction } from '../../../lib/core/fleet/next-rollout-action';
import { NEW, OLD } from '../../support/fleet-lab';
import {
  CLOSED,
  fleetWorld,
  kindOf,
  secondsAgo,
  SET,
  WORLD_NOW,
  type WorldChanges,
} from '../../support/fleet-world';

describe('rings', () => {
  const ring = (number: number, well: number, fleets: number) => ({
    id: NEW.id,
    ring: number,
    fleets,
    well,
    behind: ['a', 'b'].slice(0, fleets - well),
  });
  /** A fleet of ring 2 whose channel moved ten minutes ago. */
  const of = (changes: WorldChanges, policy: object = {}) =>
    nextRolloutAction(fleetWorld({ ...changes, policy: { ring: 2, ...policy } }));
  const until = new Date(WORLD_NOW.getTime() + 24 * 3_600_000 - 600_000).toISOString();

  test.each<[string, WorldChanges, string]>([
    [
      'the nearest one before is well',
      { elsewhere: { rings: [ring(0, 0, 1), ring(1, 2, 2)] } },
      'startRefresh',
    ],
    [
      'the nearest one before is not',
      { elsewhere: { rings: [ring(1, 1, 2), ring(0, 1, 1)] } },
      'wait otherFleet',
    ],
    ['none before has a fleet', { elsewhere: { rings: [ring(2, 0, 1), ring(3, 0, 1)] } }, 'startRefresh'],
    [
      'the rings of another publication say nothing',
      { elsewhere: { rings: [{ ...ring(1, 2, 2), id: OLD.id }] } },
      'wait otherFleet',
    ],
    ['nothing is known', {}, 'wait otherFleet'],
    [
      'an account cannot be read',
      { elsewhere: { rings: [ring(1, 2, 2)], unread: ['1/eu'] } },
      'wait otherFleet',
    ],
    ['a person accepted it', { state: { accepted: { ...SET, publication: NEW.id } } }, 'startRefresh'],
    [
      'a person accepted another',
      { state: { accepted: { ...SET, publication: OLD.id } } },
      'wait otherFleet',
    ],
    [
      'its limit is over',
      { state: { wanted: { publication: NEW, since: secondsAgo(86_400) } } },
      'startRefresh',
    ],
    [
      'its limit is nearly over',
      { state: { wanted: { publication: NEW, since: secondsAgo(86_399) } } },
      'wait otherFleet',
    ],
    ['nobody knows since when', { state: { wanted: null } }, 'wait otherFleet'],
    [
      'it is over, but no window is open',
      { policy: CLOSED, elsewhere: { rings: [ring(1, 2, 2)] } },
      'startRefresh',
    ],
  ])('%s', (_what, changes, expected) => {
    expect(kindOf(of(changes))).toBe(expected);
  });

  test.each<[string, WorldChanges, string]>([
    [
      'what is behind',
      { elsewhere: { rings: [ring(1, 0, 2)] } },
      `${NEW.id} is well on 0 of 2 fleets of ring 1, not on a, b`,
    ],
    [
      'what is not read',
      { elsewhere: { rings: [ring(1, 2, 2)], unread: ['1/eu'] } },
      '1/eu cannot be read, so nobody knows how far its fleets are',
    ],
    ['what is not known', {}, 'it is not known yet how far the rings before are'],
  ])('say %s, and when they begin in any case', (_what, changes, sentence) => {
    expect(of(changes)).toMatchObject({ reason: `${sentence}; ring 2 begins at ${until} at the latest` });
  });

  test('of number 0, and fleets of none, wait for nobody', () => {
    expect(of({}, { ring: 0 }).kind).toBe('startRefresh');
    expect(of({}, { ring: null }).kind).toBe('startRefresh');
  });
});

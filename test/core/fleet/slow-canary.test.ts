import type { HostStart } from '../../../lib/contract/documents/host-starts';
import { DEFAULT_ROLLOUT_POLICY } from '../../../lib/contract/values/rollout-policy';
import type { FleetWorld } from '../../../lib/core/fleet/fleet-world';
import { readStarts, tooSlow } from '../../../lib/core/fleet/host-starts';
import {
  fleetLab,
  NAMES,
  NEW,
  NEWER,
  OLD,
  type FleetLab,
  type FleetLabOptions,
} from '../../support/fleet-lab';

describe('a fleet', () => {
  /** Has run a publication whose starts were measured, and is shown a slower one. */
  async function shown(slowerBySeconds: number, options: FleetLabOptions = {}): Promise<FleetLab> {
    const lab = fleetLab({
      instanceCount: 8,
      deliversEvents: true,
      ...options,
      behaviours: { [NEWER.id]: { slowerBySeconds } },
    });
    await lab.poll();
    lab.publish(NEW);
    await lab.wait(8);
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
    lab.publish(NEWER);
    return lab;
  }

  test('measures what its rollouts start: eight minutes to register, two to the first task', async () => {
    const lab = await shown(0);
    const measured = await readStarts(lab.parameters, NAMES.starts);
    expect(measured.length).toBeGreaterThanOrEqual(5);
    for (const one of measured) {
      expect(one).toMatchObject({
        publication: NEW.id,
        again: false,
        registered: 480,
        pull: 10,
        firstTask: 600,
      });
    }
  });

  test('goes back from a publication whose canary is too slow, and says by how much', async () => {
    const lab = await shown(1500);
    await lab.wait(4);
    expect(new Set(lab.running())).toEqual(new Set([NEW.id]));
    expect(lab.state().bad).toMatchObject([
      {
        publication: NEWER.id,
        reason: expect.stringContaining('2100 s after launch (median of 1), those of before 600 s'),
      },
    ]);
    expect(lab.notified.at(-1)).toContain('winbake fleet accept shop 20348.4297-1');
  });

  test.each<[string, number, FleetLabOptions]>([
    ['is slower within the limit', 1100, {}],
    ['is slower where the fleet compares nothing', 1500, { policy: { maxFirstTaskSlowdown: null } }],
    ['has too few instances for a comparison', 1500, { instanceCount: 4 }],
  ])('goes on to one that %s', async (_, slower, options) => {
    const lab = await shown(slower, options);
    await lab.wait(12);
    expect(new Set(lab.running())).toEqual(new Set([NEWER.id]));
  });

  test('takes a slow one that a person has accepted', async () => {
    const lab = await shown(1500);
    lab.setOverrides({
      accepted: {
        publication: NEWER.id,
        by: 'ann',
        reason: 'larger images',
        at: lab.clock.now().toISOString(),
        until: '2026-01-01T00:00:00.000Z',
      },
    });
    await lab.wait(12);
    expect(new Set(lab.running())).toEqual(new Set([NEWER.id]));
  });

  test('measures what scaling starts, cold and out of its warm pool', async () => {
    const lab = fleetLab({ instanceCount: 2, maxSize: 6, warmPool: { maxGroupPreparedCapacity: 4 } });
    await lab.wait(1);
    expect(lab.parameters.json(NAMES.starts)).toBeNull();
    lab.fleet.group.scaleTo(5);
    await lab.wait(0.5);
    const measured = await readStarts(lab.parameters, NAMES.starts);
    expect(measured.map(({ again, firstTask, registered }) => [again, registered, firstTask]).sort()).toEqual(
      [
        [false, 480, 600],
        [true, 60, 180],
        [true, 60, 180],
      ],
    );
  });
});

describe('a canary is too slow', () => {
  const begin = '2025-10-14T22:00:00.000Z';
  const start = (publication: string, launched: string, firstTask: number, index: number): HostStart => ({
    instance: `i-${String(index).padStart(17, '0')}`,
    publication,
    again: false,
    launched,
    up: null,
    registered: 480,
    pull: 10,
    firstTask,
  });
  const isSlow = (before: readonly number[], fresh: readonly number[], instances = fresh.length) =>
    tooSlow(
      {
        policy: DEFAULT_ROLLOUT_POLICY,
        group: { instances: Array.from({ length: instances }, () => ({ amiId: NEW.amiId, template: null })) },
        state: { bad: [] },
        starts: {
          known: before.map((seconds, index) => start(OLD.id, '2025-10-01T00:00:00.000Z', seconds, index)),
          fresh: fresh.map((seconds, index) => start(NEW.id, begin, seconds, 100 + index)),
        },
      } as unknown as FleetWorld,
      { publication: NEW, startedAt: begin, template: null } as unknown as Parameters<typeof tooSlow>[1],
    ) !== undefined;
  const five = (seconds: number) => [seconds, seconds, seconds, seconds, seconds];

  test.each([
    ['at three times the median and a second', five(600), [1801], true],
    ['not at three times', five(600), [1800], false],
    ['not while most of what has to be compared has no task yet', five(600), [5000, 5000], false],
    ['not where one start of ten was as slow before', [...five(600), 4000], [3900], false],
    ['not by four starts of before', five(600).slice(1), [5000], false],
  ])('%s', (name, before, fresh, expected) => {
    expect(isSlow(before, fresh, name.includes('no task yet') ? 8 : undefined)).toBe(expected);
  });
});

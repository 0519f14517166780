import { embeddedMetrics } from '../../lib/handlers/log';
import { createRollouts } from '../../lib/handlers/rollout';

const now = () => new Date('2025-10-16T00:00:00Z');

describe('the fleets of a stack', () => {
  const FLEETS = {
    '/winbake/2022-core/current/publication': ['shop', 'office'],
    '/winbake/2019-core/current/publication': ['bank'],
  };
  const SCHEDULE = { source: 'aws.events', detail: {} };

  /** The function, with when each fleet was polled; those in `fails` fail. */
  const polling = (fails: readonly string[] = []) => {
    const polled: Record<string, number> = {};
    const lines: Record<string, unknown>[] = [];
    const write = (line: string) => lines.push(JSON.parse(line));
    const rollouts = createRollouts(
      {
        poll: ({ fleet }) => {
          polled[fleet] = slept[Object.keys(polled).length] ?? 0;
          return fails.includes(fleet)
            ? Promise.reject(new Error(`${fleet} is broken`))
            : Promise.resolve({ action: 'nothing', reason: '' });
        },
        metrics: embeddedMetrics({ Stack: 'Shop' }, write),
        now,
        sleep: (milliseconds) => {
          slept.push(milliseconds);
          return Promise.resolve();
        },
      },
      { WINBAKE_STACK: 'Shop', WINBAKE_FLEETS: JSON.stringify(FLEETS) },
    );
    const slept: number[] = [0];
    const missed = () => lines.flatMap(({ FleetsMissed: one }) => (one === undefined ? [] : [one]));
    return { missed, polled, rollouts };
  };

  const ssm = (name: string) => ({ source: 'aws.ssm', detail: { name } });
  const refresh = (group: string) => ({
    source: 'aws.autoscaling',
    detail: { AutoScalingGroupName: group },
  });

  test.each([
    ['the schedule', SCHEDULE, ['shop', 'office', 'bank']],
    ['a deployment', { source: 'aws.cloudformation', detail: {} }, ['shop', 'office', 'bank']],
    ['a channel', ssm('/winbake/2022-core/current/publication'), ['shop', 'office']],
    ['a refresh', refresh('winbake-bank'), ['bank']],
    ["a stranger's refresh", refresh('winbake-else'), []],
  ])('%s polls those that it is for', async (_, event, fleets) => {
    const { polled, rollouts } = polling();
    expect(Object.keys(await rollouts(event, 'request'))).toEqual(fleets);
    expect(Object.keys(polled)).toEqual(fleets);
  });

  test('they begin one after another, and none waits for the end of another', async () => {
    const { polled, rollouts } = polling();
    await rollouts(SCHEDULE, 'request');
    expect(polled).toEqual({ shop: 0, office: 500, bank: 1000 });
  });

  test('one that fails keeps no other from its poll; it is counted, and the request fails', async () => {
    const { missed, polled, rollouts } = polling(['shop']);
    await expect(rollouts(SCHEDULE, 'request')).rejects.toThrow('shop is broken');
    expect(Object.keys(polled)).toEqual(['shop', 'office', 'bank']);
    expect(missed()).toEqual([1]);
  });

  test('several that fail are named', async () => {
    const { missed, rollouts } = polling(['shop', 'bank']);
    await expect(rollouts(SCHEDULE, 'request')).rejects.toThrow('Fleets could not be polled: shop, bank');
    expect(missed()).toEqual([2]);
  });

  test('only the schedule, which polls all, counts those that it missed', async () => {
    const whole = polling();
    await whole.rollouts(SCHEDULE, 'request');
    expect(whole.missed()).toEqual([0]);
    const part = polling(['shop']);
    await expect(part.rollouts(refresh('winbake-shop'), 'request')).rejects.toThrow('shop is broken');
    expect(part.missed()).toEqual([]);
  });
});

test('a stack without fleets of its own polls nothing', async () => {
  const never = () => Promise.reject(new Error('not asked'));
  const ports = { poll: never, metrics: { record: () => undefined }, now, sleep: never };
  const rollouts = createRollouts(ports, { WINBAKE_STACK: 'Shop', WINBAKE_FLEETS: '{}' });
  expect(await rollouts({ source: 'aws.events', detail: {} }, 'request')).toEqual({});
});

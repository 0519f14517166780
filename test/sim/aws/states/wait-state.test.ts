import type { JsonValue } from '../../../../sim/aws/states/json-value';
import { FUNCTION, runOne, runStates } from './run-states';
import { VirtualClock } from './virtual-clock';

test.each<[string, object, number]>([
  ['Seconds', { Seconds: 900 }, 900],
  ['Seconds 0', { Seconds: 0 }, 0],
  ['SecondsPath', { SecondsPath: '$.seconds' }, 60],
  ['SecondsPath after InputPath', { InputPath: '$.inner', SecondsPath: '$.seconds' }, 30],
  ['Timestamp', { Timestamp: '2026-03-10T17:00:10Z' }, 10],
  ['Timestamp with an offset', { Timestamp: '2026-03-10T10:00:10.500-07:00' }, 10.5],
  ['Timestamp in the past', { Timestamp: '2026-03-10T16:00:00Z' }, 0],
  ['TimestampPath', { TimestampPath: '$.at' }, 86_400],
])('a wait by %s', async (_what, fields, seconds) => {
  const clock = new VirtualClock();
  const input = { seconds: 60, inner: { seconds: 30 }, at: '2026-03-11T17:00:00Z' };
  const run = await runOne({ Type: 'Wait', ...fields }, input, { clock });
  expect(run).toMatchObject({ status: 'SUCCEEDED', output: 'InputPath' in fields ? input.inner : input });
  expect(clock.elapsed()).toBe(seconds);
});

test.each<[string, JsonValue]>([
  ['SecondsPath', -1],
  ['SecondsPath', 1.5],
  ['SecondsPath', '60'],
  ['SecondsPath', 100_000_000],
  ['TimestampPath', 60],
  ['TimestampPath', '2026-03-10'],
  ['TimestampPath', '2026-03-10 17:00:00Z'],
  ['TimestampPath', '2026-13-10T17:00:00Z'],
])('%s to %j fails with States.Runtime', async (field, value) => {
  const run = await runOne({ Type: 'Wait', [field]: '$.value' }, { value });
  expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

test('36 hours of polls every 15 minutes wait on the virtual clock alone, and their sum is exact', async () => {
  const clock = new VirtualClock();
  let polls = 0;
  const run = await runStates(
    {
      Poll: { Type: 'Task', Resource: FUNCTION, Next: 'Decide' },
      Decide: {
        Type: 'Choice',
        Choices: [{ Variable: '$.decision', StringEquals: 'wait', Next: 'Pause' }],
        Default: 'Done',
      },
      Pause: { Type: 'Wait', Seconds: 900, Next: 'Poll' },
      Done: { Type: 'Succeed' },
    },
    {},
    {
      clock,
      tasks: () => Promise.resolve({ decision: (polls += 1) <= 144 ? 'wait' : 'bake' }),
    },
  );
  expect(run).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'bake' } });
  expect(clock.elapsed()).toBe(36 * 3600);
  expect(polls).toBe(145);
  expect(run.history.at(-1)).toEqual({ state: 'Done', enteredAt: new Date('2026-03-12T05:00:00Z') });
});

test('a clock that comes back too early is found', async () => {
  const clock = Object.assign(new VirtualClock(), { waitUntil: () => Promise.resolve() });
  await expect(runOne({ Type: 'Wait', Seconds: 1 }, {}, { clock })).rejects.toThrow('The clock came back');
});

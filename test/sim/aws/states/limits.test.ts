import { FUNCTION, runMachine, runOne, runStates } from './run-states';
import { VirtualClock } from './virtual-clock';

/** Comes around forever: 2 events of history for each Pass, and the way out is never taken. */
const LOOP = {
  Again: {
    Type: 'Choice',
    Choices: [{ Variable: '$.stop', IsPresent: true, Next: 'Stop' }],
    Default: 'Pause',
  },
  Pause: { Type: 'Wait', Seconds: 60, Next: 'Again' },
  Stop: { Type: 'Succeed' },
};

test('a loop without end stops at 25,000 events of history', async () => {
  const run = await runStates(LOOP);
  expect(run).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  expect(run.cause).toContain('history events (25000)');
  expect(run.history).toHaveLength(12_500);
});

test.each([
  [4, 'SUCCEEDED'],
  [3, 'FAILED'],
])('a Pass state needs four events: with %d it has %s', async (historyEvents, status) => {
  expect(await runOne({ Type: 'Pass' }, {}, { limits: { historyEvents } })).toMatchObject({ status });
});

test.each([
  [FUNCTION, 7],
  ['arn:aws:states:::lambda:invoke', 7],
  ['arn:aws:states:::states:startExecution.sync:2', 8],
])('a task of %s needs %d events', async (Resource, historyEvents) => {
  const task = { Type: 'Task', Resource };
  expect((await runOne(task, {}, { limits: { historyEvents } })).status).toBe('SUCCEEDED');
  expect((await runOne(task, {}, { limits: { historyEvents: historyEvents - 1 } })).status).toBe('FAILED');
});

test('an execution ends after a year', async () => {
  const clock = new VirtualClock();
  const slow = { ...LOOP, Pause: { ...LOOP.Pause, Seconds: 90 * 86_400 } };
  const run = await runStates(slow, {}, { clock });
  expect(run).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(clock.elapsed()).toBe(365 * 86_400);
});

test.each<[string, object]>([
  ['retrier', { Retry: [{ ErrorEquals: ['States.ALL'] }] }],
  ['catcher', { Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Saved' }] }],
])("no %s survives the machine's own TimeoutSeconds", async (_what, fields) => {
  const clock = new VirtualClock();
  const machine = {
    TimeoutSeconds: 100,
    StartAt: 'Work',
    States: {
      Work: { Type: 'Task', Resource: FUNCTION, ...fields, Next: 'Saved' },
      Saved: { Type: 'Succeed' },
    },
  };
  const tasks = () => {
    clock.advance(101);
    return Promise.resolve(null);
  };
  const run = await runMachine(machine, {}, { clock, tasks });
  expect(run).toMatchObject({ status: 'FAILED', error: 'States.Timeout', history: [{ state: 'Work' }] });
  expect(clock.elapsed()).toBe(101);
});

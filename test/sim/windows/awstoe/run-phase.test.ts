import { existsSync, readFileSync } from 'node:fs';
import type { ActionScope } from '../../../../sim/windows/awstoe/action';
import { runPhase } from '../../../../sim/windows/awstoe/run-phase';
import { actionScope, simulatedHost } from '../../../support/shell-host';
import { componentOf, run, runComponent } from './component-fixture';

function runSteps(scope: ActionScope, ...steps: readonly object[]) {
  return runComponent(scope, componentOf(steps), {}, ['build']);
}

/** What a step wrote to the drive. */
function written(scope: ActionScope, name: string): string {
  return readFileSync(scope.host.pathOf(`C:\\${name}`), 'utf8');
}

test('steps run in order, and the reason of a failure is its last line', async () => {
  const scope = actionScope();
  const { result, statuses } = await runSteps(
    scope,
    run('echo one >> c/log'),
    run('echo two >> c/log', 'echo begun', 'echo broken >&2', 'exit 4'),
    run('echo three >> c/log'),
  );
  expect(statuses).toEqual(['done', 'failed', 'skipped']);
  expect(result.failure).toMatchObject({ component: 'part', step: 'Step2', reason: 'broken' });
  expect(written(scope, 'log')).toBe('one\ntwo\n');
});

test.each([
  ['Abort', ['failed', 'skipped'], true],
  ['Continue', ['failed', 'done'], true],
  ['Ignore', ['failed', 'done'], false],
])('after a failure with %s', async (onFailure, statuses, fails) => {
  const outcome = await runSteps(actionScope(), { onFailure, ...run('exit 1') }, run('exit 0'));
  expect(outcome.statuses).toEqual(statuses);
  expect(outcome.result.failure !== undefined).toBe(fails);
});

test('the failure that counts is the first that is not ignored', async () => {
  const { result } = await runSteps(
    actionScope(),
    { onFailure: 'Ignore', ...run('echo ignored >&2; exit 1') },
    { onFailure: 'Continue', ...run('echo counted >&2; exit 1') },
    run('echo last >&2; exit 1'),
  );
  expect(result.failure).toMatchObject({ step: 'Step2', reason: 'counted' });
});

test.each([
  [1, 'failed', 'x\n'],
  [2, 'failed', 'x\nx\n'],
  [3, 'done', 'x\nx\nx\n'],
  [5, 'done', 'x\nx\nx\n'],
])('with %i attempts at a step that works at the third', async (maxAttempts, status, log) => {
  const scope = actionScope();
  const commands = ['echo x >> c/log', '[ "$(wc -l < c/log)" -ge 3 ] || exit 1'];
  const { statuses } = await runSteps(scope, { maxAttempts, ...run(...commands) });
  expect(statuses).toEqual([status]);
  expect(written(scope, 'log')).toBe(log);
});

test('3010 restarts the machine and runs the same step again', async () => {
  const scope = actionScope({ host: simulatedHost({ pendingReboot: true }) });
  const { statuses } = await runSteps(
    scope,
    run(
      'echo "$(grep -c pendingReboot.:true host.json)" >> c/log',
      '[ "$(wc -l < c/log)" -ge 3 ] || code 3010',
    ),
  );
  expect(statuses).toEqual(['done']);
  expect(written(scope, 'log')).toBe('1\n0\n0\n');
});

test('a step that asks for restarts without end fails, whatever it says of failures', async () => {
  const scope = actionScope();
  const { result, statuses } = await runSteps(
    scope,
    { onFailure: 'Ignore', maxAttempts: 3, ...run('echo x >> c/log', 'code 3010') },
    run('exit 0'),
  );
  expect(statuses).toEqual(['failed', 'skipped']);
  expect(result.failure).toMatchObject({ reason: 'The instance was to be restarted more than 15 times.' });
  expect(written(scope, 'log')).toBe('x\n'.repeat(16));
});

test('restarts are counted over all steps', async () => {
  const steps = Array.from({ length: 16 }, () => ({ action: 'Reboot' }));
  const { statuses } = await runSteps(actionScope(), ...steps, run('exit 0'));
  expect(statuses).toEqual([...Array.from({ length: 15 }, () => 'done'), 'failed', 'skipped']);
});

test('a step that takes longer than it may is ended, and tried again with the whole time', async () => {
  const scope = actionScope();
  const { result } = await runSteps(scope, {
    timeoutSeconds: 3,
    maxAttempts: 2,
    ...run('echo x >> c/log; sleep 60'),
  });
  expect(result.failure).toMatchObject({ reason: 'It did not end within 3 s.' });
  expect(written(scope, 'log')).toBe('x\nx\n');
});

test('a step without a limit may take its time', async () => {
  const { statuses } = await runSteps(actionScope(), { timeoutSeconds: -1, ...run('sleep 1.1') });
  expect(statuses).toEqual(['done']);
});

test('updates show at once, and the restart after them', async () => {
  const scope = actionScope();
  await runSteps(scope, { action: 'UpdateOS' });
  expect(scope.host.facts).toMatchObject({ ubr: 4294, pendingReboot: true });
  await runSteps(scope, { action: 'Reboot', inputs: { delaySeconds: 0 } });
  expect(scope.host.facts).toMatchObject({ ubr: 4294, pendingReboot: false });
});

test('a phase that a component does not have has no steps', async () => {
  const result = await runPhase(
    actionScope(),
    componentOf([run('exit 1')]),
    'test',
    new Map(),
    () => undefined,
  );
  expect(result).toEqual({ steps: [] });
});

test('each step is reported when it begins and when it has ended', async () => {
  const notified: string[] = [];
  await runPhase(
    actionScope(),
    componentOf([run('exit 0'), run('exit 1')]),
    'build',
    new Map(),
    (part, step, result) => {
      notified.push(`${part} ${step} ${result?.status ?? 'begins'}`);
    },
  );
  expect(notified).toEqual([
    'part Step1 begins',
    'part Step1 done',
    'part Step2 begins',
    'part Step2 failed',
  ]);
});

test('a signal ends the step that is under way', async () => {
  const controller = new AbortController();
  const scope = actionScope({ signal: controller.signal });
  const running = runSteps(scope, run('echo begun > c/log; sleep 60'), run('echo next > c/next'));
  setTimeout(() => {
    controller.abort(new Error('enough'));
  }, 300);
  await expect(running).rejects.toThrow('enough');
  expect(existsSync(scope.host.pathOf('C:\\next'))).toBe(false);
});

import { existsSync, readFileSync } from 'node:fs';
import type { ActionScope } from '../../../lib/rehearsal/awstoe/actions';
import { parseComponent } from '../../../lib/rehearsal/awstoe/parse-component';
import { runPhase } from '../../../lib/rehearsal/awstoe/run-phase';
import { actionScope, pretendedHost } from '../../support/shell-host';

/** A component of steps that run commands, or whatever else is said of them. */
function component(...steps: readonly object[]): ReturnType<typeof parseComponent> {
  const named = steps.map((step, index) => ({
    name: `Step${index + 1}`,
    action: 'ExecutePowerShell',
    ...step,
  }));
  const parameters = [{ Colour: { type: 'string', default: 'blue' } }, { Size: { type: 'string' } }];
  return parseComponent(
    JSON.stringify({
      name: 'part',
      schemaVersion: 1.0,
      parameters,
      phases: [{ name: 'build', steps: named }],
    }),
  );
}

function run(...commands: readonly string[]): object {
  return { inputs: { commands } };
}

async function runSteps(scope: ActionScope, ...steps: readonly object[]) {
  const result = await runPhase(
    scope,
    component(...steps),
    'build',
    new Map([['Size', 'large']]),
    () => undefined,
  );
  return { result, statuses: result.steps.map(({ status }) => status) };
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
  const scope = actionScope({ host: pretendedHost({ pendingReboot: true }) });
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

test('a step that asks for restarts without end fails', async () => {
  const scope = actionScope();
  const { result } = await runSteps(scope, run('echo x >> c/log', 'code 3010'));
  expect(result.failure).toMatchObject({ reason: 'It asked for more than 10 restarts.' });
  expect(written(scope, 'log')).toBe('x\n'.repeat(11));
});

test('a step that takes longer than it may is ended', async () => {
  const { result } = await runSteps(actionScope(), { timeoutSeconds: 1, ...run('sleep 60') });
  expect(result.failure).toMatchObject({ reason: 'It did not end within 1 s.' });
});

test('parameters, their defaults and the outputs of earlier steps are filled in', async () => {
  const scope = actionScope();
  const { statuses } = await runSteps(
    scope,
    run('echo " made "; echo warned >&2'),
    run(
      'echo "{{ Size }} {{Colour}} {{ build.Step1.outputs.stdout }} {{ build.Step1.outputs.stderr }}" > c/log',
    ),
  );
  expect(statuses).toEqual(['done', 'done']);
  expect(written(scope, 'log')).toBe('large blue made warned\n');
});

test('a name that nothing defines ends the rehearsal', async () => {
  await expect(runSteps(actionScope(), run('echo {{ build.Later.outputs.stdout }}'))).rejects.toMatchObject({
    code: 'REHEARSAL_FAILED',
    message:
      'Step Step1 of component part refers to {{ build.Later.outputs.stdout }}, which nothing defines.',
  });
});

test('updates show at once, and the restart after them', async () => {
  const scope = actionScope();
  await runSteps(scope, { action: 'UpdateOS' });
  expect(scope.host.facts).toMatchObject({ ubr: 4294, pendingReboot: true });
  await runSteps(scope, { action: 'Reboot', inputs: { delaySeconds: 0 } });
  expect(scope.host.facts).toMatchObject({ ubr: 4294, pendingReboot: false });
});

test('a phase that a component does not have has no steps', async () => {
  const result = await runPhase(actionScope(), component(run('exit 1')), 'test', new Map(), () => undefined);
  expect(result).toEqual({ steps: [] });
});

test('each step is told when it begins and when it has ended', async () => {
  const told: string[] = [];
  await runPhase(
    actionScope(),
    component(run('exit 0'), run('exit 1')),
    'build',
    new Map(),
    (part, step, result) => {
      told.push(`${part} ${step} ${result?.status ?? 'begins'}`);
    },
  );
  expect(told).toEqual(['part Step1 begins', 'part Step1 done', 'part Step2 begins', 'part Step2 failed']);
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

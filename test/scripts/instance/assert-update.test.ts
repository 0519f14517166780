import { ORDER } from '../support/documents';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

function step(order: object | undefined, hotFixes?: readonly string[]): ScriptCase {
  const host = hostState(hotFixes === undefined ? {} : { hotFixes });
  const documents = order === undefined ? {} : { 'order.json': order };
  return { script: 'steps/Assert-Update.ps1', machine: makeMachine({ host, documents }) };
}

const WANTED = { ...ORDER, kb: 'KB5066782' };

describeWithPowerShell('Assert-Update', () => {
  const result = runTable({
    noneWanted: step(ORDER),
    there: step(WANTED, ['KB5008882', 'KB5066782']),
    another: step(WANTED, ['KB5008882', 'KB50667821']),
    nothingInstalled: step(WANTED),
    noOrder: step(undefined, ['KB5066782']),
  });

  test.each(['noneWanted', 'there'] as const)('lets the bake go on: %s', (name) => {
    expect(result(name)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test.each([
    ['another', 'KB5066782, which is not installed; this Windows has: KB5008882, KB50667821.'],
    ['nothingInstalled', 'KB5066782, which is not installed; this Windows has: none.'],
    ['noOrder', 'order.json'],
  ] as const)('ends the bake: %s', (name, reported) => {
    const { exitCode, stderr } = result(name);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Assert-Update: /);
    expect(stderr).toContain(reported);
  });
});

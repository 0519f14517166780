import { failureSchema } from '../../../lib/contract/documents/evidence';
import { parseDocument } from '../../../lib/contract/documents/document';
import { describeWithPowerShell } from '../support/power-shell';
import { runTable, type ScriptCase } from '../support/run-cases';
import { hostState, makeMachine } from '../support/simulated-machine';

const OFFER = {
  kb: 'KB5066782',
  title: '2025-10 Cumulative Update',
  category: 'SecurityUpdates',
  revision: 4294,
};

/** Install-Update where Windows Update fails with a code at each call of a phase; an installation failed before a restart, too. */
function failing(phase: 'search' | 'install', code: string, host: object = {}): ScriptCase {
  const machine = makeMachine({
    host: hostState({
      ubr: 4171,
      services: { docker: 'Running', wuauserv: 'Running', UsoSvc: 'Running' },
      startTypes: { wuauserv: 'Manual' },
      updateFaults: [{ phase, left: 99, code }],
      ...host,
    }),
    documents: {
      'updates.json': {
        ...{ schema: 'winbake.updates/1', at: '2025-10-14T21:00:00.000Z' },
        ...{ osVersionBefore: '10.0.20348.4171', installed: [], failed: [OFFER.title, 'search'] },
        ...{ restartedFor: [], rounds: 1 },
      },
    },
    beside: { 'offered-updates.json': [OFFER] },
  });
  return {
    script: 'steps/Install-Update.ps1',
    parameters: { ExpectedBuild: 20348, PauseSeconds: 0.01 },
    machine,
  };
}

describeWithPowerShell('the failure document of Windows Update', () => {
  const result = runTable({
    forbidden: failing('search', '0x8024002E'),
    disabled: failing('search', '0x80070422'),
    full: failing('install', '0x80070070'),
    denied: failing('install', '0x80070005'),
    unreachable: failing('search', '0x8024402C'),
    rolledBack: failing('install', '0x800F0922'),
  });

  test.each([
    ['forbidden', '0x8024002E', true],
    ['disabled', '0x80070422', true],
    ['full', '0x80070070', true],
    ['denied', '0x80070005', true],
    ['unreachable', '0x8024402C', undefined],
    ['rolledBack', '0x800F0922', undefined],
  ] as const)('says whether no later try heals it: %s', (name, number, isFinal) => {
    const { exitCode, machine } = result(name);
    const document = JSON.stringify(machine.read('failure.json'));
    const { code, isFinal: found, message } = parseDocument(failureSchema, document, 'failure.json');
    expect({ exitCode, code, isFinal: found }).toEqual({ exitCode: 1, code: 'UPDATE_FAILED', isFinal });
    expect(message).toContain(number);
  });
});

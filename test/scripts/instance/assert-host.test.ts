import { BUILD_TIMEOUT, describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/pretended-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

function step(host: object, parameters: object = { ExpectedBuild: 20348 }): ScriptCase {
  return { script: 'steps/Assert-Host.ps1', parameters: { ...parameters }, machine: makeMachine({ host }) };
}

describeWithPowerShell('Assert-Host', () => {
  const result = runTable(
    {
      ready: step(hostState()),
      bothPending: step(hostState({ pendingReboot: true })),
      updatePending: step(hostState({ pendingReboot: 'RebootRequired' })),
      servicingPending: step(hostState({ pendingReboot: 'RebootPending' })),
      wrongBuild: step(hostState({ currentBuild: '17763', ubr: 8000 })),
      unknownRegistry: step(hostState({ ubr: null })),
    },
    BUILD_TIMEOUT,
  );

  test('records CurrentBuild and UBR with the instant', () => {
    const { exitCode, stdout, machine } = result('ready');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: ['The host is 10.0.20348.4294.'] });
    expect(machine.read('host.json')).toEqual({
      schema: 'winbake.host/1',
      osVersion: '10.0.20348.4294',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test('writes its document as UTF-8 without a byte order mark, with LF, ending in a newline', () => {
    const bytes = result('ready').machine.readBytes('host.json');
    expect(bytes.subarray(0, 2).toString()).toBe('{\n');
    expect(bytes.includes('\r')).toBe(false);
    expect(bytes.at(-1)).toBe(10);
  });

  test.each(['bothPending', 'updatePending', 'servicingPending'] as const)(
    'stops before a restart: %s',
    (name) => {
      const { exitCode, stderr, machine } = result(name);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^Assert-Host: A restart is pending/);
      expect(machine.read('host.json')).toBeUndefined();
    },
  );

  test('stops on another build and names both', () => {
    expect(result('wrongBuild')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/10\.0\.17763\.8000.*build 20348/),
    });
  });

  test('stops where the host does not tell its revision', () => {
    expect(result('unknownRegistry')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("lacks 'ubr'"),
    });
  });
});

import { CATALOG, HOST } from '../support/documents';
import type { DockerAnswer } from '../support/fake-docker';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine } from '../support/simulated-machine';
import { runTable, type ScriptCase } from '../support/run-cases';

const SERVICES = { docker: 'Running', wuauserv: 'Running', UsoSvc: 'Running' };

interface Settings {
  readonly host?: object;
  readonly docker?: readonly DockerAnswer[];
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

function step({ host = {}, docker = [], documents = {}, parameters = {} }: Settings = {}): ScriptCase {
  return {
    script: 'steps/Assert-Host.ps1',
    parameters: { ExpectedBuild: 20348, Os: 'SERVER_2022_CORE', DockerWaitSeconds: 0.02, ...parameters },
    machine: makeMachine({
      host: hostState({ services: SERVICES, startTypes: { wuauserv: 'Manual' }, ...host }),
      documents,
      docker: [...docker, ...HEALTHY_DOCKER],
    }),
  };
}

/** A restart that is pending, or a file that waits for one, and whether the bake stops for it. */
const renames = (...names: string[]): object => ({ pendingFileRenames: names });
const down: DockerAnswer = { call: '*', exitCode: 1, stderr: 'error during connect' };

const STOPS = {
  bothPending: [step({ host: { pendingReboot: true } }), /RebootPending, RebootRequired/],
  updatePending: [
    step({ host: { pendingReboot: 'RebootRequired' } }),
    /A restart is pending \(RebootRequired\)/,
  ],
  servicingPending: [step({ host: { pendingReboot: 'RebootPending' } }), /\(RebootPending\)/],
  packagesPending: [step({ host: { pendingReboot: 'PackagesPending' } }), /\(PackagesPending\)/],
  wrongBuild: [step({ host: { currentBuild: '17763', ubr: 8000 } }), /10\.0\.17763\.8000.*build 20348/],
  newerBuild: [step({ host: { currentBuild: '26100', ubr: 1 } }), /10\.0\.26100\.1.*build 20348/],
  wrongEdition: [
    step({ host: { installationType: 'Server' } }),
    /InstallationType is 'Server', and this pipeline bakes SERVER_2022_CORE, whose is 'Server Core'/,
  ],
  notFull: [step({ parameters: { Os: 'SERVER_2022_FULL' } }), /bakes SERVER_2022_FULL, whose is 'Server'/],
  unknownRegistry: [step({ host: { ubr: null } }), /lacks 'ubr'/],
  otherRevision: [
    step({ documents: { 'host.json': { ...HOST, osVersion: '10.0.20348.4171' } } }),
    /The host changed from 10\.0\.20348\.4171 to 10\.0\.20348\.4294/,
  ],
  clockBehind: [
    step({ host: { clockOffsetSeconds: -3e9 }, documents: { 'catalog.json': CATALOG } }),
    /The clock of this Windows says 19\S+Z, and the catalog holds an image set of 2025-10-15T06:00:00\.000Z/,
  ],
  noDocker: [step({ host: { services: { wuauserv: 'Running' } } }), /This Windows has no service 'docker'/],
  dockerSilent: [step({ docker: [down] }), /does not answer after 0\.02 s\. .*error during connect/],
  dockerEmpty: [
    step({ docker: [{ call: 'version *', stdout: '\n' }] }),
    /The Docker engine does not answer after 0\.02 s\. docker version \S+ \S+ answered nothing\./,
  ],
  dockerHangs: [
    step({ docker: [{ call: 'version *', hangSeconds: 60 }] }),
    /does not answer after 0\.02 s\. .*did not end within 5 s and was stopped/,
  ],
  dockerDisabled: [
    step({
      host: { services: { ...SERVICES, docker: 'Stopped' }, startTypes: { docker: 'Disabled' } },
      parameters: { DockerWaitSeconds: 300 },
    }),
    /The service 'docker' is disabled, and cannot be started\./,
  ],
  oldEngine: [
    step({ docker: [{ call: 'version *', stdout: '19.03.5' }] }),
    /The Docker engine is '19\.03\.5'; build 20348 needs 20\.10 or newer/,
  ],
  oldFor2025: [
    step({
      host: { currentBuild: '26100', ubr: 1 },
      docker: [{ call: 'version *', stdout: '24.0.9' }],
      parameters: { ExpectedBuild: 26100, Os: 'SERVER_2025_CORE' },
    }),
    /build 26100 needs 25\.0 or newer/,
  ],
  natSilent: [
    step({ docker: [{ call: 'network inspect nat', stdout: '\n' }] }),
    /Docker has no network 'nat'\. docker network inspect nat answered nothing\. Containers would have no network/,
  ],
  noNat: [
    step({ docker: [{ call: 'network inspect nat', exitCode: 1, stderr: 'network nat not found' }] }),
    /Docker has no network 'nat'\. .*network nat not found Containers would have no network, and making it anew did not/,
  ],
} as const;

const PASSES = {
  ready: step(),
  // Keys that no list of Microsoft's names may stay for ever, and a key without a package in it says nothing.
  servicingRuns: step({ host: { pendingReboot: 'RebootInProgress' } }),
  rolePending: step({ host: { pendingReboot: 'CurrentRebootAttempts' } }),
  noPackages: step({ host: { pendingReboot: 'PackagesPending/' } }),
  deletions: step({ host: renames('\\??\\C:\\Windows\\System32\\old.dll', '') }),
  elsewhere: step({ host: renames('\\??\\C:\\a', '\\??\\C:\\Program Files\\Agent\\a.dll') }),
  temporary: step({ host: renames('\\??\\C:\\a', '!\\??\\C:\\Windows\\Temp\\a.dll') }),
  // Each start asks for it again: stopping here would stop every bake.
  systemFile: step({ host: renames('\\??\\C:\\a', '!\\??\\C:\\Windows\\System32\\a.dll') }),
  dockerOldest: step({ docker: [{ call: 'version *', stdout: '20.10.27' }] }),
  dockerStopped: step({ host: { services: { ...SERVICES, docker: 'Stopped' } } }),
  dockerStartsAgain: step({
    host: { services: { ...SERVICES, docker: 'Stopped' }, startFailures: { docker: 1 } },
    parameters: { DockerWaitSeconds: 30 },
  }),
  // Both heal by making the network anew: Docker finds what HNS kept of another machine, or nothing.
  natDetached: step({ host: { natNetwork: 'detached' } }),
  natLost: step({ host: { natNetwork: 'lost' } }),
  nat2016: step({
    host: { currentBuild: '14393', natNetwork: 'detached' },
    parameters: { ExpectedBuild: 14393, Os: 'SERVER_2016_CORE' },
  }),
  dockerHangsOnce: step({
    docker: [{ call: 'version *', hangSeconds: 60, times: 1 }],
    parameters: { DockerWaitSeconds: 30 },
  }),
  natHangsOnce: step({ docker: [{ call: 'network inspect nat', exitCode: 1, stderr: 'timeout', times: 1 }] }),
  natSilentOnce: step({ docker: [{ call: 'network inspect nat', stdout: '', times: 1 }] }),
  dockerSlow: step({ docker: [{ ...down, times: 1 }], parameters: { DockerWaitSeconds: 30 } }),
  again: step({
    documents: {
      'host.json': HOST,
      'catalog.json': CATALOG,
      'update-service.json': {
        schema: 'winbake.update-service/1',
        services: [{ name: 'wuauserv', startType: 'Manual' }],
      },
    },
  }),
} as const;

describeWithPowerShell('Assert-Host', () => {
  const stops = Object.fromEntries(Object.entries(STOPS).map(([name, [one]]) => [name, one]));
  const result = runTable<string>({ ...stops, ...PASSES });

  test('records CurrentBuild and UBR with the instant', () => {
    const { exitCode, stdout, stderr, machine } = result('ready');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.at(-1)).toMatch(/^\S+Z The host is 10\.0\.20348\.4294\.$/);
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

  test('holds the update services, and remembers how they started', () => {
    const { machine } = result('ready');
    expect(machine.host()).toMatchObject({
      services: { docker: 'Running', wuauserv: 'Stopped', UsoSvc: 'Stopped' },
      startTypes: { wuauserv: 'Disabled', UsoSvc: 'Disabled' },
    });
    expect(machine.read('update-service.json')).toEqual({
      schema: 'winbake.update-service/1',
      services: [
        { name: 'UsoSvc', startType: 'Automatic' },
        { name: 'wuauserv', startType: 'Manual' },
      ],
    });
  });

  test.each(Object.entries(STOPS))('stops, in one line, and records nothing: %s', (name, [, message]) => {
    const { exitCode, stderr, machine } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(stderr).toMatch(/^Assert-Host: [^\n]+\n$/);
    expect(machine.read('host.json')).toEqual(name === 'otherRevision' ? expect.anything() : undefined);
  });

  test.each(Object.keys(PASSES))('goes on: %s', (name) => {
    const { exitCode, stderr, machine } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(machine.host()).toMatchObject({ services: { docker: 'Running' } });
  });

  test.each(['natDetached', 'natLost', 'nat2016'])('makes the network anew once, and says so: %s', (name) => {
    const { stdout, machine } = result(name);
    expect(stdout.filter((line) => line.endsWith('The networks of containers are made anew.'))).toHaveLength(
      1,
    );
    expect(machine.host()).toMatchObject({ natNetwork: true, hnsNetworks: ['nat'] });
  });

  test.each([
    ['servicingRuns', 'RebootInProgress'],
    ['rolePending', 'CurrentRebootAttempts'],
    ['systemFile', 'PendingFileRenameOperations'],
  ])('what does not forbid to go on is said: %s', (name, key) => {
    expect(result(name).stdout.filter((line) => line.endsWith(`asks for a restart: ${key}`))).toHaveLength(1);
  });

  test('leaves a network alone that works', () => {
    expect(result('ready').stdout.join('')).not.toContain('made anew');
  });

  test('a second run keeps the instant of the first, and how the services were before', () => {
    const { machine } = result('again');
    expect(machine.read('host.json')).toEqual(HOST);
    expect(machine.read('update-service.json')).toMatchObject({
      services: [{ name: 'wuauserv', startType: 'Manual' }],
    });
  });
});

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REMOVE_WORK_FILES } from '../../../lib/core/image-builder/build-components';
import { layLaunchAgent, V1_SCRIPT, V1_TASK } from '../../../sim/windows/host/simulated-host';
import { HOST } from '../support/documents';
import type { DockerAnswer } from '../support/fake-docker';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine, type SimulatedMachine } from '../support/simulated-machine';
import { runSequences, type ScriptCase, type ScriptResult } from '../support/run-cases';

const SERVICES = { docker: 'Running', wuauserv: 'Stopped', UsoSvc: 'Stopped', AmazonECS: 'Running' };
const HELD = {
  schema: 'winbake.update-service/1',
  services: [
    { name: 'UsoSvc', startType: 'Automatic' },
    { name: 'wuauserv', startType: 'Manual' },
  ],
};

interface Settings {
  readonly host?: object;
  readonly docker?: readonly DockerAnswer[];
  readonly documents?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
}

function machineWith({
  host = {},
  docker = [],
  documents = {},
  files = {},
}: Settings = {}): SimulatedMachine {
  return makeMachine({
    files,
    host: hostState({
      services: SERVICES,
      startTypes: { wuauserv: 'Disabled', UsoSvc: 'Disabled' },
      ...host,
    }),
    documents: { 'host.json': HOST, 'update-service.json': HELD, ...documents },
    docker: [...docker, ...HEALTHY_DOCKER],
  });
}

function steps(name: string, machine: SimulatedMachine, runs = 1): ScriptCase[] {
  const script = name.startsWith('/') ? name : `steps/${name}.ps1`;
  return Array.from({ length: runs }, () => ({ script, machine }));
}

/** One run that waits for nothing longer than 0.2 s. */
function timed(name: string, machine: SimulatedMachine): ScriptCase[] {
  return [{ script: `steps/${name}.ps1`, machine, parameters: { TimeoutSeconds: 0.2 } }];
}

/** What whoever runs the bake may still need: by its name, its age, or the age of the newest entry in it. */
const KEPT = [
  'ProgramData/Amazon/ECS/cache/ecs-agent.zip',
  'Windows/Temp/new',
  'Windows/Temp/TOE_2025-10-01_old/chaining.json',
  'Windows/Temp/awstoe_old/detailedoutput.json',
  'Windows/Temp/AmazonSSM_old',
  'Windows/Temp/old folder/nested/new.log',
];
const AGED = ['Windows/Temp/old', 'Windows/Temp/old things/nested/old.log'];

/** Lays files on the drive; those named "old" were written before the bake of HOST began, and so were their folders. */
function lay(machine: SimulatedMachine, ...paths: readonly string[]): SimulatedMachine {
  for (const path of paths) {
    const file = join(machine.folder, 'c', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    const before = new Date('2025-10-01');
    if (path.endsWith('old') || path.endsWith('old.log') || path.endsWith('.json')) {
      utimesSync(file, before, before);
    }
    for (let folder = dirname(path); folder.includes('old'); folder = dirname(folder)) {
      utimesSync(join(machine.folder, 'c', folder), before, before);
    }
  }
  return machine;
}

const AGENT_FILES = ['data/agent.db', 'log/ecs-agent.log'].map((name) => `ProgramData/Amazon/ECS/${name}`);
const CACHES = ['ProgramData/docker/tmp/layer', 'Windows/SoftwareDistribution/Download/a/b.cab'];

function used(settings?: Settings): SimulatedMachine {
  return lay(machineWith(settings), ...AGENT_FILES, ...CACHES, HNS_DATA, ...AGED, ...KEPT);
}

function launch(build: number, flag?: string): SimulatedMachine {
  const machine = machineWith();
  layLaunchAgent(join(machine.folder, 'c'), build, flag);
  return machine;
}

/** A machine whose EC2Launch v1 has another script. */
function firstWith(script: string): SimulatedMachine {
  const machine = launch(17763);
  writeFileSync(join(machine.folder, 'c', V1_SCRIPT), `param([switch]$Schedule)\n${script}\n`);
  return machine;
}

const networks: DockerAnswer[] = [
  { call: 'network ls --filter type=custom *', stdout: 'mine\r\nother\r\n', times: 1 },
  { call: 'network rm *' },
];

function removal(): ScriptCase[] {
  const machine = lay(
    machineWith({ documents: { 'image-manifest.json': { schema: 'winbake.image-manifest/1' } } }),
    'ProgramData/Winbake/Update-OwnImage.ps1',
    'ProgramData/Winbake/scripts/steps/Any.ps1',
    'ProgramData/Winbake/scripts.zip',
  );
  const script = join(machine.folder, 'remove.ps1');
  writeFileSync(script, `${REMOVE_WORK_FILES.join('\n')}\nexit 0\n`);
  return steps(script, machine, 2);
}

const HNS_DATA = 'ProgramData/Microsoft/Windows/HNS/HNS.data';

/** Docker's configuration in somebody's profile. */
const dockerConfigOf = (profile: string, auths: object | null, more: object = {}) => ({
  [`${profile}/.docker/config.json`]: JSON.stringify({ auths, ...more }),
});

const CASES = {
  network2016: steps('Clear-Leftover', lay(machineWith({ host: { currentBuild: '14393' } }), HNS_DATA), 2),
  // Docker was stopped by somebody else; its network is there all the same.
  stoppedBefore: steps(
    'Clear-Leftover',
    machineWith({ host: { services: { ...SERVICES, docker: 'Stopped' } } }),
  ),
  networkStays: steps('Clear-Leftover', machineWith({ host: { stuckNetworks: ['nat'] } })),
  // Docker that is not running is asked nothing, so that the limit is the service's alone.
  dockerStays: timed(
    'Clear-Leftover',
    machineWith({ host: { services: { ...SERVICES, docker: 'StartPending' }, stuckServices: ['docker'] } }),
  ),
  listHangs: timed('Clear-Leftover', machineWith({ docker: [{ call: 'network ls *', hangSeconds: 600 }] })),
  leftovers: steps('Clear-Leftover', used({ docker: networks }), 2),
  networkInUse: steps(
    'Clear-Leftover',
    used({
      docker: [
        { call: 'network rm *', exitCode: 1, stderr: 'network mine has active endpoints' },
        ...networks,
      ],
    }),
  ),
  secondVersion: steps('Initialize-Launch', launch(20348), 2),
  // The guide lists -c and -h alone for reset.
  withoutBlock: steps('Initialize-Launch', launch(26100, '-c'), 2),
  firstVersion: steps('Initialize-Launch', launch(17763), 2),
  firstHangs: timed('Initialize-Launch', firstWith('Start-Sleep -Seconds 300')),
  firstFails: steps('Initialize-Launch', firstWith('throw "no task scheduler"')),
  firstExits: steps('Initialize-Launch', firstWith('exit 1')),
  noLaunchAgent: steps('Initialize-Launch', machineWith()),
  updateService: steps('Resume-Update', machineWith(), 2),
  neverHeld: steps(
    'Resume-Update',
    makeMachine({ host: hostState({ services: SERVICES, startTypes: { wuauserv: 'Manual' } }) }),
  ),
  ready: steps('Assert-Sysprep', machineWith({ host: { services: { ...SERVICES, Sense: 'Stopped' } } })),
  restart: steps('Assert-Sysprep', machineWith({ host: { pendingReboot: true } })),
  loggedIn: steps(
    'Assert-Sysprep',
    machineWith({ files: dockerConfigOf('Users/Administrator', { 'a.io': { auth: 'eDp5' } }) }),
  ),
  hiddenLoggedIn: steps(
    'Assert-Sysprep',
    machineWith({ files: dockerConfigOf('Users/.Default', { 'a.io': { auth: 'eDp5' } }) }),
  ),
  serviceLoggedIn: steps(
    'Assert-Sysprep',
    machineWith({
      files: dockerConfigOf('Windows/ServiceProfiles/LocalService', { 'a.io': { registrytoken: 'hush' } }),
    }),
  ),
  stored: steps(
    'Assert-Sysprep',
    machineWith({ files: dockerConfigOf('Users/Administrator', { 'a.io': {} }, { credsStore: 'wincred' }) }),
  ),
  storedByHost: steps(
    'Assert-Sysprep',
    machineWith({
      files: dockerConfigOf('Users/Administrator', { 'a.io': {} }, { credHelpers: { 'a.io': 'wincred' } }),
    }),
  ),
  systemLoggedIn: steps(
    'Assert-Sysprep',
    machineWith({
      files: dockerConfigOf('Windows/System32/config/systemprofile', { 'a.io': { identitytoken: 'hush' } }),
    }),
  ),
  loggedOut: steps(
    'Assert-Sysprep',
    machineWith({
      files: {
        ...dockerConfigOf('Users/Administrator', {}),
        ...dockerConfigOf('Users/Public', { 'a.io': {}, 'b.io': null, 'c.io': { auth: null, password: '' } }),
        ...dockerConfigOf('Users/nobody', null, {
          credsStore: 'wincred',
          credHelpers: { 'a.io': 'ecr-login' },
        }),
        ...dockerConfigOf('Users/empty', { 'a.io': {} }, { credsStore: '', credHelpers: null }),
        'Users/other/.docker/config.json': 'null',
        'Users/list/.docker/config.json': '[]',
        'Users/damaged/.docker/config.json': '{',
      },
    }),
  ),
  sense: steps('Assert-Sysprep', machineWith({ host: { services: { ...SERVICES, Sense: 'Running' } } })),
  removal: removal(),
} as const;

type Name = keyof typeof CASES;

describeWithPowerShell('prepare-sysprep', () => {
  let results: Readonly<Record<Name, readonly ScriptResult[]>>;
  const machineOf = (name: Name): SimulatedMachine => CASES[name][0]!.machine;
  beforeAll(async () => {
    results = await runSequences(CASES);
  });

  test.each<Name>([
    'leftovers',
    'network2016',
    'stoppedBefore',
    'secondVersion',
    'withoutBlock',
    'firstVersion',
    'updateService',
    'neverHeld',
    'ready',
    'loggedOut',
    'removal',
  ])('%s ends well, and so does a second run', (name) => {
    expect(results[name].map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      CASES[name].map(() => ({ exitCode: 0, stderr: '' })),
    );
  });

  test('Docker is stopped without the networks that users made', () => {
    const calls = machineOf('leftovers').calls();
    expect(calls.filter((call) => call.includes(' rm '))).toEqual(['network rm mine', 'network rm other']);
    expect(machineOf('leftovers').host()).toMatchObject({
      services: { docker: 'Stopped', AmazonECS: 'Stopped' },
    });
  });

  test.each<Name>(['leftovers', 'network2016', 'stoppedBefore'])(
    'no network of this machine goes into the AMI, where its adapter would be missing: %s',
    (name) => {
      expect(machineOf(name).host()).toMatchObject({ hnsNetworks: [], services: { hns: 'Stopped' } });
      expect(machineOf(name).has(HNS_DATA)).toBe(false);
    },
  );

  test('the state of the agent and what downloads left are gone, their folders stay', () => {
    const machine = machineOf('leftovers');
    for (const file of [...AGENT_FILES, ...CACHES, ...AGED]) {
      expect([file, machine.has(file)]).toEqual([file, false]);
    }
    for (const kept of [...AGENT_FILES.map(dirname), 'Windows/SoftwareDistribution/Download']) {
      expect([kept, machine.has(kept)]).toEqual([kept, true]);
    }
  });

  test('each folder that was emptied is named, and what is in use only where something is', () => {
    const emptied = results.leftovers
      .flatMap(({ stdout }) => stdout)
      .filter((line) => line.includes('Emptied '));
    expect(emptied.length).toBeGreaterThan(2);
    expect(emptied.filter((line) => !/Emptied \S+$/.test(line.trim()))).toEqual([]);
  });

  test('what whoever runs the bake may still need stays', () => {
    expect(KEPT.filter((file) => !machineOf('leftovers').has(file))).toEqual([]);
  });

  test.each<Name>(['secondVersion', 'withoutBlock'])('EC2Launch v2 is reset: %s', (name) => {
    expect(machineOf(name).has('ProgramData/Amazon/EC2Launch/state/.run-once')).toBe(false);
  });

  test('EC2Launch v1 is scheduled, under the preferences that its script was written for', () => {
    expect(machineOf('firstVersion').has(V1_TASK)).toBe(true);
  });

  test('the update services start again as they did before, and none is started', () => {
    expect(machineOf('updateService').host()).toMatchObject({
      services: { wuauserv: 'Stopped', UsoSvc: 'Stopped' },
      startTypes: { UsoSvc: 'Automatic', wuauserv: 'Manual' },
    });
    expect(machineOf('neverHeld').host()).toMatchObject({ startTypes: { wuauserv: 'Manual' } });
  });

  test('of the own work files the image manifest and what hosts run of it stay', () => {
    const machine = machineOf('removal');
    expect(machine.has('ProgramData/Winbake/Update-OwnImage.ps1')).toBe(true);
    expect(machine.read('image-manifest.json')).toEqual({ schema: 'winbake.image-manifest/1' });
    for (const name of ['host.json', 'update-service.json', 'scripts', 'scripts.zip']) {
      expect([name, machine.has(`ProgramData/Winbake/${name}`)]).toEqual([name, false]);
    }
  });

  test.each<[Name, RegExp]>([
    ['networkInUse', /docker network rm mine ended with exit code 1: .*active endpoints/],
    ['networkStays', /The container networks nat could not be removed: containers would have no network on/],
    ['dockerStays', /The service 'docker' is StopPending 0\.2 s after it was to be Stopped\./],
    ['listHangs', /docker network ls .* did not end within 0\.2 s and was stopped/],
    ['firstHangs', /InitializeInstance\.ps1' did not end within 0\.2 s and was stopped\./],
    ['firstFails', /no task scheduler/],
    ['firstExits', /InitializeInstance\.ps1' ended with an error\./],
    ['noLaunchAgent', /There is neither 'C:.Program Files.*EC2Launch\.exe' \(EC2Launch v2\) nor .*\(v1\)/],
    [
      'loggedIn',
      /A login would be part of the AMI: docker's login to a\.io in C:.Users.Administrator.\.docker.config\.json\. Sign out/,
    ],
    ['hiddenLoggedIn', /docker's login to a\.io in C:.Users.\.Default..docker.config\.json/],
    ['serviceLoggedIn', /docker's login to a\.io in C:.Windows.ServiceProfiles.LocalService/],
    ['stored', /docker's login to a\.io in the store wincred of C:.Users.Administrator/],
    ['storedByHost', /docker's login to a\.io in the store wincred of C:.Users.Administrator/],
    ['systemLoggedIn', /docker's login to a\.io in C:.Windows.System32.config.systemprofile/],
    ['restart', /Sysprep would fail\. A restart is pending \(RebootPending, RebootRequired\)\./],
    [
      'sense',
      /Defender for Endpoint \(the service 'Sense'\) is Running, .*Onboard instances in their user data/,
    ],
  ])('fails in one line that names the culprit: %s', (name, message) => {
    const { exitCode, stderr } = results[name][0]!;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(stderr).toMatch(/^[A-Z][A-Za-z]+-[A-Z][A-Za-z]+: [^\n]+\n$/);
  });
});

import { readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BAKED_MANIFEST } from '../support/documents';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import {
  INSTANCE_ARN,
  startHostServices,
  type AgentBehaviour,
  type AgentStart,
  type TargetState,
  type HostServices,
} from '../support/host-services';
import { describeWithPowerShell } from '../support/power-shell';
import { readScripts } from '../support/read-scripts';
import { hostState, makeMachine, type SimulatedMachine } from '../support/simulated-machine';
import { runCases, type ScriptCase, type ScriptResult } from '../support/run-cases';

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'container-host', 'Start-ContainerHost.ps1');
const INSTANCE = 'i-0123456789abcdef0';
const HOOK = { GroupName: 'shop-fleet', HookName: 'ready' };
const CONTINUE = `CONTINUE shop-fleet ready ${INSTANCE} eu-west-1`;
const ABANDON = CONTINUE.replace('CONTINUE', 'ABANDON');
/** When a host was up the first time, and what a start says of itself. */
const BEFORE = '2026-01-14T08:00:00Z';
const UP =
  /^\{"winbake\.build":"20348","winbake\.revision":"4294","winbake\.up":"20\d\d-\d\d-\d\dT[\d:]{8}Z"\}$/;

const NAMES = [
  'good',
  'again',
  'rebooted',
  'options',
  'noHook',
  'late',
  'silent',
  'html',
  'agentFails',
  'failsLater',
  'otherInstance',
  'completedBefore',
  'throttled',
  'refused',
  'noMetadata',
  'warms',
  'warmTask',
  'warmAgain',
  'leavesPool',
  'leavesPoolEarly',
  'warmFails',
  'coldOfPool',
] as const;
type Name = (typeof NAMES)[number];

const agentHost = (status: string): object =>
  hostState({ services: { docker: 'Running', AmazonECS: status } });

describeWithPowerShell('Start-ContainerHost', () => {
  let services: HostServices | undefined;
  const results = new Map<Name, ScriptResult & { readonly machine: SimulatedMachine }>();
  const result = (name: Name) => results.get(name)!;
  const starts = (name: Name): AgentStart[] =>
    result(name)
      .machine.lines('agent-starts.jsonl')
      .map((line) => JSON.parse(line) as AgentStart);
  const attributesOf = (name: Name) => starts(name).at(-1)!.variables['ECS_INSTANCE_ATTRIBUTES']!;
  const launches = (name: Name): string[] => result(name).machine.lines('lifecycle.txt');

  beforeAll(async () => {
    services = await startHostServices(INSTANCE);
    const { agents, metadata, metadataOf } = services;
    const start = (
      agent: AgentBehaviour,
      parameters: object = HOOK,
      {
        env = {},
        machine = makeMachine({ docker: HEALTHY_DOCKER, host: agentHost('Stopped') }),
      }: Partial<ScriptCase> = {},
    ): ScriptCase => ({
      script: SCRIPT,
      machine,
      parameters: {
        Cluster: 'shop',
        AgentSeconds: agent === 'silent' || agent === 'html' ? 0.2 : 20,
        PollSeconds: 0.02,
        Introspection: `${agents[agent]}/v1/metadata`,
        ...parameters,
      },
      env: {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
        FAIL_AGENT: '',
        FAIL_LIFECYCLE: '',
        FAIL_LIFECYCLE_TIMES: '99',
        ...env,
      },
    });
    const launched = (id: string): SimulatedMachine =>
      makeMachine({
        docker: HEALTHY_DOCKER,
        host: agentHost('Stopped'),
        files: { 'ProgramData/Winbake/launched.txt': id, [`ProgramData/Winbake/up-${id}.txt`]: BEFORE },
      });
    const good = start('registered', HOOK, {
      machine: makeMachine({
        docker: HEALTHY_DOCKER,
        host: agentHost('Stopped'),
        documents: { 'image-manifest.json': BAKED_MANIFEST },
      }),
    });
    const at = (state: TargetState) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: metadataOf[state] });
    const pool = { ...HOOK, WarmPool: true };
    const warms = start('silent', pool, { env: at('Warmed:Stopped') });
    const { machine: warmed } = warms;
    const cases: Record<Name, ScriptCase> = {
      good,
      // The same machine, whose agent runs by now.
      again: { ...good },
      rebooted: start('registered', HOOK, { machine: launched(INSTANCE) }),
      options: start('registered', {
        EnableTaskIamRole: true,
        EnableTaskEni: true,
        BlockMetadata: true,
        LocalRoute: '["10.0.15.0/24"]',
        Variable: { ECS_GMSA_SUPPORTED: 'true', ECS_CONTAINER_START_TIMEOUT: '10m' },
        DrainSpot: true,
        LoggingDriver: '["json-file"]',
        Attribute: { 'shop.zone': "o'hare", 'a-b': '1' },
      }),
      noHook: start('registered', {}, { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' } }),
      late: start('late'),
      silent: start('silent'),
      html: start('html'),
      agentFails: start('registered', HOOK, { env: { FAIL_AGENT: 'no such cluster' } }),
      failsLater: start('silent', HOOK, { machine: launched(INSTANCE) }),
      otherInstance: start('registered', HOOK, { machine: launched('i-00000000000000001') }),
      completedBefore: start('registered', HOOK, {
        env: { FAIL_LIFECYCLE: `No active Lifecycle Action found with instance ID ${INSTANCE}` },
      }),
      throttled: start('registered', HOOK, {
        env: { FAIL_LIFECYCLE: 'Rate exceeded', FAIL_LIFECYCLE_TIMES: '2' },
      }),
      refused: start('registered', HOOK, { env: { FAIL_LIFECYCLE: 'AccessDenied' } }),
      noMetadata: start('registered', HOOK, {
        env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' },
      }),
      warms,
      // What the task runs a minute later.
      warmTask: {
        ...warms,
        script: join(warmed.folder, 'c', 'ProgramData', 'Winbake', 'complete-launch.ps1'),
        parameters: {},
      },
      warmAgain: start('registered', pool, { env: at('Warmed:Stopped'), machine: warmed }),
      leavesPool: start('registered', pool, { env: at('InService'), machine: warmed }),
      // Metadata may show the state of before for a while.
      leavesPoolEarly: start('registered', pool, {
        env: at('Warmed:Stopped'),
        machine: makeMachine({
          docker: HEALTHY_DOCKER,
          host: agentHost('Stopped'),
          files: { 'ProgramData/Winbake/warmed.txt': INSTANCE },
        }),
      }),
      warmFails: start('registered', pool, {
        env: { ...at('Warmed:Stopped'), FAIL_AGENT: 'no such cluster' },
      }),
      coldOfPool: start('registered', pool, { env: at('InService') }),
    };
    const list = NAMES.map((name) => cases[name]);
    (await runCases(list)).forEach((one, index) => {
      results.set(NAMES[index]!, { ...one, machine: list[index]!.machine });
    });
  });
  afterAll(() => {
    services?.close();
    for (const { machine } of results.values()) {
      rmSync(machine.folder, { recursive: true, force: true });
    }
  });

  test('starts the agent once with what the host is, and completes the launch once, though it runs twice', () => {
    expect(result('good').stderr).toBe('');
    expect(result('again').stderr).toBe('');
    expect(starts('good')).toEqual([
      {
        cluster: 'shop',
        drivers: '["json-file","awslogs"]',
        role: false,
        eni: false,
        block: false,
        variables: {
          ECS_INSTANCE_ATTRIBUTES: expect.stringMatching(UP) as string,
          ECS_IMAGE_PULL_BEHAVIOR: 'default',
          ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP: 'false',
          ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE: 'true',
          ECS_ENABLE_SPOT_INSTANCE_DRAINING: 'false',
        },
      },
    ]);
    expect(launches('good')).toEqual([CONTINUE]);
  });

  test('says in the event log what the host is and that it joined', () => {
    expect(result('good').machine.events().slice(0, 4)).toEqual([
      'this host runs 10.0.20348.4294; baked by order bake-7 as 10.0.20348.4294 with ' +
        'servercore 10.0.20348.4294 (exact), iis 10.0.20348.4171 (previousRevision).',
      'Docker 25.0.6 answers.',
      `registered as ${INSTANCE_ARN}.`,
      `the launch of ${INSTANCE} in shop-fleet ended with CONTINUE.`,
    ]);
    expect(result('noHook').machine.events()[0]).toBe(
      'this host runs 10.0.20348.4294; no image manifest of Winbake is on it.',
    );
  });

  test('after a reboot, which stops the agent, it starts it again and completes nothing', () => {
    expect(starts('rebooted')).toHaveLength(1);
    expect(attributesOf('rebooted')).toContain(`"winbake.up":"${BEFORE}"`);
    expect(launches('rebooted')).toEqual([]);
  });

  test('hands on what was chosen', () => {
    expect(starts('options')).toMatchObject([
      {
        drivers: '["json-file"]',
        role: true,
        eni: true,
        block: true,
        routes: '["10.0.15.0/24"]',
        variables: {
          ECS_ENABLE_SPOT_INSTANCE_DRAINING: 'true',
          ECS_GMSA_SUPPORTED: 'true',
          ECS_CONTAINER_START_TIMEOUT: '10m',
        },
      },
    ]);
    const [start] = starts('options');
    expect(JSON.parse(start!.variables['ECS_INSTANCE_ATTRIBUTES']!)).toEqual({
      'a-b': '1',
      'shop.zone': "o'hare",
      'winbake.build': '20348',
      'winbake.revision': '4294',
      'winbake.up': expect.any(String) as string,
    });
  });

  test('without a hook it asks nobody for anything', () => {
    expect(result('noHook').stderr).toBe('');
    expect([attributesOf('noHook'), launches('noHook')]).toEqual([expect.not.stringContaining('up'), []]);
  });

  test('waits for the agent to be registered, not only to answer', () => {
    expect(result('late').stderr).toBe('');
    expect(launches('late')).toEqual([CONTINUE]);
  });

  test.each([
    [
      'silent',
      /cluster shop: the ECS agent did not register within 0\.2 s \(it answers and is not registered\)/,
    ],
    ['html', /cluster shop: the ECS agent did not register within 0\.2 s \(it does not answer: /],
    ['agentFails', /this host does not join the cluster shop: no such cluster/],
  ] as const)('abandons the launch with one line where the host cannot join: %s', (name, message) => {
    const { exitCode, stderr, machine } = result(name);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(machine.events().filter((line) => message.test(line))).toHaveLength(1);
    expect(launches(name)).toEqual([ABANDON]);
  });

  test('a host in service that does not join after a reboot abandons nothing', () => {
    expect(result('failsLater').exitCode).toBe(1);
    expect(launches('failsLater')).toEqual([]);
  });

  test('the mark of another instance, which an AMI brought along, does not count', () => {
    expect(attributesOf('otherInstance')).toMatch(UP);
    expect(attributesOf('otherInstance')).not.toContain(BEFORE);
    expect(launches('otherInstance')).toEqual([CONTINUE]);
  });

  test('a launch that was completed by a start without time for its mark is as good as its own', () => {
    const { stderr, machine } = result('completedBefore');
    expect({ stderr, launches: launches('completedBefore') }).toEqual({ stderr: '', launches: [CONTINUE] });
    expect(readFileSync(join(machine.folder, 'c', 'ProgramData', 'Winbake', 'launched.txt'), 'utf8')).toBe(
      INSTANCE,
    );
  });

  test('tries again where Auto Scaling cannot answer', () => {
    expect(result('throttled').stderr).toBe('');
    expect(launches('throttled')).toEqual([CONTINUE, CONTINUE, CONTINUE]);
  });

  test('says why the launch could not be completed, and leaves no mark', () => {
    const { exitCode, stderr, machine } = result('refused');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(
        /the lifecycle hook ready of shop-fleet could not be completed: AccessDenied/,
      ),
    });
    expect(machine.events().at(-1)).toMatch(/^the launch could not be abandoned either: /);
    expect(machine.read('launched.txt')).toBeUndefined();
    expect(result('noMetadata').exitCode).toBe(1);
  });

  describe('of a group with a warm pool', () => {
    test('starts the agent, which waits, and completes nothing itself on the way into the pool', () => {
      const { machine, stderr } = result('warms');
      expect(attributesOf('warms')).not.toContain('up');
      expect({ stderr, starts: starts('warms')[0] }).toMatchObject({
        stderr: '',
        starts: { variables: { ECS_WARM_POOLS_CHECK: 'true' } },
      });
      expect(machine.lines('tasks.jsonl').map((line) => JSON.parse(line) as object)).toEqual([
        {
          name: 'Winbake-CompleteLaunch',
          action:
            'powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File C:\\ProgramData\\Winbake\\complete-launch.ps1',
          as: 'SYSTEM',
          later: true,
          seconds: expect.closeTo(60, -1) as number,
        },
      ]);
    });

    test('completes it by the task, and again as it leaves the pool, each once', () => {
      const names = ['warmTask', 'warmAgain', 'leavesPool'] as const;
      expect(names.map((name) => result(name).stderr)).toEqual(['', '', '']);
      expect(launches('leavesPool')).toEqual([CONTINUE, CONTINUE]);
      const ended = result('leavesPool')
        .machine.events()
        .filter((line) => line.includes('ended with'));
      expect(ended).toEqual([
        `the way into the warm pool of ${INSTANCE} in shop-fleet ended with CONTINUE.`,
        `the launch of ${INSTANCE} in shop-fleet ended with CONTINUE.`,
      ]);
    });

    test('waits for the agent on a start after that of the pool, whatever metadata says yet', () => {
      expect(launches('leavesPoolEarly')).toEqual([CONTINUE]);
      expect(result('leavesPoolEarly').machine.events()).toContain(`registered as ${INSTANCE_ARN}.`);
    });

    test('abandons the way into the pool where the host cannot be made ready', () => {
      expect(result('warmFails').exitCode).toBe(1);
      expect(launches('warmFails')).toEqual([ABANDON]);
      expect(result('warmFails').machine.lines('tasks.jsonl')).toEqual([]);
    });

    test('joins at once where the pool was empty', () => {
      expect(launches('coldOfPool')).toEqual([CONTINUE]);
      expect(result('coldOfPool').machine.lines('tasks.jsonl')).toEqual([]);
    });
  });
});

describeWithPowerShell('the syntax of Start-ContainerHost', () => {
  test('is that of Windows PowerShell 5.1, with commands of the AMI alone', async () => {
    const tasks = [
      'New-ScheduledTaskAction',
      'New-ScheduledTaskPrincipal',
      'New-ScheduledTaskSettingsSet',
      'New-ScheduledTaskTrigger',
      'Register-ScheduledTask',
    ];
    const modules = ['Complete-ASLifecycleAction', 'Initialize-ECSAgent', ...tasks];
    const [facts] = await readScripts(dirname(SCRIPT), [basename(SCRIPT)], modules);
    expect(facts).toMatchObject({ findings: [], native: [], exits: [], strictModeLatest: true });
    const own = facts!.functions.map(({ name }) => name);
    expect(facts!.commands.filter((name) => !own.includes(name))).toEqual([
      'Complete-ASLifecycleAction',
      'ConvertFrom-Json',
      'ConvertTo-Json',
      'ForEach-Object',
      'Get-Command',
      'Get-ContainerNetwork',
      'Get-HnsNetwork',
      'Get-ItemProperty',
      'Get-NetAdapter',
      'Get-Service',
      'Import-Module',
      'Initialize-ECSAgent',
      'New-EventLog',
      ...tasks,
      'Remove-ContainerNetwork',
      'Remove-HnsNetwork',
      'Set-StrictMode',
      'Sort-Object',
      'Start-Sleep',
      'Where-Object',
      'Write-EventLog',
      'Write-Host',
    ]);
  });

  test('is ASCII with LF', () => {
    expect(readFileSync(SCRIPT, 'utf8')).toMatch(/^[\n\x20-\x7e]*\n$/);
  });
});

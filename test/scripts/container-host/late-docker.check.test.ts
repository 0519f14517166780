import { join } from 'node:path';
import type { DockerAnswer } from '../support/fake-docker';
import { HEALTHY_DOCKER } from '../support/healthy-docker';
import { startHostServices, type HostServices } from '../support/host-services';
import { describeWithPowerShell } from '../support/power-shell';
import { hostState, makeMachine, type SimulatedMachine } from '../support/simulated-machine';
import { runCases, type ScriptCase, type ScriptResult } from '../support/run-cases';

const SCRIPT = join(__dirname, '..', '..', '..', 'scripts', 'container-host', 'Start-ContainerHost.ps1');
const INSTANCE = 'i-0123456789abcdef0';
const down: DockerAnswer = { call: '*', exitCode: 1, stderr: 'error during connect' };

interface Boot {
  readonly answers?: readonly DockerAnswer[];
  /** The status of the service docker; absent: there is no such service. */
  readonly docker?: string | undefined;
  readonly host?: object;
  readonly seconds?: number;
}

const running = { docker: 'Running' };
const LATE: Readonly<Record<string, Boot>> = {
  'that does not listen yet': { ...running, answers: [{ ...down, times: 2 }] },
  'whose answer is empty': { ...running, answers: [{ call: 'version *', stdout: '\n', times: 1 }] },
  'that is starting': { docker: 'StartPending', answers: [{ ...down, times: 1 }] },
  'whose first call hangs': { ...running, answers: [{ call: 'version *', hangSeconds: 60, times: 1 }] },
  'whose service is stopped': { docker: 'Stopped' },
  'whose first start is given up': { docker: 'Stopped', host: { startFailures: { docker: 1 } } },
};
const NEVER: Readonly<Record<string, readonly [Boot, RegExp]>> = {
  'that never listens': [
    { ...running, answers: [down], seconds: 0.2 },
    /cluster shop: Docker does not answer after 0\.2 s: error during connect\. /,
  ],
  'that names no version': [
    { ...running, answers: [{ call: 'version *', stdout: '' }], seconds: 0.2 },
    /cluster shop: Docker does not answer after 0\.2 s: "docker version" answered nothing\. /,
  ],
  'that hangs': [
    { ...running, answers: [{ call: 'version *', hangSeconds: 60 }], seconds: 0.2 },
    /cluster shop: Docker does not answer after 0\.2 s: "docker version" did not end within 5 s\. /,
  ],
  'whose service cannot start': [
    { docker: 'Stopped', host: { startTypes: { docker: 'Disabled' } }, seconds: 0.2 },
    /cluster shop: Docker does not answer after 0\.2 s: its service is disabled\. /,
  ],
  'that is not installed': [{ docker: undefined }, /cluster shop: this Windows has no service docker\. /],
};

const nat = 'network inspect nat';
/** By the network's fault: the boot, and the last words on it. */
const NETWORKS: Readonly<Record<string, readonly [Boot, RegExp | undefined]>> = {
  'that works': [running, undefined],
  'without its adapter': [
    { ...running, host: { natNetwork: 'detached' } },
    /^Docker has its network nat again\.$/,
  ],
  'that is gone': [{ ...running, host: { natNetwork: 'lost' } }, /^Docker has its network nat again\.$/],
  'without its adapter on 2016': [
    { ...running, host: { natNetwork: 'detached', currentBuild: '14393' } },
    /^Docker has its network nat again\.$/,
  ],
  'that docker cannot show once': [
    { ...running, answers: [{ call: nat, exitCode: 1, stderr: 'Error: not found', times: 1 }] },
    /^Docker has its network nat again\.$/,
  ],
  'of which docker says nothing once': [
    { ...running, answers: [{ call: nat, stdout: '\n', times: 1 }] },
    /^Docker has its network nat again\.$/,
  ],
  'that cannot be made': [
    { ...running, answers: [{ call: nat, exitCode: 1, stderr: 'Error: not found' }] },
    /^making the networks anew did not help: Docker has no network nat: Error: not found\.$/,
  ],
  'that HNS does not let go': [
    { ...running, host: { natNetwork: 'detached', stuckNetworks: ['nat'] } },
    /^making the networks anew did not help: the adapter of Docker's network nat is not up\.$/,
  ],
};

describeWithPowerShell('Start-ContainerHost with a Docker', () => {
  let services: HostServices | undefined;
  const results = new Map<string, ScriptResult & { readonly machine: SimulatedMachine }>();
  const result = (name: string) => results.get(name)!;

  beforeAll(async () => {
    services = await startHostServices(INSTANCE);
    const { agents, metadata } = services;
    const boots = Object.entries({
      ...LATE,
      ...Object.fromEntries(Object.entries(NETWORKS).map(([name, [boot]]) => [name, boot])),
      ...Object.fromEntries(Object.entries(NEVER).map(([name, [boot]]) => [name, boot])),
    });
    const cases = boots.map(([, { answers = [], docker, host = {}, seconds = 30 }]): ScriptCase => {
      const state = { AmazonECS: 'Stopped', ...(docker === undefined ? {} : { docker }) };
      return {
        script: SCRIPT,
        machine: makeMachine({
          host: hostState({ services: state, ...host }),
          docker: [...answers, ...HEALTHY_DOCKER],
        }),
        parameters: {
          Cluster: 'shop',
          GroupName: 'shop-fleet',
          HookName: 'ready',
          DockerSeconds: seconds,
          NetworkSeconds: 0.1,
          AgentSeconds: 20,
          PollSeconds: 0.02,
          Introspection: `${agents.registered}/v1/metadata`,
        },
        env: {
          AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata,
          FAIL_AGENT: '',
          FAIL_LIFECYCLE: '',
          FAIL_LIFECYCLE_TIMES: '0',
        },
      };
    });
    (await runCases(cases)).forEach((one, index) => {
      results.set(boots[index]![0], { ...one, machine: cases[index]!.machine });
    });
  });
  afterAll(() => {
    services?.close();
  });

  test.each(Object.keys(LATE))('%s waits for it, and joins once it answers', (name) => {
    const { stderr, machine } = result(name);
    expect(stderr).toBe('');
    expect(machine.calls().slice(-2)).toEqual([
      'version --format {{.Server.Version}}',
      'network inspect nat',
    ]);
    expect(machine.lines('agent-starts.jsonl')).toHaveLength(1);
    expect(machine.lines('lifecycle.txt')).toEqual([expect.stringMatching(/^CONTINUE /)]);
    expect(machine.host()).toMatchObject({
      services: { docker: LATE[name]?.docker === 'StartPending' ? 'StartPending' : 'Running' },
    });
  });

  test.each(Object.entries(NETWORKS).map(([name, [, report]]) => [name, report] as const))(
    'and a network %s joins, having made it anew once where something was wrong',
    (name, report) => {
      const { stderr, machine } = result(name);
      expect(stderr).toBe('');
      expect(machine.lines('agent-starts.jsonl')).toHaveLength(1);
      const events = machine.events();
      expect(
        events.filter((line) => line.endsWith('; the networks of containers are made anew.')),
      ).toHaveLength(report === undefined ? 0 : 1);
      expect(events.filter((line) => report?.test(line))).toHaveLength(report === undefined ? 0 : 1);
      expect(machine.host()).toMatchObject({ services: { docker: 'Running' } });
    },
  );

  test.each(Object.entries(NEVER).map(([name, [, message]]) => [name, message] as const))(
    '%s abandons the launch, says why, and does not start the agent',
    (name, message) => {
      const { exitCode, stderr, machine } = result(name);
      expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
      expect(machine.events().filter((line) => message.test(line))).toHaveLength(1);
      expect(machine.lines('agent-starts.jsonl')).toEqual([]);
      expect(machine.lines('lifecycle.txt')).toEqual([expect.stringMatching(/^ABANDON /)]);
    },
  );
});

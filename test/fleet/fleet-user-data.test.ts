import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceType, LaunchTemplate, MachineImage, Vpc, WindowsVersion } from 'aws-cdk-lib/aws-ec2';
import { AsgCapacityProvider, Cluster } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { FleetUserData, type FleetUserDataProps } from '../../lib/fleet/fleet-user-data';
import { HEALTHY_DOCKER } from '../scripts/support/healthy-docker';
import { startHostServices, type HostServices } from '../scripts/support/host-services';
import { describeWithPowerShell } from '../scripts/support/power-shell';
import { hostState, makeMachine } from '../scripts/support/simulated-machine';
import { runCases, type ScriptCase, type ScriptResult } from '../scripts/support/run-cases';

function userData(props: Partial<FleetUserDataProps> = {}): FleetUserData {
  return new FleetUserData({ clusterName: 'shop', ...props });
}

/** The parameters that the script is called with. */
function callOf(props: Partial<FleetUserDataProps> = {}): string {
  return /^} (-Cluster .*?)(?:<\/powershell>|$)/m.exec(userData(props).render())?.[1] ?? '';
}

test("a line of a user stays, also where the cluster's own is the same and goes", () => {
  const data = userData();
  data.addCommands('Import-Module ECSTools');
  data.addCommands('Import-Module ECSTools', 'Write-Host mine');
  expect(data.render()).toContain('<powershell>Import-Module ECSTools\nWrite-Host mine\n');
});

test('where the cluster adds nothing, a line of a user stays also where it is one that clusters add', () => {
  const data = userData({ isOfCluster: false });
  data.addCommands('Import-Module ECSTools', 'Get-ECSThing');
  expect(data.render()).toContain('<powershell>Import-Module ECSTools\nGet-ECSThing\n');
});

test.each<[Partial<FleetUserDataProps>, string]>([
  [
    {},
    `-Cluster 'shop' -EnableTaskIamRole -EnableTaskEni -BlockMetadata -LoggingDriver '["json-file","awslogs"]'`,
  ],
  [
    { taskRoles: false, taskInterfaces: false, blockMetadata: false, loggingDrivers: ['json-file'] },
    `-Cluster 'shop' -LoggingDriver '["json-file"]'`,
  ],
  [
    // AWS documents it for awsvpc only.
    { taskInterfaces: false, loggingDrivers: ['json-file'] },
    `-Cluster 'shop' -EnableTaskIamRole -LoggingDriver '["json-file"]'`,
  ],
  [
    { localRoutes: ['10.0.15.0/24'], variables: { ECS_GMSA_SUPPORTED: 'true', ECS_RESERVED_MEMORY: '512' } },
    `-Cluster 'shop' -EnableTaskIamRole -EnableTaskEni -BlockMetadata -LocalRoute '["10.0.15.0/24"]' ` +
      `-LoggingDriver '["json-file","awslogs"]' -Variable @{ 'ECS_GMSA_SUPPORTED' = 'true'; 'ECS_RESERVED_MEMORY' = '512' }`,
  ],
  [
    { drainSpot: true, attributes: { 'shop.zone': "o'hare", size: 'l' } },
    `-Cluster 'shop' -EnableTaskIamRole -EnableTaskEni -BlockMetadata -DrainSpot -LoggingDriver '["json-file","awslogs"]' ` +
      `-Attribute @{ 'shop.zone' = 'o''hare'; 'size' = 'l' }`,
  ],
  [
    { lifecycleHook: { groupName: 'shop-fleet', hookName: 'ready' }, agentTimeout: Duration.minutes(20) },
    `-Cluster 'shop' -EnableTaskIamRole -EnableTaskEni -BlockMetadata -LoggingDriver '["json-file","awslogs"]' ` +
      `-GroupName 'shop-fleet' -HookName 'ready' -AgentSeconds 1200`,
  ],
  [
    { lifecycleHook: { groupName: 'shop-fleet', hookName: 'ready' }, warmPool: true },
    `-Cluster 'shop' -EnableTaskIamRole -EnableTaskEni -BlockMetadata -LoggingDriver '["json-file","awslogs"]' ` +
      `-GroupName 'shop-fleet' -HookName 'ready' -WarmPool`,
  ],
])('%j is the call of the script', (props, call) => {
  expect(callOf(props)).toBe(call);
});

test('runs at each start: others’ commands, the agent, what comes after', () => {
  const data = userData({ before: ['first'], after: ['last'] });
  data.addCommands('second');
  const text = data.render();
  expect(text).toMatch(
    /^<powershell>first\nsecond\n& {\n[^]+\n} -Cluster [^\n]+\nlast<\/powershell><persist>true<\/persist>$/,
  );
  expect(text.match(/<\/?powershell>/g)).toHaveLength(2);
});

describe('what others add', () => {
  const OWN = [
    '[Environment]::SetEnvironmentVariable("ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND", "true", "Machine")',
    'Import-Module ECSTools; Write-Host mine',
    'Remove-Item -Recurse C:\\ProgramData\\Amazon\\ECS\\Cache\\old',
  ];

  test('is kept, whatever it is like; what the cluster adds by itself is not', () => {
    const stack = new Stack(new App(), 'Shop');
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    const cluster = new Cluster(stack, 'Cluster', { vpc });
    const data = userData({ clusterName: cluster.clusterName });
    data.addCommands(...OWN);
    const group = new AutoScalingGroup(stack, 'Group', {
      vpc,
      launchTemplate: new LaunchTemplate(stack, 'Template', {
        instanceType: new InstanceType('m6i.large'),
        machineImage: MachineImage.latestWindows(WindowsVersion.WINDOWS_SERVER_2022_ENGLISH_CORE_BASE),
        userData: data,
        role: new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
      }),
    });
    cluster.addAsgCapacityProvider(new AsgCapacityProvider(stack, 'Provider', { autoScalingGroup: group }));
    expect(data.render().split('& {')[0]).toBe(`<powershell>${OWN.join('\n')}\n`);
  });

  test.each(["Initialize-ECSAgent -Cluster 'shop' -EnableTaskIAMRole", 'initialize-ecsagent'])(
    'may not start the agent: %s',
    (line) => {
      expect(() => {
        userData().addCommands(line);
      }).toThrow(
        `must not start the ECS agent, which the fleet does; got: '${line}'. Leave the line out: "taskRoles"`,
      );
    },
  );
});

test('takes all that user data of CDK takes, and starts the agent before it reports', () => {
  const stack = new Stack(new App(), 'Stack');
  const data = userData();
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'files');
  const file = data.addS3DownloadCommand({ bucket, bucketKey: 'setup.ps1' });
  data.addExecuteFileCommand({ filePath: file, arguments: '-Quiet' });
  data.addSignalOnExitCommand(new Bucket(stack, 'AnyResource'));
  const text = data.render();
  const places = ["-key 'setup.ps1'", `&'${file}' -Quiet`, '} -Cluster', 'throw "Success"'];
  const found = places.map((place) => text.indexOf(place));
  expect(found).not.toContain(-1);
  expect([...found].sort((a, b) => a - b)).toEqual(found);
  expect(text.indexOf('cfn-signal')).toBeLessThan(found[0]!);
});

test('leaves room for what others add, and says where there is none', () => {
  expect(Buffer.byteLength(userData().render())).toBeLessThan(12.25 * 1024);
  expect(userData().render()).not.toContain('ScheduledTask');
  expect(Buffer.byteLength(userData({ warmPool: true }).render())).toBeLessThan(14 * 1024);
  const own = userData({ before: ['# mine'] })
    .render()
    .split('\n');
  expect(own.filter((line) => line.trimStart().startsWith('#'))).toEqual([]);
  expect(own[0]).toBe('<powershell># mine');
  expect(() => userData({ before: [`# ${'x'.repeat(9000)}`] }).render()).toThrow(
    /may have 16384 bytes; got: \d{5}\. Put what you add into the AMI or a file in S3\./,
  );
});

describeWithPowerShell('rendered user data', () => {
  let services: HostServices | undefined;
  let results: ScriptResult[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'winbake-user-data-'));
  const machines = [0, 1, 2].map(() => {
    const host = hostState({ services: { docker: 'Running', AmazonECS: 'Stopped' } });
    return makeMachine({ docker: HEALTHY_DOCKER, host });
  });
  beforeAll(async () => {
    services = await startHostServices('i-0123456789abcdef0');
    const { agents, metadata, metadataOf } = services;
    const attributes = { 'shop.zone': "o'hare" };
    const common = { before: ["Write-Host 'before'"], after: ["Write-Host 'after'"], attributes };
    const hook = { lifecycleHook: { groupName: 'shop-fleet', hookName: 'ready' } };
    const texts = [
      userData({ ...common, ...hook })
        .render()
        .replace('http://localhost:51678', agents.registered),
      userData({ ...common, ...hook, agentTimeout: Duration.seconds(1) })
        .render()
        .replace('http://localhost:51678', agents.silent)
        .replace('$PollSeconds = 5', '$PollSeconds = 0.02'),
      userData({ ...common, ...hook, warmPool: true }).render(),
    ];
    const cases = texts.map((text, index): ScriptCase => {
      const script = join(folder, `${index}.ps1`);
      writeFileSync(script, /<powershell>([^]*)<\/powershell>/.exec(text)?.[1] ?? '');
      const endpoint = index === 2 ? metadataOf['Warmed:Stopped'] : metadata;
      const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint, FAIL_AGENT: '', FAIL_LIFECYCLE: '' };
      return { script, machine: machines[index]!, env };
    });
    results = await runCases(cases);
  });
  afterAll(() => {
    services?.close();
    [folder, ...machines.map((machine) => machine.folder)].forEach((one) => {
      rmSync(one, { recursive: true, force: true });
    });
  });

  test('runs in the engine: before, the agent with its attributes, the launch, after', () => {
    const [{ stdout, stderr } = { stdout: [], stderr: 'did not run' }] = results;
    expect(stderr).toBe('');
    expect([stdout.at(0), stdout.at(-1)]).toEqual(['before', 'after']);
    const [start] = machines[0]!.lines('agent-starts.jsonl');
    expect(JSON.parse(start!)).toMatchObject({
      cluster: 'shop',
      role: true,
      variables: {
        ECS_INSTANCE_ATTRIBUTES: expect.stringContaining(`"shop.zone":"o'hare"`),
      },
    });
    expect(machines[0]!.lines('lifecycle.txt')).toEqual([
      'CONTINUE shop-fleet ready i-0123456789abcdef0 eu-west-1',
    ]);
  });

  test('what comes after does not run on the way into a warm pool, and the launch is left to a task', () => {
    const [, , warmed] = results;
    expect(warmed).toMatchObject({ stderr: '', stdout: expect.arrayContaining(['before']) as string[] });
    expect(warmed!.stdout).not.toContain('after');
    expect([machines[2]!.lines('lifecycle.txt'), machines[2]!.lines('tasks.jsonl').length]).toEqual([[], 1]);
  });

  test('what comes after does not run on a host that did not join', () => {
    const [, failed] = results;
    expect(failed).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('did not register within 1 s'),
    });
    expect(failed!.stdout).not.toContain('after');
    expect(machines[1]!.lines('lifecycle.txt')).toEqual([
      'ABANDON shop-fleet ready i-0123456789abcdef0 eu-west-1',
    ]);
  });
});

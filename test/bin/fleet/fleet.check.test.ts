import { AutoScalingClient, DeleteAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { FleetState } from '../../../lib/contract/documents/fleet-state';
import type { FleetOverrides } from '../../../lib/contract/documents/overrides';
import { observeFleet } from '../../../lib/core/fleet/observe-fleet';
import { DEFAULT_ROLLOUT_POLICY } from '../../../lib/contract/values/rollout-policy';
import { contractFixture } from '../../support/contract-fixture';
import { describeWithMoto } from '../../support/moto';
import { startFleetInstances, stateOn } from '../../support/moto-fleet';
import { runCommandLine } from '../../support/run-command-line';

const PATH = '/winbake/fleets/shop';
const WHY = ['--reason', 'release week', '--by', 'ann', '--yes'];

test.each<[string[], string]>([
  [['fleet', 'status'], 'Say which fleet by its name, or --all for every one.'],
  [['fleet', 'status', 'shop', '--all'], 'Say which fleet by its name, or --all for every one.'],
  [['fleet', 'evidence', 'shop', '--month', '2026-13'], "A month is written like 2026-07; got: '2026-13'."],
  [['fleet', 'hold', 'shop'], 'Say why with --reason'],
  [['fleet', 'hold'], "Missing required argument 'name'"],
  [
    ['fleet', 'hold', 'shop', '--reason', 'x', '--for', '61d'],
    'A hold ends after now and within 60 days; got: 20',
  ],
  [['fleet', 'hold', 'shop', '--reason', ' '], 'The option --reason has 1 to 500 characters; got: none.'],
  [
    ['fleet', 'floor', 'shop', '4294', '--reason', 'x'],
    "A floor is an OS version such as 10.0.20348.4294, or none; got: '4294'.",
  ],
  [['fleet', 'accept', 'shop', 'all', '--reason', 'x'], "A publication is such as 20348.4294-1; got: 'all'."],
  [
    ['fleet', '--region', 'eu-west-1', 'hold', 'shop', '--reason', 'x'],
    'Write --region after the verb hold.',
  ],
  [['fleet', 'status', 'shop', '--region', 'here'], "A region is such as eu-central-1; got: 'here'."],
])('%j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine(...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});

describeWithMoto('an operator at a fleet on moto', (moto) => {
  const before = { ...process.env };
  let ssm: SSMClient;
  let amis: readonly string[];
  let state: FleetState;

  beforeEach(async () => {
    await moto.reset();
    const { credentials, endpoint, region } = moto.config();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
    ssm = new SSMClient(moto.config());
    const { Images = [] } = await new EC2Client(moto.config()).send(
      new DescribeImagesCommand({ Owners: ['amazon'] }),
    );
    amis = Images.slice(0, 2).map(({ ImageId = '' }) => ImageId);
    state = stateOn(amis);
    await put({
      [`${PATH}/state`]: state,
      '/winbake/2022-core/current/publication': state.wanted?.publication,
    });
  });

  afterAll(() => {
    process.env = before;
  });

  async function put(parameters: Readonly<Record<string, unknown>>) {
    for (const [Name, value] of Object.entries(parameters)) {
      const Value = JSON.stringify(value);
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    }
  }

  async function overrides(): Promise<FleetOverrides> {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `${PATH}/overrides` }));
    return JSON.parse(Parameter?.Value ?? '{}') as FleetOverrides;
  }

  const startInstances = () => startFleetInstances(moto.config(), state, amis[0] ?? '');

  test('says what each instance runs, how far behind that is, and what the fleet waits for', async () => {
    const ids = await startInstances();
    const { exitCode, stdout } = await runCommandLine('fleet', 'status', 'shop');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^shop {2}account 123456789012, eu-central-1 /);
    expect(stdout).toContain('\nset by hand: nothing\n');
    expect(stdout).toContain('\nfollows: /winbake/2022-core/current/publication\n');
    expect(stdout).toContain('\nruns: 20348.4171-1, 10.0.20348.4171, exact\n');
    expect(stdout).toContain('\nwaits for: canary since 2025-10-14T22:05Z: no task has run');
    expect(stdout).toMatch(/\nbehind: \d+ d its channel, \d+ d without what Microsoft released\n/);
    for (const id of ids) {
      expect(stdout).toMatch(
        new RegExp(`^${id} +20348.4171-1 +10.0.20348.4171 +123 +${amis[0] ?? ''} `, 'm'),
      );
    }
    expect(stdout.match(/not registered/g)).toHaveLength(1);
    const { stdout: json } = await runCommandLine('fleet', 'status', 'shop', '--json');
    expect(JSON.parse(json)).toMatchObject({
      account: '123456789012',
      region: 'eu-central-1',
      fleet: 'shop',
      waiting: { for: 'canary' },
      current: { id: '20348.4294-1' },
      instances: [{ revisionsBehind: 123 }, { revisionsBehind: 123 }],
    });
  });

  test('a fleet without its group and one of an older version are reported, too', async () => {
    const { waiting, channel, ...old } = state;
    expect([waiting, channel]).not.toContain(null);
    await put({ [`${PATH}/state`]: old });
    const { exitCode, stdout } = await runCommandLine('fleet', 'status', 'shop');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('waits for: nothing\n');
    expect(stdout).toContain('follows: not known before its next poll\n');
    expect(stdout).toContain('Its Auto Scaling group is gone.');
  });

  test('all fleets stand in one table', async () => {
    await put({ '/winbake/fleets/web/state': { ...state, fleet: 'web' } });
    const { stdout } = await runCommandLine('fleet', 'status', '--all');
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/)[0])).toEqual(['FLEET', 'shop', 'web', '']);
    const { stdout: json } = await runCommandLine('fleet', 'status', '--all', '--json');
    expect(JSON.parse(json)).toMatchObject({ fleets: [{ fleet: 'shop' }, { fleet: 'web' }] });
  });

  test('the doctor needs no pipeline in the account', async () => {
    await startInstances();
    const { exitCode, stderr, stdout } = await runCommandLine('fleet', 'doctor');
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: '' });
    expect(stdout).toMatch(
      /^shop {2}account 123456789012, eu-central-1\n\nCHECK +VERDICT +DETAIL\nAMI of shop +/,
    );
    expect(stdout).toMatch(/\nAWSServiceRoleForECS +no +it does not exist, though the region has fleets\n/);
    expect(stdout).toMatch(/\negress of \S+, by routes +/);
    expect(stdout).not.toContain('Image Builder');
    const { stdout: json } = await runCommandLine('fleet', 'doctor', '--json');
    expect(JSON.parse(json)).toMatchObject({
      schema: 'winbake.fleet-doctor/1',
      account: '123456789012',
      fleets: ['shop'],
    });
  });

  test('a month is evidence: hours from the release, holds, and what is still open', async () => {
    await put({ [`${PATH}/log/2025-10`]: contractFixture('rollout-log') });
    const json = await runCommandLine('fleet', 'evidence', 'shop', '--month', '2025-10', '--json');
    expect(json.exitCode).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      account: '123456789012',
      fleet: 'shop',
      month: '2025-10',
      rollouts: [
        {
          publication: '20348.4294-1',
          released: '2025-10-14T17:00:00.000Z',
          lastInstance: '2025-10-15T01:00:00.000Z',
          outcome: 'finished',
          hoursFromRelease: 8,
          hours: { published: 4.8, promoted: 4.8, firstInstance: 5.1, lastInstance: 8 },
          holds: [{ by: 'ops@example.com' }],
        },
      ],
    });
    const { stdout } = await runCommandLine('fleet', 'evidence', 'shop', '--month', '2025-10', '--details');
    expect(stdout).toMatch(/^20348\.4294-1 .* 4\.8 +4\.8 +5\.1 +8\.0 +finished$/m);
    expect(stdout).toContain('20348.4294-1 was held by ops@example.com until 2025-10-20');
    const none = await runCommandLine('fleet', 'evidence', 'shop', '--month', '2025-03');
    expect(none).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing was rolled out.') });
  });

  test('a hold is written for the reconciler, and released', async () => {
    const dry = await runCommandLine('fleet', 'hold', 'shop', '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('A dry run') });
    await expect(overrides()).rejects.toMatchObject({ name: 'ParameterNotFound' });
    const alone = await runCommandLine('fleet', 'hold', 'shop', '--reason', 'x');
    expect(alone).toMatchObject({ exitCode: 2, stdout: '' });
    expect(alone.stderr).toContain('Nobody is there to confirm the plan');

    const held = await runCommandLine('fleet', 'hold', 'shop', ...WHY, '--for', '3d', '--json');
    const answer = JSON.parse(held.stdout);
    expect(answer).toMatchObject({ verb: 'hold', fleet: 'shop', done: true });
    const { hold } = await overrides();
    expect(hold).toMatchObject({ by: 'ann', reason: 'release week' });
    expect(answer.changes).toEqual([`hold fleet shop until ${hold!.until} (ann: release week)`]);
    const days = (Date.parse(hold!.until) - Date.parse(hold!.at)) / 86_400_000;
    expect(Math.round(days)).toBe(3);
    // The reconciler reads it.
    const world = {
      now: new Date(),
      policy: DEFAULT_ROLLOUT_POLICY,
      wanted: undefined,
      elsewhere: { schema: 'winbake.failed/1' as const, publications: [], hold: null, rings: [] },
      state,
      group: {
        launchTemplateVersion: '1',
        amiId: state.amiId,
        template: 'one',
        desiredCapacity: 0,
        pool: [],
        instances: [],
      },
      refresh: undefined,
      deployment: undefined,
      hosts: [],
      starts: undefined,
    };
    expect(observeFleet(world, await overrides()).hold).toEqual(hold);
    const { stdout } = await runCommandLine('fleet', 'status', 'shop');
    expect(stdout).toMatch(/\nset by hand:\n {2}held until \S+ by ann: release week\n/);

    expect(await runCommandLine('fleet', 'unhold', 'shop', ...WHY)).toMatchObject({ exitCode: 0 });
    expect((await overrides()).hold).toBeNull();
    const again = await runCommandLine('fleet', 'unhold', 'shop', ...WHY);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Fleet shop is not held.') });
  });

  test('a floor and an acceptance stand beside a hold', async () => {
    await runCommandLine('fleet', 'hold', 'shop', ...WHY);
    const floor = await runCommandLine('fleet', 'floor', 'shop', '10.0.20348.4294', ...WHY);
    expect(floor.stdout).toContain('It runs 20348.4171-1, which is older, until its rollout replaces it.');
    expect(floor.stdout).toContain('The rollout to 20348.4294-1 has no way back any more.');
    const accepted = await runCommandLine('fleet', 'accept', 'shop', '20348.4200-1', ...WHY);
    expect(accepted.stdout).toContain('It is bad there since 2025-09-20T02:00Z: tasks do not start');
    expect(await overrides()).toMatchObject({
      hold: { by: 'ann' },
      floor: { osVersion: '10.0.20348.4294' },
      accepted: { publication: '20348.4200-1' },
    });
    const lifted = await runCommandLine('fleet', 'floor', 'shop', 'none', ...WHY);
    expect(lifted).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('lift the floor') });
    expect(await overrides()).toMatchObject({ floor: null, accepted: { publication: '20348.4200-1' } });
    const refused = await runCommandLine('fleet', 'accept', 'shop', '20348.1-1', ...WHY);
    expect(refused).toMatchObject({ exitCode: 3, stdout: expect.stringContaining('bad is 20348.4200-1.') });
  });

  test.each<[string, string[], number, string]>([
    [
      'another account',
      ['fleet', 'status', 'shop', '--account', '111122223333'],
      2,
      'These credentials are of account 123456789012, and --account names 111122223333',
    ],
    [
      'no such fleet',
      ['fleet', 'status', 'web'],
      1,
      'There is no fleet web below /winbake in account 123456789012, eu-central-1; there are: shop.',
    ],
    ['a hold of no fleet', ['fleet', 'hold', 'web', ...WHY], 1, 'There is no fleet web below /winbake'],
    [
      'a floor of another build',
      ['fleet', 'floor', 'shop', '10.0.26100.1', ...WHY],
      2,
      "A floor is an OS version of the fleet's own build, such as 10.0.20348.4171; got: '10.0.26100.1'.",
    ],
  ])('%s is one clear sentence', async (_name, args, exitCode, sentence) => {
    const run = await runCommandLine(...args);
    expect(run).toMatchObject({ exitCode, stdout: '' });
    expect(run.stderr).toContain(sentence);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a damaged state is one clear sentence', async () => {
    await put({ [`${PATH}/state`]: { schema: 'winbake.fleet-state/1' } });
    const run = await runCommandLine('fleet', 'status', 'shop');
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toBe(
      `${PATH}/state is damaged: fleet Invalid input: expected string, received undefined.\n`,
    );
  });

  test('forgets a fleet once its group is gone, and nothing of another one', async () => {
    await put({ [`${PATH}/log/2026-07`]: {}, '/winbake/fleets/shop-2/state': state });
    await startInstances();
    const there = await runCommandLine('fleet', 'forget', 'shop', '--yes');
    expect(there).toMatchObject({ exitCode: 3 });
    expect(there.stdout).toContain(
      `Its Auto Scaling group ${state.autoScalingGroup} is there; delete the fleet first`,
    );
    await new AutoScalingClient(moto.config()).send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: state.autoScalingGroup, ForceDelete: true }),
    );
    const dry = await runCommandLine('fleet', 'forget', 'shop', '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0 });
    expect(dry.stdout).toContain(`  delete ${PATH}/log/2026-07\n  delete ${PATH}/state\n`);
    expect(dry.stdout).not.toContain('shop-2');
    const run = await runCommandLine('fleet', 'forget', 'shop', '--yes', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ verb: 'forget', fleet: 'shop', done: true });
    const again = await runCommandLine('fleet', 'forget', 'shop', '--yes');
    expect(again).toMatchObject({ exitCode: 3 });
    expect(again.stdout).toContain('Nothing is left of a fleet shop below /winbake.');
    const { Parameters = [] } = await ssm.send(
      new GetParametersByPathCommand({ Path: '/winbake/fleets', Recursive: true }),
    );
    expect(Parameters.map(({ Name }) => Name)).toEqual(['/winbake/fleets/shop-2/state']);
  });
});

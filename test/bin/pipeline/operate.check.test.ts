import {
  CreateTagsCommand,
  DescribeImagesCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { accountParameterStores } from '../../../lib/aws/stores/account-parameter-stores';
import { promoteWhenDue } from '../../../lib/core/publish/operate-channels';
import { memoryDocuments } from '../../support/memory-ports';
import { describeWithMoto } from '../../support/moto';
import { channelsAt, DESCRIPTION, PATH, publicationAt } from '../../support/pipeline-description';
import { runCommandLine } from '../../support/run-command-line';

const AUGUST = publicationAt(4052, '2025-08-13T00:00:00.000Z');
const SEPTEMBER = publicationAt(4171, '2025-09-10T00:00:00.000Z');
const OCTOBER = publicationAt(4294, '2025-10-15T00:00:00.000Z');
const WHY = ['--reason', 'release week', '--by', 'ann', '--yes'];

test.each<[string[], string]>([
  [['pipeline', 'hold', '2022-core'], 'Say why with --reason'],
  [['pipeline', 'hold', '--reason', 'x'], "Missing required argument 'name'"],
  [
    ['pipeline', 'hold', '2022-core', '--reason', 'x', '--for', '3'],
    "A duration is a whole number of minutes, hours or days, such as 90m, 36h or 2d; got: '3'.",
  ],
  [
    ['pipeline', 'rebake', '2022-core', '--reason', 'x', '--kb', '12'],
    'The option --kb is no update such as KB5066782',
  ],
  [['pipeline', 'status'], 'Say which pipeline by its name, or --all for every one.'],
  [['pipeline', 'status', '2022-core', '--all'], 'Say which pipeline by its name, or --all for every one.'],
  [['pipeline', 'hold', '2022-core', '--reasn', 'x'], "Unknown option '--reasn' (Did you mean --reason?)"],
  [
    ['pipeline', 'hold', '2022-core', '--reason', 'x', '--for', '61d'],
    'A hold ends after now and within 60 days; got: 20',
  ],
  [
    ['pipeline', 'rebake', '2022-core', '--reason', 'x', '--kb', 'KB5066782'],
    'The option --kb needs --force',
  ],
  [
    ['pipeline', 'hold', '2022-core', '--reason', 'x', '--region', 'here'],
    "A region is such as eu-central-1; got: 'here'.",
  ],
])('%j is wrong usage', async (args, sentence) => {
  const run = await runCommandLine(...args);
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toContain(sentence);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
});

describeWithMoto('an operator at a pipeline on moto', (moto) => {
  const before = { ...process.env };
  let ssm: SSMClient;
  let s3: S3Client;

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
    s3 = new S3Client({ ...moto.config(), forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: DESCRIPTION.bucket, CreateBucketConfiguration }));
    await put(channelsAt({ latest: SEPTEMBER, current: SEPTEMBER, previous: AUGUST }));
    await put({ [`${PATH}/pipeline`]: JSON.stringify(DESCRIPTION) });
  });

  afterAll(() => {
    process.env = before;
  });

  async function put(parameters: Readonly<Record<string, string>>) {
    for (const [Name, Value] of Object.entries(parameters)) {
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    }
  }

  async function current(): Promise<string> {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `${PATH}/current/publication` }));
    return (JSON.parse(Parameter?.Value ?? '{}') as { id: string }).id;
  }

  /** What housekeeping does at its next poll, once a newer publication is out. */
  async function publishAndPoll() {
    await put(channelsAt({ latest: OCTOBER, current: SEPTEMBER, previous: AUGUST }));
    const stores = accountParameterStores({ description: DESCRIPTION, sts: new STSClient(moto.config()) });
    await promoteWhenDue({ documents: memoryDocuments(), stores, now: () => new Date() }, DESCRIPTION);
  }

  test('a hold keeps current where it is, until it is released', async () => {
    const held = await runCommandLine('pipeline', 'hold', '2022-core', ...WHY, '--json');
    expect(JSON.parse(held.stdout)).toMatchObject({ verb: 'hold', done: true });
    await publishAndPoll();
    expect(await current()).toBe(SEPTEMBER.id);
    const refused = await runCommandLine('pipeline', 'promote', '2022-core', ...WHY);
    expect(refused).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('ann holds promotion until'),
    });
    expect(await runCommandLine('pipeline', 'unhold', '2022-core', ...WHY)).toMatchObject({ exitCode: 0 });
    expect(await runCommandLine('pipeline', 'promote', '2022-core', ...WHY)).toMatchObject({ exitCode: 0 });
    expect(await current()).toBe(OCTOBER.id);
    const back = await runCommandLine('pipeline', 'rollback', '2022-core', ...WHY);
    expect(back).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`current -> ${SEPTEMBER.id}`),
    });
    expect(await current()).toBe(SEPTEMBER.id);
    await publishAndPoll();
    expect(await current()).toBe(SEPTEMBER.id);
  });

  test('status says what housekeeping did last and which part of it fails', async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket: DESCRIPTION.bucket,
        Key: 'publications/housekeeping.json',
        Body: JSON.stringify({
          schema: 'winbake.housekeeping/1',
          pruned: { at: '2025-10-14T00:00:00.000Z', amis: [] },
          failing: { delivery: { since: '2025-10-14T00:15:00.000Z', reason: 'Rate exceeded' } },
        }),
      }),
    );
    const { stdout } = await runCommandLine('pipeline', 'status', '2022-core', '--details');
    expect(stdout).toContain(
      'pruned: 2025-10-14T00:00Z\nbucket: winbake-bucket\nstate machine: arn:aws:states:eu-central-1:123456789012:stateMachine:winbake-2022-core-rebake\nhousekeeping fails since 2025-10-14T00:15Z: delivery: Rate exceeded\n',
    );
  });

  test('explain says what the gate decided last, of what it saw', async () => {
    const fresh = await runCommandLine('explain', '2022-core');
    expect(fresh).toMatchObject({ exitCode: 0, stderr: '' });
    expect(fresh.stdout).toContain('2022-core (SERVER_2022_CORE) has decided nothing yet.\n');
    await s3.send(
      new PutObjectCommand({
        Bucket: DESCRIPTION.bucket,
        Key: 'bakes/last-decision.json',
        Body: JSON.stringify({
          schema: 'winbake.last-decision/1',
          at: '2025-10-14T18:00:00.000Z',
          decision: 'needsOperator',
          reason: 'iis cannot be read.',
        }),
      }),
    );
    const asked = await runCommandLine('explain', '2022-core');
    expect(asked).toMatchObject({ exitCode: 3, stderr: '' });
    expect(asked.stdout).toMatch(
      /^2022-core \(SERVER_2022_CORE\) at 2025-10-14T18:00Z, \d+ d ago: needsOperator\niis cannot be read\.\n/,
    );
    expect(asked.stdout).toContain(`Latest publication: ${SEPTEMBER.id}, `);
    const { stdout } = await runCommandLine('explain', '2022-core', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'winbake.pipeline-explanation/1',
      pipeline: '2022-core',
      last: { decision: 'needsOperator' },
      observed: [],
      newestSet: null,
      latest: { id: SEPTEMBER.id },
    });
  });

  test('a dry run and a plan that is not confirmed change nothing', async () => {
    const dry = await runCommandLine('pipeline', 'rollback', '2022-core', '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`current -> ${AUGUST.id}`) });
    const alone = await runCommandLine('pipeline', 'rollback', '2022-core', '--reason', 'x');
    expect(alone).toMatchObject({ exitCode: 2, stdout: '' });
    expect(alone.stderr).toContain('Nobody is there to confirm the plan');
    expect(await current()).toBe(SEPTEMBER.id);
  });

  test('status begins with why nothing moves, and goes on with what people set by hand', async () => {
    await runCommandLine('pipeline', 'hold', '2022-core', ...WHY);
    await runCommandLine('pipeline', 'accept', '2022-core', 'WENT_BACK servercore 10.0.20348.3328', ...WHY);
    const { stdout } = await runCommandLine('pipeline', 'status', '2022-core', '--details');
    expect(stdout).toMatch(
      /^2022-core .*\n\ngate: it has decided nothing yet\n[^]*\nnext: winbake pipeline doctor 2022-core\n.*\n\nset by hand:\n {2}held until \S+ by ann: release week\n {2}accepted "WENT_BACK servercore 10\.0\.20348\.3328" on /,
    );
    expect(stdout).toContain(SEPTEMBER.id);
    expect(stdout).toContain('\npruned: not yet\n');
    const all = await runCommandLine('pipeline', 'status', '--all', '--json');
    expect(JSON.parse(all.stdout)).toMatchObject({
      pipelines: [{ pipeline: '2022-core', hold: { by: 'ann' } }],
    });
  });

  test('a prune says of every AMI why it stays, and a dry run removes none', async () => {
    const ec2 = new EC2Client(moto.config());
    const ids: string[] = [];
    for (const publication of ['20348.4052-1', '20348.4171-1', undefined]) {
      const Name = `winbake ${publication ?? 'x'}`;
      const { ImageId = '' } = await ec2.send(
        new RegisterImageCommand({ Name, RootDeviceName: '/dev/sda1' }),
      );
      const Tags = [
        { Key: 'winbake:pipeline', Value: '2022-core' },
        ...(publication === undefined ? [] : [{ Key: 'winbake:publication', Value: publication }]),
      ];
      await ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
      ids.push(ImageId);
    }
    await ec2.send(
      new RunInstancesCommand({ ImageId: ids[0], MinCount: 1, MaxCount: 1, InstanceType: 'm6i.xlarge' }),
    );
    const run = await runCommandLine('pipeline', 'prune', '2022-core', '--dry-run');
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^Nothing to do\.\nBecause:\n/);
    expect(run.stdout).toMatch(
      new RegExp(
        `keep ${ids[0]} in eu-central-1 \\(20348.4052-1\\): used by instance i-\\w+; one of the newest`,
      ),
    );
    expect(run.stdout).toContain(
      `keep ${ids[2]} in eu-central-1 (not published): 0 days old, 7 is the least`,
    );
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(Images).toHaveLength(3);
  });

  test('the doctor says what is missing, as a table and as JSON', async () => {
    const run = await runCommandLine('pipeline', 'doctor', '2022-core');
    expect(run).toMatchObject({ exitCode: 3, stderr: '' });
    expect(run.stdout).toMatch(
      /^2022-core {2}account 123456789012, eu-central-1\n\nCHECK +VERDICT +DETAIL\n/,
    );
    expect(run.stdout).toMatch(
      /function housekeeping +no +there is no function winbake-2022-core-housekeeping\n/,
    );
    expect(run.stdout).toMatch(
      /\nWAY OUT OF +WHAT TO DO\n[^]*\nfunction housekeeping +Deploy the stack of the pipeline again/,
    );
    expect(run.stdout).toMatch(/\d+ ok, \d+ wrong, \d+ not known\.\n$/);
    const { stdout } = await runCommandLine('pipeline', 'doctor', '2022-core', '--json');
    const { checks } = JSON.parse(stdout) as { checks: { check: string; verdict: string }[] };
    expect(checks.find(({ check }) => check === 'lease')).toMatchObject({ verdict: 'ok' });
    expect(checks.find(({ check }) => check === 'channel current in eu-central-1')).toMatchObject({
      verdict: 'no',
    });
  });

  test.each([
    ['status'],
    ['doctor'],
    ['prune', '--dry-run'],
    ['rebake', '--dry-run'],
    ['cancel', '--dry-run'],
    ['unhold', '--dry-run'],
    ['promote', '--dry-run'],
    ['rollback', '--dry-run'],
    ['accept', 'WENT_BACK servercore 10.0.20348.3328', '--dry-run'],
  ])('%s of a pipeline that is not there names those that are', async (verb, ...args) => {
    const run = await runCommandLine('pipeline', verb, '2019-core', ...args);
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toBe(
      'There is no pipeline 2019-core below /winbake in account 123456789012, eu-central-1; there are: 2022-core. Is it the right account and region?\n',
    );
  });

  test('a pipeline whose stack is deleted, or that is deployed elsewhere, is told from one that never was', async () => {
    await ssm.send(new DeleteParameterCommand({ Name: `${PATH}/pipeline` }));
    const run = await runCommandLine('pipeline', 'status', '2022-core');
    expect(run).toMatchObject({ exitCode: 1, stdout: '' });
    expect(run.stderr).toBe(
      'The pipeline 2022-core has channels in account 123456789012, eu-central-1 and is not deployed there; sign in where it is, or where its stack was deleted see `winbake pipeline destroy`. `winbake fleet doctor` checks the fleets here.\n',
    );
  });

  test.each<[string, string, string[], string]>([
    [
      'another account',
      '2022-core',
      ['--account', '111122223333'],
      'These credentials are of account 123456789012, and --account names 111122223333',
    ],
    [
      'no pipeline',
      '2019-core',
      [],
      'There is no pipeline 2019-core below /winbake in account 123456789012, eu-central-1; there are: 2022-core.',
    ],
  ])('%s is one clear sentence', async (_name, pipeline, args, sentence) => {
    const run = await runCommandLine('pipeline', 'hold', pipeline, '--reason', 'x', '--yes', ...args);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain(sentence);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

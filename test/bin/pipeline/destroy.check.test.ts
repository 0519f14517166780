import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateTagsCommand,
  DescribeFastLaunchImagesCommand,
  DescribeImagesCommand,
  EC2Client,
  RegisterImageCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  ListBucketsCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, DeleteStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import {
  DeleteComponentCommand,
  ImagebuilderClient,
  ListComponentBuildVersionsCommand,
  ListComponentsCommand,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { amiKeyDescription } from '../../../lib/contract/names/resources';
import { describeWithMoto } from '../../support/moto';
import { channelsAt, DESCRIPTION, PATH } from '../../support/pipeline-description';
import { runCommandLine } from '../../support/run-command-line';

const COMPONENT =
  'arn:aws:imagebuilder:eu-central-1:123456789012:component/winbake-2022-core-update-0a1b2c3d/1.0.0';
const ARGS = ['pipeline', 'destroy', '2022-core', '--regions', 'eu-central-1'];

test('a region that is none is wrong usage', async () => {
  const run = await runCommandLine('pipeline', 'destroy', '2022-core', '--regions', 'eu-central-1,here');
  expect(run).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run.stderr).toBe("Regions are such as eu-central-1,eu-west-1; got: 'here'.\n");
});

describeWithMoto('what a deleted stack has left, on moto', (moto) => {
  const before = { ...process.env };
  // moto does not know Image Builder, nor Fast Launch.
  const builder = mockClient(ImagebuilderClient);
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the client that it is asked of
  const { send } = EC2Client.prototype;
  const ec2 = jest.spyOn(EC2Client.prototype, 'send').mockImplementation(function (
    this: EC2Client,
    ...given: unknown[]
  ): unknown {
    return given[0] instanceof DescribeFastLaunchImagesCommand
      ? Promise.resolve({ FastLaunchImages: [] })
      : Reflect.apply(send, this, given);
  });

  afterAll(() => {
    process.env = before;
    builder.restore();
    ec2.mockRestore();
  });

  async function prepared() {
    await moto.reset();
    const { credentials, endpoint, region } = moto.config();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
    builder.reset();
    builder.onAnyCommand().resolves({});
    builder
      .on(ListComponentsCommand)
      .resolves({ componentVersionList: [{ name: 'winbake-2022-core-update-0a1b2c3d', arn: COMPONENT }] });
    builder.on(ListComponentBuildVersionsCommand).resolves({
      componentSummaryList: [{ arn: `${COMPONENT}/1`, tags: { 'winbake:pipeline': '2022-core' } }],
    });
    builder.on(DeleteComponentCommand).callsFake(() => builder.on(ListComponentsCommand).resolves({}));
    const clients = {
      ec2: new EC2Client(moto.config()),
      s3: new S3Client({ ...moto.config(), forcePathStyle: true }),
      ssm: new SSMClient(moto.config()),
      kms: new KMSClient(moto.config()),
      states: new SFNClient(moto.config()),
    };
    for (const [Name, Value] of Object.entries(channelsAt({}))) {
      await clients.ssm.send(new PutParameterCommand({ Name, Value, Type: 'String' }));
    }
    const Bucket = DESCRIPTION.bucket;
    for (const name of [Bucket, 'of-somebody-else']) {
      const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
      await clients.s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }));
    }
    const Tagging = { TagSet: [{ Key: 'winbake:pipeline', Value: '2022-core' }] };
    await clients.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await clients.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    for (const Body of ['1', '2']) {
      await clients.s3.send(new PutObjectCommand({ Bucket, Key: 'notices.json', Body }));
    }
    await new CloudWatchLogsClient(moto.config()).send(
      new CreateLogGroupCommand({ logGroupName: '/aws/imagebuilder/winbake-2022-core' }),
    );
    const { KeyMetadata } = await clients.kms.send(
      new CreateKeyCommand({ Description: amiKeyDescription('2022-core') }),
    );
    const { ImageId = '' } = await clients.ec2.send(
      new RegisterImageCommand({ Name: 'winbake-2022-core', RootDeviceName: '/dev/sda1' }),
    );
    const Tags = [
      { Key: 'winbake:pipeline', Value: '2022-core' },
      { Key: 'winbake:publication', Value: '20348.4294-1' },
    ];
    await clients.ec2.send(new CreateTagsCommand({ Resources: [ImageId], Tags }));
    return { ...clients, amiId: ImageId, keyId: KeyMetadata?.KeyId ?? '' };
  }

  test('a dry run names all of it, a run takes it away, and a second one finds nothing', async () => {
    const { ec2, kms, keyId, s3, ssm, amiId } = await prepared();
    const dry = await runCommandLine(...ARGS, '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    expect(dry.stdout).toContain(amiId);
    expect(dry.stdout).toMatch(/A dry run: nothing was changed, 14 would go\.\n$/);
    const alone = await runCommandLine(...ARGS);
    expect(alone).toMatchObject({ exitCode: 2, stdout: '' });
    const done = await runCommandLine(...ARGS, '--yes', '--json');
    expect(done.stderr).toBe('');
    expect(JSON.parse(done.stdout)).toMatchObject({ pipeline: '2022-core', done: true });
    const { Parameters } = await ssm.send(new GetParametersByPathCommand({ Path: PATH, Recursive: true }));
    expect(Parameters).toEqual([]);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toEqual(['of-somebody-else']);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    expect(Images).toEqual([]);
    expect(builder.commandCalls(DeleteComponentCommand).map(({ args }) => args[0].input)).toEqual([
      { componentBuildVersionArn: `${COMPONENT}/1` },
    ]);
    const again = await runCommandLine(...ARGS, '--yes');
    expect(again).toMatchObject({ exitCode: 0, stdout: 'There is nothing to remove.\n' });
  });

  test('an instance keeps its AMI, and that is said', async () => {
    const { amiId, ec2 } = await prepared();
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ ImageId: amiId, MinCount: 1, MaxCount: 1, InstanceType: 'm6i.xlarge' }),
    );
    const InstanceId = Instances[0]?.InstanceId ?? '';
    const run = await runCommandLine(...ARGS, '--dry-run');
    expect(run.stdout).toMatch(
      new RegExp(`keep +AMI +eu-central-1 +${amiId} +used by instance ${InstanceId}`),
    );
    expect(run.stdout).toMatch(/keep +bucket +eu-central-1 +winbake-bucket +ami-\w+ stays/);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
  });

  test('while the stack is there it refuses, in one sentence', async () => {
    const { states } = await prepared();
    const { stateMachineArn } = await states.send(
      new CreateStateMachineCommand({
        name: 'winbake-2022-core-rebake',
        roleArn: 'arn:aws:iam::123456789012:role/machine',
        definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
      }),
    );
    const run = await runCommandLine(...ARGS, '--yes');
    expect(run).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr:
        'The pipeline 2022-core is still deployed: there is the state machine winbake-2022-core-rebake. Delete its stack first; `winbake pipeline prune` removes single AMIs.\n',
    });
    await states.send(new DeleteStateMachineCommand({ stateMachineArn }));
  });
});

import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  ECSClient,
  ListContainerInstancesCommand,
  RegisterTaskDefinitionCommand,
  StartTaskCommand,
} from '@aws-sdk/client-ecs';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { contractFixture } from '../../support/contract-fixture';
import { describeWithMoto } from '../../support/moto';
import { startFleetInstances, stateOn } from '../../support/moto-fleet';
import { runCommandLine } from '../../support/run-command-line';

describeWithMoto('fleet status --layers on moto', (moto) => {
  const before = { ...process.env };

  beforeAll(async () => {
    await moto.reset();
    const { credentials, endpoint, region } = moto.config();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
  });

  afterAll(() => {
    process.env = before;
  });

  async function put(parameters: Readonly<Record<string, unknown>>) {
    const ssm = new SSMClient(moto.config());
    for (const [Name, value] of Object.entries(parameters)) {
      const Value = JSON.stringify(value);
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    }
  }

  /** Those of a publication whose AMI has one layer of two that the newest image has. */
  async function putDocuments(Bucket: string): Promise<void> {
    const s3 = new S3Client({ ...moto.config(), forcePathStyle: true });
    await s3.send(
      new CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    const [shared, added] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
    const catalog = contractFixture('catalog') as { readonly observations: readonly object[] };
    const [before] = catalog.observations;
    const newest = `sha256:${'d'.repeat(64)}`;
    const layers = [
      { digest: shared, bytes: 5000 },
      { digest: added, bytes: 30 },
    ];
    const observations = [
      { ...before, layers: layers.slice(0, 1) },
      { ...before, digest: newest, platformDigest: newest, osVersion: '10.0.20348.4171', layers },
    ];
    const publication = contractFixture('publication') as { readonly manifest: string };
    for (const [Key, document] of Object.entries({
      'catalog/2022.json': { ...catalog, observations },
      'publications/20348.4171-1.json': { ...publication, id: '20348.4171-1' },
      [publication.manifest]: contractFixture('image-manifest'),
    })) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(document) }));
    }
  }

  test('what runs is held against the layers of its AMI, by the documents of its pipeline', async () => {
    const { Images = [] } = await new EC2Client(moto.config()).send(
      new DescribeImagesCommand({ Owners: ['amazon'] }),
    );
    const amis = Images.slice(0, 2).map(({ ImageId = '' }) => ImageId);
    const state = stateOn(amis);
    await put({ '/winbake/fleets/shop/state': state });
    const [id] = await startFleetInstances(moto.config(), state, amis[0] ?? '');
    const none = await runCommandLine('fleet', 'status', 'shop', '--layers');
    expect(none).toMatchObject({ exitCode: 1, stdout: '' });
    expect(none.stderr).toContain('There is no pipeline 2022-core below /winbake');

    const ecs = new ECSClient(moto.config());
    const image = 'mcr.microsoft.com/windows/servercore:ltsc2022';
    const container = { name: 'web', image, memory: 64, essential: true };
    await ecs.send(new RegisterTaskDefinitionCommand({ family: 'web', containerDefinitions: [container] }));
    const { cluster } = state;
    const { containerInstanceArns: containerInstances = [] } = await ecs.send(
      new ListContainerInstancesCommand({ cluster }),
    );
    await ecs.send(new StartTaskCommand({ cluster, taskDefinition: 'web', containerInstances }));
    const bucket = 'winbake-documents';
    await put({
      '/winbake/2022-core/pipeline': { ...(contractFixture('pipeline') as object), bucket },
    });
    await putDocuments(bucket);
    const { exitCode, stdout } = await runCommandLine('fleet', 'status', 'shop', '--layers', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      instances: expect.arrayContaining([expect.objectContaining({ id, tasks: 1 })]),
      pulled: [
        { publication: '20348.4171-1', image, containers: 1, pulledBytes: 30, baseBytes: 30, code: null },
      ],
    });
  });
});

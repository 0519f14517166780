import {
  CreateImageCommand,
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ec2AmiTags } from '../../lib/aws/image-builder';
import { stepFunctionsExecutions, stepFunctionsRebakes } from '../../lib/aws/step-functions';
import { s3DocumentStore } from '../../lib/aws/stores/s3-document-store';
import { ssmParameterStore } from '../../lib/aws/stores/ssm-parameter-store';
import { describeWithMoto } from '../support/moto';

describeWithMoto('the stores of a pipeline, on moto', (moto) => {
  const before = { ...process.env };
  beforeEach(() => moto.reset());
  afterAll(() => {
    process.env = before;
  });

  test('of two writers of one document one wins, whether it was there or not', async () => {
    const client = new S3Client({ ...moto.config(), forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await client.send(new CreateBucketCommand({ Bucket: 'bucket', CreateBucketConfiguration }));
    const store = s3DocumentStore(client, 'bucket');
    expect(await store.read('catalog/2022.json')).toBeUndefined();
    expect(await store.write('catalog/2022.json', 'one', undefined)).toBe(true);
    expect(await store.write('catalog/2022.json', 'other', undefined)).toBe(false);
    const first = await store.read('catalog/2022.json');
    expect(first?.text).toBe('one');
    expect(await store.write('catalog/2022.json', 'two', first?.version)).toBe(true);
    expect(await store.write('catalog/2022.json', 'too late', first?.version)).toBe(false);
    expect(await store.write('never/was.json', 'x', first?.version)).toBe(false);
    expect((await store.read('catalog/2022.json'))?.text).toBe('two');
    await store.overwrite('catalog/2022.json', 'three');
    expect((await store.read('catalog/2022.json'))?.text).toBe('three');
  });

  test('a bucket that is not there is a failure, and no missing document', async () => {
    const store = s3DocumentStore(new S3Client({ ...moto.config(), forcePathStyle: true }), 'none');
    await expect(store.read('key')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(store.write('key', 'text', undefined)).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('parameters of both kinds are put, read and replaced', async () => {
    const client = new SSMClient(moto.config());
    const store = ssmParameterStore(client);
    const { Images = [] } = await new EC2Client(moto.config()).send(
      new DescribeImagesCommand({ Owners: ['amazon'] }),
    );
    const [one = '', two = ''] = Images.map(({ ImageId }) => ImageId);
    const name = '/winbake/2022-core/latest/ami-id';
    expect(await store.get(name)).toBeUndefined();
    await store.put(name, one, 'aws:ec2:image');
    await store.put(name, two, 'aws:ec2:image');
    expect(await store.get(name)).toBe(two);
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    expect(Parameter).toMatchObject({ DataType: 'aws:ec2:image', Type: 'String' });
    await store.put('/winbake/2022-core/latest/publication', '{}', 'text');
    expect(await store.get('/winbake/2022-core/latest/publication')).toBe('{}');
    for (let fleet = 10; fleet < 22; fleet += 1) {
      await store.put(`/winbake/fleets/shop-${fleet}/state`, String(fleet), 'text');
    }
    const fleets = await store.below('/winbake/fleets');
    // More than a page of ten.
    expect(Object.keys(fleets)).toHaveLength(12);
    expect(fleets['/winbake/fleets/shop-21/state']).toBe('21');
    expect(await store.below('/winbake/none')).toEqual({});
  });

  test('tags of an AMI are added, and the same keys replaced', async () => {
    const { credentials, endpoint } = moto.config();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    });
    const ec2 = new EC2Client(moto.config());
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const { Instances = [] } = await ec2.send(
      new RunInstancesCommand({ ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1 }),
    );
    const { ImageId = '' } = await ec2.send(
      new CreateImageCommand({ InstanceId: Instances[0]?.InstanceId, Name: 'winbake' }),
    );
    await ec2AmiTags(jest.fn()).tag('eu-central-1', ImageId, { 'winbake:pipeline': '2022-core', Name: 'a' });
    await ec2AmiTags(jest.fn()).tag('eu-central-1', ImageId, { 'winbake:mode': 'exact', Name: 'b' });
    const { Images: tagged = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
    const tags = Object.fromEntries((tagged[0]?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toEqual({ 'winbake:pipeline': '2022-core', 'winbake:mode': 'exact', Name: 'b' });
  });

  test('an execution runs until it is stopped, and one that was never started does not', async () => {
    const client = new SFNClient(moto.config());
    const { stateMachineArn = '' } = await client.send(
      new CreateStateMachineCommand({
        name: 'rebake',
        roleArn: 'arn:aws:iam::123456789012:role/machine',
        definition: '{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":60,"End":true}}}',
      }),
    );
    const executions = stepFunctionsExecutions(client);
    await stepFunctionsRebakes(client).start(stateMachineArn, 'by-hand', { trigger: 'by hand' });
    await stepFunctionsRebakes(client).start(stateMachineArn, 'by-hand', { trigger: 'by hand' });
    const { executions: found = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
    expect(found).toHaveLength(1);
    const arn = found[0]?.executionArn ?? '';
    expect(await executions.isRunning(arn)).toBe(true);
    await executions.stop(arn, 'ann cancelled it');
    expect(await executions.isRunning(arn)).toBe(false);
    expect(await executions.isRunning(`${arn}-never`)).toBe(false);
  });
});

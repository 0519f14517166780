import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2';
import { ECSClient, ListContainerInstancesCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SimulatedAutoScaling } from '../../../sim/account/services/auto-scaling';
import { fleetOperations, SimulatedEc2 } from '../../../sim/account/services/ec2';
import { SimulatedEcs } from '../../../sim/account/services/ecs';
import { SimulatedFleets } from '../../../sim/account/services/fleets';
import { describeWithMoto } from '../../support/moto';
import { allow, PLACE, startLab } from '../../support/simulated-accounts-lab';

interface Clients {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly events: EventBridgeClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly states: SFNClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
  readonly amiId: string;
}

const STATES = 'arn:aws:states:eu-central-1:123456789012';
const Bucket = 'winbake-bucket';
const Name = '/winbake/2022-core/latest/ami-id';
const put = (Key: string, Body: string, more: object = {}) =>
  new PutObjectCommand({ Bucket, Key, Body, ...more });

/** One story of calls, in this order, by their names. */
const STORY: Readonly<Record<string, (clients: Clients) => Promise<object>>> = {
  'read a parameter that is not there': ({ ssm }) => ssm.send(new GetParameterCommand({ Name })),
  'delete a parameter that is not there': ({ ssm }) => ssm.send(new DeleteParameterCommand({ Name })),
  'put a parameter': ({ ssm }) => ssm.send(new PutParameterCommand({ Name, Value: 'one', Type: 'String' })),
  'put it again without overwriting': ({ ssm }) =>
    ssm.send(new PutParameterCommand({ Name, Value: 'two', Type: 'String' })),
  'overwrite it': ({ ssm }) => ssm.send(new PutParameterCommand({ Name, Value: 'two', Overwrite: true })),
  'read it': ({ ssm }) => ssm.send(new GetParameterCommand({ Name })),
  'read its first version': ({ ssm }) => ssm.send(new GetParameterCommand({ Name: `${Name}:1` })),
  'read a version that it never had': ({ ssm }) => ssm.send(new GetParameterCommand({ Name: `${Name}:9` })),
  'put a parameter without a value': ({ ssm }) =>
    ssm.send(new PutParameterCommand({ Name: '/winbake/empty', Value: '', Type: 'String' })),
  'list a path': ({ ssm }) => ssm.send(new GetParametersByPathCommand({ Path: '/winbake', Recursive: true })),
  'list a path that is not recursive': ({ ssm }) =>
    ssm.send(new GetParametersByPathCommand({ Path: '/winbake' })),
  'delete it': ({ ssm }) => ssm.send(new DeleteParameterCommand({ Name })),
  'read an object that is not there': ({ s3 }) => s3.send(new GetObjectCommand({ Bucket, Key: 'a' })),
  'read from a bucket that is not there': ({ s3 }) =>
    s3.send(new GetObjectCommand({ Bucket: 'winbake-none', Key: 'a' })),
  'create an object': ({ s3 }) => s3.send(put('a', 'one', { IfNoneMatch: '*' })),
  'create it again': ({ s3 }) => s3.send(put('a', 'two', { IfNoneMatch: '*' })),
  'replace another version of it': ({ s3 }) => s3.send(put('a', 'two', { IfMatch: '"0123456789abcdef"' })),
  'replace what is not there': ({ s3 }) => s3.send(put('b', 'two', { IfMatch: '"0123456789abcdef"' })),
  'read it back': async ({ s3 }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
    return { text: await Body?.transformToString() };
  },
  'list its versions': async ({ s3 }) => {
    const { IsTruncated, Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    return { IsTruncated, keys: Versions.map(({ Key }) => Key) };
  },
  'delete objects, there or not': ({ s3 }) =>
    s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'none' }] } })),
  'describe an AMI that is not there': ({ ec2 }) =>
    ec2.send(new DescribeImagesCommand({ ImageIds: ['ami-0123456789abcdef0'] })),
  'describe an AMI whose id is none': ({ ec2 }) =>
    ec2.send(new DescribeImagesCommand({ ImageIds: ['none'] })),
  'tag an AMI': ({ amiId, ec2 }) =>
    ec2.send(new CreateTagsCommand({ Resources: [amiId], Tags: [{ Key: 'winbake:mode', Value: 'exact' }] })),
  'tag an AMI that is not there': ({ ec2 }) =>
    ec2.send(
      new CreateTagsCommand({ Resources: ['ami-0123456789abcdef0'], Tags: [{ Key: 'a', Value: 'b' }] }),
    ),
  'find an AMI by its tag': async ({ amiId, ec2 }) => {
    const Filters = [{ Name: 'tag:winbake:mode', Values: ['exact'] }];
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters }));
    return Images.map(({ ImageId, State, Tags }) => ({ isIt: ImageId === amiId, State, Tags }));
  },
  'describe an instance that is not there': ({ ec2 }) =>
    ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] })),
  'describe versions of a launch template that is not there': ({ ec2 }) =>
    ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: 'lt-0123456789abcdef0' })),
  'describe a group that is not there': ({ autoScaling }) =>
    autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['none'] })),
  'list the instances of a cluster that is not there': ({ ecs }) =>
    ecs.send(new ListContainerInstancesCommand({ cluster: 'none' })),
  'list the tasks of a cluster that is not there': ({ ecs }) =>
    ecs.send(new ListTasksCommand({ cluster: 'none' })),
  'send an event': async ({ events }) => {
    const Entries = [{ Source: 'winbake', DetailType: 'Winbake AMI Published', Detail: '{}' }];
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries }));
    return { FailedEntryCount };
  },
  'start a state machine that is not there': ({ states }) =>
    states.send(new StartExecutionCommand({ stateMachineArn: `${STATES}:stateMachine:none` })),
  'describe an execution that is not there': ({ states }) =>
    states.send(new DescribeExecutionCommand({ executionArn: `${STATES}:execution:none:none` })),
  'publish to a topic that is not there': ({ sns }) =>
    sns.send(new PublishCommand({ TopicArn: 'arn:aws:sns:eu-central-1:123456789012:none', Message: 'a' })),
  'say who calls': async ({ sts }) => {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return { Account };
  },
};

/** Where the two do not agree, and what says so of AWS. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  // moto makes no delete marker of a key that was never there.
  'delete objects, there or not':
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html',
  // moto lists nothing, whatever the cluster.
  'list the instances of a cluster that is not there':
    'https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html',
};

/** What differs between two accounts of the same state. */
const OF_ITS_OWN = [
  '$metadata',
  'ChecksumCRC32',
  'ETag',
  'LastModified',
  'LastModifiedDate',
  'VersionId',
  'DeleteMarkerVersionId',
];

function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([key, inner]) => !OF_ITS_OWN.includes(key) && inner !== undefined)
          .map(([key, inner]) => [key, plain(inner)]),
      )
    : value;
}

async function played(clients: Clients): Promise<Readonly<Record<string, unknown>>> {
  const answers: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(STORY)) {
    answers[name] = await step(clients).then(plain, (error: unknown) => ({ error: (error as Error).name }));
  }
  return answers;
}

describeWithMoto('one story in moto and in a simulated account', (moto) => {
  async function onMoto() {
    await moto.reset();
    const config = moto.config();
    const s3 = new S3Client({ ...moto.config(), forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const ec2 = new EC2Client(config);
    const { ImageId = '' } = await ec2.send(new RegisterImageCommand({ Name: 'winbake' }));
    return played({
      ...{ ec2, s3, amiId: ImageId },
      autoScaling: new AutoScalingClient(config),
      ecs: new ECSClient(config),
      events: new EventBridgeClient(config),
      sns: new SNSClient(config),
      ssm: new SSMClient(config),
      states: new SFNClient(config),
      sts: new STSClient(config),
    });
  }

  async function simulated() {
    const fleets = new SimulatedFleets();
    const ec2 = new SimulatedEc2(fleetOperations(fleets));
    const autoScaling = new SimulatedAutoScaling(fleets);
    const lab = startLab({ more: [ec2, autoScaling, new SimulatedEcs(fleets)] });
    try {
      const amiId = 'ami-00000000000000001';
      const ami = { id: amiId, name: 'winbake', createdAt: lab.clock.now, isPublic: false };
      ec2.images.create(PLACE, { ...ami, sharedWith: [], snapshotIds: [], tags: {} });
      lab.s3.createBucket({ ...PLACE, name: Bucket, isVersioned: true, tags: {} }, lab.clock.now);
      const clients = {
        autoScaling: new AutoScalingClient(),
        ec2: new EC2Client(),
        ecs: new ECSClient(),
        events: new EventBridgeClient(),
        s3: new S3Client(),
        sns: new SNSClient(),
        ssm: new SSMClient(),
        states: new SFNClient(),
        sts: new STSClient(),
      };
      return await lab.as([allow('*')], () => played({ ...clients, amiId }));
    } finally {
      lab.end();
    }
  }

  test('ends the same, but for the differences that are named', async () => {
    const other = await onMoto();
    const ours = await simulated();
    const differing = Object.keys(STORY).filter(
      (name) => JSON.stringify(ours[name]) !== JSON.stringify(other[name]),
    );
    expect(differing.map((name) => [name, ours[name], other[name]])).toEqual(
      Object.keys(DIFFERENCES).map((name) => [name, ours[name], other[name]]),
    );
  });
});

import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { launchesOfInstances } from '../../lib/aws/fleets/group-launch';

const ec2 = mockClient(EC2Client);
const client = new EC2Client({ region: 'eu-central-1' });
const ATTACHED = new Date('2025-10-14T22:00:00.000Z');

/** An instance that was started last so many seconds after its first network interface was attached. */
const startedAfter = (seconds: number) => ({
  InstanceId: `i-${seconds}`,
  ImageId: 'ami-1',
  LaunchTime: new Date(ATTACHED.getTime() + seconds * 1000),
  NetworkInterfaces: [
    { Attachment: { DeviceIndex: 1, AttachTime: new Date(0) } },
    { Attachment: { DeviceIndex: 0, AttachTime: ATTACHED } },
  ],
});

test('an instance out of a warm pool is known by its network interface, which is older than its start', async () => {
  const plain = { InstanceId: 'i-plain', ImageId: 'ami-1', LaunchTime: ATTACHED };
  const Instances = [startedAfter(0), startedAfter(59), startedAfter(60), plain, { InstanceId: 'i-bare' }];
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
  const launches = await launchesOfInstances(client, ['i-0']);
  const amiId = 'ami-1';
  expect([...launches]).toEqual([
    ['i-0', { amiId, launchedAt: ATTACHED, isFirstStart: true }],
    ['i-59', { amiId, launchedAt: new Date('2025-10-14T22:00:59.000Z'), isFirstStart: true }],
    ['i-60', { amiId, launchedAt: new Date('2025-10-14T22:01:00.000Z'), isFirstStart: false }],
    ['i-plain', { amiId, launchedAt: ATTACHED, isFirstStart: true }],
    ['i-bare', { amiId: '', launchedAt: null, isFirstStart: true }],
  ]);
});

test('none is asked for where there is none', async () => {
  ec2.reset();
  expect(await launchesOfInstances(client, [])).toEqual(new Map());
  expect(ec2.calls()).toEqual([]);
});

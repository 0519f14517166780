import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeFastLaunchImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { inspectFleets, inspectKeysAndAmis } from '../../../lib/aws/doctor/pipeline-inspector';

test('the subnets of all fleets, on whatever page', async () => {
  const group = { MinSize: 0, MaxSize: 1, DesiredCapacity: 0, DefaultCooldown: 0 };
  const rest = { AvailabilityZones: [], HealthCheckType: 'EC2', CreatedTime: new Date(0) };
  const client = mockClient(AutoScalingClient);
  client
    .on(DescribeAutoScalingGroupsCommand, { Filters: [{ Name: 'tag-key', Values: ['winbake:fleet'] }] })
    .resolvesOnce({
      AutoScalingGroups: [
        { ...group, ...rest, AutoScalingGroupName: 'a', VPCZoneIdentifier: 'subnet-1,subnet-2' },
      ],
      NextToken: 'more',
    })
    .resolves({ AutoScalingGroups: [{ ...group, ...rest, AutoScalingGroupName: 'b' }] });
  const region = 'eu-central-1';
  const inspector = inspectFleets(new AutoScalingClient({ region }), new EC2Client({ region }));
  expect(await inspector.fleetSubnets()).toEqual([
    { group: 'a', subnetIds: ['subnet-1', 'subnet-2'] },
    { group: 'b', subnetIds: [] },
  ]);
  client.restore();
});

test('the fleets whose launch template names a root device', async () => {
  const group = (AutoScalingGroupName: string, LaunchTemplateId: string) => ({
    ...{ MinSize: 0, MaxSize: 1, DesiredCapacity: 0, DefaultCooldown: 0, AvailabilityZones: [] },
    ...{ HealthCheckType: 'EC2', CreatedTime: new Date(0), AutoScalingGroupName },
    LaunchTemplate: { LaunchTemplateId, Version: '7' },
  });
  const groups = mockClient(AutoScalingClient);
  groups
    .on(DescribeAutoScalingGroupsCommand)
    .resolves({ AutoScalingGroups: [group('named', 'lt-1'), group('other', 'lt-2'), group('none', 'lt-3')] });
  const ec2 = mockClient(EC2Client);
  const template = (id: string, ...names: readonly string[]) =>
    ec2.on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateId: id, Versions: ['7'] }).resolves({
      LaunchTemplateVersions: [
        { LaunchTemplateData: { BlockDeviceMappings: names.map((DeviceName) => ({ DeviceName })) } },
      ],
    });
  template('lt-1', 'xvdb', '/dev/sda1');
  template('lt-2', 'xvdb');
  template('lt-3');
  const region = 'eu-central-1';
  const inspector = inspectFleets(new AutoScalingClient({ region }), new EC2Client({ region }));
  expect(await inspector.fleetsWithRootDevice()).toEqual(['named']);
  [groups, ec2].forEach((one) => {
    one.restore();
  });
});

test('the Fast Launch of an AMI, or none', async () => {
  const ec2 = mockClient(EC2Client);
  ec2
    .on(DescribeFastLaunchImagesCommand, { ImageIds: ['ami-1'] })
    .resolves({ FastLaunchImages: [{ State: 'enabling-failed', StateTransitionReason: 'no VPC' }] })
    .on(DescribeFastLaunchImagesCommand, { ImageIds: ['ami-2'] })
    .resolves({});
  const inspector = inspectKeysAndAmis();
  expect(await inspector.fastLaunchOf('eu-central-1', 'ami-1')).toEqual({
    state: 'enabling-failed',
    reason: 'no VPC',
  });
  expect(await inspector.fastLaunchOf('eu-central-1', 'ami-2')).toBeUndefined();
  ec2.restore();
});

import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { autoScalingFleet } from '../../lib/aws/auto-scaling-fleet';

const autoScaling = mockClient(AutoScalingClient);
const ec2 = mockClient(EC2Client);
const region = 'eu-central-1';
const LaunchTemplateId = 'lt-0123456789abcdef0';
const fleet = autoScalingFleet(new AutoScalingClient({ region }), new EC2Client({ region }), {
  autoScalingGroup: 'group',
  launchTemplateId: LaunchTemplateId,
});
const AMI = 'ami-0fedcba9876543210';
beforeEach(() => {
  autoScaling.reset();
  ec2.reset();
});

function hasGroup(group: Partial<AutoScalingGroup>): void {
  autoScaling
    .on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: ['group'] })
    .resolves({ AutoScalingGroups: [group as AutoScalingGroup] });
  ec2
    .on(DescribeLaunchTemplateVersionsCommand, { LaunchTemplateId, Versions: ['7'] })
    .resolves({ LaunchTemplateVersions: [{ LaunchTemplateData: { ImageId: AMI } }] });
}

test('a group is described with the AMIs that its instances really run', async () => {
  hasGroup({
    DesiredCapacity: 2,
    LaunchTemplate: { LaunchTemplateId, Version: '7' },
    Instances: [{ InstanceId: 'i-1' }, { InstanceId: 'i-2' }] as AutoScalingGroup['Instances'],
  });
  ec2.on(DescribeInstancesCommand, { InstanceIds: ['i-1', 'i-2'] }).resolves({
    Reservations: [
      { Instances: [{ InstanceId: 'i-1', ImageId: 'ami-00000000000000001' }] },
      { Instances: [{ InstanceId: 'i-2', ImageId: AMI }] },
    ],
  });
  expect(await fleet.describeGroup()).toEqual({
    launchTemplateVersion: '7',
    amiId: AMI,
    desiredCapacity: 2,
    instances: [
      { id: 'i-1', amiId: 'ami-00000000000000001' },
      { id: 'i-2', amiId: AMI },
    ],
  });
});

test('an empty group asks for no instances, since that would list all of the account', async () => {
  hasGroup({ LaunchTemplate: { LaunchTemplateId, Version: '7' } });
  expect(await fleet.describeGroup()).toMatchObject({ desiredCapacity: 0, instances: [] });
  expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(0);
});

test('a group without a numbered version is refused by name', async () => {
  hasGroup({});
  await expect(fleet.describeGroup()).rejects.toThrow(
    'The Auto Scaling group group has no numbered launch template version.',
  );
});

test('the newest refresh is the first of the list', async () => {
  autoScaling
    .on(DescribeInstanceRefreshesCommand, { AutoScalingGroupName: 'group', MaxRecords: 1 })
    .resolvesOnce({ InstanceRefreshes: [{ InstanceRefreshId: 'refresh', Status: 'InProgress' }] })
    .resolves({ InstanceRefreshes: [] });
  expect(await fleet.newestRefresh()).toEqual({ id: 'refresh', status: 'InProgress' });
  expect(await fleet.newestRefresh()).toBeUndefined();
});

test('a version differs from its source in the AMI alone, and the group uses its number', async () => {
  ec2.on(CreateLaunchTemplateVersionCommand).resolves({ LaunchTemplateVersion: { VersionNumber: 8 } });
  autoScaling.on(UpdateAutoScalingGroupCommand).resolves({});
  expect(await fleet.createLaunchTemplateVersion('7', AMI, 'Winbake 20348.4294-1')).toBe('8');
  await fleet.useLaunchTemplateVersion('8');
  expect(ec2.commandCalls(CreateLaunchTemplateVersionCommand)[0]!.args[0].input).toEqual({
    LaunchTemplateId,
    SourceVersion: '7',
    VersionDescription: 'Winbake 20348.4294-1',
    LaunchTemplateData: { ImageId: AMI },
  });
  expect(autoScaling.commandCalls(UpdateAutoScalingGroupCommand)[0]!.args[0].input).toEqual({
    AutoScalingGroupName: 'group',
    LaunchTemplate: { LaunchTemplateId, Version: '8' },
  });
});

test('a refresh launches before it terminates, and rolls back where it fails', async () => {
  autoScaling.on(StartInstanceRefreshCommand).resolves({ InstanceRefreshId: 'refresh' });
  expect(await fleet.startRefresh('8')).toBe('refresh');
  expect(autoScaling.commandCalls(StartInstanceRefreshCommand)[0]!.args[0].input).toMatchObject({
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '8' } },
    Preferences: {
      MinHealthyPercentage: 100,
      MaxHealthyPercentage: 110,
      AutoRollback: true,
      SkipMatching: true,
    },
  });
});

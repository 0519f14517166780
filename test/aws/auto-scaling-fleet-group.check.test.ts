import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { autoScalingFleet } from '../../lib/aws/fleets/auto-scaling-fleet';
import { describeWithMoto } from '../support/moto';

// Instance refreshes are not known to moto; `auto-scaling-fleet.test.ts` holds their recorded shapes.
describeWithMoto('the group of a fleet, on moto', (moto) => {
  test('a version with another AMI is made, used, and seen in the group and its new instances', async () => {
    await moto.reset();
    const ec2 = new EC2Client(moto.config());
    const autoScaling = new AutoScalingClient(moto.config());
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const [before = '', after = ''] = Images.map(({ ImageId }) => ImageId);
    const { LaunchTemplate } = await ec2.send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'shop',
        LaunchTemplateData: { ImageId: before, InstanceType: 'm6i.xlarge' },
      }),
    );
    const launchTemplateId = LaunchTemplate?.LaunchTemplateId ?? '';
    const group: CreateAutoScalingGroupCommandInput = {
      AutoScalingGroupName: 'shop',
      MinSize: 1,
      MaxSize: 2,
      AvailabilityZones: ['eu-central-1a'],
      LaunchTemplate: { LaunchTemplateId: launchTemplateId, Version: '1' },
    };
    await autoScaling.send(new CreateAutoScalingGroupCommand(group));
    const fleet = autoScalingFleet(autoScaling, ec2, { autoScalingGroup: 'shop', launchTemplateId });
    const seen = await fleet.describeGroup();
    expect(seen).toMatchObject({ launchTemplateVersion: '1', amiId: before, desiredCapacity: 1 });
    expect(seen.instances.map(({ amiId }) => amiId)).toEqual([before]);
    const version = await fleet.createLaunchTemplateVersion('1', after, 'winbake 20348.4294-1');
    expect(version).toBe('2');
    await fleet.useLaunchTemplateVersion(version);
    expect(await fleet.describeGroup()).toMatchObject({ launchTemplateVersion: '2', amiId: after });
  });
});

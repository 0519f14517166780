import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { inspectFleets } from '../../../lib/aws/doctor/pipeline-inspector';

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

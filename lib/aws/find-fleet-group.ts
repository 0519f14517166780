import { paginateDescribeAutoScalingGroups, type AutoScalingClient } from '@aws-sdk/client-auto-scaling';

/**
 * The group with a fleet's tag, or undefined where there is none. A page may be empty and another follow.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export async function findFleetGroup(client: AutoScalingClient, fleet: string): Promise<string | undefined> {
  const Filters = [{ Name: 'tag:winbake:fleet', Values: [fleet] }];
  for await (const { AutoScalingGroups = [] } of paginateDescribeAutoScalingGroups({ client }, { Filters })) {
    // One that is being deleted has a status.
    const found = AutoScalingGroups.find(({ Status }) => Status === undefined);
    if (found !== undefined) {
      return found.AutoScalingGroupName;
    }
  }
  return undefined;
}

import { DescribeAutoScalingGroupsCommand, type AutoScalingClient } from '@aws-sdk/client-auto-scaling';

/**
 * The group with a fleet's tag, or undefined where there is none.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export async function findFleetGroup(
  autoScaling: AutoScalingClient,
  fleet: string,
): Promise<string | undefined> {
  const answer = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ Filters: [{ Name: 'tag:winbake:fleet', Values: [fleet] }] }),
  );
  // One that is being deleted has a status.
  return answer.AutoScalingGroups?.find(({ Status }) => Status === undefined)?.AutoScalingGroupName;
}

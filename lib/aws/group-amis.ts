import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';

/** The AMI of a version of a launch template; empty where it has none. */
export async function amiOfVersion(
  ec2: EC2Client,
  LaunchTemplateId: string,
  version: string,
): Promise<string> {
  const answer = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  return answer.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId ?? '';
}

/** The AMI of each instance. */
export async function amisOfInstances(ec2: EC2Client, InstanceIds: string[]) {
  if (InstanceIds.length === 0) {
    return [];
  }
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  return (answer.Reservations ?? [])
    .flatMap((reservation) => reservation.Instances ?? [])
    .map((instance) => ({ id: instance.InstanceId ?? '', amiId: instance.ImageId ?? '' }));
}

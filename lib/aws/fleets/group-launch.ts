import { FLEET_TAG } from '../../contract/names/resources';
import {
  paginateDescribeAutoScalingGroups,
  type AutoScalingClient,
  type AutoScalingGroup,
  type DesiredConfiguration,
  type LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';

/**
 * The group with a fleet's tag, or undefined where there is none. A page may be empty and another follow.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
 */
export async function findFleetGroup(client: AutoScalingClient, fleet: string): Promise<string | undefined> {
  const Filters = [{ Name: `tag:${FLEET_TAG}`, Values: [fleet] }];
  for await (const { AutoScalingGroups = [] } of paginateDescribeAutoScalingGroups({ client }, { Filters })) {
    // One that is being deleted has a status.
    const found = AutoScalingGroups.find(({ Status }) => Status === undefined);
    if (found !== undefined) {
      return found.AutoScalingGroupName;
    }
  }
  return undefined;
}

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

/** The launch template versions that a group starts from or that its instances came from, each once. */
export function versionsOfGroup(
  group: AutoScalingGroup,
): readonly (readonly [launchTemplateId: string, version: string])[] {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  const references = [
    group.LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map((one) => one.LaunchTemplateSpecification),
    ...(group.Instances ?? []).map((one) => one.LaunchTemplate),
  ];
  const versions = references.flatMap((one) =>
    one?.LaunchTemplateId === undefined ? [] : [[one.LaunchTemplateId, one.Version ?? '$Default'] as const],
  );
  return [...new Map(versions.map((one) => [one.join(' '), one])).values()];
}

/** The group and launch template of a fleet, by name and id. */
export interface FleetNames {
  readonly autoScalingGroup: string;
  readonly launchTemplateId: string;
}

/** What a group starts, or what a refresh brings it: one launch template, alone or in a policy of mixed instances. */
type Launch = Pick<DesiredConfiguration & AutoScalingGroup, 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/** The version of the launch template, or undefined. */
export function versionOf(launch: Launch | undefined): string | undefined {
  return (launch?.LaunchTemplate ?? launch?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification)
    ?.Version;
}

/**
 * What the group is to start, with another version of its launch template. A policy of mixed instances is sent as a whole,
 * since what is left out of it is taken away. An answer names a template by id and name, a request may only do by one.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
 */
export function launchOf(group: Launch | undefined, template: LaunchTemplateSpecification): Launch {
  const policy = group?.MixedInstancesPolicy;
  return policy === undefined
    ? { LaunchTemplate: template }
    : {
        MixedInstancesPolicy: {
          ...policy,
          LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: template },
        },
      };
}

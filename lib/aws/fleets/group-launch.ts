import { createHash } from 'node:crypto';
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
  EC2ServiceException,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { GroupInstance } from '../../core/ports/fleets';

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

/** The groups of all fleets of the region, by their tag. */
export async function fleetGroups(client: AutoScalingClient): Promise<readonly AutoScalingGroup[]> {
  const found: AutoScalingGroup[] = [];
  const Filters = [{ Name: 'tag-key', Values: [FLEET_TAG] }];
  for await (const page of paginateDescribeAutoScalingGroups({ client }, { Filters })) {
    found.push(...(page.AutoScalingGroups ?? []));
  }
  return found;
}

/** What a version of a launch template starts. */
interface VersionContent {
  /** Empty where it names none. */
  readonly amiId: string;
  /** A digest of everything else, whatever the order of its keys. */
  readonly template: string;
}

/**
 * What versions of a launch template start, in one call for as many as EC2 takes; the first is always among them, and of others
 * one that was deleted leaves all of them out, since EC2 then refuses the call.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
 */
export async function contentOfVersions(
  ec2: EC2Client,
  LaunchTemplateId: string,
  versions: readonly [string, ...string[]],
): Promise<ReadonlyMap<string, VersionContent>> {
  const Versions = [...new Set(versions)].slice(0, MOST_VERSIONS);
  try {
    const answer = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions }));
    return new Map(
      (answer.LaunchTemplateVersions ?? []).map(({ LaunchTemplateData = {}, VersionNumber }) => {
        const { ImageId, ...others } = LaunchTemplateData;
        return [String(VersionNumber), { amiId: ImageId ?? '', template: digestOf(others) }];
      }),
    );
  } catch (error) {
    if (
      Versions.length === 1 ||
      !(error instanceof EC2ServiceException) ||
      !error.name.endsWith('VersionNotFound')
    ) {
      throw error;
    }
    return contentOfVersions(ec2, LaunchTemplateId, [versions[0]]);
  }
}

const MOST_VERSIONS = 200;

/** Enough to tell the versions of one template apart. */
const DIGEST_LENGTH = 12;

/** A short digest of a value, whatever the order of its keys. */
export function digestOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(value)))
    .digest('hex')
    .slice(0, DIGEST_LENGTH);
}

/** The same with the keys of objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return typeof value === 'object' && value !== null
    ? Object.entries(value)
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([key, one]) => [key, sorted(one)])
    : value;
}

/** What EC2 says of how an instance was started. */
type InstanceLaunch = Pick<GroupInstance, 'amiId' | 'launchedAt' | 'isFirstStart'>;

/** A network interface is attached within seconds of the first start, and stays through every later one. */
const ATTACHED_MILLISECONDS = 60_000;

/**
 * The AMI and the last start of each instance, by its id. "To determine the time that instance was first launched, see the attachment
 * time for the primary network interface."
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
 */
export async function launchesOfInstances(
  ec2: EC2Client,
  InstanceIds: string[],
): Promise<ReadonlyMap<string, InstanceLaunch>> {
  if (InstanceIds.length === 0) {
    return new Map();
  }
  const answer = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
  return new Map(
    (answer.Reservations ?? [])
      .flatMap((reservation) => reservation.Instances ?? [])
      .map(({ ImageId = '', InstanceId = '', LaunchTime, NetworkInterfaces = [] }) => {
        const primary = NetworkInterfaces.find(({ Attachment }) => Attachment?.DeviceIndex === 0);
        const [last, first] = [LaunchTime, primary?.Attachment?.AttachTime];
        const isFirstStart =
          last === undefined ||
          first === undefined ||
          last.getTime() - first.getTime() < ATTACHED_MILLISECONDS;
        return [InstanceId, { amiId: ImageId, launchedAt: last ?? null, isFirstStart }];
      }),
  );
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

import {
  ActiveInstanceRefreshNotFoundFault,
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
  type RefreshPreferences,
  AutoScalingServiceException,
  DescribeAutoScalingGroupsCommand,
  paginateDescribeWarmPool,
  SetInstanceHealthCommand,
  UpdateAutoScalingGroupCommand,
  type Instance,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  EC2ServiceException,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import type { FleetControl, GroupInstance, RefreshRequest } from '../../core/ports/fleets';
import { contentOfVersions, launchesOfInstances, launchOf, versionOf, type FleetNames } from './group-launch';
import { DescribeStacksCommand, type CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DeploymentPorts } from '../../core/fleet/clone-with-live-ami';

type Refreshes = Pick<FleetControl, 'newestRefresh' | 'startRefresh' | 'cancelRefresh' | 'rollBackRefresh'>;

/**
 * The instance refreshes of a group. One launches before it terminates, takes instances that are protected from scale-in
 * after they have drained, and rolls back where it fails.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
 */
function instanceRefreshes(
  autoScaling: AutoScalingClient,
  { autoScalingGroup: AutoScalingGroupName, launchTemplateId: LaunchTemplateId }: FleetNames,
  described: () => Promise<AutoScalingGroup | undefined>,
): Refreshes {
  return {
    newestRefresh: async () => {
      const answer = await autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName, MaxRecords: 1 }),
      );
      const refresh = answer.InstanceRefreshes?.[0];
      return (
        refresh && {
          id: refresh.InstanceRefreshId ?? '',
          status: refresh.Status ?? '',
          reason: refresh.StatusReason ?? '',
          // The whole counts the instances of a warm pool too, which come last.
          percentage:
            refresh.ProgressDetails?.LivePoolProgress?.PercentageComplete ?? refresh.PercentageComplete ?? 0,
          version: versionOf(refresh.DesiredConfiguration),
          startedAt: refresh.StartTime ?? new Date(0),
          endedAt: refresh.EndTime ?? null,
        }
      );
    },
    startRefresh: async (request) => {
      const template = { LaunchTemplateId, Version: request.version };
      const answer = await autoScaling.send(
        new StartInstanceRefreshCommand({
          AutoScalingGroupName,
          Strategy: 'Rolling',
          DesiredConfiguration: launchOf(await described(), template),
          Preferences: preferencesOf(request),
        }),
      );
      return answer.InstanceRefreshId ?? '';
    },
    cancelRefresh: async (request) => {
      const input = {
        AutoScalingGroupName,
        ...(request === undefined ? {} : { WaitForTransitioningInstances: request.waitsForInstances }),
      };
      try {
        await autoScaling.send(new CancelInstanceRefreshCommand(input));
      } catch (error) {
        // One that has ended by itself meanwhile needs no stop.
        if (!(error instanceof ActiveInstanceRefreshNotFoundFault)) {
          throw error;
        }
      }
    },
    rollBackRefresh: async () => {
      await autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName }));
    },
  };
}

/** Launch before terminate, protected instances after their drain; one that a person has put on standby is left alone. */
function preferencesOf({
  alarms,
  autoRollback,
  bakeSeconds,
  checkpoint,
  maxHealthyPercentage,
}: RefreshRequest): RefreshPreferences {
  return {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: maxHealthyPercentage,
    SkipMatching: true,
    AutoRollback: autoRollback,
    ScaleInProtectedInstances: 'Refresh',
    StandbyInstances: 'Ignore',
    ...(bakeSeconds === 0 ? {} : { BakeTime: bakeSeconds }),
    ...(checkpoint === null
      ? {}
      : { CheckpointPercentages: [...checkpoint.percentages], CheckpointDelay: checkpoint.seconds }),
    ...(alarms.length === 0 ? {} : { AlarmSpecification: { Alarms: [...alarms] } }),
  };
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html */
const LONGEST_TOKEN = 128;

/** A fleet on EC2 Auto Scaling. */
export function autoScalingFleet(
  autoScaling: AutoScalingClient,
  ec2: EC2Client,
  names: FleetNames,
): FleetControl {
  const AutoScalingGroupName = names.autoScalingGroup;
  const LaunchTemplateId = names.launchTemplateId;
  const described = async (): Promise<AutoScalingGroup | undefined> => {
    const answer = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [AutoScalingGroupName] }),
    );
    return answer.AutoScalingGroups?.[0];
  };
  return {
    ownerOf: async (amiId) => {
      const request = { ImageIds: [amiId], IncludeDeprecated: true };
      try {
        const [image] = (await ec2.send(new DescribeImagesCommand(request))).Images ?? [];
        return image && { account: image.OwnerId ?? '', alias: image.ImageOwnerAlias };
      } catch (error) {
        if (error instanceof EC2ServiceException && error.name.startsWith('InvalidAMIID')) {
          return undefined;
        }
        throw error;
      }
    },
    describeGroup: async () => {
      const group = await described();
      const version = versionOf(group);
      if (version === undefined) {
        throw new Error(
          `The Auto Scaling group ${AutoScalingGroupName} has no numbered launch template version.`,
        );
      }
      const members = (group?.Instances ?? []).filter((one) => !isWarm(one));
      const pool =
        group?.WarmPoolConfiguration === undefined
          ? []
          : await membersOfPool(autoScaling, AutoScalingGroupName);
      const all = [...members, ...pool];
      const versionsOf = all.flatMap(({ LaunchTemplate: one }) =>
        one?.LaunchTemplateId === LaunchTemplateId && one.Version !== undefined ? one.Version : [],
      );
      const contents = await contentOfVersions(ec2, LaunchTemplateId, [version, ...versionsOf]);
      const launches = await launchesOfInstances(
        ec2,
        all.flatMap(({ InstanceId }) => InstanceId ?? []),
      );
      const { amiId = '', template = '' } = contents.get(version) ?? {};
      const seen = (instance: Instance): GroupInstance | readonly [] => {
        const { InstanceId: id = '', LaunchTemplate } = instance;
        const own = launches.get(id);
        const from =
          LaunchTemplate?.LaunchTemplateId === LaunchTemplateId ? LaunchTemplate.Version : undefined;
        return own === undefined
          ? []
          : {
              id,
              ...own,
              version: from ?? null,
              template: contents.get(from ?? '')?.template ?? null,
              isLeaving: isLeaving(instance),
            };
      };
      return {
        launchTemplateVersion: version,
        amiId,
        template,
        desiredCapacity: group?.DesiredCapacity ?? 0,
        instances: members.flatMap(seen),
        pool: pool.flatMap(seen),
      };
    },
    evictFromPool: async (InstanceId) => {
      const request = { InstanceId, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false };
      try {
        await autoScaling.send(new SetInstanceHealthCommand(request));
      } catch (error) {
        if (!(
          error instanceof AutoScalingServiceException && error.message.includes('No managed instance found')
        )) {
          throw error;
        }
      }
    },
    ...instanceRefreshes(autoScaling, names, described),
    createLaunchTemplateVersion: async (SourceVersion, ImageId, VersionDescription) => {
      const answer = await ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId,
          SourceVersion,
          VersionDescription,
          // The same wish twice, after a poll that ended in between, is one version; a fleet that is deployed anew has another template.
          ClientToken: `${LaunchTemplateId}-${SourceVersion}-${ImageId}-${VersionDescription}`
            .replaceAll(' ', '-')
            .slice(0, LONGEST_TOKEN),
          LaunchTemplateData: { ImageId },
        }),
      );
      return String(answer.LaunchTemplateVersion?.VersionNumber);
    },
    useLaunchTemplateVersion: async (Version) => {
      const launch = launchOf(await described(), { LaunchTemplateId, Version });
      await autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...launch }));
    },
  };
}

/** Whether an instance is of a warm pool: it has another list. */
function isWarm({ LifecycleState }: Instance): boolean {
  return LifecycleState?.startsWith('Warmed:') === true;
}

/** Whether an instance is on its way out; of a pool also one that was found unhealthy, or was told to be. */
export function isLeaving(instance: Instance): boolean {
  const { HealthStatus, LifecycleState } = instance;
  return isWarm(instance)
    ? LifecycleState?.startsWith('Warmed:Terminat') === true || HealthStatus === 'Unhealthy'
    : LifecycleState?.startsWith('Terminating') === true;
}

/** The instances of a group's warm pool. */
export async function membersOfPool(
  client: AutoScalingClient,
  AutoScalingGroupName: string | undefined,
): Promise<readonly Instance[]> {
  const found: Instance[] = [];
  for await (const { Instances = [] } of paginateDescribeWarmPool({ client }, { AutoScalingGroupName })) {
    found.push(...Instances);
  }
  return found;
}

/** Where a deployment is at work. */
export interface DeploymentPlace {
  /** The ARN of the stack that is deployed. */
  readonly stackId: string;
  /** The name of the fleet's group; undefined where there is none yet. */
  readonly group: string | undefined;
}

/** What a deployment asks of CloudFormation and of its fleet's group. */
export function fleetDeployment(
  client: CloudFormationClient,
  control: FleetControl,
  { group, stackId }: DeploymentPlace,
): Pick<DeploymentPorts, 'isRollingBack' | 'live'> {
  return {
    live: async () => {
      if (group === undefined) {
        return undefined;
      }
      const { amiId, launchTemplateVersion } = await control.describeGroup();
      return { amiId, version: launchTemplateVersion };
    },
    /** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
    isRollingBack: async () => {
      const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
      return Stacks?.[0]?.StackStatus?.includes('ROLLBACK') ?? false;
    },
  };
}

import {
  ActiveInstanceRefreshNotFoundFault,
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
  type RefreshPreferences,
} from '@aws-sdk/client-auto-scaling';
import type { FleetControl, RefreshRequest } from '../core/ports/fleets';
import { launchOf, versionOf, type FleetNames } from './group-launch';

type Refreshes = Pick<FleetControl, 'newestRefresh' | 'startRefresh' | 'cancelRefresh' | 'rollBackRefresh'>;

/**
 * The instance refreshes of a group. One launches before it terminates, takes instances that are protected from scale-in
 * after they have drained, and rolls back where it fails.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
 */
export function instanceRefreshes(
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
          percentage: refresh.PercentageComplete ?? 0,
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
}: RefreshRequest): RefreshPreferences {
  return {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 110,
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

import {
  ActiveInstanceRefreshNotFoundFault,
  InstanceRefreshInProgressFault,
  type CancelInstanceRefreshCommandInput,
  type CancelInstanceRefreshCommandOutput,
  type DescribeInstanceRefreshesCommandInput,
  type DescribeInstanceRefreshesCommandOutput,
  type InstanceRefresh,
  type InstanceRefreshStatus,
  type RefreshPreferences,
  type RollbackInstanceRefreshCommandInput,
  type RollbackInstanceRefreshCommandOutput,
  type StartInstanceRefreshCommandInput,
  type StartInstanceRefreshCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import type { RefreshRequest } from '../../../lib/core/ports/fleets';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { SimulatedRefresh } from '../../aws/fleet/simulated-refresh';
import { assumed, page, reported } from '../provenance';
import { declared, operation, type Call, type Operation } from '../simulated-service';
import { launchOf, launchVersion, type LaunchedImages } from './auto-scaling-launch';
import { findGroup, recordsOf, refusal } from './auto-scaling-requests';
import type { SimulatedFleets } from './fleets';

const API = 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_';
const PREFERENCES = page(`${API}RefreshPreferences.html`);
const CHECKPOINT_SECONDS = 3600;

/** What Auto Scaling does with the instance refreshes of groups. */
export function instanceRefreshOperations(
  fleets: SimulatedFleets,
  images: LaunchedImages,
): Readonly<Record<string, Operation>> {
  return {
    StartInstanceRefresh: operation<StartInstanceRefreshCommandInput, StartInstanceRefreshCommandOutput>(
      page(`${API}StartInstanceRefresh.html`),
      (call) => start(call, fleets, images),
    ),
    CancelInstanceRefresh: operation<CancelInstanceRefreshCommandInput, CancelInstanceRefreshCommandOutput>(
      page(`${API}CancelInstanceRefresh.html`),
      ({ input, place }) => {
        const group = findGroup(fleets, input.AutoScalingGroupName, place);
        const { id } = activeOf(group);
        group.cancel(input.WaitForTransitioningInstances ?? true);
        return { InstanceRefreshId: id };
      },
    ),
    RollbackInstanceRefresh: operation<
      RollbackInstanceRefreshCommandInput,
      RollbackInstanceRefreshCommandOutput
    >(page(`${API}RollbackInstanceRefresh.html`), ({ input, place }) => {
      const group = findGroup(fleets, input.AutoScalingGroupName, place);
      const { id } = activeOf(group);
      group.rollBack();
      return { InstanceRefreshId: id };
    }),
    DescribeInstanceRefreshes: operation<
      DescribeInstanceRefreshesCommandInput,
      DescribeInstanceRefreshesCommandOutput
    >(page(`${API}DescribeInstanceRefreshes.html`), ({ input, place }) => {
      const group = findGroup(fleets, input.AutoScalingGroupName, place);
      const wanted = input.InstanceRefreshIds ?? [];
      const found = [...group.refreshes]
        .reverse()
        .filter(({ id }) => wanted.length === 0 || wanted.includes(id));
      const { next, shown } = recordsOf(found, input);
      return { InstanceRefreshes: shown.map((refresh) => described(refresh, group)), ...next };
    }),
  };
}

function start(
  call: Call<StartInstanceRefreshCommandInput>,
  fleets: SimulatedFleets,
  images: LaunchedImages,
) {
  const { input, place } = call;
  const { DesiredConfiguration = {}, Preferences = {} } = input;
  const group = findGroup(fleets, input.AutoScalingGroupName, place);
  const version = launchVersion(call, fleets, group, DesiredConfiguration, images);
  if (version === undefined && Preferences.AutoRollback === true) {
    throw refusal(
      "The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. Set AutoRollback to false or specify a desired configuration and try again.",
      reported('https://github.com/hashicorp/terraform-provider-aws/issues/29830'),
    );
  }
  const request = requestOf(version ?? group.version, Preferences);
  if (group.refresh?.isUnderWay === true) {
    throw declared(
      InstanceRefreshInProgressFault,
      'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
      reported('https://github.com/KentaaNL/capistrano-asg-rolling'),
    );
  }
  return { InstanceRefreshId: group.start(request) };
}

/**
 * What a refresh shall do. It is simulated as one that launches before it terminates, skips what matches and takes protected
 * instances too; another is refused by name.
 */
export function requestOf(version: string, preferences: RefreshPreferences): RefreshRequest {
  const { CheckpointDelay = CHECKPOINT_SECONDS, CheckpointPercentages: percentages = [] } = preferences;
  const isAscending = percentages.every((one, index) => one > (percentages[index - 1] ?? 0));
  if (!isAscending || (percentages.at(-1) ?? 0) > 100) {
    throw refusal(
      `CheckpointPercentages must be unique, in ascending order and between 1 and 100; got: ${percentages.join(', ')}.`,
      PREFERENCES,
    );
  }
  const {
    MaxHealthyPercentage = 0,
    MinHealthyPercentage,
    ScaleInProtectedInstances,
    SkipMatching,
  } = preferences;
  const others = { MinHealthyPercentage, ScaleInProtectedInstances, SkipMatching };
  if (JSON.stringify(others) !== JSON.stringify(SIMULATED) || MaxHealthyPercentage <= 100) {
    throw unmodelled(
      `an instance refresh with the preferences ${JSON.stringify({ ...others, MaxHealthyPercentage })}`,
    );
  }
  return {
    version,
    checkpoint: percentages.length === 0 ? null : { percentages, seconds: CheckpointDelay },
    maxHealthyPercentage: MaxHealthyPercentage,
    bakeSeconds: preferences.BakeTime ?? 0,
    autoRollback: preferences.AutoRollback ?? false,
    alarms: preferences.AlarmSpecification?.Alarms ?? [],
  };
}

const SIMULATED = {
  MinHealthyPercentage: 100,
  ScaleInProtectedInstances: 'Refresh',
  SkipMatching: true,
} as const;

function activeOf({ active, name }: SimulatedGroup): SimulatedRefresh {
  if (active === undefined) {
    throw declared(
      ActiveInstanceRefreshNotFoundFault,
      `No in progress or pending Instance Refresh found for Auto Scaling group ${name}`,
      assumed('What Auto Scaling says where no instance refresh can be stopped or turned back.'),
    );
  }
  return active;
}

/** The whole counts the instances of a warm pool too; how, no page says, so that nothing may depend on it. */
function progressOf(live: number, pool: number | undefined): Partial<InstanceRefresh> {
  return pool === undefined
    ? { PercentageComplete: live }
    : {
        PercentageComplete: Math.floor((live + pool) / 2),
        ProgressDetails: {
          LivePoolProgress: { PercentageComplete: live },
          WarmPoolProgress: { PercentageComplete: pool },
        },
      };
}

function described(refresh: SimulatedRefresh, group: SimulatedGroup): InstanceRefresh {
  const { endedAt, id, percentage, reason, startedAt, status } = refresh.describe();
  const { alarms, autoRollback, bakeSeconds, checkpoint, maxHealthyPercentage, version } = refresh.request;
  return {
    InstanceRefreshId: id,
    AutoScalingGroupName: group.name,
    Status: status as InstanceRefreshStatus,
    StartTime: startedAt,
    ...progressOf(percentage, refresh.poolPercentage),
    Strategy: 'Rolling',
    DesiredConfiguration: launchOf(group, version),
    Preferences: {
      ...SIMULATED,
      MaxHealthyPercentage: maxHealthyPercentage,
      AutoRollback: autoRollback,
      BakeTime: bakeSeconds,
      ...(checkpoint === null
        ? {}
        : { CheckpointPercentages: [...checkpoint.percentages], CheckpointDelay: checkpoint.seconds }),
      ...(alarms.length === 0 ? {} : { AlarmSpecification: { Alarms: [...alarms] } }),
    },
    ...(reason === '' ? {} : { StatusReason: reason }),
    ...(endedAt === null ? {} : { EndTime: endedAt }),
  };
}

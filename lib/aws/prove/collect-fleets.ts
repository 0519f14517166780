import {
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  DescribeScalingActivitiesCommand,
  paginateDescribeWarmPool,
  type Activity,
  type AutoScalingGroup,
  type InstanceRefresh,
  type MixedInstancesPolicy,
} from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type {
  SeenActivity,
  SeenFleet,
  SeenGroup,
  SeenHost,
  SeenRefresh,
  SeenVersion,
} from '../../core/prove/facts';
import { fleetParameters } from '../../contract/names/parameters';
import { readStarts } from '../../core/fleet/host-starts';
import { containerInstancesOrNone, ecsContainerHosts, registeredHost } from '../fleets/ecs-container-hosts';
import { instancesOf } from '../fleets/fleet-account';
import { digestOf, versionOf, versionsOfGroup } from '../fleets/group-launch';
import { ssmParameterStore } from '../stores/ssm-parameter-store';
import { factOf, type ProofClients } from './proof-clients';

const MOST_REFRESHES = 20;
const MOST_ACTIVITIES = 100;
const MOST_VERSIONS = 50;
/** The tasks of each host are calls of their own. */
const MOST_HOSTS = 10;

/** A fleet by its names. */
export interface FollowingFleet {
  readonly fleet: string;
  readonly autoScalingGroup: string;
  readonly cluster: string;
}

/** What fleets are read with. */
interface FleetSource {
  readonly clients: ProofClients;
  readonly description: Pick<PipelineDescription, 'parameterPrefix'>;
  readonly explain: (error: unknown) => string;
}

/** What the groups, refreshes and hosts of fleets show; what cannot be read of one keeps nothing else from being read. */
export function collectFleets(
  source: FleetSource,
  fleets: readonly FollowingFleet[],
): Promise<readonly SeenFleet[]> {
  return Promise.all(fleets.map((fleet) => seenFleet(source, fleet)));
}

async function seenFleet(
  { clients, description, explain }: FleetSource,
  { autoScalingGroup: AutoScalingGroupName, cluster, fleet }: FollowingFleet,
): Promise<SeenFleet> {
  const { autoScaling, ec2, ecs, ssm } = clients;
  const described = await factOf(explain, async () => {
    const request = { AutoScalingGroupNames: [AutoScalingGroupName] };
    const { AutoScalingGroups } = await autoScaling.send(new DescribeAutoScalingGroupsCommand(request));
    const [group] = AutoScalingGroups ?? [];
    if (group === undefined) {
      throw new Error(`The Auto Scaling group ${AutoScalingGroupName} is gone.`);
    }
    return group;
  });
  const ofGroup = <T>(read: (group: AutoScalingGroup) => Promise<T>) =>
    'seen' in described ? factOf(explain, () => read(described.seen)) : described;
  const [group, refreshes, activities, versions, hosts, starts, pool] = await Promise.all([
    ofGroup((one) => seenGroup(clients, one)),
    factOf(explain, async () => {
      const request = { AutoScalingGroupName, MaxRecords: MOST_REFRESHES };
      const answer = await autoScaling.send(new DescribeInstanceRefreshesCommand(request));
      return (answer.InstanceRefreshes ?? []).map(seenRefresh);
    }),
    factOf(explain, async () => {
      const request = { AutoScalingGroupName, MaxRecords: MOST_ACTIVITIES };
      const answer = await autoScaling.send(new DescribeScalingActivitiesCommand(request));
      return (answer.Activities ?? []).map(seenActivity);
    }),
    ofGroup((one) => seenVersions({ ec2 }, one)),
    ofGroup(({ Instances = [] }) =>
      seenHosts(
        { ecs },
        cluster,
        Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
      ),
    ),
    factOf(explain, () =>
      readStarts(ssmParameterStore(ssm), fleetParameters(description.parameterPrefix, fleet).starts),
    ),
    factOf(explain, () => seenPool(clients, AutoScalingGroupName, cluster)),
  ]);
  return { fleet, group, refreshes, activities, versions, hosts, starts, pool };
}

async function seenGroup({ ec2 }: Pick<ProofClients, 'ec2'>, group: AutoScalingGroup): Promise<SeenGroup> {
  const ids = (group.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
  const instances = await instancesOf(ec2, ids);
  return {
    name: group.AutoScalingGroupName ?? '',
    desired: group.DesiredCapacity ?? 0,
    max: group.MaxSize ?? 0,
    protectsInstances: group.NewInstancesProtectedFromScaleIn === true,
    mixed: mixedOf(group.MixedInstancesPolicy),
    hasPoolConfiguration: group.WarmPoolConfiguration !== undefined,
    instances: instances.map(({ ImageId = '', InstanceId = '' }) => ({ id: InstanceId, amiId: ImageId })),
  };
}

/** A digest of a policy but for the version of its launch template. */
function mixedOf(policy: MixedInstancesPolicy | undefined): string | null {
  if (policy === undefined) {
    return null;
  }
  const { LaunchTemplate, ...others } = policy;
  return digestOf({ ...others, Overrides: LaunchTemplate?.Overrides });
}

function seenRefresh(refresh: InstanceRefresh): SeenRefresh {
  const { CheckpointPercentages, MaxHealthyPercentage, ScaleInProtectedInstances } =
    refresh.Preferences ?? {};
  return {
    id: refresh.InstanceRefreshId ?? '',
    status: refresh.Status ?? '',
    reason: refresh.StatusReason ?? '',
    percentage:
      refresh.ProgressDetails?.LivePoolProgress?.PercentageComplete ?? refresh.PercentageComplete ?? 0,
    startedAt: refresh.StartTime?.toISOString() ?? '',
    endedAt: refresh.EndTime?.toISOString() ?? null,
    version: versionOf(refresh.DesiredConfiguration) ?? null,
    checkpoints: CheckpointPercentages ?? [],
    maxHealthyPercentage: MaxHealthyPercentage ?? 100,
    takesProtected: ScaleInProtectedInstances === 'Refresh',
    mixed: mixedOf(refresh.DesiredConfiguration?.MixedInstancesPolicy),
    hasPoolProgress: refresh.ProgressDetails?.LivePoolProgress !== undefined,
  };
}

/** What an activity did, as its description begins. */
function seenActivity({
  Cause,
  Description = '',
  StartTime,
  StatusCode,
  StatusMessage,
}: Activity): SeenActivity {
  return {
    kind: /^Launching/.test(Description)
      ? 'launch'
      : /^Terminating/.test(Description)
        ? 'terminate'
        : 'other',
    status: StatusCode ?? '',
    cause: Cause ?? '',
    message: StatusMessage ?? '',
    startedAt: StartTime?.toISOString() ?? '',
  };
}

async function seenVersions(
  { ec2 }: Pick<ProofClients, 'ec2'>,
  group: AutoScalingGroup,
): Promise<readonly SeenVersion[]> {
  const [[LaunchTemplateId] = []] = versionsOfGroup(group);
  const request = { LaunchTemplateId, MaxResults: MOST_VERSIONS };
  const { LaunchTemplateVersions = [] } = await ec2.send(new DescribeLaunchTemplateVersionsCommand(request));
  return LaunchTemplateVersions.map(
    ({ LaunchTemplateData: { ImageId = '', ...rest } = {}, VersionNumber }) => ({
      number: VersionNumber ?? 0,
      amiId: ImageId,
      rest: digestOf(rest),
    }),
  );
}

async function seenHosts(
  { ecs }: Pick<ProofClients, 'ecs'>,
  cluster: string,
  instances: readonly string[],
): Promise<readonly SeenHost[]> {
  const sample = (await containerInstancesOrNone(ecs, cluster, instances)).slice(0, MOST_HOSTS);
  const registered = sample.map(registeredHost);
  const tasks = await ecsContainerHosts(ecs, cluster).tasksOn(registered);
  return registered.map(({ instanceId, isConnected, registeredAt }, index) => ({
    ...{ instanceId, isConnected, registeredAt: registeredAt.toISOString() },
    attributes: (sample[index]?.attributes ?? []).flatMap(({ name }) => name ?? []),
    tasks: (tasks[index] ?? []).map(({ reasons, status }) => ({ reasons, status })),
  }));
}

async function seenPool(
  { autoScaling, ecs }: ProofClients,
  AutoScalingGroupName: string,
  cluster: string,
): Promise<{ readonly ids: readonly string[]; readonly registered: readonly string[] } | null> {
  const ids: string[] = [];
  let isThere = false;
  for await (const page of paginateDescribeWarmPool({ client: autoScaling }, { AutoScalingGroupName })) {
    isThere ||= page.WarmPoolConfiguration !== undefined;
    // One that still boots has not shown yet that user data ends.
    const stopped = (page.Instances ?? []).filter(
      ({ LifecycleState }) => LifecycleState === 'Warmed:Stopped',
    );
    ids.push(...stopped.flatMap(({ InstanceId }) => InstanceId ?? []));
  }
  const registered = await containerInstancesOrNone(ecs, cluster, ids);
  return isThere ? { ids, registered: registered.flatMap(({ ec2InstanceId }) => ec2InstanceId ?? []) } : null;
}

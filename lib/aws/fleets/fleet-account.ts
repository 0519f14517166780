import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
  type Instance,
} from '@aws-sdk/client-auto-scaling';
import { paginateDescribeInstances, type EC2Client, type Instance as Ec2Instance } from '@aws-sdk/client-ec2';
import type { ContainerInstance, ECSClient } from '@aws-sdk/client-ecs';
import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { FleetState } from '../../contract/documents/fleet-state';
import { fleetParameters, fleetsPath } from '../../contract/names/parameters';
import { fleetGroupName } from '../../contract/names/resources';
import { WinbakeError } from '../../contract/values/errors';
import { readFleetState } from '../../core/fleet/fleet-state';
import type { FleetPlan } from '../../core/fleet/plan-overrides';
import type { FleetFacts, FleetInstance, FleetPool } from '../../core/fleet/fleet-status';
import type { Caller } from '../stores/pipeline-account';
import { ssmParameterStore } from '../stores/ssm-parameter-store';
import { isLeaving, membersOfPool } from './auto-scaling-fleet';
import { containerInstancesOrNone } from './ecs-container-hosts';

/** A filter takes so many values. */
const MOST_FILTERED = 200;

/** The services that know a fleet's instances. */
export interface FleetClients {
  readonly autoScaling: AutoScalingClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
}

/** The instances of a fleet, oldest first, and its warm pool; no instances at all where its group is gone. */
export async function fleetMembers(
  clients: FleetClients,
  { autoScalingGroup, cluster }: { readonly autoScalingGroup: string; readonly cluster: string },
): Promise<Pick<FleetFacts, 'instances' | 'pool'>> {
  const { autoScaling, ec2 } = clients;
  const answer = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [autoScalingGroup] }),
  );
  const [group] = answer.AutoScalingGroups ?? [];
  return group === undefined
    ? { instances: undefined, pool: null }
    : {
        instances: await instancesIn(clients, group.Instances ?? [], cluster),
        pool: await poolOf({ autoScaling, ec2 }, group),
      };
}

async function instancesIn(
  { ec2, ecs }: FleetClients,
  instances: readonly Instance[],
  cluster: string,
): Promise<readonly FleetInstance[]> {
  const members = new Map(instances.map((one) => [one.InstanceId ?? '', one]));
  if (members.size === 0) {
    return [];
  }
  const registered = await containerInstancesOrNone(ecs, cluster, [...members.keys()]);
  const hosts = new Map(registered.map((one) => [one.ec2InstanceId, one]));
  const found: FleetInstance[] = [];
  for (const { ImageId, InstanceId = '', LaunchTime } of await instancesOf(ec2, [...members.keys()])) {
    found.push({
      id: InstanceId,
      amiId: ImageId ?? '',
      startedAt: LaunchTime?.toISOString() ?? null,
      ...fromServices(members.get(InstanceId), hosts.get(InstanceId)),
    });
  }
  return found.sort((one, other) => ((one.startedAt ?? '') < (other.startedAt ?? '') ? -1 : 1));
}

/**
 * A pool that fills itself up to the group's maximum has no limit of its own, or -1.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_WarmPoolConfiguration.html
 */
async function poolOf(
  { autoScaling, ec2 }: Omit<FleetClients, 'ecs'>,
  { AutoScalingGroupName, DesiredCapacity = 0, MaxSize = 0, WarmPoolConfiguration: pool }: AutoScalingGroup,
): Promise<FleetPool | null> {
  if (pool === undefined) {
    return null;
  }
  const { MaxGroupPreparedCapacity: limit = -1, MinSize = 0 } = pool;
  const members = await membersOfPool(autoScaling, AutoScalingGroupName);
  const amis = new Map(
    (
      await instancesOf(
        ec2,
        members.flatMap(({ InstanceId }) => InstanceId ?? []),
      )
    ).map(({ ImageId = '', InstanceId }) => [InstanceId, ImageId]),
  );
  return {
    size: Math.max(MinSize, (limit < 0 ? MaxSize : limit) - DesiredCapacity),
    instances: members.map((one) => ({
      id: one.InstanceId ?? '',
      amiId: amis.get(one.InstanceId) ?? '',
      lifecycle: one.LifecycleState ?? '',
      isLeaving: isLeaving(one),
    })),
  };
}

/** Instances by their ids: by a filter, since one that has just gone would fail the call that names it. */
export async function instancesOf(
  client: EC2Client,
  ids: readonly string[],
): Promise<readonly Ec2Instance[]> {
  const found: Ec2Instance[] = [];
  for (let first = 0; first < ids.length; first += MOST_FILTERED) {
    const Filters = [{ Name: 'instance-id', Values: ids.slice(first, first + MOST_FILTERED) }];
    for await (const page of paginateDescribeInstances({ client }, { Filters })) {
      found.push(...(page.Reservations ?? []).flatMap((one) => one.Instances ?? []));
    }
  }
  return found;
}

function fromServices(member: Instance | undefined, host: ContainerInstance | undefined) {
  const revision = host?.attributes?.find(({ name }) => name === 'winbake.revision')?.value;
  return {
    lifecycle: member?.LifecycleState ?? '',
    revision: revision === undefined ? null : Number(revision),
    status: host?.status ?? null,
    tasks: host?.runningTasksCount ?? 0,
  };
}

/** The names of the fleets of this account and region that have looked once. */
export async function listFleets(client: SSMClient, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  const request = { Path: fleetsPath(prefix), Recursive: true };
  for await (const page of paginateGetParametersByPath({ client }, request)) {
    for (const { Name = '' } of page.Parameters ?? []) {
      const [, fleet] = /^([^/]+)\/state$/.exec(Name.slice(request.Path.length + 1)) ?? [];
      names.push(...(fleet === undefined ? [] : [fleet]));
    }
  }
  return names.sort();
}

/** What a fleet knows of itself. Throws a `WinbakeError` that names the fleets that are there. */
export async function readFleet(
  client: SSMClient,
  prefix: string,
  fleet: string,
  { account }: Caller,
  region: string,
): Promise<FleetState> {
  const state = await readFleetState(ssmParameterStore(client), fleetParameters(prefix, fleet));
  if (state !== undefined) {
    return state;
  }
  const others = await listFleets(client, prefix);
  const known = others.length === 0 ? 'none is there' : `there are: ${others.join(', ')}`;
  throw new WinbakeError(
    'AWS_FAILED',
    `There is no fleet ${fleet} below ${prefix} in account ${account}, ${region}; ${known}. Is it the right account and ` +
      'region? A new fleet is there 15 minutes after its deployment.',
  );
}

/**
 * The plan to take away the parameters that a deleted fleet has left, carried out unless `dryRun`. It is empty while an Auto Scaling
 * group is there that is the fleet's by its name, or by what a parameter of it says.
 */
export async function forgetFleet(
  { autoScaling, ssm }: Pick<FleetClients, 'autoScaling'> & { readonly ssm: SSMClient },
  { fleet, prefix }: { readonly fleet: string; readonly prefix: string },
  dryRun: boolean,
): Promise<Pick<FleetPlan, 'changes' | 'reasons'>> {
  const parameters = await ssmParameterStore(ssm).below(fleetParameters(prefix, fleet).path);
  const names = Object.keys(parameters).sort();
  const { AutoScalingGroups: [group] = [] } = await autoScaling.send(
    new DescribeAutoScalingGroupsCommand({
      AutoScalingGroupNames: [...new Set([fleetGroupName(fleet), ...groupsIn(Object.values(parameters))])],
    }),
  );
  if (group !== undefined) {
    const reason = `Its Auto Scaling group ${group.AutoScalingGroupName ?? ''} is there; delete the fleet first: docs/fleets.md.`;
    return { changes: [], reasons: [reason] };
  }
  for (const Name of dryRun ? [] : names) {
    await ssm.send(new DeleteParameterCommand({ Name })).catch((error: unknown) => {
      if (!(error instanceof ParameterNotFound)) {
        throw error;
      }
    });
  }
  return {
    changes: names.map((name) => `delete ${name}`),
    reasons: [
      names.length === 0
        ? `Nothing is left of a fleet ${fleet} below ${prefix}. Is it the right account and region?`
        : 'Its Auto Scaling group is gone. The log is the evidence of its rollouts.',
    ],
  };
}

/** The Auto Scaling groups that documents name, damaged ones among them. */
function groupsIn(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => /"autoScalingGroup":"([^"]+)"/.exec(text)?.[1] ?? []);
}

import {
  AutoScalingServiceException,
  ResourceContentionFault,
  ResourceInUseFault,
  ScalingActivityInProgressFault,
  type AutoScalingGroup,
  type DeleteAutoScalingGroupCommandInput,
  type DeleteAutoScalingGroupCommandOutput,
  type DescribeWarmPoolCommandInput,
  type DescribeWarmPoolCommandOutput,
  type SetInstanceHealthCommandInput,
  type SetInstanceHealthCommandOutput,
  type DescribeAutoScalingGroupsCommandInput,
  type DescribeAutoScalingGroupsCommandOutput,
  type Filter,
  type Instance,
  type UpdateAutoScalingGroupCommandInput,
  type UpdateAutoScalingGroupCommandOutput,
  type WarmPoolConfiguration,
} from '@aws-sdk/client-auto-scaling';
import type { SimulatedInstance } from '../../aws/fleet/ami-behaviour';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import { unmodelled } from '../../aws/cloudformation/environment';
import { groupArn } from '../commands/fleet-commands';
import type { Place } from '../commands/command-row';
import { assumed, page, reported } from '../provenance';
import { declared, operation, type Call, type Operation, type SimulatedService } from '../simulated-service';
import { launchOf, launchVersion, referenceOf, type LaunchedImages } from './auto-scaling-launch';
import { instanceRefreshOperations } from './auto-scaling-refreshes';
import { findGroup, recordsOf, refusal } from './auto-scaling-requests';
import type { SimulatedFleets } from './fleets';

const API = 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_';

/** Auto Scaling, as it answers for the fleets of all accounts. */
export class SimulatedAutoScaling implements SimulatedService {
  readonly id = 'auto-scaling';
  readonly ServiceException = AutoScalingServiceException;
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(
    private readonly fleets: SimulatedFleets,
    /** Whose an AMI is that can be seen from there; unless said, the account has every one. */
    private readonly images: LaunchedImages = (_, { account }) => ({ owner: account }),
  ) {
    this.operations = {
      DescribeAutoScalingGroups: operation<
        DescribeAutoScalingGroupsCommandInput,
        DescribeAutoScalingGroupsCommandOutput
      >(page(`${API}DescribeAutoScalingGroups.html`), (call) => this.describe(call)),
      UpdateAutoScalingGroup: operation<
        UpdateAutoScalingGroupCommandInput,
        UpdateAutoScalingGroupCommandOutput
      >(page(`${API}UpdateAutoScalingGroup.html`), (call) => this.update(call)),
      DeleteAutoScalingGroup: operation<
        DeleteAutoScalingGroupCommandInput,
        DeleteAutoScalingGroupCommandOutput
      >(page(`${API}DeleteAutoScalingGroup.html`), (call) => this.delete(call)),
      DescribeWarmPool: operation<DescribeWarmPoolCommandInput, DescribeWarmPoolCommandOutput>(
        page(`${API}DescribeWarmPool.html`),
        (call) => this.describePool(call),
      ),
      SetInstanceHealth: operation<SetInstanceHealthCommandInput, SetInstanceHealthCommandOutput>(
        page(`${API}SetInstanceHealth.html`),
        (call) => this.setHealth(call),
      ),
      ...instanceRefreshOperations(fleets, images),
    };
  }

  tagsOf(arn: string, place: Place): Readonly<Record<string, string>> {
    const name = arn.split('autoScalingGroupName/')[1];
    return this.fleets.groupsAt(place).find((group) => group.name === name)?.tags ?? {};
  }

  private describe({ input, place }: Call<DescribeAutoScalingGroupsCommandInput>) {
    const { AutoScalingGroupNames: names = [], Filters = [] } = input;
    const found = this.fleets
      .groupsAt(place)
      .filter(({ name }) => names.length === 0 || names.includes(name))
      .filter(({ tags }) => Filters.every((filter) => fits(filter, tags)));
    const { next, shown } = recordsOf(found, input);
    return { AutoScalingGroups: shown.map((group) => described(group, place)), ...next };
  }

  private update(call: Call<UpdateAutoScalingGroupCommandInput>): object {
    const { input, place } = call;
    const { AutoScalingGroupName, LaunchTemplate, MixedInstancesPolicy, ...others } = input;
    const [other] = Object.keys(others);
    if (other !== undefined) {
      throw unmodelled(`a change of ${other} of the group ${String(AutoScalingGroupName)}`);
    }
    const group = findGroup(this.fleets, AutoScalingGroupName, place);
    if (group.isBeingDeleted) {
      throw refusal(
        'The AutoScaling group may not be modified while it is pending delete',
        reported('https://github.com/yaybu/touchdown/issues/134'),
      );
    }
    const launch = { LaunchTemplate, MixedInstancesPolicy };
    const version = launchVersion(call, this.fleets, group, launch, this.images);
    if (version === undefined) {
      return {};
    }
    if (group.refresh?.isUnderWay === true) {
      throw refusal(
        'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
        page(
          'https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations',
        ),
      );
    }
    group.version = version;
    return {};
  }

  private describePool({ input, place }: Call<DescribeWarmPoolCommandInput>) {
    const group = findGroup(this.fleets, input.AutoScalingGroupName, place);
    const { next, shown } = recordsOf(group.pool?.members ?? [], input, MOST_OF_POOL);
    return {
      ...poolOf(group),
      Instances: shown.map(({ instance, isStopped, isUnhealthy }) => ({
        ...describedInstance(instance, group, place),
        LifecycleState: isStopped ? ('Warmed:Stopped' as const) : ('Warmed:Pending:Wait' as const),
        HealthStatus: isUnhealthy ? 'Unhealthy' : 'Healthy',
      })),
      ...next,
    };
  }

  /** Of what is in service it is not simulated. */
  private setHealth({ input, now, place, require }: Call<SetInstanceHealthCommandInput>): object {
    const { HealthStatus, InstanceId = '' } = input;
    const groups = this.fleets.groupsAt(place);
    const isIt = ({ id }: SimulatedInstance) => id === InstanceId;
    const group = groups.find(
      ({ instances, pool }) =>
        instances.some(isIt) || pool?.members.some(({ instance }) => isIt(instance)) === true,
    );
    if (group === undefined) {
      throw refusal(
        `Instance Id not found - No managed instance found for instance ID: ${InstanceId}`,
        reported('https://github.com/keikoproj/upgrade-manager'),
      );
    }
    require({ action: 'autoscaling:SetInstanceHealth', resource: groupArn(group.name, place) });
    const member = group.pool?.members.find(({ instance }) => isIt(instance));
    if (member === undefined || HealthStatus !== 'Unhealthy') {
      throw unmodelled(`the health ${String(HealthStatus)} of ${InstanceId}, which is in no warm pool`);
    }
    group.pool?.markUnhealthy(member, now.getTime());
    return {};
  }

  /** By force it terminates what is there; else only a group without instances goes. */
  private delete({ input, place }: Call<DeleteAutoScalingGroupCommandInput>): object {
    const group = findGroup(this.fleets, input.AutoScalingGroupName, place);
    const isBusy = group.refresh?.isUnderWay === true;
    if (input.ForceDelete !== true && isBusy) {
      throw declared(
        ScalingActivityInProgressFault,
        'You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.',
        reported('https://github.com/cloud-custodian/cloud-custodian/issues/1689'),
      );
    }
    if (input.ForceDelete !== true && group.instances.length > 0) {
      throw declared(
        ResourceInUseFault,
        'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
        reported('https://github.com/ansible/ansible/pull/8503'),
      );
    }
    if (isBusy) {
      throw declared(
        ResourceContentionFault,
        'You already have a pending update to an Amazon EC2 Auto Scaling resource (for example, an Auto Scaling group, instance, or load balancer).',
        assumed('Auto Scaling refuses to delete a group by force while its instance refresh is under way.'),
        500,
      );
    }
    group.forceDelete();
    return {};
  }
}

/** @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeWarmPool.html */
const MOST_OF_POOL = 50;

function poolOf({ pool }: SimulatedGroup): { readonly WarmPoolConfiguration?: WarmPoolConfiguration } {
  if (pool === undefined) {
    return {};
  }
  const { maxGroupPreparedCapacity: MaxGroupPreparedCapacity, minSize = 0 } = pool.size;
  return {
    WarmPoolConfiguration: {
      MinSize: minSize,
      PoolState: 'Stopped',
      ...(MaxGroupPreparedCapacity === undefined ? {} : { MaxGroupPreparedCapacity }),
    },
  };
}

/** By tags alone: `tag:KEY`, `tag-key` and `tag-value`. */
function fits({ Name = '', Values = [] }: Filter, tags: Readonly<Record<string, string>>): boolean {
  if (Name.startsWith('tag:')) {
    return Values.includes(tags[Name.slice('tag:'.length)] ?? '');
  }
  switch (Name) {
    case 'tag-key':
      return Values.some((key) => Object.hasOwn(tags, key));
    case 'tag-value':
      return Values.some((value) => Object.values(tags).includes(value));
    default:
      throw refusal(`${Name} is not a valid filter name`, page(`${API}Filter.html`));
  }
}

function described(group: SimulatedGroup, place: Place): AutoScalingGroup {
  const { desiredCapacity, instances, isBeingDeleted, name, options, tags, version } = group;
  const { maxSize = desiredCapacity, minSize = 0, protectsInstances = false, startedAt } = options;
  return {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: groupArn(name, place),
    ...launchOf(group, version),
    MinSize: minSize,
    MaxSize: maxSize,
    DesiredCapacity: desiredCapacity,
    DefaultCooldown: 300,
    AvailabilityZones: [`${place.region}a`, `${place.region}b`],
    HealthCheckType: 'EC2',
    CreatedTime: startedAt,
    NewInstancesProtectedFromScaleIn: protectsInstances,
    Instances: instances.map((one) => describedInstance(one, group, place)),
    ...poolOf(group),
    ...(group.pool === undefined ? {} : { WarmPoolSize: group.pool.members.length }),
    Tags: Object.entries(tags).map(([Key, Value]) => ({
      Key,
      Value,
      ResourceId: name,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: true,
    })),
    // Only a group that is being deleted has a status.
    ...(isBeingDeleted ? { Status: 'Delete in progress' } : {}),
  };
}

function describedInstance(
  { id, inServiceAt, isTerminating, version }: SimulatedInstance,
  group: SimulatedGroup,
  { region }: Place,
): Instance {
  return {
    InstanceId: id,
    AvailabilityZone: `${region}a`,
    LifecycleState: isTerminating
      ? 'Terminating:Wait'
      : inServiceAt === undefined
        ? 'Pending:Wait'
        : 'InService',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: group.options.protectsInstances ?? false,
    LaunchTemplate: referenceOf(group.template, version),
  };
}

import { CustomResource, Duration, Resource, Stack, Tags } from 'aws-cdk-lib';
import type { AutoScalingGroup, IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import { AsgCapacityProvider, type CapacityProviderStrategy, type ICluster } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IDependable } from 'constructs';
import type { DeleteFleetEnvironment } from '../contract/names/environment';
import { fleetParameters } from '../contract/names/parameters';
import { DELETION_TAG, FLEET_TAG } from '../contract/names/resources';
import { allow } from '../internal/allow';
import { DeadLetterQueue } from '../internal/dead-letter-queue';
import { HandlerFunction } from '../internal/handler-function';
import { NoticeTopic } from '../internal/notice-topic';
import { ResourceProvider } from '../internal/resource-provider';
import { holdToServiceRules } from '../internal/service-rules';
import { refuse } from '../internal/validate';
import { FleetAlarms, fleetMetric } from './fleet-alarms';
import { warnOfMissingEndpoints } from './fleet-endpoints';
import { FleetGroup } from './fleet-group';
import { groupArn } from './fleet-role';
import { holdServicesToFleet } from './fleet-services';
import { fleetSettings, type FleetSettings } from './fleet-settings';
import { joinCluster } from './join-cluster';
import { Rollout } from './rollout';
import type {
  CapacityProviderStrategyOptions,
  WindowsCapacityProviderProps,
} from './windows-capacity-provider-props';

/**
 * A fleet of Windows container instances behind a capacity provider, which moves to each AMI of its channel by itself, and
 * back from one that is bad. Its instances tell ECS their build and revision as the attributes `winbake.build` and
 * `winbake.revision`. All that belongs to it has the tag `winbake:fleet`.
 */
export class WindowsCapacityProvider extends Resource implements IConnectable {
  /** The name under which the fleet keeps its state. */
  public readonly fleetName: string;

  /**
   * The name of the capacity provider, for the association of an imported cluster and for the default strategy of a cluster.
   * A service takes `strategy()`, which waits for the association.
   */
  public readonly capacityProviderName: string;

  /** The Auto Scaling group of the instances. */
  public readonly autoScalingGroup: IAutoScalingGroup;

  /** The role of the instances. */
  public readonly instanceRole: IRole;

  /** The parameter that the fleet keeps its state in. */
  public readonly stateParameter: string;

  /** The topic through which people are notified what needs them; subscribe to it. */
  public readonly topic: ITopic;

  /** Who may reach the instances, beside those whom `allowServiceTraffic` lets in. */
  public readonly connections: Connections;

  private readonly associatedName: string;

  constructor(scope: Construct, id: string, props: WindowsCapacityProviderProps) {
    super(scope, id);
    const { cluster, ami, vpcSubnets, securityGroups, keyPair } = props;
    const settings = fleetSettings(this, props);
    this.fleetName = settings.fleetName;
    this.refuseSecondOfName();
    this.stateParameter = fleetParameters(ami.parameterPrefix, settings.fleetName).state;
    this.topic =
      props.notificationTopic ??
      new NoticeTopic(this, 'Topic', {
        pipelineName: `fleet ${settings.fleetName}`,
        encryptionKey: undefined,
      });

    const { stateParameter, topic } = this;
    const network = { vpcSubnets, securityGroups, keyPair };
    const fleet = new FleetGroup(this, 'Fleet', { settings, cluster, ami, stateParameter, ...network });
    const capacityProvider = new AsgCapacityProvider(this, 'CapacityProvider', {
      autoScalingGroup: fleet.group,
      ...settings.scaling,
      enableManagedTerminationProtection: settings.enableManagedTerminationProtection,
      enableManagedDraining: settings.enableManagedDraining,
    });
    const { group, securityGroup } = fleet;
    const { resource: deletion } = new FleetDeletion(this, 'Deletion', { settings, cluster, group });
    // On deletion the provider goes first: while it is there, ECS protects instances anew.
    capacityProvider.node.addDependency(deletion);
    this.associatedName = joinCluster(this, { settings, cluster, capacityProvider, securityGroup });
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue', undefined);
    const rollout = new Rollout(this, 'Rollout', {
      settings,
      ami,
      fleet,
      cluster,
      stateParameter,
      topic,
      deadLetterQueue,
    });
    // And so does what starts instance refreshes.
    rollout.function.node.addDependency(deletion);
    new FleetAlarms(this, 'Alarms', { settings, topic, deadLetterQueue });
    Tags.of(this).add(FLEET_TAG, settings.fleetName);
    holdToServiceRules(this);
    warnOfMissingEndpoints(this, settings.vpc, vpcSubnets);
    holdServicesToFleet(this, {
      cluster,
      ami,
      providerNames: [this.associatedName, capacityProvider.capacityProviderName],
      taskRoles: settings.host.taskRoles !== false,
      gmsa: props.gmsa === true,
    });

    this.capacityProviderName = capacityProvider.capacityProviderName;
    this.autoScalingGroup = fleet.group;
    this.instanceRole = fleet.role;
    this.connections = securityGroup.connections;
  }

  /**
   * The strategy that places tasks on this fleet, as a service takes it. The service is then created after the capacity
   * provider is associated with the cluster and deleted before, in this stack or another. With an imported cluster give the
   * service a dependency on your own association.
   */
  public strategy(options: CapacityProviderStrategyOptions = {}): CapacityProviderStrategy {
    const { base = 0, weight = 1 } = options;
    return { capacityProvider: this.associatedName, base, weight };
  }

  /** Hours for which some instance has not run what the channel shows; the most of an hour unless said. */
  public metricHoursBehind(options: MetricOptions = {}): Metric {
    return fleetMetric(this, this.fleetName, 'HoursBehind', options);
  }

  /** Hours for which some instance has lacked what Microsoft released; the most of an hour unless said. */
  public metricHoursUnpatched(options: MetricOptions = {}): Metric {
    return fleetMetric(this, this.fleetName, 'HoursUnpatched', options);
  }

  /** Two fleets of one name would overwrite each other's state. */
  private refuseSecondOfName(): void {
    const other = this.node.root.node
      .findAll()
      .find(
        (one) =>
          one !== this &&
          one instanceof WindowsCapacityProvider &&
          one.fleetName === this.fleetName &&
          Stack.of(one).environment === Stack.of(this).environment,
      );
    if (other !== undefined) {
      refuse(
        this,
        'fleetName',
        'must be unique',
        `'${this.fleetName}'`,
        `${other.node.path} has it already; name one of the two.`,
      );
    }
  }
}

/** What is deleted. */
export interface FleetDeletionProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly group: AutoScalingGroup;
}

/** Beside the drain: instances shut down, and the last poll is answered. */
const TERMINATION = Duration.minutes(12);

/**
 * Deletes a fleet's group before CloudFormation does, which would wait for instances that are protected from scale-in. What is to
 * be gone by then depends on `resource`: CloudFormation deletes last what came first.
 *
 * Each fleet has a function of its own: the rights of one that fleets share would be taken away together with the fleet, and
 * CloudFormation updates rights before it deletes what a template has lost.
 */
export class FleetDeletion extends Construct {
  /** Made after the group, so that it is deleted before it. */
  public readonly resource: IDependable;

  constructor(scope: Construct, id: string, { cluster, group, settings }: FleetDeletionProps) {
    super(scope, id);
    const handler = new HandlerFunction<DeleteFleetEnvironment>(this, 'Handler', {
      handler: 'delete-fleet',
      description: `Winbake fleet ${settings.fleetName}: drains it when it is deleted`,
      timeout: Duration.minutes(5),
      logRetention: settings.logRetention,
      // Else what was cut would be forgotten with the stack.
      outlivesStack: true,
      environment: {
        WINBAKE_FLEET: settings.fleetName,
        WINBAKE_AUTO_SCALING_GROUP: settings.groupName,
        WINBAKE_CLUSTER: cluster.clusterName,
        WINBAKE_DELETION_ID: this.node.addr,
        WINBAKE_DELETE_DRAIN_SECONDS: String(settings.deleteDrain.toSeconds()),
      },
    });
    this.allow(handler, cluster, settings.groupName);
    const { serviceToken } = new ResourceProvider(this, 'Provider', {
      handler: handler.function,
      logRetention: settings.logRetention,
      polls: { every: Duration.seconds(15), atMost: settings.deleteDrain.plus(TERMINATION) },
    });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken,
      resourceType: 'Custom::WinbakeFleetDeletion',
    });
    resource.node.addDependency(group);
    this.resource = resource;
    // A group that lives on when this resource goes, because it has moved in the app, names another one.
    Tags.of(group).add(DELETION_TAG, this.node.addr, { applyToLaunchedInstances: false });
  }

  private allow(
    { role }: HandlerFunction<DeleteFleetEnvironment>,
    cluster: ICluster,
    groupName: string,
  ): void {
    const { partition, region, account } = Stack.of(this);
    allow(role, {
      actions: ['autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'],
      resources: ['*'],
      wildcardReason: 'Calls that describe cannot be limited to resources.',
    });
    allow(role, {
      actions: ['autoscaling:CancelInstanceRefresh', 'autoscaling:DeleteAutoScalingGroup'],
      resources: [groupArn(this, groupName)],
      wildcardReason:
        "The ARN holds an id that CloudFormation does not tell; the group's name stands in it in full.",
    });
    allow(role, { actions: ['ecs:ListContainerInstances'], resources: [cluster.clusterArn] });
    allow(role, {
      actions: ['ecs:DescribeContainerInstances', 'ecs:UpdateContainerInstancesState', 'ecs:ListTasks'],
      resources: [`arn:${partition}:ecs:${region}:${account}:container-instance/${cluster.clusterName}/*`],
      wildcardReason: 'Instances have ids unknown before; the name of the cluster stands in full.',
    });
  }
}

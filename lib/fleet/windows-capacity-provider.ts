import { Annotations, Resource, Stack, Tags, Token } from 'aws-cdk-lib';
import type { IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  CfnVPCEndpoint,
  type Connections,
  type IConnectable,
  type IVpc,
  type SubnetSelection,
} from 'aws-cdk-lib/aws-ec2';
import { AsgCapacityProvider, type CapacityProviderStrategy } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';
import type { IWindowsAmiPipeline } from '../ami/i-windows-ami-pipeline';
import type { WindowsAmi } from '../ami/windows-ami';
import { fleetParameters } from '../contract/names/parameters';
import { FLEET_TAG } from '../contract/names/resources';
import { HOST_SERVICES } from '../contract/values/host-services';
import { holdToServiceRules } from '../internal/service-rules';
import { onceWhole, refuse } from '../internal/validate';
import { fleetMetric } from './fleet-alarms';
import { FleetGroup } from './fleet-group';
import { fleetSettings } from './fleet-settings';
import { FleetsOfStack } from './fleets-of-stack';
import { joinCluster } from './join-cluster';
import { holdServicesToFleet } from './services-of-fleet';
import { addWarmPool } from './warm-pool';
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
   * The name of the capacity provider, for an association of your own and for the default strategy of a cluster.
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
    const services = FleetsOfStack.of(this);
    services.register(this, settings, cluster);
    this.topic = props.notificationTopic ?? services.topic;

    const network = { vpcSubnets, securityGroups, keyPair };
    const { resources } = services;
    const fleet = new FleetGroup(this, 'Fleet', { settings, cluster, ami, resources, ...network });
    const capacityProvider = new AsgCapacityProvider(this, 'CapacityProvider', {
      autoScalingGroup: fleet.group,
      ...settings.scaling,
      enableManagedTerminationProtection: settings.enableManagedTerminationProtection,
      enableManagedDraining: settings.enableManagedDraining,
    });
    const { group, securityGroup } = fleet;
    const deletion = resources.deleteGroup(this, 'GroupDeletion', { settings, cluster, group });
    deletion.node.addDependency(fleet.rights);
    addWarmPool(this, settings, group, deletion);
    // On deletion the provider goes first: while it is there, ECS protects instances anew.
    capacityProvider.node.addDependency(deletion);
    const { rights } = fleet;
    const joining = { settings, cluster, capacityProvider, securityGroup, resources, group, rights };
    this.associatedName = joinCluster(this, joining);
    services.serve(this, { settings, ami, fleet, cluster, topic: this.topic, deletion });
    Tags.of(this).add(FLEET_TAG, settings.fleetName);
    holdToServiceRules(this);
    warnOfMissingEndpoints(this, {
      vpc: settings.vpc,
      subnets: vpcSubnets,
      // Domainless gMSA reads the user that a task joins its domain with.
      readsSecrets: props.gmsa === true || settings.registrySecrets.length > 0,
    });
    warnOfPipeline(this, props);
    const providerNames = [this.associatedName, capacityProvider.capacityProviderName];
    holdServicesToFleet(this, { cluster, ami, settings, providerNames });

    this.capacityProviderName = capacityProvider.capacityProviderName;
    this.autoScalingGroup = fleet.group;
    this.instanceRole = fleet.role;
    this.connections = securityGroup.connections;
  }

  /**
   * The strategy that places tasks on this fleet, as a service takes it. The service is then created after the capacity
   * provider is associated with the cluster and deleted before, in this stack or another. With `associate: false` give the
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

  /**
   * Seconds from the launch of an instance to its first task, without the time in which there was no task for it; the 90th percentile
   * of an hour unless said. With the dimensions `Fleet` and `Publication` it is of one publication.
   */
  public metricFirstTaskSeconds(options: MetricOptions = {}): Metric {
    return fleetMetric(this, this.fleetName, 'FirstTaskSeconds', {
      statistic: Stats.percentile(90),
      ...options,
    });
  }

  /**
   * Two fleets of one name would overwrite each other's state. Stacks that leave open where they are deployed may be for two
   * accounts: the second one in a place is refused by CloudFormation, since the fleet's settings are there.
   */
  private refuseSecondOfName(): void {
    const { account, environment, region } = Stack.of(this);
    const isOpen = Token.isUnresolved(account) || Token.isUnresolved(region);
    const others = this.node.root.node
      .findAll()
      .filter(
        (one) =>
          one !== this &&
          one instanceof WindowsCapacityProvider &&
          one.fleetName === this.fleetName &&
          Stack.of(one).environment === environment,
      );
    const same = others.find((one) => !isOpen || Stack.of(one) === Stack.of(this));
    if (same !== undefined) {
      refuse(
        this,
        'fleetName',
        'must be unique',
        `'${this.fleetName}'`,
        `${same.node.path} has it already; name one of the two.`,
      );
    }
    if (others[0] !== undefined) {
      Annotations.of(this).addWarningV2(
        'winbake:fleetName',
        `${others[0].node.path} is a fleet ${this.fleetName}, too: deploy the two to different accounts or regions, or name one of them.`,
      );
    }
  }
}

/** Where the hosts of a fleet start, and whether they or their tasks read secrets. */
interface FleetHosts {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection | undefined;
  readonly readsSecrets: boolean;
}

/** Warns where hosts start in isolated subnets and the app gives the VPC no endpoint of what they call, with the list. */
function warnOfMissingEndpoints(scope: IConstruct, hosts: FleetHosts): void {
  onceWhole(scope, () => {
    warnOfEndpoints(scope, hosts);
  });
}

function warnOfEndpoints(scope: IConstruct, { readsSecrets, subnets, vpc }: FleetHosts): void {
  const isolated = new Set(vpc.isolatedSubnets.map(({ subnetId }) => subnetId));
  const closed = vpc.selectSubnets(subnets).subnetIds.filter((id) => isolated.has(id));
  const services = new Set(
    scope.node.root.node
      .findAll()
      .filter((one) => one instanceof CfnVPCEndpoint)
      .filter(({ vpcId }) => vpcId === vpc.vpcId)
      .map(serviceOf),
  );
  const called = [...HOST_SERVICES, ...(readsSecrets ? ['secretsmanager'] : [])];
  const missing = called.filter((service) => !services.has(service));
  if (closed.length > 0 && missing.length > 0) {
    Annotations.of(scope).addWarningV2(
      'winbake:endpoints',
      `The instances start in isolated subnets, and the app gives their VPC no endpoint of ${missing.join(', ')}: without those of ecs, ` +
        'ecs-agent, ecs-telemetry and autoscaling no launch is completed. Add them, name subnets with a way out in "vpcSubnets", or acknowledge ' +
        'this warning where another app has made them.',
    );
  }
}

/** The service of a name such as `com.amazonaws.eu-west-1.ecr.api`, whose region may be a reference. */
function serviceOf(endpoint: CfnVPCEndpoint): string {
  const name = JSON.stringify(Stack.of(endpoint).resolve(endpoint.serviceName));
  return /com\.amazonaws\.(?:[a-z0-9-]+|",\{"Ref":"AWS::Region"\},")\.([a-z0-9.-]+)/.exec(name)?.[1] ?? '';
}

/** What of a fleet its pipeline has to fit. */
type FleetOfPipeline = Pick<WindowsCapacityProviderProps, 'ami' | 'fastLaunch' | 'ownImageCredentials'>;

/**
 * Warns where a fleet and the pipeline of its AMI do not fit together, if that is of the app: given directly, or known by the parameters
 * of the channel.
 */
function warnOfPipeline(scope: IConstruct, fleet: FleetOfPipeline): void {
  onceWhole(scope, () => {
    const { ami } = fleet;
    const pipeline = ami._pipelineFor(scope);
    if (pipeline === undefined) {
      return;
    }
    warnOfFastLaunch(scope, pipeline, fleet);
    warnOfUnused(scope, pipeline, Object.keys(fleet.ownImageCredentials ?? {}));
    if (!ami._isFromPipeline) {
      warnOfOtherOs(scope, pipeline, ami);
      if (Stack.of(pipeline) === Stack.of(scope)) {
        ami._warnOfSameStack(scope);
      }
    }
  });
}

/** The snapshots are of the account and region of the pipeline alone. */
function warnOfFastLaunch(
  scope: IConstruct,
  { _hasFastLaunch: hasFastLaunch, env, pipelineName }: IWindowsAmiPipeline,
  { ami, fastLaunch = false }: FleetOfPipeline,
): void {
  const isNamed = !ami._isFromPipeline;
  if (isNamed && (env.account !== Stack.of(scope).account || env.region !== Stack.of(scope).region)) {
    return;
  }
  if (hasFastLaunch !== undefined && hasFastLaunch !== fastLaunch) {
    Annotations.of(scope).addWarningV2(
      'winbake:fastLaunch',
      hasFastLaunch
        ? `The pipeline ${pipelineName} keeps snapshots of Fast Launch, which this fleet never uses, since its launch template names a root ` +
            'device. Say "fastLaunch" of the fleet, without "volume".'
        : `The pipeline ${pipelineName} has no Fast Launch, so that "fastLaunch" of the fleet only takes its volume from the AMI. Say ` +
            '"fastLaunch" of the pipeline too, or leave it out.',
    );
  }
}

/** Secrets by which nothing is fetched, where it is known what the AMI holds. */
function warnOfUnused(
  scope: IConstruct,
  { _ownImageHosts: hosts, pipelineName }: IWindowsAmiPipeline,
  registries: readonly string[],
): void {
  const unused = registries.filter((registry) => hosts?.includes(registry) === false);
  if (hosts !== undefined && unused.length > 0) {
    const cached =
      hosts.length === 0 ? 'none of a registry other than ECR' : `those of ${[...new Set(hosts)].join(', ')}`;
    Annotations.of(scope).addWarningV2(
      'winbake:ownImageCredentials',
      `"ownImageCredentials" names ${unused.join(', ')}, of which pipeline ${pipelineName} caches no image, but ${cached}: ` +
        'hosts read the secret for nothing. Leave it out, or cache an image by CachedImage.fromRegistry.',
    );
  }
}

/** Tasks are placed by what the hosts are, whatever the fleet says. */
function warnOfOtherOs(
  scope: IConstruct,
  { node, os, pipelineName }: IWindowsAmiPipeline,
  ami: WindowsAmi,
): void {
  if (os.name !== ami.os.name) {
    Annotations.of(scope).addWarningV2(
      'winbake:pipelineOs',
      `The AMI of pipeline ${pipelineName} is said to be of ${ami.os.name}, and ${node.path} bakes ${os.name}, so that no task of ` +
        `${ami.os.name} is ever placed; got: os ${ami.os.name}. Say the os of the pipeline, or name another one.`,
    );
  }
}

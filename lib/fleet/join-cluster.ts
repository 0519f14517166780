import { Annotations, AspectPriority, Aspects, Lazy, Stack, type CustomResource } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { SecurityGroup, type Connections, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  NetworkMode,
  type AsgCapacityProvider,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Dependable, type Construct, type IConstruct, type IDependable } from 'constructs';
import type { FleetResources } from './fleet-resources';
import type { FleetSettings } from './fleet-settings';
import { appServices, isPlacedOn, type AppService } from './windows-task-faults';

/** What joins which cluster. */
export interface JoinClusterProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly capacityProvider: AsgCapacityProvider;
  readonly securityGroup: ISecurityGroup;
  readonly resources: FleetResources;
  readonly group: AutoScalingGroup;
  /** What the fleet's custom resources may do. */
  readonly rights: IDependable;
}

/**
 * Associates the capacity provider with its cluster, and lets in what its services let in. Returns the provider's
 * name as services take it: a reference to what is there while the provider is associated.
 *
 * The association that aws-cdk-lib makes is beside its cluster, and names every provider. It would make the cluster's stack need a
 * fleet of another stack, which needs the cluster; and an imported cluster has none. There a custom resource of the fleet's own stack
 * adds the one provider.
 */
export function joinCluster(scope: Construct, props: JoinClusterProps): string {
  const { capacityProvider, cluster, securityGroup, settings } = props;
  const isBeside = isBesideCluster(scope, cluster);
  const name = associated(scope, props, isBeside);
  if (settings.allowServiceTraffic && !isBeside && cluster instanceof Cluster) {
    reachServices(scope, securityGroup, [name, capacityProvider.capacityProviderName]);
  } else if (settings.allowServiceTraffic) {
    // A cluster hands its services the groups of its Auto Scaling groups, and not those of its capacity providers:
    // https://github.com/aws/aws-cdk/issues/14764
    connectionsOf(cluster)?.addSecurityGroup(securityGroup);
  }
  return name;
}

function associated(scope: Construct, props: JoinClusterProps, isBeside: boolean): string {
  const { capacityProvider, cluster, resources, settings } = props;
  if (settings.associate && isBeside && cluster instanceof Cluster) {
    cluster.addAsgCapacityProvider(capacityProvider);
    return Stack.of(cluster) === Stack.of(scope)
      ? namedByDrain(scope, cluster, props)
      : namedByParameter(cluster, `Associated-${scope.node.addr}`, props, new Associations(cluster));
  }
  if (cluster instanceof Cluster) {
    // Else no service would be synthesized in a cluster all of whose hosts are elsewhere. aws-cdk-lib has no public way to say so, but asks
    // by this public name, which is answered in the place of what it keeps for its own hosts.
    Object.defineProperty(cluster, 'hasEc2Capacity', { value: true, configurable: true });
  }
  if (!settings.associate) {
    return capacityProvider.capacityProviderName;
  }
  const association = resources.associate(scope, 'Association', {
    settings,
    cluster,
    capacityProvider,
    others: Lazy.uncachedString({ produce: () => namedBeside(cluster).sort().join(' ') }),
  });
  holdToOwnAssociations(scope, cluster, capacityProvider, association);
  const drain = endTasksBefore(scope, association, props);
  const name = association.getAttString('CapacityProvider');
  onServices(scope, [name, capacityProvider.capacityProviderName], ({ resource, service }) => {
    if (Stack.of(service) === Stack.of(scope)) {
      resource.node.addDependency(drain);
    }
  });
  return name;
}

/** Ends on deletion what services have left, after them and before the association. Services of other stacks go before this one. */
function endTasksBefore(
  scope: Construct,
  association: IDependable,
  { capacityProvider, cluster, group, resources, rights, settings }: JoinClusterProps,
): CustomResource {
  const drain = resources.endTasks(scope, 'Drain', { capacityProvider, cluster, group, settings });
  drain.node.addDependency(association, rights);
  return drain;
}

/**
 * A service is created after what it refers to and deleted before. The association has no attribute with the name of a provider; what
 * ends tasks before it has. A service of another stack takes it from a parameter, under the name that such stacks have imported ever
 * since.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-clustercapacityproviderassociations.html
 */
function namedByDrain(scope: Construct, cluster: Cluster, props: JoinClusterProps): string {
  const drain = endTasksBefore(scope, dependableOf(new Associations(cluster)), props);
  let elsewhere: string | undefined;
  const name = Lazy.uncachedString({
    produce: ({ scope: consumer }) =>
      elsewhere !== undefined && Stack.of(consumer) !== Stack.of(scope)
        ? elsewhere
        : drain.getAttString('CapacityProvider'),
  });
  onServices(scope, [name], ({ service }) => {
    if (Stack.of(service) !== Stack.of(scope)) {
      elsewhere ??= namedByParameter(scope, 'Associated', props, drain);
    }
  });
  return name;
}

/** The name of the provider in a parameter that is there only after something, and goes before it. */
function namedByParameter(
  place: Construct,
  id: string,
  { capacityProvider, settings }: JoinClusterProps,
  needed: Dependable | IDependable,
): string {
  const parameter = new StringParameter(place, id, {
    description: `Winbake fleet ${settings.fleetName}: the capacity provider that is associated with its cluster`,
    stringValue: capacityProvider.capacityProviderName,
  });
  parameter.node.addDependency(needed instanceof Dependable ? dependableOf(needed) : needed);
  return parameter.stringValue;
}

/** Does something with each service of the app that a strategy places on one of these capacity providers. */
function onServices(
  scope: Construct,
  providerNames: readonly string[],
  work: (service: AppService) => void,
): void {
  const visit = (node: IConstruct) => {
    if (node === scope) {
      appServices(scope)
        .filter((one) => isPlacedOn(one, providerNames))
        .forEach(work);
    }
  };
  // What it makes is tagged like all else.
  Aspects.of(scope).add({ visit }, { priority: AspectPriority.MUTATING - 1 });
}

function dependableOf(needed: Dependable): IDependable {
  const dependable: IDependable = {};
  Dependable.implement(dependable, needed);
  return dependable;
}

/** Whether a cluster is made in the stack of a construct, or in one that this is nested in. */
export function isBesideCluster(scope: Construct, cluster: ICluster): boolean {
  let stack: Stack | undefined = Stack.of(scope);
  while (stack !== undefined && stack !== Stack.of(cluster)) {
    stack = stack.nestedStackParent;
  }
  return stack !== undefined && cluster instanceof Cluster;
}

/**
 * The association of a cluster with its capacity providers, which aws-cdk-lib makes while it synthesizes. The whole cluster is
 * no dependency, since a service may be made inside of it.
 */
class Associations extends Dependable {
  constructor(private readonly cluster: Cluster) {
    super();
  }

  public get dependencyRoots(): IConstruct[] {
    return associationsOf(this.cluster);
  }
}

function associationsOf(cluster: ICluster): CfnClusterCapacityProviderAssociations[] {
  return cluster.node.findAll().filter((one) => one instanceof CfnClusterCapacityProviderAssociations);
}

/** What the association of aws-cdk-lib names that is beside the cluster. */
function namedBeside(cluster: ICluster): string[] {
  return associationsOf(cluster).flatMap((one) =>
    (Stack.of(one).resolve(one.capacityProviders) as unknown[]).map((each) => JSON.stringify(each)),
  );
}

/**
 * An association of CloudFormation writes the whole list of the cluster's providers. One that names this provider is made later than
 * ours and deleted earlier, so that the two never write at once. One beside the cluster does not know this provider, and takes it out
 * when its own list changes: that is warned of where it may change.
 */
function holdToOwnAssociations(
  scope: Construct,
  cluster: ICluster,
  { capacityProviderName }: AsgCapacityProvider,
  association: Construct,
): void {
  Aspects.of(scope).add({
    visit: (node) => {
      if (node !== scope) {
        return;
      }
      for (const one of Stack.of(scope).node.findAll()) {
        if (
          one instanceof CfnClusterCapacityProviderAssociations &&
          one.capacityProviders?.includes(capacityProviderName) === true
        ) {
          one.node.addDependency(association);
        }
      }
      const others = namedBeside(cluster).filter((each) => !each.startsWith('"FARGATE'));
      if (others.length > 0) {
        Annotations.of(scope).addWarningV2(
          'winbake:association',
          `the stack of the cluster ${cluster.node.path} associates capacity providers of its own. When it gets another one, or loses one, ` +
            "CloudFormation takes this fleet's provider out of the cluster, which fails while a service uses it. Make these providers in " +
            'stacks other than the cluster\'s, too, or acknowledge this and leave their list as it is: docs/fleets.md, "Clusters of other stacks".',
        );
      }
    },
  });
}

/**
 * Lets in what services of this fleet let in, where the cluster is in a stack before this one: in its connections the fleet's group
 * would reach services of stacks that do not know the fleet. What names the fleet's provider needs its stack anyway.
 */
function reachServices(scope: Construct, group: ISecurityGroup, providerNames: readonly string[]): void {
  onServices(scope, providerNames, ({ service }) => {
    const { connections, taskDefinition } = service;
    if (taskDefinition.networkMode !== NetworkMode.AWS_VPC) {
      connections.addSecurityGroup(groupIn(service, scope, group));
    }
  });
}

/** As aws-cdk-lib does for a cluster of another stack: the rules are then made beside the service. */
function groupIn(service: Construct, scope: Construct, group: ISecurityGroup): ISecurityGroup {
  return Stack.of(service) === Stack.of(scope)
    ? group
    : SecurityGroup.fromSecurityGroupId(
        service,
        `FleetSecurityGroup-${scope.node.addr}`,
        group.securityGroupId,
      );
}

/** A cluster that is known by its ARN alone has no connections, and aws-cdk-lib makes no service in NAT mode on it. */
function connectionsOf(cluster: ICluster): Connections | undefined {
  try {
    return cluster.connections;
  } catch {
    return undefined;
  }
}

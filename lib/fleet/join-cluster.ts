import { Annotations, Aspects, Lazy, Stack } from 'aws-cdk-lib';
import { SecurityGroup, type Connections, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  NetworkMode,
  type AsgCapacityProvider,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Dependable, type Construct, type IConstruct } from 'constructs';
import type { FleetResources } from './fleet-resources';
import type { FleetSettings } from './fleet-settings';
import { appServices, isPlacedOn } from './windows-task-faults';

/** What joins which cluster. */
export interface JoinClusterProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly capacityProvider: AsgCapacityProvider;
  readonly securityGroup: ISecurityGroup;
  readonly resources: FleetResources;
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
    return associateBeside(scope, cluster, capacityProvider, settings.fleetName);
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
  return association.getAttString('CapacityProvider');
}

/**
 * A service is created after what it refers to and deleted before, in its stack or another. The association has no attribute
 * with the name of a provider; a parameter that depends on it has.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-clustercapacityproviderassociations.html
 */
function associateBeside(
  scope: Construct,
  cluster: Cluster,
  capacityProvider: AsgCapacityProvider,
  fleetName: string,
): string {
  cluster.addAsgCapacityProvider(capacityProvider);
  // The association is beside the cluster: a nested stack that waited for it would wait for itself.
  const [place, id] =
    Stack.of(cluster) === Stack.of(scope)
      ? [scope, 'Associated']
      : [cluster, `Associated-${scope.node.addr}`];
  const parameter = new StringParameter(place, id, {
    description: `Winbake fleet ${fleetName}: the capacity provider that is associated with its cluster`,
    stringValue: capacityProvider.capacityProviderName,
  });
  const associations = {};
  Dependable.implement(associations, new Associations(cluster));
  parameter.node.addDependency(associations);
  return parameter.stringValue;
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
  Aspects.of(scope).add({
    visit: (node) => {
      if (node !== scope) {
        return;
      }
      for (const one of appServices(scope).filter((each) => isPlacedOn(each, providerNames))) {
        const { connections, taskDefinition } = one.service;
        if (taskDefinition.networkMode !== NetworkMode.AWS_VPC) {
          connections.addSecurityGroup(groupIn(one.service, scope, group));
        }
      }
    },
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

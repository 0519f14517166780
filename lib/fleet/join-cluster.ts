import { Stack } from 'aws-cdk-lib';
import type { Connections, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  type AsgCapacityProvider,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Dependable, type Construct, type IConstruct } from 'constructs';
import { refuse } from '../internal/validate';
import type { FleetSettings } from './fleet-settings';

/** What joins which cluster. */
export interface JoinClusterProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly capacityProvider: AsgCapacityProvider;
  readonly securityGroup: ISecurityGroup;
}

/**
 * Associates the capacity provider with a cluster of the app, and lets in what its services let in. Returns the provider's
 * name as services take it: a reference to what is there while the provider is associated.
 */
export function joinCluster(scope: Construct, props: JoinClusterProps): string {
  const { capacityProvider, cluster, securityGroup, settings } = props;
  if (settings.allowServiceTraffic) {
    // A cluster hands its services the groups of its Auto Scaling groups, and not those of its capacity providers:
    // https://github.com/aws/aws-cdk/issues/14764
    connectionsOf(cluster)?.addSecurityGroup(securityGroup);
  }
  return cluster instanceof Cluster
    ? associate(scope, cluster, capacityProvider, settings.fleetName)
    : capacityProvider.capacityProviderName;
}

/**
 * A service is created after what it refers to and deleted before, in its stack or another. The association has no attribute
 * with the name of a provider; a parameter that depends on it has.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-clustercapacityproviderassociations.html
 */
function associate(
  scope: Construct,
  cluster: Cluster,
  capacityProvider: AsgCapacityProvider,
  fleetName: string,
): string {
  const stack = Stack.of(cluster);
  if (!stacksAround(scope).includes(stack)) {
    refuse(
      scope,
      'cluster',
      "must be of the fleet's own stack, or of one that this is nested in",
      `'${cluster.node.path}'`,
      'Each stack would need the other first: make the fleet beside its cluster, or import the cluster by its attributes.',
    );
  }
  cluster.addAsgCapacityProvider(capacityProvider);
  // The association is beside the cluster: a nested stack that waited for it would wait for itself.
  const [place, id] =
    stack === Stack.of(scope) ? [scope, 'Associated'] : [cluster, `Associated-${scope.node.addr}`];
  const associated = new StringParameter(place, id, {
    description: `Winbake fleet ${fleetName}: the capacity provider that is associated with its cluster`,
    stringValue: capacityProvider.capacityProviderName,
  });
  const associations = {};
  Dependable.implement(associations, new Associations(cluster));
  associated.node.addDependency(associations);
  return associated.stringValue;
}

/** The stack of a construct, and those that it is nested in. */
function stacksAround(scope: Construct): readonly Stack[] {
  const stacks: Stack[] = [];
  for (let stack: Stack | undefined = Stack.of(scope); stack !== undefined; stack = stack.nestedStackParent) {
    stacks.push(stack);
  }
  return stacks;
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
    return this.cluster.node.findAll().filter((one) => one instanceof CfnClusterCapacityProviderAssociations);
  }
}

/** A cluster that is known by its ARN alone has no connections, and aws-cdk-lib makes no service in NAT mode on it. */
function connectionsOf(cluster: ICluster): Connections | undefined {
  try {
    return cluster.connections;
  } catch {
    return undefined;
  }
}

import type { IAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import { AsgCapacityProvider, type CapacityProviderStrategy } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { refuse } from '../internal/validate';
import { FleetGroup } from './fleet-group';
import { fleetSettings } from './fleet-settings';
import { Rollout } from './rollout';
import type {
  CapacityProviderStrategyOptions,
  WindowsCapacityProviderProps,
} from './windows-capacity-provider-props';

/**
 * A fleet of Windows container instances behind a capacity provider, which moves to each AMI of its channel by itself.
 * Its instances tell ECS their build and revision as the attributes `winbake.build` and `winbake.revision`.
 */
export class WindowsCapacityProvider extends Construct implements IConnectable {
  /** The name under which the fleet keeps its state. */
  public readonly fleetName: string;

  /** The name of the capacity provider, for strategies of your own. */
  public readonly capacityProviderName: string;

  /** The Auto Scaling group of the instances. */
  public readonly autoScalingGroup: IAutoScalingGroup;

  /** The role of the instances. */
  public readonly instanceRole: IRole;

  /** The parameter that the fleet keeps its state in. */
  public readonly stateParameter: string;

  /** Who may reach the instances; nobody at first. */
  public readonly connections: Connections;

  constructor(scope: Construct, id: string, props: WindowsCapacityProviderProps) {
    super(scope, id);
    const { cluster, ami, vpcSubnets } = props;
    const settings = fleetSettings(this, props);
    this.fleetName = settings.fleetName;
    this.refuseSecondOfName();
    this.stateParameter = `${ami.parameterPrefix}/fleets/${settings.fleetName}/state`;

    const { stateParameter } = this;
    const fleet = new FleetGroup(this, 'Fleet', { settings, cluster, ami, stateParameter, vpcSubnets });
    const capacityProvider = new AsgCapacityProvider(this, 'CapacityProvider', {
      autoScalingGroup: fleet.group,
      enableManagedScaling: true,
      enableManagedTerminationProtection: true,
      enableManagedDraining: true,
    });
    cluster.addAsgCapacityProvider(capacityProvider);
    new Rollout(this, 'Rollout', { settings, ami, fleet, cluster, stateParameter });

    this.capacityProviderName = capacityProvider.capacityProviderName;
    this.autoScalingGroup = fleet.group;
    this.instanceRole = fleet.role;
    this.connections = fleet.securityGroup.connections;
  }

  /** The strategy that places tasks on this fleet, as a service takes it. */
  public strategy(options: CapacityProviderStrategyOptions = {}): CapacityProviderStrategy {
    const { base = 0, weight = 1 } = options;
    return { capacityProvider: this.capacityProviderName, base, weight };
  }

  /** Two fleets of one name would overwrite each other's state. */
  private refuseSecondOfName(): void {
    const other = this.node.root.node
      .findAll()
      .find(
        (one) => one !== this && one instanceof WindowsCapacityProvider && one.fleetName === this.fleetName,
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

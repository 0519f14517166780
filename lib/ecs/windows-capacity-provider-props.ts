import type { Size } from 'aws-cdk-lib';
import type { InstanceType, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { WindowsAmi } from './windows-ami';

/** What a fleet is made of. */
export interface WindowsCapacityProviderProps {
  /** The cluster that the instances join, in whose VPC they run. */
  readonly cluster: Cluster;

  /** The channel of AMIs that the fleet follows. */
  readonly ami: WindowsAmi;

  /**
   * The name under which the fleet keeps its state, unique in account and region. It stays fixed.
   *
   * @default - the id of the cluster's construct and the name of the pipeline, such as `cluster-2022-core`
   */
  readonly fleetName?: string;

  /**
   * The type of the instances.
   *
   * @default - `m6i.xlarge`
   */
  readonly instanceType?: InstanceType;

  /**
   * The subnets that the instances run in.
   *
   * @default - the private subnets with a way out, else the VPC's only kind
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The least number of instances.
   *
   * @default 0
   */
  readonly minCapacity?: number;

  /**
   * The greatest number of instances.
   *
   * @default 10
   */
  readonly maxCapacity?: number;

  /**
   * The size of the root volume, at least the AMI's.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;

  /**
   * How long the rollouts' logs are kept.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;
}

/** How much of a service a fleet takes. */
export interface CapacityProviderStrategyOptions {
  /**
   * How many tasks run on this fleet before the weights count.
   *
   * @default 0
   */
  readonly base?: number;

  /**
   * The fleet's share of the tasks beyond the bases, compared with the weights of the other capacity providers.
   *
   * @default 1
   */
  readonly weight?: number;
}

import { Duration } from 'aws-cdk-lib';
import {
  OnDemandAllocationStrategy,
  SpotAllocationStrategy,
  type InstancesDistribution,
} from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { checkNumber } from '../internal/validate';

/** How ECS scales a fleet to the tasks that are to run on it. */
export interface ManagedScaling {
  /**
   * How much of the fleet is to be in use, in percent; below 100 some instances wait for tasks.
   *
   * @default 100
   */
  readonly targetCapacityPercent?: number;

  /**
   * The fewest instances that are added or taken away at once.
   *
   * @default 1
   */
  readonly minimumScalingStepSize?: number;

  /**
   * The most instances that are added or taken away at once.
   *
   * @default 1000
   */
  readonly maximumScalingStepSize?: number;

  /**
   * How long a new instance is not counted.
   *
   * @default Duration.minutes(5)
   */
  readonly instanceWarmupPeriod?: Duration;
}

/** As `AsgCapacityProvider` takes it; ends synthesis where a value cannot be used. */
export function managedScaling(scope: IConstruct, scaling: ManagedScaling = {}) {
  const { maximumScalingStepSize = 1000, minimumScalingStepSize = 1, targetCapacityPercent = 100 } = scaling;
  const warmup = scaling.instanceWarmupPeriod ?? Duration.minutes(5);
  const wayOut = 'Leave it out to take the default.';
  checkNumber(scope, 'scaling.targetCapacityPercent', targetCapacityPercent, { least: 1, most: 100, wayOut });
  checkNumber(scope, 'scaling.maximumScalingStepSize', maximumScalingStepSize, {
    least: 1,
    most: 10_000,
    wayOut,
  });
  checkNumber(scope, 'scaling.minimumScalingStepSize', minimumScalingStepSize, {
    least: 1,
    most: maximumScalingStepSize,
    wayOut: 'Raise "scaling.maximumScalingStepSize", or leave it out.',
  });
  checkNumber(scope, 'scaling.instanceWarmupPeriod', warmup.toSeconds(), {
    least: 0,
    most: 10_000,
    wayOut: 'It is counted in seconds.',
  });
  return {
    enableManagedScaling: true,
    targetCapacityPercent,
    minimumScalingStepSize,
    maximumScalingStepSize,
    instanceWarmupPeriod: warmup.toSeconds(),
  };
}

/** How much of a fleet runs on Spot instances; the agent drains one that Spot takes back. */
export interface SpotShare {
  /**
   * How many instances run on demand before any runs on Spot.
   *
   * @default 0
   */
  readonly onDemandBaseCapacity?: number;

  /**
   * The percentage of the instances beyond the base that run on demand.
   *
   * @default 0
   */
  readonly onDemandPercentageAboveBaseCapacity?: number;

  /**
   * The most that an instance may cost in an hour, in US dollars.
   *
   * @default - the price on demand
   */
  readonly spotMaxPrice?: string;
}

/** How a group with several types or a Spot share chooses its instances. */
export function instancesDistribution(scope: IConstruct, spot: SpotShare | undefined): InstancesDistribution {
  const {
    spotMaxPrice,
    onDemandBaseCapacity = 0,
    onDemandPercentageAboveBaseCapacity = 0,
  } = spot ?? { onDemandPercentageAboveBaseCapacity: 100 };
  checkNumber(scope, 'spot.onDemandBaseCapacity', onDemandBaseCapacity, {
    least: 0,
    most: 1000,
    wayOut: 'Leave it out to have no such instances.',
  });
  checkNumber(scope, 'spot.onDemandPercentageAboveBaseCapacity', onDemandPercentageAboveBaseCapacity, {
    least: 0,
    most: 100,
    wayOut: 'Leave "spot" out to run all on demand.',
  });
  return {
    onDemandBaseCapacity,
    onDemandPercentageAboveBaseCapacity,
    // In the order in which they are named.
    onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
    spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    ...(spotMaxPrice === undefined ? {} : { spotMaxPrice }),
  };
}

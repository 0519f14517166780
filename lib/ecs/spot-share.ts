import {
  OnDemandAllocationStrategy,
  SpotAllocationStrategy,
  type InstancesDistribution,
} from 'aws-cdk-lib/aws-autoscaling';
import type { IConstruct } from 'constructs';
import { checkNumber } from '../internal/validate';

/** How much of a fleet runs on Spot instances; the agent drains one that Spot takes back. */
export interface SpotShare {
  /**
   * How many instances run on demand before any runs on Spot.
   *
   * @default 0
   */
  readonly onDemandBase?: number;

  /**
   * The percentage of the instances beyond the base that run on demand.
   *
   * @default 0
   */
  readonly onDemandPercentage?: number;

  /**
   * The most that an instance may cost in an hour, in US dollars.
   *
   * @default - the price on demand
   */
  readonly maxPrice?: string;
}

/** How a group with several types or a Spot share chooses its instances. */
export function instancesDistribution(scope: IConstruct, spot: SpotShare | undefined): InstancesDistribution {
  const { maxPrice, onDemandBase = 0, onDemandPercentage = 0 } = spot ?? { onDemandPercentage: 100 };
  checkNumber(scope, 'spot.onDemandBase', onDemandBase, {
    least: 0,
    most: 1000,
    wayOut: 'Leave it out to have no such instances.',
  });
  checkNumber(scope, 'spot.onDemandPercentage', onDemandPercentage, {
    least: 0,
    most: 100,
    wayOut: 'Leave "spot" out to run all on demand.',
  });
  return {
    onDemandBaseCapacity: onDemandBase,
    onDemandPercentageAboveBaseCapacity: onDemandPercentage,
    // In the order in which they are named.
    onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
    spotAllocationStrategy: SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED,
    ...(maxPrice === undefined ? {} : { spotMaxPrice: maxPrice }),
  };
}

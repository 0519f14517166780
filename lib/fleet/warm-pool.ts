import { Stack } from 'aws-cdk-lib';
import { CfnWarmPool, PoolState } from 'aws-cdk-lib/aws-autoscaling';
import type { Construct, IConstruct, IDependable } from 'constructs';
import { checkNumber, refuse } from '../internal/validate';

/**
 * Instances of a fleet that have booted once and stand by, stopped, until it scales out. They cost their volumes; the first boot of
 * Windows, sysprep's included, is behind them. They run neither on nor hibernate, since nothing of them would then run again as they
 * leave the pool, and none returns to it on scale-in, which ECS does not support.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-warm-pool.html
 */
export interface FleetWarmPool {
  /**
   * The least number of instances in the pool, however many are in service.
   *
   * @default 0
   */
  readonly minSize?: number;

  /**
   * The most instances in service and in the pool together, `maxCapacity` at most: the pool has what is missing to it. Equal to
   * `minSize` it gives the pool that very size.
   *
   * @default - `maxCapacity`, so that all the fleet may ever need stands by
   */
  readonly maxGroupPreparedCapacity?: number;
}

/** Ends synthesis where Auto Scaling would refuse the pool, or could never use it. */
export function checkWarmPool(
  scope: IConstruct,
  { maxGroupPreparedCapacity, minSize }: FleetWarmPool,
  { hasSpot, maxCapacity }: { readonly hasSpot: boolean; readonly maxCapacity: number },
): void {
  const most = maxCapacity;
  const wayOut = 'The group would never start more of them; raise "maxCapacity", or leave it out.';
  checkNumber(scope, 'warmPool.minSize', minSize ?? 0, { least: 0, most, wayOut });
  checkNumber(scope, 'warmPool.maxGroupPreparedCapacity', maxGroupPreparedCapacity ?? most, {
    least: 1,
    most,
    wayOut,
  });
  if (hasSpot) {
    refuse(
      scope,
      'warmPool',
      'must not be said of a fleet with "spot", whose instances no pool takes',
      JSON.stringify({ maxGroupPreparedCapacity, minSize }),
      'Make two fleets in one cluster, one of them on demand with the pool.',
    );
  }
}

/**
 * Adds its pool to a fleet's group; on deletion it goes before what deletes the group. Ends synthesis where somebody else adds one,
 * whose instances would join the cluster and then be stopped under their tasks, or never come into service.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-autoscaling-warmpool.html
 */
export function addWarmPool(
  scope: Construct,
  { groupName, warmPool }: { readonly groupName: string; readonly warmPool: FleetWarmPool | undefined },
  group: { readonly autoScalingGroupName: string },
  deletion: IDependable,
): void {
  const own =
    warmPool === undefined
      ? undefined
      : new CfnWarmPool(scope, 'WarmPool', {
          autoScalingGroupName: group.autoScalingGroupName,
          poolState: PoolState.STOPPED,
          ...warmPool,
        });
  own?.node.addDependency(deletion);
  const nameIn = (one: CfnWarmPool) =>
    JSON.stringify(Stack.of(one).resolve(one.autoScalingGroupName)) ===
      JSON.stringify(Stack.of(one).resolve(group.autoScalingGroupName)) ||
    one.autoScalingGroupName === groupName;
  scope.node.addValidation({
    validate: () =>
      scope.node.root.node
        .findAll()
        .filter((one): one is CfnWarmPool => one instanceof CfnWarmPool && one !== own && nameIn(one))
        .map(
          ({ node }) =>
            `${node.path} gives the fleet's group a warm pool whose instances do not know of it: they take tasks and are stopped under ` +
            'them. Say "warmPool" of the fleet.',
        ),
  });
}

import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkNumber } from '../internal/validate';

/** How ECS scales a fleet to the tasks that are to run on it. */
export interface ManagedScaling {
  /**
   * How much of the fleet is to be in use, in percent; below 100 some instances wait for tasks.
   *
   * @default 100
   */
  readonly targetCapacity?: number;

  /**
   * The fewest instances that are added or taken away at once.
   *
   * @default 1
   */
  readonly minimumStep?: number;

  /**
   * The most instances that are added or taken away at once.
   *
   * @default 1000
   */
  readonly maximumStep?: number;

  /**
   * How long a new instance is not counted.
   *
   * @default Duration.minutes(5)
   */
  readonly instanceWarmup?: Duration;
}

/** As `AsgCapacityProvider` takes it; ends synthesis where a value cannot be used. */
export function managedScaling(scope: IConstruct, scaling: ManagedScaling = {}) {
  const { maximumStep = 1000, minimumStep = 1, targetCapacity = 100 } = scaling;
  const warmup = scaling.instanceWarmup ?? Duration.minutes(5);
  const wayOut = 'Leave it out to take the default.';
  checkNumber(scope, 'scaling.targetCapacity', targetCapacity, { least: 1, most: 100, wayOut });
  checkNumber(scope, 'scaling.maximumStep', maximumStep, { least: 1, most: 10_000, wayOut });
  checkNumber(scope, 'scaling.minimumStep', minimumStep, {
    least: 1,
    most: maximumStep,
    wayOut: 'Raise "scaling.maximumStep", or leave it out.',
  });
  checkNumber(scope, 'scaling.instanceWarmup', warmup.toSeconds(), {
    least: 0,
    most: 10_000,
    wayOut: 'It is counted in seconds.',
  });
  return {
    enableManagedScaling: true,
    targetCapacityPercent: targetCapacity,
    minimumScalingStepSize: minimumStep,
    maximumScalingStepSize: maximumStep,
    instanceWarmupPeriod: warmup.toSeconds(),
  };
}

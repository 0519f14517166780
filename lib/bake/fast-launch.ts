import type { IConstruct } from 'constructs';
import { checkNumber } from '../internal/validate';

/**
 * Snapshots that EC2 keeps ready behind the first boot of Windows. They are charged; see docs/costs.md. It works in the
 * pipeline's account only.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-ami-config-fast-launch.html
 */
export interface FastLaunch {
  /**
   * How many snapshots are kept ready.
   *
   * @default 5
   */
  readonly targetResourceCount?: number;

  /**
   * How many instances EC2 starts at once to prepare them.
   *
   * @default 6
   */
  readonly maxParallelLaunches?: number;

  /**
   * The launch template that EC2 prepares them with; it must have no user data.
   *
   * @default - EC2's own, which needs a default VPC
   */
  readonly launchTemplateId?: string;
}

/** Ends synthesis where a prop cannot be used. */
export function checkFastLaunch(scope: IConstruct, fastLaunch: FastLaunch): void {
  const { maxParallelLaunches = 6, targetResourceCount = 5 } = fastLaunch;
  checkNumber(scope, 'fastLaunch.targetResourceCount', targetResourceCount, {
    least: 1,
    most: 10000,
    wayOut: 'Leave "fastLaunch" out to have none.',
  });
  checkNumber(scope, 'fastLaunch.maxParallelLaunches', maxParallelLaunches, {
    least: 6,
    most: 40,
    wayOut: 'EC2 asks for 6 at least, and allows a region 40 in all unless asked for more.',
  });
}

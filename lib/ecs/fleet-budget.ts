import { Annotations, Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { plannedBakeHours } from '../core/image-builder/workflows';
import type { RolloutPolicy } from '../core/fleet/rollout-policy';
import { refuse } from '../internal/validate';
import { longestClosedHours } from './maintenance-window';

/** What a pipeline takes of the budget where it says nothing else: the wait for images, and a bake. */
const PIPELINE_HOURS = 36 + plannedBakeHours({ scans: false });

/**
 * The budget from Microsoft's release to the last instance. Ends synthesis where what the fleet may take is more than all of
 * it, and warns where a pipeline with the defaults leaves too little of it.
 */
export function fleetBudget(
  scope: IConstruct,
  patchWithin: Duration | undefined,
  policy: Omit<RolloutPolicy, 'patchWithinSeconds'>,
): number {
  const budget = patchWithin ?? Duration.hours(72);
  const shares: readonly (readonly [string, number])[] = [
    ['"rollout.delay"', policy.delaySeconds / 3600],
    ['the time between "rollout.windows"', longestClosedHours(policy.windows)],
    ['"rollout.watch"', policy.watchSeconds / 3600],
    ['"rollout.drainLimit"', policy.drainSeconds / 3600],
  ];
  const hours = shares.reduce((sum, [, share]) => sum + share, 0);
  const parts = shares.map(([name, share]) => `${name} ${share} h`).join(', ');
  const longest = [...shares].sort(([, one], [, other]) => other - one)[0]?.[0] ?? '';
  const all = budget.toHours({ integral: false });
  if (hours > all) {
    refuse(
      scope,
      'patchWithin',
      `must hold what the fleet may take of it: ${parts}, ${hours} h in all`,
      budget.toHumanString(),
      `Shorten ${longest}, or allow more time.`,
    );
  }
  if (hours + PIPELINE_HOURS > all) {
    Annotations.of(scope).addWarningV2(
      'winbake:patchWithin',
      `"patchWithin" is ${budget.toHumanString()}, of which a pipeline with the defaults may take ${PIPELINE_HOURS} h and this fleet ${hours} h ` +
        `(${parts}). Shorten ${longest}, or allow more time.`,
    );
  }
  return budget.toSeconds();
}

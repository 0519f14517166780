import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { plannedBakeHours } from '../core/image-builder/workflows';
import { refuse } from '../internal/validate';
import type { GateSettings } from './gate-policy';
import { longestPromotionHours, type PromotionSettings } from './promotion';
import type { VulnerabilityScan } from './vulnerability-scan';

/** What a pipeline may take of the budget. */
export interface PatchBudgetShares {
  readonly gate: GateSettings;
  readonly promotion: PromotionSettings;
  readonly scan: VulnerabilityScan | undefined;
}

/**
 * The budget from Microsoft's release to the last instance. Ends synthesis where what the pipeline may take is more than all
 * of it, a bake with what is planned for one, and says what to shorten.
 */
export function patchBudget(
  scope: IConstruct,
  patchWithin: Duration | undefined,
  { gate, promotion, scan }: PatchBudgetShares,
): Duration {
  const budget = patchWithin ?? Duration.hours(72);
  if (budget.isUnresolved()) {
    return budget;
  }
  const shares: readonly (readonly [string, number])[] = [
    ['the wait for images ("gate.longestWait")', gate.longestWaitSeconds / 3600],
    ['a bake', plannedBakeHours({ scans: scan !== undefined })],
    ['promotion ("promotion.delay", "promotion.atMost")', longestPromotionHours(promotion)],
  ];
  const hours = shares.reduce((sum, [, share]) => sum + share, 0);
  if (hours > budget.toHours({ integral: false })) {
    const parts = shares.map(([name, share]) => `${name} ${share} h`).join(', ');
    refuse(
      scope,
      'patchWithin',
      `must hold what may be taken of it: ${parts}, ${hours} h in all`,
      budget.toHumanString(),
      'Shorten the wait or promotion, or allow more time.',
    );
  }
  return budget;
}

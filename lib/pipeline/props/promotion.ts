import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkFleetName } from '../../internal/names';
import { checkHours, refuse } from '../../internal/validate';

/** Who moves the channel that fleets follow. */
export enum PromotionMode {
  /** The pipeline, after the delay and when the canary fleets are well. */
  AUTOMATIC = 'automatic',
  /** A person, by `winbake pipeline promote`. */
  MANUAL = 'manual',
}

/** When a publication becomes what fleets run. */
export interface Promotion {
  /**
   * Who moves the channel `current`.
   *
   * @default PromotionMode.AUTOMATIC
   */
  readonly mode?: PromotionMode;

  /**
   * How long a publication is only `latest`, before anything else counts.
   *
   * @default Duration.hours(0)
   */
  readonly delay?: Duration;

  /**
   * The names of the fleets that follow `latest` and must be well on a publication before it is promoted.
   *
   * @default - no fleet, so that a publication is promoted after the delay
   */
  readonly canaryFleets?: string[];

  /**
   * After how long a publication is promoted although canary fleets have not finished with it. One that failed on it keeps
   * it from being promoted.
   *
   * @default Duration.hours(24)
   */
  readonly atMost?: Duration;
}

/** Promotion with every default filled in, in seconds. */
export interface PromotionSettings {
  readonly mode: PromotionMode;
  readonly delaySeconds: number;
  readonly atMostSeconds: number;
  readonly canaryFleets: readonly string[];
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function promotionSettings(scope: IConstruct, promotion: Promotion = {}): PromotionSettings {
  const { canaryFleets = [], mode = PromotionMode.AUTOMATIC } = promotion;
  const delay = promotion.delay ?? Duration.hours(0);
  const atMost = promotion.atMost ?? Duration.hours(24);
  const wayOut = 'To hold back a publication longer use `winbake pipeline hold`.';
  checkHours(scope, 'promotion.delay', delay, { least: 0, most: 14 * 24, wayOut });
  checkHours(scope, 'promotion.atMost', atMost, { least: 1, most: 14 * 24, wayOut });
  canaryFleets.forEach((name) => {
    checkFleetName(scope, name);
  });
  if (
    mode === PromotionMode.MANUAL &&
    (promotion.delay ?? promotion.atMost ?? promotion.canaryFleets) !== undefined
  ) {
    refuse(
      scope,
      'promotion',
      'must be automatic to have "delay", "atMost" or "canaryFleets"',
      'PromotionMode.MANUAL',
      'Leave these out, or the mode.',
    );
  }
  return { mode, delaySeconds: delay.toSeconds(), atMostSeconds: atMost.toSeconds(), canaryFleets };
}

/** The longest that a publication can wait for its promotion, in hours; a person's time is not counted. */
export function longestPromotionHours(promotion: PromotionSettings): number {
  if (promotion.mode === PromotionMode.MANUAL) {
    return 0;
  }
  const { atMostSeconds, canaryFleets, delaySeconds } = promotion;
  return (canaryFleets.length === 0 ? delaySeconds : Math.max(delaySeconds, atMostSeconds)) / 3600;
}

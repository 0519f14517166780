import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkHours, checkNumber, refuse } from '../../internal/validate';

/** Which AMIs are kept although nothing uses them. What is in use is never removed. */
export interface Retention {
  /**
   * How many of the newest publications are kept.
   *
   * @default 3
   */
  readonly newest?: number;

  /**
   * How old a publication must be before it is removed.
   *
   * @default Duration.days(45)
   */
  readonly minimumAge?: Duration;

  /**
   * How long the Recycle Bin keeps AMIs that were removed, in whole days up to 365, in the pipeline's region; none where it is
   * zero. Their snapshots are charged meanwhile.
   *
   * @default Duration.days(14)
   */
  readonly recycleBin?: Duration;
}

/** Retention with every default filled in. */
export interface RetentionSettings {
  readonly newest: number;
  readonly minimumAgeDays: number;
  /** 0 where nothing is kept there. */
  readonly recycleBinDays: number;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function retentionSettings(scope: IConstruct, retention: Retention = {}): RetentionSettings {
  const { newest = 3, minimumAge = Duration.days(45), recycleBin = Duration.days(14) } = retention;
  checkNumber(scope, 'retention.newest', newest, {
    least: 2,
    most: 100,
    wayOut: 'The newest one and what to go back to are always kept.',
  });
  checkHours(scope, 'retention.minimumAge', minimumAge, {
    least: 24,
    most: 3650 * 24,
    wayOut: 'An instance that was stopped for a while still needs its AMI.',
  });
  const recycleBinDays = recycleBin.toHours({ integral: false }) / 24;
  if (!Number.isInteger(recycleBinDays) || recycleBinDays > 365) {
    refuse(
      scope,
      'retention.recycleBin',
      'must be whole days, up to 365',
      recycleBin.toHumanString(),
      'Duration.days(0) keeps nothing there.',
    );
  }
  return { newest, recycleBinDays, minimumAgeDays: Math.ceil(minimumAge.toHours({ integral: false }) / 24) };
}

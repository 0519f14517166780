import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkHours, checkNumber } from '../internal/validate';

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
}

/** Retention with every default filled in. */
export interface RetentionSettings {
  readonly newest: number;
  readonly minimumAgeDays: number;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function retentionSettings(scope: IConstruct, retention: Retention = {}): RetentionSettings {
  const { newest = 3, minimumAge = Duration.days(45) } = retention;
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
  return { newest, minimumAgeDays: Math.ceil(minimumAge.toHours({ integral: false }) / 24) };
}

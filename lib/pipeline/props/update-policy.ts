import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { UPDATE_SECONDS } from '../../core/image-builder/build-components';
import { checkText, refuse } from '../../internal/validate';

/** How grave a finding is, as Amazon Inspector says it. */
export enum VulnerabilitySeverity {
  /** Not rated, or told for information only. */
  INFORMATIONAL = 'INFORMATIONAL',
  /** Low. */
  LOW = 'LOW',
  /** Medium. */
  MEDIUM = 'MEDIUM',
  /** High. */
  HIGH = 'HIGH',
  /** Critical: with it as the limit findings are kept, and fail nothing. */
  CRITICAL = 'CRITICAL',
}

/**
 * The scan of each AMI by Amazon Inspector before it is published. Inspector need not be enabled in the account; it bills each
 * scan, shows what it found in the console of EC2, and sends it as events to the account's bus.
 *
 * @see https://docs.aws.amazon.com/inspector/latest/user/machine-image-on-demand.html
 */
export interface VulnerabilityScan {
  /** The gravest finding with which an AMI still passes; a graver one fails the bake. */
  readonly maximumSeverity: VulnerabilitySeverity;

  /**
   * Whether findings without a fix count as well.
   *
   * @default false
   */
  readonly withoutFix?: boolean;
}

/** Which Windows updates a bake installs. */
export enum UpdateLevel {
  /** Security and critical updates; no previews, no feature upgrades. */
  SECURITY = 'security',
  /** Every update on offer but previews and feature upgrades. */
  ALL = 'all',
  /** None but those named: the base AMI decides. */
  NONE = 'none',
}

/** Which Windows updates a bake installs. */
export interface UpdatePolicy {
  /**
   * What is installed without being named.
   *
   * @default UpdateLevel.SECURITY
   */
  readonly level?: UpdateLevel;

  /**
   * Updates to install besides, such as `KB5066782`.
   *
   * @default - none besides
   */
  readonly include?: string[];

  /**
   * Updates never to install, such as `KB5066782`.
   *
   * @default - none is kept out
   */
  readonly exclude?: string[];

  /**
   * How long Windows Update may take in a bake, with its restarts; 1 to 8 hours. Cumulative updates of Windows Server 2016 take
   * hours. A bake in which it takes longer fails.
   *
   * @default Duration.hours(4)
   */
  readonly timeout?: Duration;
}

/** Fills in the defaults, and ends synthesis where a name is none of an update. */
export function updateSettings(scope: IConstruct, updates: UpdatePolicy = {}): Required<UpdatePolicy> {
  const { exclude = [], include = [], level = UpdateLevel.SECURITY } = updates;
  const { timeout = Duration.seconds(UPDATE_SECONDS) } = updates;
  if (
    timeout.isUnresolved() ||
    timeout.toHours({ integral: false }) < 1 ||
    timeout.toHours({ integral: false }) > 8
  ) {
    const got = timeout.isUnresolved() ? 'a token' : timeout.toHumanString();
    refuse(scope, 'updates.timeout', 'must be from 1 to 8 hours', got, 'Leave it out for 4 hours.');
  }
  for (const [prop, names] of Object.entries({ include, exclude })) {
    for (const name of names) {
      checkText(scope, `updates.${prop}`, name, {
        pattern: /^KB\d{6,8}$/,
        rule: 'must name updates by KB and their number',
        wayOut: "It is such as 'KB5066782'.",
      });
    }
  }
  const both = include.find((name) => exclude.includes(name));
  if (both !== undefined) {
    refuse(
      scope,
      'updates.exclude',
      'must not name what "updates.include" names',
      `'${both}'`,
      'Name it in one.',
    );
  }
  return { level, include, exclude, timeout };
}

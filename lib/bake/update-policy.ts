import type { IConstruct } from 'constructs';
import { checkText, refuse } from '../internal/validate';

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
}

/** Fills in the defaults, and ends synthesis where a name is none of an update. */
export function updateSettings(scope: IConstruct, updates: UpdatePolicy = {}): Required<UpdatePolicy> {
  const { exclude = [], include = [], level = UpdateLevel.SECURITY } = updates;
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
  return { level, include, exclude };
}

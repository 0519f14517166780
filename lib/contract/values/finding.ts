/** What a poll of the registry, the gate or a bake has to say; codes are stable, new ones may be added. */
export const FINDING_CODES = [
  'LATE',
  'EXPECTED_NEWER',
  'WENT_BACK',
  'FROZEN',
  'RETIRED_LINE',
  'REPUSHED',
  'MIXED_REVISIONS',
  'NO_OS_VERSION',
  'PLATFORM_MISSING',
  'NOT_FOUND',
  'SIZE_JUMP',
  'CLOCK_SKEW',
  'HOST_BEHIND_TARGET',
  'HOST_WITHOUT_IMAGE',
  'HOST_BELOW_LATEST',
  'REGISTRY_UNREACHABLE',
  'REGISTRY_THROTTLED',
  'REGISTRY_INVALID',
  'SYNTHETIC',
  'NOT_RUN',
] as const;

/** The stable name of a kind of finding. */
export type FindingCode = (typeof FINDING_CODES)[number];

/** How much a finding matters: `stop` withholds an answer, the others only tell. */
export const SEVERITIES = ['info', 'warning', 'stop'] as const;

/** One of `info`, `warning`, `stop`. */
export type Severity = (typeof SEVERITIES)[number];

/** Something that a person should know about an answer. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The family it is about; absent where it is about the whole. */
  readonly family?: string;
  /** One sentence for people. */
  readonly message: string;
}

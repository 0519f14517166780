import type { GatePolicy } from '../../contract/documents/gate-policy';
import type { Release } from '../../contract/values/release';

/** What is backtested. */
export interface BacktestOptions {
  readonly release: Release;
  readonly from: Date;
  readonly to: Date;
  readonly history: string | undefined;
  readonly hosts: string | undefined;
  readonly hostRevision: number | undefined;
  readonly lines: Readonly<Record<string, string>>;
  /** What is cached beside the families, in the forms of `EXTRA_FORMS`. */
  readonly extras: readonly string[];
  readonly policy: GatePolicy;
  /** Findings that an operator passed, such as `WENT_BACK servercore 10.0.20348.3328`. */
  readonly accepted: readonly string[];
}

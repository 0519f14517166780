import { WinbakeError } from '../../contract/values/errors';
import type { ReportedDecision } from './rehearsal-report';

/**
 * Ends a rehearsal in which the gate waits and nothing comes: no wait of the gate lasts longer than its longest wait without
 * any change, and one that did would last for weeks of the virtual clock.
 */
export class WaitingBound {
  private since: Date | undefined;
  private last: { readonly state: string; readonly at: Date } | undefined;

  constructor(private readonly longestWaitSeconds: number) {}

  /** Takes the next decision; throws a `WinbakeError` with its reason where the gate has waited in vain. */
  check({ decision, findings, at }: ReportedDecision, reason: string): void {
    const now = new Date(at);
    const state = JSON.stringify([decision, findings.map(({ code, family }) => [code, family])]);
    const before = this.last;
    this.last = { state, at: now };
    if (decision !== 'wait' || before?.state !== state || this.since === undefined) {
      this.since = now;
      return;
    }
    // The look before this one was already later than any wait that ends.
    if (before.at.getTime() - this.since.getTime() > this.longestWaitSeconds * 1000) {
      const codes = [...new Set(findings.map(({ code }) => code))].join(', ');
      const hours = this.longestWaitSeconds / 3600;
      throw new WinbakeError(
        'REHEARSAL_FAILED',
        `The gate waited for more than ${hours} h and nothing changed (${codes || 'no finding'}): ${reason}`,
      );
    }
  }
}

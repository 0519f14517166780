import { WinbakeError } from '../../lib/contract/values/errors';
import type { Finding } from '../../lib/contract/values/finding';
import { AccessDenied } from '../aws/iam/role-policies';
import type { OnStep } from '../windows/awstoe/run-phase';
import type { Progress, ReportedStep } from './rehearsal-report';

/** Keeps what was done and how long it took on this computer, and shows it as it happens. */
export class StepLog {
  readonly steps: ReportedStep[] = [];
  /** What people should know of the steps. */
  readonly findings: Finding[] = [];
  private announce: (text: string) => void = () => undefined;

  constructor(
    private readonly progress: Progress,
    private readonly signal?: AbortSignal,
  ) {}

  /** Does a part of the work under a title; a failure is kept and thrown on. */
  async phase<T>(title: string, work: (announce: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    const end = (status: ReportedStep['status']) => {
      this.steps.push({ name: title, seconds: secondsSince(started), status });
    };
    try {
      this.signal?.throwIfAborted();
      const result = await this.progress.phase(title, async (announce) => {
        this.announce = announce;
        const done = await work(announce);
        this.signal?.throwIfAborted();
        return done;
      });
      end('done');
      return result;
    } catch (error) {
      end('failed');
      throw error instanceof AccessDenied ? refused(title, error) : error;
    }
  }

  /** Shows a line within the phase that is under way. */
  notify(text: string): void {
    this.announce(text);
  }

  /** Keeps the steps of components; to be handed to what runs them. */
  readonly onStep: OnStep = (component, step, result) => {
    if (result === undefined) {
      this.notify(`${component}: ${step}`);
    } else {
      const seconds = Math.round(result.seconds * 1000) / 1000;
      this.steps.push({ name: `${component}: ${step}`, seconds, status: result.status });
    }
  };

  /** Keeps what was left out, and why; to be handed to what runs components. */
  readonly onNotRun = (finding: Finding, names: readonly string[]): void => {
    this.findings.push(finding);
    this.notRun(names);
  };

  /** Keeps steps that could not be run here. */
  notRun(names: readonly string[]): void {
    this.steps.push(...names.map((name) => ({ name, seconds: 0, status: 'notRun' as const })));
  }
}

/** What a role lacks is a mistake in the assembly, which the person can mend. */
function refused(title: string, cause: AccessDenied): WinbakeError {
  return new WinbakeError('REHEARSAL_FAILED', `${title}: failed (AccessDenied): ${cause.message}`, { cause });
}

function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}

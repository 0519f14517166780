import type { SimulatedHost } from '../host/simulated-host';

/** Systems Manager's agent goes on with a command after at most this many restarts, unless its configuration says else. */
const MOST_RESTARTS = 15;

/** The instance was to be restarted more often than Systems Manager does it; no `onFailure` helps against that. */
export class TooManyRestarts extends Error {
  constructor() {
    super(`The instance was to be restarted more than ${MOST_RESTARTS} times.`);
    this.name = 'TooManyRestarts';
  }
}

/**
 * Restarts an instance, up to the agent's `Mds.CommandRetryLimit`.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-action-modules.html#action-modules-reboot
 * @see https://github.com/aws/amazon-ssm-agent/blob/mainline/README.md#runtime-configuration
 */
export class Restarts {
  private count = 0;

  /** Throws `TooManyRestarts` at the limit. */
  restart(host: SimulatedHost): void {
    if (this.count === MOST_RESTARTS) {
      throw new TooManyRestarts();
    }
    this.count += 1;
    host.reboot();
  }
}

/** How an action ended: its exit code, what it printed, and what people read where it failed. */
export interface ActionResult {
  /** 0 is success; 3010 restarts the machine and runs the same step again. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was ended since its time was up. */
  readonly timedOut?: boolean;
}

/** One step of a component that was run, or was not for the reason given. */
export interface StepResult {
  readonly component: string;
  readonly step: string;
  readonly status: 'done' | 'failed' | 'skipped';
  /** Wall-clock seconds. */
  readonly seconds: number;
  /** Why it failed: the last line of what it printed as errors. */
  readonly reason?: string;
}

/** The exit code of an installer that wants a restart. */
export const REBOOT_AND_REPEAT = 3010;

/** An action that failed, and what it says of that. */
export function failure(message: string): ActionResult {
  return { exitCode: 1, stdout: '', stderr: `${message}\n` };
}

/** An action that did what it should. */
export const SUCCEEDED: ActionResult = { exitCode: 0, stdout: '', stderr: '' };

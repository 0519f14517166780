import { WinbakeError, UsageError } from '../../lib/contract/values/errors';

/** The signals by which people and systems end a command. */
type EndingSignal = 'SIGINT' | 'SIGTERM';

const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM'];

/** A command that was ended from outside. */
class Interruption extends WinbakeError {
  constructor(readonly signal: EndingSignal) {
    super('REHEARSAL_FAILED', `Ended by ${signal}; nothing is left behind.`);
    this.name = 'Interruption';
  }
}

/**
 * Does work that ends early, and cleanly, where the process gets a signal; then it throws an `Interruption`. The same signal
 * a second time ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const end = (signal: EndingSignal): void => {
    controller.abort(new Interruption(signal));
  };
  SIGNALS.forEach((signal) => process.once(signal, end));
  try {
    return await work(controller.signal);
  } finally {
    SIGNALS.forEach((signal) => process.off(signal, end));
  }
}

/** What a command's exit code says; the README's table is the same. */
export const ExitCode = {
  /** Yes, or done. */
  DONE: 0,
  /** Failed: something could not be read, reached or finished. */
  FAILED: 1,
  /** Wrong usage: an option or value that cannot be, or a release without data. */
  USAGE: 2,
  /** The answer is no. */
  NO: 3,
  /** Ended by SIGINT or SIGTERM: 128 and the signal's number, as shells have it. */
  INTERRUPTED: 130,
  TERMINATED: 143,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The exit code of a failure that ended a command. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interruption) {
    return error.signal === 'SIGINT' ? ExitCode.INTERRUPTED : ExitCode.TERMINATED;
  }
  if (error instanceof WinbakeError && error.code === 'STILL_DEPLOYED') {
    return ExitCode.NO;
  }
  // A release that is asked for and has no data is as wrong as one that is none.
  const isUsage = error instanceof UsageError || (error instanceof WinbakeError && error.code === 'NO_DATA');
  return isUsage ? ExitCode.USAGE : ExitCode.FAILED;
}

/** Gives the exit code that a command ends with. */
export type Finish = (exitCode: ExitCode) => void;

import { UsageError, WinbakeError } from '../lib/contract/values/errors';
import { Interruption } from './interruption';

/** What a command's exit code says; the README's table is the same. */
export const ExitCode = {
  /** Yes, or done. */
  DONE: 0,
  /** Failed: something could not be read, reached or finished. */
  FAILED: 1,
  /** Wrong usage: an option or value that cannot be. */
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
  return error instanceof UsageError ? ExitCode.USAGE : ExitCode.FAILED;
}

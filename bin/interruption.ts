import { WinbakeError } from '../lib/contract/values/errors';

/** The signals by which people and systems end a command. */
export type EndingSignal = 'SIGINT' | 'SIGTERM';

const SIGNALS: readonly EndingSignal[] = ['SIGINT', 'SIGTERM'];

/** A command that was ended from outside. */
export class Interruption extends WinbakeError {
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

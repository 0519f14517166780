import { createInterface } from 'node:readline/promises';
import { UsageError } from '../lib/core/errors/usage-error';

/** Asks the person at the terminal; nothing but `y` or `yes` is a yes. */
export type Ask = (question: string) => Promise<boolean>;

/** Asks on stderr. Throws a `UsageError` where nobody is there to answer. */
export const askOnTerminal: Ask = async (question) => {
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'Nobody is there to confirm the plan; say --yes to carry it out, or --dry-run to see it.',
    );
  }
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
};

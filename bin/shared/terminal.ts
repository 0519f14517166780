import { UsageError } from '../../lib/contract/values/errors';

/** Asks the person at the terminal; nothing but `y` or `yes` is a yes. */
export type Ask = (request: string) => Promise<boolean>;

/** Asks the person at the terminal for a text. */
export type AskForText = (request: string) => Promise<string>;

/** Asks on stderr. Throws a `UsageError` where nobody is there to answer. */
export const askForTextOnTerminal: AskForText = async (request) => {
  if (!process.stdin.isTTY) {
    throw new UsageError(
      'Nobody is there to confirm the plan; say --yes to carry it out, or --dry-run to see it.',
    );
  }
  const { createInterface } = await import('node:readline/promises');
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await reader.question(request)).trim();
  } finally {
    reader.close();
  }
};

/** Asks on stderr. Throws a `UsageError` where nobody is there to answer. */
export const askOnTerminal: Ask = async (request) =>
  /^y(es)?$/i.test(await askForTextOnTerminal(`${request} [y/N] `));

/** Where a command writes: answers to stdout, everything else to stderr. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether a person watches stderr, so that lines may be written over. */
  readonly isWatched?: boolean;
  /** How many columns stdout has; none where no terminal reads it. */
  readonly columns?: number;
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  // A terminal without a width, as some logs have, would get a line for each character.
  isWatched: process.stderr.isTTY && process.stderr.columns > 0,
  ...(process.stdout.isTTY && process.stdout.columns > 0 ? { columns: process.stdout.columns } : {}),
};

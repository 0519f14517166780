/** Where a command writes: answers to stdout, everything else to stderr. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether a person watches stderr, so that lines may be written over. */
  readonly isWatched?: boolean;
}

/** The terminal of this process. */
export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  // A terminal without a width, as some logs have, would get a line for each character.
  isWatched: process.stderr.isTTY && process.stderr.columns > 0,
};

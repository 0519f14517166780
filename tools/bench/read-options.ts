import { parseArgs } from 'node:util';
import { BenchError } from './bench-error';

/** How the benchmark is to run. */
export interface BenchOptions {
  readonly json: boolean;
  readonly help: boolean;
  /** How often each poll is measured. */
  readonly rounds: number;
}

/** Reads the arguments of the benchmark; throws a `BenchError` where they are no such arguments. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { json, help, rounds } = parse(args);
  if (!/^[1-9]\d?$/.test(rounds)) {
    throw new BenchError(`A number of rounds is from 1 to 99; got: '${rounds}'.`);
  }
  return { json, help, rounds: Number(rounds) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '5' },
      },
    }).values;
  } catch (error) {
    throw new BenchError(error instanceof Error ? error.message : String(error));
  }
}

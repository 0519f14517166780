import { hideSecrets } from './hide-secrets';

/** Writes one line. */
export type Write = (line: string) => void;

/** A log whose lines are JSON, with the same fields in each. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, error: unknown): void;
}

/** Makes a log; `shared` stands in each line, such as the pipeline's name. */
export function createLog(shared: Readonly<Record<string, unknown>>, write: Write = toStandardOutput): Log {
  const line = (level: string, message: string, fields: Readonly<Record<string, unknown>>) => {
    write(JSON.stringify({ level, message, ...shared, ...fields }, hideSecrets));
  };
  return {
    info: (message, fields = {}) => {
      line('info', message, fields);
    },
    error: (message, error) => {
      const {
        name,
        message: reason,
        stack,
      } = error instanceof Error ? error : { name: 'Error', message: String(error), stack: undefined };
      line('error', message, { error: name, reason, stack });
    },
  };
}

/** A line as it is: Lambda puts nothing around what is written so. */
export function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}

import type { CommandRow } from './commands/command-row';
import { COMPUTE_COMMANDS } from './commands/compute-commands';
import { DATA_COMMANDS } from './commands/data-commands';
import type { ServiceId } from './service-models';

/** A row of the table together with its place in it. */
export interface SentCommand extends CommandRow {
  readonly service: ServiceId;
  readonly operation: string;
  /** The page that says what the command needs. */
  readonly source: string;
}

/**
 * Every command that Winbake sends: what its caller must be allowed, on which resources, with which condition keys, and the page
 * that says so. A command without a row is refused by the simulated account.
 */
export const COMMANDS: readonly SentCommand[] = [...DATA_COMMANDS, ...COMPUTE_COMMANDS].flatMap(
  ({ service, source, rows }) =>
    Object.entries(rows).map(([operation, row]) => ({ source, ...row, service, operation })),
);

const BY_NAME = new Map(COMMANDS.map((row) => [`${row.service}.${row.operation}`, row]));

/** The row of a command, or undefined where the table has none. */
export function commandRow(service: ServiceId, operation: string): SentCommand | undefined {
  return BY_NAME.get(`${service}.${operation}`);
}

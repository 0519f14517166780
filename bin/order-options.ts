import { Option } from 'commander';
import { UsageError } from '../lib/contract/values/errors';

/** What every command that changes something says. */
export interface OrderOptions {
  readonly reason?: string;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** The options of every command that changes something, each made anew for its command. */
export function orderOptions(): readonly Option[] {
  return [
    new Option('--reason <text>', 'why; it is kept, and shown to others'),
    new Option('--by <name>', 'in whose name (default: the ARN of the credentials)'),
    new Option('--dry-run', 'show the plan and change nothing'),
    new Option('-y, --yes', 'carry the plan out without asking'),
    new Option('--json', 'print one JSON document'),
  ];
}

/** Who orders and why. */
export function saying({ by, reason }: OrderOptions, callerArn: string) {
  return { by: by ?? callerArn, reason: reason ?? 'a dry run' };
}

/** Throws a `UsageError` where something is to be changed and nobody says why. */
export function checkReason({ dryRun, reason }: Pick<OrderOptions, 'dryRun' | 'reason'>): void {
  if (dryRun !== true && reason === undefined) {
    throw new UsageError(
      `Say why with --reason "...": others will read it. To see the plan only, say --dry-run.`,
    );
  }
}

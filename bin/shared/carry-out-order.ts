import { Option } from 'commander';
import type { OperateAnswer } from '../../lib/contract/documents/operate-request';
import { UsageError } from '../../lib/contract/values/errors';
import { printable } from '../../lib/contract/values/printable';
import { ExitCode } from './exit-code';
import { printAnswer, wrapText } from './layout';
import type { Ask, Terminal } from './terminal';

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
    new Option('--reason <text>', 'why; it is kept, and shown to others (required unless --dry-run)'),
    new Option('--by <name>', 'in whose name (default: the ARN of the credentials)'),
    new Option('--dry-run', 'show the plan and change nothing'),
    new Option('-y, --yes', 'carry the plan out without asking'),
    new Option('--json', 'print one JSON document'),
  ];
}

/** Who orders and why. */
export function operatorNote({ by, reason }: OrderOptions, callerArn: string) {
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

/** A plan for people: what changes, and why. */
function planText({ changes, reasons }: Pick<OperateAnswer, 'changes' | 'reasons'>): string {
  const does = changes.length === 0 ? ['Nothing to do.'] : ['Plan:', ...changes.map((line) => `  ${line}`)];
  const why = reasons.length === 0 ? [] : ['Because:', ...reasons.map((line) => `  ${line}`)];
  return [...does, ...why].map((line) => `${printable(line)}\n`).join('');
}

/** An order that shows its plan, asks, and is carried out. */
interface Order {
  readonly terminal: Terminal;
  readonly ask: Ask;
  readonly options: OrderOptions;
  /** Whether a plan without changes is a no. */
  readonly mayRefuse: boolean;
  /** Plans it, and unless `dryRun` carries it out. */
  readonly send: (dryRun: boolean) => Promise<OperateAnswer>;
}

/** Shows the plan of an order, asks the person unless he said yes, and carries it out. */
export async function carryOutOrder({ ask, mayRefuse, options, send, terminal }: Order): Promise<ExitCode> {
  const isDry = options.dryRun === true;
  const plan = await send(true);
  const show = (answer: OperateAnswer) => {
    printAnswer(terminal, options.json, {
      schema: 'winbake.order/1',
      document: answer,
      text: () => planText(answer) + outcome(answer, isDry),
    });
  };
  if (isDry || plan.changes.length === 0) {
    show(plan);
    return plan.changes.length === 0 && mayRefuse ? ExitCode.NO : ExitCode.DONE;
  }
  if (options.yes !== true) {
    terminal.err(wrapText(planText(plan), terminal.columns));
    if (!(await ask('Carry it out?'))) {
      terminal.err('Nothing was changed.\n');
      return ExitCode.NO;
    }
  }
  show(await send(false));
  return ExitCode.DONE;
}

function outcome({ changes, done }: OperateAnswer, isDry: boolean): string {
  if (done) {
    return 'Done.\n';
  }
  return isDry && changes.length > 0 ? 'A dry run: nothing was changed.\n' : '';
}

import type { OperateAnswer } from '../lib/contract/documents/operate-request';
import type { Ask } from './confirm';
import { ExitCode } from './exit-code';
import type { OrderOptions } from './order-options';
import { planText } from './plan-text';
import type { Terminal } from './terminal';

/** An order that shows its plan, asks, and is carried out. */
export interface Order {
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
    terminal.out(
      options.json === true
        ? `${JSON.stringify(answer, null, 2)}\n`
        : planText(answer) + outcome(answer, isDry),
    );
  };
  if (isDry || plan.changes.length === 0) {
    show(plan);
    return plan.changes.length === 0 && mayRefuse ? ExitCode.NO : ExitCode.DONE;
  }
  if (options.yes !== true) {
    terminal.err(planText(plan));
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

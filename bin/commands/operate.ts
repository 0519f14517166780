import { Command } from 'commander';
import { operateRequestSchema } from '../../lib/contract/documents/operate-request';
import { UsageError } from '../../lib/contract/values/errors';
import type { PipelineAccess } from '../pipeline-access';
import type { Ask } from '../confirm';
import { carryOutOrder } from '../carry-out-order';
import type { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import { checkReason, orderOptions, saying, type OrderOptions } from '../order-options';
import { pipelineOptions, type PipelineOptions } from '../pipeline-options';
import type { Terminal } from '../terminal';
import { VERBS, type VerbCommand, type VerbOptions } from '../verbs';

type OperateOptions = PipelineOptions & VerbOptions & OrderOptions;

/** What the verbs work with. */
export interface OperateTools {
  readonly open: (options: PipelineOptions) => Promise<PipelineAccess>;
  readonly ask: Ask;
  readonly now: () => Date;
}

/** The commands that change a pipeline: each shows its plan, asks, and carries it out in the caller's name. */
export function operateCommands(terminal: Terminal, finish: Finish, tools: OperateTools): readonly Command[] {
  return VERBS.map((verb) => {
    const command = new Command(verb.verb).summary(verb.summary).description(verb.description);
    if (verb.argument !== undefined) {
      command.argument(...verb.argument);
    }
    for (const option of [...pipelineOptions(), ...verb.options(), ...orderOptions()]) {
      command.addOption(option);
    }
    return command
      .addHelpText('after', `\nExample:\n  ${verb.example}\n`)
      .action(async (...given: unknown[]) => {
        const argument = verb.argument === undefined ? '' : String(given[0]);
        const options = given[verb.argument === undefined ? 0 : 1] as OperateOptions;
        finish(await carryOut({ verb, terminal, tools, options, argument }));
      });
  });
}

interface Run {
  readonly verb: VerbCommand;
  readonly terminal: Terminal;
  readonly tools: OperateTools;
  readonly options: OperateOptions;
  readonly argument: string;
}

async function carryOut({ argument, options, terminal, tools, verb }: Run): Promise<ExitCode> {
  checkReason(options);
  const own = verb.request(options, tools.now(), argument);
  checkWish(own, options);
  const access = await tools.open(options);
  const word = saying(options, access.caller.arn);
  return carryOutOrder({
    terminal,
    ask: tools.ask,
    options,
    mayRefuse: verb.mayRefuse,
    send: (dryRun) => access.operate({ ...own, ...word, dryRun } as never),
  });
}

/** What the service would refuse is refused before anybody signs in. */
function checkWish(own: object, options: OperateOptions): void {
  const parsed = operateRequestSchema.safeParse({
    ...own,
    by: options.by ?? 'me',
    reason: options.reason ?? 'x',
    dryRun: true,
  });
  const [issue] = parsed.error?.issues ?? [];
  if (issue !== undefined) {
    throw new UsageError(`The option --${issue.path.join('.')} ${issue.message}.`);
  }
}

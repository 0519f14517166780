import { Command, Option } from 'commander';
import { operateRequestSchema, type OperateAnswer } from '../../lib/core/contracts/operate-request';
import { UsageError } from '../../lib/core/errors/usage-error';
import type { PipelineAccess } from '../pipeline-access';
import type { Ask } from '../confirm';
import { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import { pipelineOptions, type PipelineOptions } from '../pipeline-options';
import { planText } from '../plan-text';
import type { Terminal } from '../terminal';
import { VERBS, type VerbCommand, type VerbOptions } from '../verbs';

interface OperateOptions extends PipelineOptions, VerbOptions {
  readonly reason?: string;
  readonly by?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

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
    for (const option of [...pipelineOptions(), ...verb.options(), ...sharedOptions()]) {
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

function sharedOptions(): readonly Option[] {
  return [
    new Option('--reason <text>', 'why; it is kept, and shown to others'),
    new Option('--by <name>', 'in whose name (default: the ARN of the credentials)'),
    new Option('--dry-run', 'show the plan and change nothing'),
    new Option('-y, --yes', 'carry the plan out without asking'),
    new Option('--json', 'print one JSON document'),
  ];
}

interface Run {
  readonly verb: VerbCommand;
  readonly terminal: Terminal;
  readonly tools: OperateTools;
  readonly options: OperateOptions;
  readonly argument: string;
}

async function carryOut({ argument, options, terminal, tools, verb }: Run): Promise<ExitCode> {
  const isDry = options.dryRun === true;
  if (!isDry && options.reason === undefined) {
    throw new UsageError(
      `Say why with --reason "...": others will read it. To see the plan only, say --dry-run.`,
    );
  }
  const own = verb.request(options, tools.now(), argument);
  checkWish(own, options);
  const access = await tools.open(options);
  const word = { by: options.by ?? access.caller.arn, reason: options.reason ?? 'a dry run' };
  const send = (dryRun: boolean) => access.operate({ ...own, ...word, dryRun } as never);
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
    return plan.changes.length === 0 && verb.mayRefuse ? ExitCode.NO : ExitCode.DONE;
  }
  if (options.yes !== true) {
    terminal.err(planText(plan));
    if (!(await tools.ask('Carry it out?'))) {
      terminal.err('Nothing was changed.\n');
      return ExitCode.NO;
    }
  }
  show(await send(false));
  return ExitCode.DONE;
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

function outcome({ changes, done }: OperateAnswer, isDry: boolean): string {
  if (done) {
    return 'Done.\n';
  }
  return isDry && changes.length > 0 ? 'A dry run: nothing was changed.\n' : '';
}

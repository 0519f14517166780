import { Command } from 'commander';
import { enabledRegions, pipelineLeftovers } from '../../lib/aws/cleanup/orphaned-resources';
import { explaining } from '../../lib/aws/explain-failure';
import { UsageError } from '../../lib/contract/values/errors';
import { type Leftover, applyDestroy, readDestroyPlan } from '../../lib/core/cleanup/destroy';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { signIn } from '../shared/pipeline-access';
import { PIPELINE_NAME, placeOptions, type PipelineOptions } from '../shared/pipeline-place';
import { formatTable } from '../shared/table';
import type { AskForText, Terminal } from '../shared/terminal';

/** Which leftovers are meant. */
export interface DestroyOptions extends PipelineOptions {
  readonly regions?: readonly string[];
  readonly bucket?: string;
  readonly nothingElsewhere?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What is left of a pipeline, ready to be looked at and taken away. */
export interface LeftoversAccess {
  readonly account: string;
  readonly region: string;
  readonly plan: () => Promise<readonly Leftover[]>;
  readonly apply: (plan: readonly Leftover[]) => Promise<void>;
}

/** Finds what a deleted stack has left. */
export type OpenLeftovers = (options: DestroyOptions) => Promise<LeftoversAccess>;

/** What the command works with. */
export interface DestroyTools {
  readonly open: OpenLeftovers;
  readonly ask: AskForText;
}

const NOTES = `
What it finds by name and tag: AMIs with their snapshots, Image Builder's records of them, components and workflows that were
replaced, parameters, log groups, the bucket and the key. What anything uses stays, and so does what was shared with accounts that cannot be looked at from here: with
--nothing-elsewhere you say that you have looked. Run it again for what stayed. It needs the rights to read and delete these;
where a region is closed to you, name the others with --regions.
`;

/** `winbake pipeline destroy`: takes away what a deleted stack has left. */
export function destroyCommand(terminal: Terminal, finish: Finish, tools: DestroyTools): Command {
  const command = new Command('destroy')
    .description(
      'Lists what a pipeline whose stack is deleted has left, with the reason why it goes or stays, and takes away what ' +
        'nothing uses once its name is typed. It refuses while the stack is there.',
    )
    .argument(...PIPELINE_NAME);
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command
    .option('--regions <list>', 'where to look besides (default: every region of the account)', parseRegions)
    .option('--bucket <name>', 'the bucket, where it does not have the tag winbake:pipeline')
    .option('--nothing-elsewhere', 'you have looked: no other account uses its AMIs or key')
    .option('--dry-run', 'show the plan and change nothing')
    .option('-y, --yes', 'carry the plan out without asking')
    .option('--json', 'print one JSON document')
    .action(async (pipeline: string, options: Omit<DestroyOptions, 'pipeline'>) => {
      finish(await carryOut(terminal, tools, { ...options, pipeline }));
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    exitCodes: '0 done, or nothing is left; 3 the stack is still there, or the name was not typed.',
    examples: [
      ['winbake pipeline destroy 2022-core --dry-run'],
      ['winbake pipeline destroy 2022-core --regions eu-central-1,eu-west-1'],
    ],
  });
}

async function carryOut(terminal: Terminal, tools: DestroyTools, options: DestroyOptions): Promise<ExitCode> {
  const { pipeline } = options;
  const { account, apply, plan: read, region } = await tools.open(options);
  const plan = await read();
  const going = plan.filter(({ action }) => action === 'remove');
  const show = (done: boolean) => {
    printAnswer(terminal, options.json, {
      schema: 'winbake.pipeline-destroy/1',
      document: { pipeline, account, region, leftovers: plan, done },
      text: (width) => planText(plan, width) + outcome(going.length, done, options.dryRun === true),
    });
  };
  if (options.dryRun === true || going.length === 0) {
    show(false);
    return ExitCode.DONE;
  }
  if (options.yes !== true) {
    terminal.err(planText(plan, terminal.columns));
    const typed = await tools.ask(`Type the pipeline's name to remove these ${going.length}: `);
    if (typed !== pipeline) {
      terminal.err('That is not its name; nothing was changed.\n');
      return ExitCode.NO;
    }
  }
  await apply(plan);
  show(true);
  return ExitCode.DONE;
}

function planText(plan: readonly Leftover[], width?: number): string {
  return plan.length === 0
    ? ''
    : formatTable(
        ['action', 'what', 'region', 'which', 'because'].map((title) => ({ title })),
        plan.map(({ action, id, kind, reasons, region }) => [action, kind, region, id, reasons.join('; ')]),
        width,
      );
}

function outcome(count: number, done: boolean, isDry: boolean): string {
  if (done) {
    return `Removed ${count}.\n`;
  }
  return count === 0
    ? 'There is nothing to remove.\n'
    : isDry
      ? `A dry run: nothing was changed, ${count} would go.\n`
      : '';
}

function parseRegions(text: string): readonly string[] {
  const regions = text.split(',');
  const wrong = regions.find((region) => !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region));
  if (wrong !== undefined) {
    throw new UsageError(`Regions are such as eu-central-1,eu-west-1; got: '${wrong}'.`);
  }
  return regions;
}

/** Finds what a deleted stack has left, with the caller's credentials. */
export const openLeftovers: OpenLeftovers = async (options) => {
  const { caller, region } = await signIn(options);
  const place = { doing: `destroy ${options.pipeline}`, region };
  const [, partition = 'aws'] = caller.arn.split(':');
  const regions = await explaining(place, async () => {
    const wanted = options.regions ?? (await enabledRegions(region));
    return [...new Set([region, ...wanted])];
  });
  const destroyed = {
    pipeline: options.pipeline,
    parameterPrefix: options.prefix,
    account: caller.account,
    region,
    regions,
    nothingElsewhere: options.nothingElsewhere === true,
  };
  const leftovers = pipelineLeftovers({ ...destroyed, partition, bucket: options.bucket });
  return {
    account: caller.account,
    region,
    plan: () => explaining(place, () => readDestroyPlan(leftovers, destroyed)),
    apply: (plan) => explaining(place, () => applyDestroy(leftovers, destroyed, plan)),
  };
};

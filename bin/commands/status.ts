import { Command, Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import type { PipelineStatus } from '../../lib/core/housekeeping/pipeline-status';
import { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import { placeOptions, type PlaceOptions } from '../pipeline-options';
import { channelTable, statusText } from '../status-text';
import type { Terminal } from '../terminal';

interface StatusOptions extends PlaceOptions {
  readonly pipeline?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** Reads how the named pipelines stand, or all of the place. */
export type ReadStatus = (
  place: PlaceOptions,
  name: string | undefined,
) => Promise<readonly PipelineStatus[]>;

const EXAMPLES = `
Examples:
  winbake status -p 2022-core     one pipeline: what people set by hand, rebake, notices, channels
  winbake status --all            every pipeline of this account and region
`;

/** `winbake status`: how a pipeline stands. */
export function statusCommand(terminal: Terminal, finish: Finish, read: ReadStatus): Command {
  const command = new Command('status')
    .summary('say how a pipeline stands')
    .description(
      'Says how a pipeline stands: what people set by hand first, then its rebake, notices and channels.',
    )
    .option('-p, --pipeline <name>', 'name of the pipeline, such as 2022-core')
    .addOption(new Option('--all', 'every pipeline of this account and region').conflicts('pipeline'));
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  return command
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(async (options: StatusOptions) => {
      if (options.pipeline === undefined && options.all !== true) {
        throw new UsageError('Say which pipeline with --pipeline NAME, or --all.');
      }
      const all = await read(options, options.pipeline);
      terminal.out(
        options.json === true ? `${JSON.stringify(jsonOf(all, options), null, 2)}\n` : textOf(all),
      );
      finish(ExitCode.DONE);
    });
}

function jsonOf(all: readonly PipelineStatus[], { pipeline }: StatusOptions): unknown {
  return pipeline === undefined ? { pipelines: all } : all[0];
}

function textOf(all: readonly PipelineStatus[]): string {
  const [first, ...others] = all;
  if (first === undefined) {
    return 'There is no pipeline here.\n';
  }
  return others.length === 0 ? statusText(first) : channelTable(all) + heldLines(all);
}

function heldLines(all: readonly PipelineStatus[]): string {
  const held = all.filter(({ hold }) => hold !== null);
  return held
    .map(({ hold, pipeline }) => `${pipeline} is held until ${hold?.until ?? ''} by ${hold?.by ?? ''}.\n`)
    .join('');
}

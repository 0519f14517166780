import { Option, Command } from 'commander';
import {
  type OperateRequest,
  type OperateVerb,
  operateRequestSchema,
} from '../../lib/contract/documents/operate-request';
import { UsageError } from '../../lib/contract/values/errors';
import {
  carryOutOrder,
  checkReason,
  orderOptions,
  saying,
  type OrderOptions,
} from '../shared/carry-out-order';
import type { ExitCode, Finish } from '../shared/exit-code';
import { parseDuration } from '../shared/option-values';
import { type PipelineAccess, pipelineOptions, type PipelineOptions } from '../shared/pipeline-access';
import type { Ask, Terminal } from '../shared/terminal';

/** The part of a request that a verb's own options make. */
type OwnPart = Omit<OperateRequest, 'by' | 'reason' | 'dryRun'>;

/** A verb of the command line that changes a pipeline. */
interface VerbCommand {
  readonly verb: OperateVerb;
  readonly summary: string;
  readonly description: string;
  readonly example: string;
  readonly options: () => readonly Option[];
  readonly argument?: readonly [name: string, description: string];
  /** Whether a plan without changes is a no. */
  readonly mayRefuse: boolean;
  readonly request: (options: VerbOptions, now: Date, argument: string) => OwnPart;
}

/** What the verbs' own options say. */
interface VerbOptions {
  /** Seconds from now. */
  readonly for?: number;
  readonly despiteCanaries?: boolean;
  readonly force?: boolean;
  readonly kb?: string;
}

const HOW_LONG = () => [
  new Option('--for <duration>', 'how long, such as 12h or 3d, 60d at most (default: 14d)').argParser(
    parseDuration,
  ),
];

function until({ for: seconds }: VerbOptions, now: Date): { readonly until?: string } {
  return seconds === undefined ? {} : { until: new Date(now.getTime() + seconds * 1000).toISOString() };
}

/** The verbs that change a pipeline, in the order of the help. */
const VERBS: readonly VerbCommand[] = [
  {
    verb: 'rebake',
    summary: 'look now, or with --force bake now',
    description:
      'Starts a rebake. With --force it bakes at once with the newest accepted image set that is not newer than the host, ' +
      'and ends a rebake that only waits.',
    example: 'winbake rebake -p 2022-core --force --kb KB5066782 --reason "CVE-2025-59287"',
    options: () => [
      new Option('--force', 'bake whether it is due or not'),
      new Option('--kb <update>', 'fail the bake where this update is not there afterwards; needs --force'),
    ],
    mayRefuse: true,
    request: ({ force = false, kb }) => ({ verb: 'rebake', force, ...(kb === undefined ? {} : { kb }) }),
  },
  {
    verb: 'cancel',
    summary: 'end the rebake or bake that is under way',
    description:
      'Ends what is under way. The same order is not baked again until an input changes or it is forced.',
    example: 'winbake cancel -p 2022-core --reason "wrong recipe"',
    options: () => [],
    mayRefuse: true,
    request: () => ({ verb: 'cancel' }),
  },
  {
    verb: 'hold',
    summary: 'keep fleets from getting newer publications',
    description: 'Holds promotion: bakes go on, and `current` stays where it is until the hold ends.',
    example: 'winbake hold -p 2022-core --for 3d --reason "release week"',
    options: HOW_LONG,
    mayRefuse: false,
    request: (options, now) => ({ verb: 'hold', ...until(options, now) }),
  },
  {
    verb: 'unhold',
    summary: 'end a hold',
    description: 'Ends the hold; what is due is promoted at the next look, within 15 minutes.',
    example: 'winbake unhold -p 2022-core --reason "release is out"',
    options: () => [],
    mayRefuse: false,
    request: () => ({ verb: 'unhold' }),
  },
  {
    verb: 'promote',
    summary: 'give fleets the newest publication now',
    description: 'Moves `current` to `latest` now, in every region and account. A hold must be ended before.',
    example: 'winbake promote -p 2022-core --reason "canary is well"',
    options: () => [new Option('--despite-canaries', 'also where it failed on a canary fleet')],
    mayRefuse: true,
    request: ({ despiteCanaries }) => ({
      verb: 'promote',
      ...(despiteCanaries === true ? { despiteCanaries } : {}),
    }),
  },
  {
    verb: 'rollback',
    summary: 'give fleets the publication before',
    description:
      'Moves `current` back to `previous` and holds promotion, so that fleets go back and stay there.',
    example: 'winbake rollback -p 2022-core --reason "tasks fail to start"',
    options: HOW_LONG,
    mayRefuse: true,
    request: (options, now) => ({ verb: 'rollback', ...until(options, now) }),
  },
  {
    verb: 'accept',
    summary: 'let the gate pass one finding',
    description:
      'Records that a person passes one finding of the gate, by its name as `status` and messages say it.',
    example:
      'winbake accept -p 2022-core "WENT_BACK servercore 10.0.20348.3328" --reason "Microsoft said so"',
    options: () => [],
    argument: ['<finding>', 'code, family and version of the finding, in quotes'],
    mayRefuse: false,
    request: (_options, _now, finding) => ({ verb: 'accept', finding }),
  },
  {
    verb: 'prune',
    summary: 'deprecate and remove AMIs that nothing needs',
    description:
      'Says of every AMI of the pipeline why it stays or goes; deprecates what may go, and removes it a week later. It runs ' +
      'by itself once a day.',
    example: 'winbake prune -p 2022-core --dry-run',
    options: () => [],
    mayRefuse: false,
    request: () => ({ verb: 'prune' }),
  },
];

type OperateOptions = PipelineOptions & VerbOptions & OrderOptions;

/** What the verbs work with. */
interface OperateTools {
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

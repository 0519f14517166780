import { Option, Command } from 'commander';
import {
  type OperateRequest,
  type OperateVerb,
  operateRequestSchema,
} from '../../lib/contract/documents/operate-request';
import { UsageError } from '../../lib/contract/values/errors';
import { holdOverride } from '../../lib/core/bake/hold';
import {
  carryOutOrder,
  checkReason,
  orderOptions,
  operatorNote,
  type OrderOptions,
} from '../shared/carry-out-order';
import type { ExitCode, Finish } from '../shared/exit-code';
import { parseDuration } from '../shared/option-values';
import { addHelp } from '../shared/help';
import { type PipelineAccess } from '../shared/pipeline-access';
import { PIPELINE_NAME, placeOptions, type PipelineOptions } from '../shared/pipeline-place';
import type { Ask, Terminal } from '../shared/terminal';

export { openPipeline } from '../shared/pipeline-access';

/** The part of a request that a verb's own options make. */
type OwnPart = OperateRequest extends infer One
  ? One extends OperateRequest
    ? Omit<One, 'by' | 'reason' | 'dryRun'>
    : never
  : never;

/** A verb of the command line that changes a pipeline. */
interface VerbCommand {
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
const VERBS: Readonly<Record<OperateVerb, VerbCommand>> = {
  rebake: {
    description:
      'Starts a rebake. With --force it bakes at once with the newest accepted image set that is not newer than the host, ' +
      'and ends a rebake that only waits.',
    example: 'winbake pipeline rebake 2022-core --force --kb KB5066782 --reason "CVE-2025-59287"',
    options: () => [
      new Option('--force', 'bake whether it is due or not'),
      new Option('--kb <update>', 'fail the bake where this update is not there afterwards; needs --force'),
    ],
    mayRefuse: true,
    request: ({ force = false, kb }) => ({ verb: 'rebake', force, ...(kb === undefined ? {} : { kb }) }),
  },
  cancel: {
    description:
      'Ends what is under way. The same order is not baked again until an input changes or it is forced.',
    example: 'winbake pipeline cancel 2022-core --reason "wrong recipe"',
    options: () => [],
    mayRefuse: true,
    request: () => ({ verb: 'cancel' }),
  },
  hold: {
    description:
      'Holds promotion and rollouts: bakes go on, `current` stays, and fleets stop where they are.',
    example: 'winbake pipeline hold 2022-core --for 3d --reason "release week"',
    options: HOW_LONG,
    mayRefuse: false,
    request: (options, now) => ({ verb: 'hold', ...until(options, now) }),
  },
  unhold: {
    description: 'Ends the hold; what is due is promoted at the next poll, within 15 minutes.',
    example: 'winbake pipeline unhold 2022-core --reason "release is out"',
    options: () => [],
    mayRefuse: false,
    request: () => ({ verb: 'unhold' }),
  },
  promote: {
    description: 'Moves `current` to `latest` now, in every region and account. A hold must be ended before.',
    example: 'winbake pipeline promote 2022-core --reason "canary is well"',
    options: () => [new Option('--despite-canaries', 'also where it failed on a canary fleet')],
    mayRefuse: true,
    request: ({ despiteCanaries }) => ({
      verb: 'promote',
      ...(despiteCanaries === true ? { despiteCanaries } : {}),
    }),
  },
  rollback: {
    description:
      'Moves `current` back to `previous` and holds promotion, so that fleets go back and stay there.',
    example: 'winbake pipeline rollback 2022-core --reason "tasks fail to start"',
    options: HOW_LONG,
    mayRefuse: true,
    request: (options, now) => ({ verb: 'rollback', ...until(options, now) }),
  },
  revoke: {
    description:
      'Revokes a publication: it is never promoted, rolled to or gone back to, fleets that run it leave it first, and EC2 ' +
      'refuses launches from its AMIs once nothing uses them. The same is not baked again until an input changes or it is forced.',
    example: 'winbake pipeline revoke 2022-core 20348.4294-1 --reason "its driver leaks memory"',
    options: () => [],
    argument: ['<publication>', 'its id, a channel, an OS version or one of its AMIs'],
    mayRefuse: false,
    request: (_options, _now, publication) => ({ verb: 'revoke', publication }),
  },
  restore: {
    description:
      'Restores what was revoked: its AMIs can be launched again, are shared as before, and it is promoted where it is the newest.',
    example: 'winbake pipeline restore 2022-core 20348.4294-1 --reason "it was the app"',
    options: () => [],
    argument: ['<publication>', 'its id or one of its AMIs'],
    mayRefuse: false,
    request: (_options, _now, publication) => ({ verb: 'restore', publication }),
  },
  accept: {
    description:
      'Records that a person passes one finding of the gate, by its name as `status` and messages say it.',
    example:
      'winbake pipeline accept 2022-core "WENT_BACK servercore 10.0.20348.3328" --reason "Microsoft said so"',
    options: () => [],
    argument: ['<finding>', 'code, family and version of the finding, in quotes'],
    mayRefuse: false,
    request: (_options, _now, finding) => ({ verb: 'accept', finding }),
  },
  prune: {
    description:
      'Says of every AMI of the pipeline why it stays or goes; deprecates what may go, and removes it a week later. It runs ' +
      'by itself once a day.',
    example: 'winbake pipeline prune 2022-core --dry-run',
    options: () => [],
    mayRefuse: false,
    request: () => ({ verb: 'prune' }),
  },
};

type OperateOptions = PipelineOptions & VerbOptions & OrderOptions;

/** What the verbs work with. */
interface OperateTools {
  readonly open: (options: PipelineOptions) => Promise<PipelineAccess>;
  readonly ask: Ask;
  readonly now: () => Date;
}

/** The command of one verb that changes a pipeline: it shows its plan, asks, and carries it out in the caller's name. */
export function operateCommand(
  name: OperateVerb,
  terminal: Terminal,
  finish: Finish,
  tools: OperateTools,
): Command {
  const verb = VERBS[name];
  const command = new Command(name).description(verb.description).argument(...PIPELINE_NAME);
  if (verb.argument !== undefined) {
    command.argument(...verb.argument);
  }
  for (const option of [...placeOptions(), ...verb.options(), ...orderOptions()]) {
    command.addOption(option);
  }
  command.action(async (pipeline: string, ...given: unknown[]) => {
    const argument = verb.argument === undefined ? '' : String(given[0]);
    const own = given[verb.argument === undefined ? 0 : 1] as Omit<OperateOptions, 'pipeline'>;
    finish(await carryOut({ verb, terminal, tools, options: { ...own, pipeline }, argument }));
  });
  return addHelp(command, terminal, { examples: [[verb.example]] });
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
  checkWish(own, options, tools.now());
  const access = await tools.open(options);
  const override = operatorNote(options, access.caller.arn);
  return carryOutOrder({
    terminal,
    ask: tools.ask,
    options,
    mayRefuse: verb.mayRefuse,
    send: (dryRun) => access.operate({ ...own, ...override, dryRun }),
  });
}

/** What the service would refuse is refused before anybody signs in. */
function checkWish(own: OwnPart, options: OperateOptions, now: Date): void {
  if ('until' in own && own.until !== undefined) {
    holdOverride({ by: 'me', reason: 'x' }, now, new Date(own.until));
  }
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
  if (own.verb === 'rebake' && own.kb !== undefined && !own.force) {
    throw new UsageError('The option --kb needs --force: it is checked in the bake that --force starts.');
  }
}

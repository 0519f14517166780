import { Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { percentile } from '../../lib/contract/values/percentile';
import { printable } from '../../lib/contract/values/printable';
import type { TrialRun } from '../../lib/core/prove/run-trial';
import { MAX_USD, planTrial, trialLimits, USD_PER_HOUR } from '../../lib/core/prove/trial-plan';
import { ExitCode, interruptible } from '../shared/exit-code';
import { printAnswer, wrapText } from '../shared/layout';
import type { PipelineOptions, PlaceOptions } from '../shared/pipeline-place';
import type { Ask, Terminal } from '../shared/terminal';
import type { OpenTrials, PipelineTrials, TriedFacts } from './trial';

/** What the command line says of a trial. */
export interface TrialOptions extends PlaceOptions {
  readonly run?: boolean;
  readonly clean?: boolean;
  readonly maxUsd?: number;
  readonly usdPerHour?: number;
  readonly instanceType?: string;
  readonly subnets?: readonly string[];
  readonly securityGroup?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What trials are run with. */
export interface TrialTools {
  readonly open: OpenTrials;
  readonly ask: Ask;
}

/** As fleets have it unless they say another. */
const INSTANCE_TYPE = 'm6i.xlarge';

/** The options of trials, each made anew for its command. */
export function trialOptions(): readonly Option[] {
  return [
    new Option('--run', 'bake once and roll a fleet of its own, which is made and taken away').conflicts(
      'clean',
    ),
    new Option('--clean', 'take away what a trial left that was cut off'),
    new Option('--max-usd <usd>', `with --run: what it may cost at most (default: ${MAX_USD})`).argParser(
      parseUsd,
    ),
    new Option(
      '--usd-per-hour <usd>',
      `with --run: what an instance costs an hour, the dearest of bake and fleet (default: ${USD_PER_HOUR})`,
    ).argParser(parseUsd),
    new Option(
      '--instance-type <type>',
      `with --run: the type of the fleet's instances (default: ${INSTANCE_TYPE})`,
    ),
    new Option(
      '--subnets <id...>',
      'with --run: where the instances stand; needs --security-group (default: the default VPC)',
    ),
    new Option(
      '--security-group <id>',
      'with --run: the security group of the instances, which lets them out',
    ),
    new Option('--dry-run', 'with --run or --clean: show the plan and change nothing'),
    new Option('-y, --yes', 'with --run or --clean: carry the plan out without asking'),
  ];
}

function parseUsd(text: string): number {
  const usd = /^\d{1,6}(?:\.\d{1,4})?$/.test(text) ? Number(text) : 0;
  if (usd <= 0) {
    throw new UsageError(`An amount of USD is a number such as 20 or 0.376; got: '${text}'.`);
  }
  return usd;
}

/** Throws a `UsageError` for an option that nothing comes of. */
export function checkTrialOptions(options: TrialOptions): void {
  const { clean, dryRun, instanceType, maxUsd, run, securityGroup, subnets, usdPerHour, yes } = options;
  const ofRun = {
    ...{ '--max-usd': maxUsd, '--usd-per-hour': usdPerHour, '--instance-type': instanceType },
    ...{ '--subnets': subnets, '--security-group': securityGroup },
  };
  const ofBoth = { '--dry-run': dryRun, '--yes': yes };
  const idle = [
    ...(run === true ? [] : Object.entries(ofRun)),
    ...(run === true || clean === true ? [] : Object.entries(ofBoth)),
  ].find(([, value]) => value !== undefined);
  if (idle !== undefined) {
    throw new UsageError(`The option ${idle[0]} is for a trial; say --run too.`);
  }
  if ((securityGroup === undefined) !== (subnets === undefined)) {
    throw new UsageError(
      'The options --subnets and --security-group go together: instances stand in subnets, by a group that lets them out.',
    );
  }
}

type Options = TrialOptions & PipelineOptions;

/** Shows what a trial does and costs, asks, and runs it; the exit code where it was not to be run. */
export async function carryOutTrial(
  terminal: Terminal,
  { ask, open }: TrialTools,
  options: Options,
): Promise<TriedFacts | ExitCode> {
  const { securityGroup, subnets } = options;
  const network = subnets === undefined || securityGroup === undefined ? null : { subnets, securityGroup };
  const trials = await open(options);
  const { instanceType = INSTANCE_TYPE, maxUsd = MAX_USD, usdPerHour = USD_PER_HOUR } = options;
  const plan = planTrial(trials.description, { instanceType, maxUsd, usdPerHour });
  if (options.dryRun === true) {
    const { atMostHours, atMostUsd, lines } = plan;
    printAnswer(terminal, options.json, {
      schema: 'winbake.trial-plan/1',
      document: { pipeline: options.pipeline, atMostUsd, atMostHours, plan: lines },
      text: () => `${planText(lines)}A dry run: nothing was changed.\n`,
    });
    return ExitCode.DONE;
  }
  if (!(await isAgreed(terminal, ask, options, plan.lines))) {
    return ExitCode.NO;
  }
  const { limits } = plan;
  const report = reporter(terminal);
  return interruptible((signal) => {
    signal.addEventListener('abort', () => {
      report(
        `What was made is taken away first. A second signal leaves it there: winbake prove ${options.pipeline} --clean`,
      );
    });
    return trials.run({ limits, instanceType, network }, report, signal);
  });
}

/** Takes away what trials left, once a person has seen what that is. */
export async function cleanTrials(
  terminal: Terminal,
  { ask, open }: TrialTools,
  options: Options,
): Promise<ExitCode> {
  const trials = await open(options);
  const left = await trials.left();
  const lines = left.map(
    ({ createdAt, name, status }) =>
      `take away the stack ${name} of ${createdAt.toISOString()}, ${status}, with its instances`,
  );
  const isDry = options.dryRun === true || left.length === 0;
  if (!isDry && !(await isAgreed(terminal, ask, options, lines))) {
    return ExitCode.NO;
  }
  const taken = isDry ? [] : await removed(trials, terminal);
  printAnswer(terminal, options.json, {
    schema: 'winbake.trial-removal/1',
    document: { pipeline: options.pipeline, found: left.map(({ name }) => name), taken },
    text: () =>
      left.length === 0
        ? 'Nothing of a trial is there.\n'
        : isDry
          ? `${planText(lines)}A dry run: nothing was changed.\n`
          : `${taken.map((name) => `${name} is gone.`).join('\n')}\n`,
  });
  return ExitCode.DONE;
}

async function removed(trials: PipelineTrials, terminal: Terminal): Promise<readonly string[]> {
  const done = await trials.clean(trialLimits(trials.description), reporter(terminal));
  return done.map(({ stack }) => stack);
}

async function isAgreed(
  terminal: Terminal,
  ask: Ask,
  { yes }: Pick<TrialOptions, 'yes'>,
  lines: readonly string[],
): Promise<boolean> {
  terminal.err(wrapText(planText(lines), terminal.columns));
  if (yes === true || (await ask('Carry it out?'))) {
    return true;
  }
  terminal.err('Nothing was changed.\n');
  return false;
}

function planText(lines: readonly string[]): string {
  return ['Plan:', ...lines.map((line) => `  ${line}`)].map((line) => `${printable(line)}\n`).join('');
}

function reporter(terminal: Terminal): (text: string) => void {
  return (text) => {
    terminal.err(`${wrapText(printable(text), terminal.columns)}\n`);
  };
}

/** What a trial came to, in lines. */
export function trialLines({ bake, removal, rollout }: TrialRun): readonly string[] {
  const fleet =
    rollout === null
      ? 'fleet: not made, since there was nothing new to roll'
      : `fleet: ${rollout.outcome}: ${rollout.reason}`;
  return [
    `bake: ${bake.outcome} after ${bake.minutes} min: ${bake.reason}`,
    fleet,
    ...comparison(rollout?.starts ?? []),
    ...(removal === null ? [] : [`taken away: ${removal.stack} with ${removal.taken.length} instances`]),
  ];
}

/** Plain beside baked hosts, where both were measured. */
function comparison(starts: NonNullable<TrialRun['rollout']>['starts']): readonly string[] {
  const medianOf = (isPlain: boolean) => {
    const all = starts.flatMap(({ firstTask, publication }) =>
      firstTask !== null && (publication === null) === isPlain ? firstTask : [],
    );
    return all.length === 0 ? undefined : percentile(all, 50);
  };
  const [plain, baked] = [medianOf(true), medianOf(false)];
  return plain === undefined || baked === undefined
    ? []
    : [`first task after launch: ${baked} s on a baked host, ${plain} s on a plain one (medians)`];
}

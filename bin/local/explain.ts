import { Command, Option } from 'commander';
import { parseAsOf, checkAsOf } from '../../sim/registry/history/history';
import { readHistory } from '../../sim/registry/history/read-history';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp, RequiredOption } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { placeOptions, type PlaceOptions } from '../shared/pipeline-place';
import { UsageError } from '../../lib/contract/values/errors';
import { familyTable, formatFindings } from '../shared/table';
import { drawArrivals } from '../shared/timeline-text';
import type { Terminal } from '../shared/terminal';
import { simulationOf, simulationOptions, type SimulationOptions } from './policy-options';
import { POLL_INTERVAL_SECONDS } from '../../lib/contract/values/gate-policy';
import type { Finding } from '../../lib/contract/values/finding';
import { formatOsVersion } from '../../lib/contract/values/os-version';
import { lastPatchTuesday, nextPatchTuesday } from '../../lib/core/calendar/patch-tuesday';
import { explainFamilies, type ExplainedFamily } from '../../lib/core/gate/explain-families';
import type { Decision } from '../../lib/core/gate/gate-input';
import type { BacktestOptions } from '../../sim/rehearsal/backtest/backtest-report';
import { prepareSimulation, isDone, simulateGate } from '../../sim/rehearsal/backtest/simulate-gate';

interface ExplainCommandOptions extends SimulationOptions, PlaceOptions {
  readonly asOf?: string;
  readonly json?: boolean;
}

/** `winbake explain`: why the gate decides as it does at one moment, in words. */
export function explainCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('explain')
    .description(
      'Says what the gate decides at one moment of recorded history, from what, and what happens next; or of a pipeline what it decided last, what the registry shows now, and what it would decide.',
    )
    .argument('[name]', 'pipeline of an account, such as 2022-core; without it history is explained')
    .option('--as-of <instant>', 'moment of history (default: the last one)');
  const ofHistory = simulationOptions();
  for (const option of ofHistory) {
    if (option instanceof RequiredOption) {
      option.orArgument = true;
    }
    command.addOption(option);
  }
  placeOptions().forEach((option) => command.addOption(option));
  command
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, options: ExplainCommandOptions) => {
      if (name !== undefined) {
        refuseHistory(name, options, ofHistory);
        const { explainPipeline, explainPipelineText } = await import('../pipeline/explain-pipeline');
        const live = await explainPipeline(options, name);
        printAnswer(terminal, options.json, {
          schema: 'winbake.pipeline-explanation/1',
          document: live,
          text: (width) => explainPipelineText(live, width),
        });
        finish(live.last?.decision === 'needsOperator' ? ExitCode.NO : ExitCode.DONE);
        return;
      }
      const explanation = explainDecision({
        ...simulationOf(options),
        asOf: parseAsOf(options.asOf, readHistory(options.history)),
      });
      printAnswer(terminal, options.json, {
        schema: 'winbake.explanation/1',
        document: explanation,
        text: (width) => describe(explanation, width),
      });
      finish(explanation.decision === 'needsOperator' ? ExitCode.NO : ExitCode.DONE);
    });
  return addHelp(command, terminal, {
    notes:
      'The gate is taken to have polled every 15 minutes for 100 days before, and to have baked what it ordered.',
    examples: [
      ['winbake explain --release 2022 --as-of 2025-04-08T22:00:00Z', 'a late family'],
      ['winbake explain --release 2022 --as-of 2025-04-10T18:15:00Z', 'a floating tag that went back'],
      ['winbake explain --release 2022 --as-of 2025-12-15 --line aspnet=4.8'],
      ['winbake explain 2022-core', 'what the gate of a pipeline decided last, and would decide now'],
    ],
  });
}

/** A pipeline has its own release, policy and moment. */
function refuseHistory(name: string, options: ExplainCommandOptions, ofHistory: readonly Option[]): void {
  const given = [new Option('--as-of <instant>'), ...ofHistory].filter(
    (option) => (options as unknown as Record<string, unknown>)[option.attributeName()] !== undefined,
  );
  if (given.length > 0) {
    throw new UsageError(
      `${given.map(({ long }) => long).join(' and ')} say what of recorded history to explain, and ${name} is a pipeline of an account; leave one of the two out.`,
    );
  }
}

function describe(explanation: Explanation, width?: number): string {
  const { asOf, decision, host, reason, release, published } = explanation;
  const baked = published === null ? 'nothing' : `${published.target} ${published.mode}, at ${published.at}`;
  const families = familyTable(explanation.families, width);
  const findings = explanation.findings.length === 0 ? '' : `\n${formatFindings(explanation.findings)}`;
  const orderedAt = decision === 'bake' ? asOf : (published?.at ?? null);
  const picture = drawArrivals(
    { ...explanation, bake: orderedAt === null ? null : { at: orderedAt, note: 'ordered' } },
    width,
  );
  return (
    `Windows Server ${release} at ${asOf}: ${decision}\n${reason}\n\n${picture && `${picture}\n`}${families}${findings}\n` +
    `Baked before: ${baked}. A fully updated host is at ${host ?? 'an unknown version'}.\n` +
    `Patch Tuesday was ${explanation.lastPatchTuesday}, the next is ${explanation.nextPatchTuesday}.\n` +
    `${nextText(explanation)}\n`
  );
}

function nextText({ changesAt, decision }: Explanation): string {
  const time = changesAt === null ? '' : `, or at ${changesAt} by time alone`;
  const NEXT = {
    bake: 'Next: the bake is ordered; it ends in a publication or is tried once more.',
    wait: `Next: it polls again in 15 minutes; the answer changes when a family arrives${time}.`,
    nothing: `Next: it changes when a newer image, recipe or script is there${time}.`,
    needsOperator: `Next: it stays so until an operator acts or an input changes${time}.`,
  };
  return NEXT[decision];
}

/** Why the gate decides as it does at one moment; the JSON document of `winbake explain`. */
export interface Explanation {
  readonly release: string;
  readonly asOf: string;
  readonly decision: Decision;
  readonly reason: string;
  readonly target: string | null;
  readonly families: readonly ExplainedFamily[];
  /** What was baked before, by the same gate. */
  readonly published: { readonly at: string; readonly target: string; readonly mode: string } | null;
  readonly host: string | null;
  readonly lastPatchTuesday: string;
  readonly nextPatchTuesday: string;
  /** When time alone may change the decision. */
  readonly changesAt: string | null;
  readonly findings: readonly Finding[];
}

/** What is explained. */
export type ExplainOptions = Omit<BacktestOptions, 'from' | 'to'> & { readonly asOf: Date };

/** Long enough to see a line of tags that is no longer built. */
const LOOKBACK = 100 * 24 * 3_600_000;
const TICK = POLL_INTERVAL_SECONDS * 1000;

/** Runs the gate for the 100 days before a moment, as a pipeline that was there. */
export function gateUpTo(options: ExplainOptions) {
  const { asOf } = options;
  const from = new Date(asOf.getTime() - Math.floor(LOOKBACK / TICK) * TICK);
  const { history, hostAt, simulation } = prepareSimulation({ ...options, from, to: asOf });
  checkAsOf(asOf, history);
  const { bakes, catalog, ticks } = simulateGate(simulation);
  return {
    history,
    hostAt,
    simulation,
    catalog,
    /** The last bake before that moment. */
    before: bakes.filter(isDone).findLast((bake) => bake.at < asOf),
    /** What the gate holds then. */
    held: ticks.findLast(({ at }) => at <= asOf)?.decision,
  };
}

/** Explains what the gate of a pipeline that was there says at a moment. */
function explainDecision(options: ExplainOptions): Explanation {
  const { asOf, release } = options;
  const { before, catalog, held, hostAt, simulation } = gateUpTo(options);
  const { polls } = simulation;
  const host = hostAt(asOf);
  return {
    release: release.name,
    asOf: asOf.toISOString(),
    decision: held?.decision ?? 'wait',
    reason: held?.reason ?? 'There was no poll yet.',
    target: held?.set?.target ?? null,
    families: explainFamilies(
      { now: asOf, catalog, release, policy: simulation.policy, polls: polls.at(asOf) },
      polls.extrasAt(simulation.extras ?? [], asOf),
    ),
    published:
      before === undefined
        ? null
        : { at: before.at.toISOString(), target: before.set.target, mode: before.mode },
    host: host === undefined ? null : formatOsVersion({ build: release.build, revision: host }),
    lastPatchTuesday: lastPatchTuesday(asOf).toISOString(),
    nextPatchTuesday: nextPatchTuesday(asOf).toISOString(),
    changesAt: held?.changesAt?.toISOString() ?? null,
    findings: held?.findings ?? [],
  };
}

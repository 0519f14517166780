import { Command } from 'commander';
import { parseAsOf } from '../../sim/registry/history/history';
import { readHistory } from '../../sim/registry/history/read-history';
import { explainDecision, type Explanation } from '../../sim/rehearsal/backtest/explain-decision';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { formatFindings, formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';
import { simulationOf, simulationOptions, type SimulationOptions } from './policy-options';

interface ExplainCommandOptions extends SimulationOptions {
  readonly asOf?: string;
  readonly json?: boolean;
}

/** `winbake explain`: why the gate decides as it does at one moment, in words. */
export function explainCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('explain')
    .description(
      'Says what the gate decides at one moment of recorded history, from what, and what happens next.',
    )
    .option('--as-of <instant>', 'moment of history (default: the last one)');
  simulationOptions().forEach((option) => command.addOption(option));
  command.option('--json', 'print one JSON document').action((options: ExplainCommandOptions) => {
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
      'The gate is taken to have looked every 15 minutes for 100 days before, and to have baked what it ordered.',
    examples: [
      ['winbake explain --release 2022 --as-of 2025-04-08T22:00:00Z', 'a late family'],
      ['winbake explain --release 2022 --as-of 2025-04-10T18:15:00Z', 'a floating tag that went back'],
      ['winbake explain --release 2022 --as-of 2025-12-15 --line aspnet=4.8'],
    ],
  });
}

function describe(explanation: Explanation, width?: number): string {
  const { asOf, decision, host, reason, release, published } = explanation;
  const baked = published === null ? 'nothing' : `${published.target} ${published.mode}, at ${published.at}`;
  const families = formatTable(
    [{ title: 'FAMILY' }, { title: 'TAG' }, { title: 'SHOWS' }, { title: 'SINCE' }, { title: 'COUNTS AS' }],
    explanation.families.map(({ family, tag, shows, since, counts }) => [
      family,
      // Its family says which repository.
      tag.replace(/^.*:/, ''),
      shows ?? 'nothing',
      since ?? '',
      counts ?? 'not yet',
    ]),
    width,
  );
  const findings = explanation.findings.length === 0 ? '' : `\n${formatFindings(explanation.findings)}`;
  return (
    `Windows Server ${release} at ${asOf}: ${decision}\n${reason}\n\n${families}${findings}\n` +
    `Baked before: ${baked}. A fully updated host is at ${host ?? 'an unknown version'}.\n` +
    `Patch Tuesday was ${explanation.lastPatchTuesday}, the next is ${explanation.nextPatchTuesday}.\n` +
    `${nextText(explanation)}\n`
  );
}

function nextText({ changesAt, decision }: Explanation): string {
  const time = changesAt === null ? '' : `, or at ${changesAt} by time alone`;
  const NEXT = {
    bake: 'Next: the bake is ordered; it ends in a publication or is tried once more.',
    wait: `Next: it looks again in 15 minutes; the answer changes when a family arrives${time}.`,
    nothing: `Next: it changes when a newer image, recipe or script is there${time}.`,
    needsOperator: `Next: it stays so until an operator acts or an input changes${time}.`,
  };
  return NEXT[decision];
}

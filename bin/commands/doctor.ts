import { Command } from 'commander';
import type { CheckResult, Verdict } from '../../lib/core/doctor/pipeline-inspector';
import { ExitCode } from '../exit-code';
import type { Finish } from '../finish';
import { pipelineOptions, type PipelineOptions } from '../pipeline-options';
import { formatTable } from '../table';
import type { Terminal } from '../terminal';

interface DoctorOptions extends PipelineOptions {
  readonly json?: boolean;
}

/** What the doctor found at a pipeline. */
export interface Examination {
  readonly pipeline: string;
  readonly account: string;
  readonly region: string;
  readonly checks: readonly CheckResult[];
}

/** Looks into everything that a pipeline stands on. */
export type Examine = (options: PipelineOptions) => Promise<Examination>;

const NOTES = `
Each line says ok, no, or ? where it could not be looked into from here. It changes nothing, and needs rights to read what
it looks at: parameters and bucket of the pipeline, Lambda, IAM roles, Step Functions, Scheduler, Image Builder, KMS, EC2,
Service Quotas. What the pipeline alone can try is said as care saw it last.

Exit codes: 0 all is well; 1 something could not be looked into; 3 something is wrong.

Example:
  winbake doctor -p 2022-core
`;

const WORDS: Readonly<Record<Verdict, string>> = { ok: 'ok', no: 'no', unknown: '?' };

/** `winbake doctor`: whether a pipeline has what it needs. */
export function doctorCommand(terminal: Terminal, finish: Finish, examine: Examine): Command {
  const command = new Command('doctor')
    .summary('say whether a pipeline has what it needs')
    .description(
      'Looks at the parameters, the rebake, schedules, roles, keys, accounts, quotas and ways out of a pipeline, and says ' +
        'of each whether it is well, and the way out where it is not.',
    );
  for (const option of pipelineOptions()) {
    command.addOption(option);
  }
  return command
    .option('--json', 'print one JSON document')
    .addHelpText('after', NOTES)
    .action(async (options: DoctorOptions) => {
      const examination = await examine(options);
      terminal.out(options.json === true ? `${JSON.stringify(examination, null, 2)}\n` : textOf(examination));
      finish(exitCodeOf(examination.checks));
    });
}

/** What is wrong weighs more than what is not known. */
function exitCodeOf(checks: readonly CheckResult[]): ExitCode {
  const verdicts = new Set(checks.map(({ verdict }) => verdict));
  return verdicts.has('no') ? ExitCode.NO : verdicts.has('unknown') ? ExitCode.FAILED : ExitCode.DONE;
}

function textOf({ account, checks, pipeline, region }: Examination): string {
  const count = (wanted: Verdict) => checks.filter(({ verdict }) => verdict === wanted).length;
  const table = formatTable(
    ['check', '', 'detail'].map((title) => ({ title })),
    checks.map(({ check, detail, verdict }) => [check, WORDS[verdict], detail]),
  );
  const ways = checks.flatMap(({ check, wayOut }) => (wayOut === null ? [] : [[check, wayOut]]));
  const wayTable =
    ways.length === 0 ? '' : `${formatTable([{ title: 'way out of' }, { title: '' }], ways)}\n`;
  return (
    `${pipeline}  account ${account}, ${region}\n\n${table}\n${wayTable}` +
    `${count('ok')} ok, ${count('no')} wrong, ${count('unknown')} not known.\n`
  );
}

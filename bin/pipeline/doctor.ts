import { SSMClient } from '@aws-sdk/client-ssm';
import { Command } from 'commander';
import { pipelineInspector } from '../../lib/aws/doctor/pipeline-inspector';
import { explainFailure, explaining } from '../../lib/aws/explain-failure';
import { readPipeline } from '../../lib/aws/stores/pipeline-account';
import { examine } from '../../lib/core/doctor/examine';
import type { CheckResult, Verdict, Reach } from '../../lib/core/doctor/pipeline-inspector';
import { operatePorts } from '../../lib/handlers/operate';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { signIn } from '../shared/pipeline-access';
import {
  PIPELINE_NAME,
  placeOptions,
  type PipelineOptions,
  type PlaceOptions,
} from '../shared/pipeline-place';
import { formatTable } from '../shared/table';
import type { Terminal } from '../shared/terminal';

interface DoctorOptions extends PlaceOptions {
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
Auto Scaling, Service Quotas; where a service of a fleet uses domainless gMSA, ECS, its credential spec and its secret, of
which nothing is shown. What the pipeline alone can try is said as housekeeping saw it last.
`;

const LABELS: Readonly<Record<Verdict, string>> = { ok: 'ok', no: 'no', unknown: '?' };

/** `winbake pipeline doctor`: whether a pipeline has what it needs. */
export function doctorCommand(terminal: Terminal, finish: Finish, examine: Examine): Command {
  const command = new Command('doctor')
    .description(
      'Looks at the parameters, the rebake, schedules, roles, keys, accounts, quotas and ways out of a pipeline, and says ' +
        'of each whether it is well, and the way out where it is not.',
    )
    .argument(...PIPELINE_NAME);
  for (const option of placeOptions()) {
    command.addOption(option);
  }
  command
    .option('--json', 'print one JSON document')
    .action(async (pipeline: string, options: DoctorOptions) => {
      const examination = await examine({ ...options, pipeline });
      printAnswer(terminal, options.json, {
        schema: 'winbake.pipeline-doctor/1',
        document: examination,
        text: (width) => textOf(examination, width),
      });
      finish(exitCodeOf(examination.checks));
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    exitCodes: '0 all is well; 1 something could not be looked into; 3 something is wrong.',
    examples: [['winbake pipeline doctor 2022-core']],
  });
}

/** What is wrong weighs more than what is not known. */
function exitCodeOf(checks: readonly CheckResult[]): ExitCode {
  const verdicts = new Set(checks.map(({ verdict }) => verdict));
  return verdicts.has('no') ? ExitCode.NO : verdicts.has('unknown') ? ExitCode.FAILED : ExitCode.DONE;
}

function textOf({ account, checks, pipeline, region }: Examination, width?: number): string {
  const count = (wanted: Verdict) => checks.filter(({ verdict }) => verdict === wanted).length;
  const table = formatTable(
    ['check', 'verdict', 'detail'].map((title) => ({ title })),
    checks.map(({ check, detail, verdict }) => [check, LABELS[verdict], detail]),
    width,
  );
  const ways = checks.flatMap(({ check, wayOut }) => (wayOut === null ? [] : [[check, wayOut]]));
  const wayTable =
    ways.length === 0
      ? ''
      : `${formatTable([{ title: 'way out of' }, { title: 'what to do' }], ways, width)}\n`;
  return (
    `${pipeline}  account ${account}, ${region}\n\n${table}\n${wayTable}` +
    `${count('ok')} ok, ${count('no')} wrong, ${count('unknown')} not known.\n`
  );
}

const LONGEST_WAIT_MILLISECONDS = 10_000;

/** The network of this computer; any answer counts, also one that asks for credentials. */
export const reachFromHere: Reach = {
  status: async (url) => {
    const signal = AbortSignal.timeout(LONGEST_WAIT_MILLISECONDS);
    try {
      return (await fetch(url, { method: 'HEAD', redirect: 'manual', signal })).status;
    } catch (error) {
      throw new Error(causeOf(error), { cause: error });
    }
  },
};

/** What `fetch` says of a failure stands in its causes; the innermost has the code of the system. */
function causeOf(error: unknown): string {
  const { cause, code, message } = error as { cause?: unknown; code?: unknown; message?: unknown };
  return cause === undefined ? String(code ?? message) : causeOf(cause);
}

/** Examines a pipeline with the caller's credentials. */
export const examinePipeline: Examine = async (options) => {
  const { caller, region } = await signIn(options);
  const description = await explaining({ doing: `read the pipeline ${options.pipeline}`, region }, () =>
    readPipeline(new SSMClient({ region }), options.prefix, options.pipeline, caller, region),
  );
  const ports = { ...operatePorts(description), inspector: pipelineInspector(region), reach: reachFromHere };
  const explain = (error: unknown) =>
    explainFailure(error, { doing: 'check', region }).message.replaceAll(/\s*\n\s*/g, ' ');
  const { account, pipeline } = description;
  return { pipeline, account, region, checks: await examine(ports, description, explain) };
};

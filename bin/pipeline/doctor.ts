import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Command } from 'commander';
import { pipelineInspector } from '../../lib/aws/doctor/pipeline-inspector';
import { explainFailure, explaining } from '../../lib/aws/explain-failure';
import { listFleets, readFleet } from '../../lib/aws/fleets/fleet-account';
import { fleetGroups } from '../../lib/aws/fleets/group-launch';
import { readPipeline } from '../../lib/aws/stores/pipeline-account';
import type { ExaminedFleet } from '../../lib/core/doctor/check-fleets';
import { examine, examineFleets } from '../../lib/core/doctor/examine';
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

/** What the doctor found. */
interface Examination {
  readonly account: string;
  readonly region: string;
  readonly checks: readonly CheckResult[];
}

/** What the doctor found at a pipeline. */
export interface PipelineExamination extends Examination {
  readonly pipeline: string;
}

/** What the doctor found at the fleets of an account and region. */
export interface FleetsExamination extends Examination {
  readonly fleets: readonly string[];
}

/** Looks into everything that a pipeline stands on. */
export type Examine = (options: PipelineOptions) => Promise<PipelineExamination>;

/** Looks into what the fleets of a place need. */
export type ExamineFleets = (options: PlaceOptions) => Promise<FleetsExamination>;

const PIPELINE_NOTES = `
Each line says ok, no, or ? where it could not be looked into from here. It changes nothing, and needs rights to read what
it looks at: parameters and bucket of the pipeline, Lambda, IAM roles, Step Functions, Scheduler, Image Builder, KMS, EC2,
Auto Scaling, Service Quotas; where a service of a fleet uses domainless gMSA, ECS, its credential spec and its secret, of
which nothing is shown. What the pipeline alone can try is said as housekeeping saw it last.
In an account that has fleets and no pipeline: winbake fleet doctor.
`;

const FLEET_NOTES = `
Each line says ok, no, or ? where it could not be looked into from here. It changes nothing, and needs rights to read what
it looks at: parameters of fleets, EC2, Auto Scaling, IAM roles, Service Quotas; where a service uses domainless gMSA, ECS,
its credential spec and its secret, of which nothing is shown.
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
        text: (width) => textOf(pipeline, examination, width),
      });
      finish(exitCodeOf(examination.checks));
    });
  return addHelp(command, terminal, {
    notes: PIPELINE_NOTES,
    exitCodes: EXIT_CODES,
    examples: [['winbake pipeline doctor 2022-core']],
  });
}

/** `winbake fleet doctor`: whether the fleets of a place have what they need, with or without their pipeline. */
export function fleetDoctorCommand(terminal: Terminal, finish: Finish, examine: ExamineFleets): Command {
  const command = new Command('doctor').description(
    'Looks at what the fleets of this account and region need, their AMIs, service-linked roles, quotas, ways out and ' +
      'directory, and says of each whether it is well, and the way out where it is not. It needs no pipeline here.',
  );
  for (const option of placeOptions('fleet')) {
    command.addOption(option);
  }
  command.option('--json', 'print one JSON document').action(async (options: DoctorOptions) => {
    const examination = await examine(options);
    const { fleets } = examination;
    printAnswer(terminal, options.json, {
      schema: 'winbake.fleet-doctor/1',
      document: examination,
      text: (width) => textOf(fleets.length === 0 ? 'no fleet yet' : fleets.join(', '), examination, width),
    });
    finish(exitCodeOf(examination.checks));
  });
  return addHelp(command, terminal, {
    notes: FLEET_NOTES,
    exitCodes: EXIT_CODES,
    examples: [['winbake fleet doctor'], ['winbake fleet doctor --region eu-west-1 --profile shop']],
  });
}

const EXIT_CODES = '0 all is well; 1 something could not be looked into; 3 something is wrong.';

/** What is wrong weighs more than what is not known. */
function exitCodeOf(checks: readonly CheckResult[]): ExitCode {
  const verdicts = new Set(checks.map(({ verdict }) => verdict));
  return verdicts.has('no') ? ExitCode.NO : verdicts.has('unknown') ? ExitCode.FAILED : ExitCode.DONE;
}

function textOf(title: string, { account, checks, region }: Examination, width?: number): string {
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
    `${title}  account ${account}, ${region}\n\n${table}\n${wayTable}` +
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
  const { account, pipeline } = description;
  return { pipeline, account, region, checks: await examine(ports, description, explainIn(region)) };
};

/** Examines the fleets of a place with the caller's credentials. */
export const examinePlace: ExamineFleets = async (options) => {
  const { caller, region } = await signIn(options);
  const ssm = new SSMClient({ region });
  const { fleets, names } = await explaining({ doing: 'read the fleets', region }, async () => {
    const groups = await fleetGroups(new AutoScalingClient({ region }));
    const found: ExaminedFleet[] = [];
    const listed = await listFleets(ssm, options.prefix);
    for (const fleet of listed) {
      const { autoScalingGroup, wanted } = await readFleet(ssm, options.prefix, fleet, caller, region);
      const isGroupThere = groups.some((one) => one.AutoScalingGroupName === autoScalingGroup);
      found.push({ fleet, autoScalingGroup, isGroupThere, wanted: wanted?.publication ?? null });
    }
    return { fleets: found, names: listed };
  });
  const inspector = pipelineInspector(region);
  const checks = await examineFleets(inspector, { fleets, region }, explainIn(region));
  return { account: caller.account, region, fleets: names, checks };
};

function explainIn(region: string): (error: unknown) => string {
  return (error) => explainFailure(error, { doing: 'check', region }).message.replaceAll(/\s*\n\s*/g, ' ');
}

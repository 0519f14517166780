import { Command, Option } from 'commander';
import type { ProofClients } from '../../lib/aws/prove/proof-clients';
import type { PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import { DAMAGES, type Claim } from '../../lib/core/claims/claim';
import { claimOf, CLAIMS } from '../../lib/core/claims/claims';
import { startFigures, type StartFigures } from '../../lib/core/fleet/host-starts';
import type { ProofFacts } from '../../lib/core/prove/facts';
import { prove, SIGNS, type ProofVerdict, type SettledClaim } from '../../lib/core/prove/prove';
import type { TrialRun } from '../../lib/core/prove/run-trial';
import { trialNames } from '../../lib/core/prove/trial-template';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { inOneLine, printAnswer } from '../shared/layout';
import { checkNewFile, writeNewFile } from '../shared/new-file';
import { PIPELINE_NAME, placeOptions, type PipelineOptions } from '../shared/pipeline-place';
import { startTable } from '../shared/start-table';
import type { Terminal } from '../shared/terminal';
import { openProof } from './proof-source';
import {
  carryOutTrial,
  checkTrialOptions,
  cleanTrials,
  trialLines,
  trialOptions,
  type TrialOptions,
  type TrialTools,
} from './prove-trial';
import type { TriedFacts } from './trial';

interface ProveOptions extends TrialOptions {
  readonly claim?: readonly string[];
  readonly record?: string;
  readonly json?: boolean;
  readonly details?: boolean;
}

/** What a deployment says of the claims. */
export interface Proof {
  readonly pipeline: string;
  readonly account: string;
  readonly region: string;
  readonly os: string;
  readonly claims: readonly SettledClaim[];
  /** How soon the instances of fleets ran their first task, by publication: a plain AMI beside baked ones. */
  readonly starts: readonly { readonly fleet: string; readonly starts: readonly StartFigures[] }[];
  /** What a trial did; left out where none was run. */
  readonly trial?: TrialRun;
}

/** A proof, and the transcript of the calls behind it. */
export interface ProofRun {
  readonly proof: Proof;
  readonly transcript: () => string;
}

/** Settles claims by what a pipeline and its fleets show. */
export type ProveClaims = (options: PipelineOptions, claims: readonly Claim[]) => Promise<ProofRun>;

const NOTES = `
Without --run it reads what stands in the account and changes nothing. A verdict is of this pipeline's release, account and region. A claim holds or
fails by evidence that is printed; without any it is not seen, and the next step says what would show it. docs/unproven.md lists the claims.

--run bakes once, makes a fleet of two instances in a stack of its own, rolls it from the plain AMI to what was baked, measures both, and
takes the stack away. It says before what it costs at most, and refuses more than --max-usd. It takes hours; the computer must stay on and
the credentials valid. A computer that was cut off leaves the stack behind: --clean takes it away, and nothing else.

--record writes the answers of AWS as a transcript, which rehearse --transcripts takes: of each what a table of the code names,
with other ids and names, and no documents, user data or secrets. Read the file before you give it away.
`;

/** `winbake prove`: what a real account says of docs/unproven.md. */
export function proveCommand(
  terminal: Terminal,
  finish: Finish,
  proveClaims: ProveClaims,
  tools: TrialTools,
): Command {
  const command = new Command('prove')
    .description(
      'Settles the claims of docs/unproven.md by what a deployed pipeline and its fleets show. It only reads, but for --run and --clean.',
    )
    .argument(...PIPELINE_NAME);
  [...placeOptions(), ...trialOptions()].forEach((option) => command.addOption(option));
  command
    .addOption(new Option('--claim <id...>', 'settle these claims alone'))
    .option(
      '--record <file>',
      'write a new file of what AWS answered, with other ids and names; read it before you give it away',
    )
    .option('--details', 'print whole evidence, and what would show each claim that was not seen')
    .option('--json', 'print one JSON document')
    .action(async (pipeline: string, options: ProveOptions) => {
      const claims = options.claim?.map(claimOf) ?? CLAIMS;
      const record = options.record === undefined ? undefined : { option: '--record', file: options.record };
      checkTrialOptions(options);
      // Before AWS is asked for minutes.
      await (record && checkNewFile(record));
      if (options.clean === true) {
        finish(await cleanTrials(terminal, tools, { ...options, pipeline }));
        return;
      }
      const run =
        options.run === true ? await carryOutTrial(terminal, tools, { ...options, pipeline }) : null;
      if (typeof run === 'number') {
        finish(run);
        return;
      }
      const proven = run === null ? proveClaims({ ...options, pipeline }, claims) : proofOfTrial(run, claims);
      const { proof, transcript } = await proven;
      if (record !== undefined) {
        await writeNewFile(record, transcript());
      }
      printAnswer(terminal, options.json, {
        schema: 'winbake.proof/1',
        document: proof,
        text: (width) => textOf(proof, options.details === true || options.claim !== undefined, width),
      });
      finish(exitCodeOf(proof.claims));
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    exitCodes:
      '0 all hold, which takes --claim, since most claims need a person; 1 none fails and one was not seen, or it could not run; ' +
      '2 wrong usage; 3 one fails, or you declined a trial.',
    examples: [
      ['winbake prove 2022-core'],
      ['winbake prove 2022-core --run --max-usd 20', 'also by a bake and a fleet of its own'],
      [
        'winbake prove 2022-core --claim execution-policy-is-enough',
        'one claim, for scripts: 0 only if it holds',
      ],
    ],
  });
}

/** What is false weighs more than what was not seen, and nothing but evidence for each gives 0. */
function exitCodeOf(claims: readonly SettledClaim[]): ExitCode {
  const verdicts = new Set(claims.map(({ verdict }) => verdict));
  return verdicts.has('fails') ? ExitCode.NO : verdicts.has('notSeen') ? ExitCode.FAILED : ExitCode.DONE;
}

const HEADINGS: Readonly<Record<ProofVerdict, string>> = {
  fails: 'DOES NOT HOLD',
  holds: 'HOLDS',
  notSeen: 'NOT SEEN',
};

/** The answer first: what fails, then what holds, each with its evidence; what was not seen with the step that would show it. */
function textOf(
  { account, claims, os, pipeline, region, starts, trial }: Proof,
  isWhole: boolean,
  width?: number,
): string {
  const of = (verdict: ProofVerdict) => claims.filter((one) => one.verdict === verdict);
  const [fails, holds, unseen] = [of('fails'), of('holds'), of('notSeen')];
  const lines = (one: SettledClaim) => linesOf(one, isWhole);
  const [soon, later] = [unseen.filter(({ id }) => id in SIGNS), unseen.filter(({ id }) => !(id in SIGNS))];
  return [
    `${pipeline}  ${os}, account ${account}, ${region}`,
    `${fails.length} do not hold, ${holds.length} hold, ${unseen.length} not seen.`,
    ...(trial === undefined ? [] : section('TRIAL', trialLines(trial))),
    ...section(
      HEADINGS.fails,
      fails.flatMap((one) => [...lines(one), consequence(claimOf(one.id))]),
    ),
    ...section(HEADINGS.holds, holds.flatMap(lines)),
    ...section(HEADINGS.notSeen, (isWhole ? unseen : soon).flatMap(lines)),
    ...(isWhole || later.length === 0
      ? []
      : [`${later.length} more only a person can settle; --details says how.`]),
    ...starts.flatMap(({ fleet, starts: figures }) => [
      '',
      `FLEET ${fleet}`,
      startTable(figures, width).trim(),
    ]),
    '',
  ].join('\n');
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines];
}

function consequence({ damage, otherwise }: Claim): string {
  return `  Consequence: ${otherwise} (${DAMAGES[damage]}).`;
}

function linesOf({ evidence, id, reason, verdict }: SettledClaim, isWhole: boolean): readonly string[] {
  return [
    `${id}: ${claimOf(id).claim}`,
    ...evidence.map((text) => `  - ${isWhole ? inOneLine(text) : shortened(text)}`),
    ...(verdict === 'notSeen' ? [`  Next: ${inOneLine(reason)}`] : []),
  ];
}

const LONGEST_EVIDENCE = 200;

function shortened(text: string): string {
  const line = inOneLine(text);
  return line.length <= LONGEST_EVIDENCE ? line : `${line.slice(0, LONGEST_EVIDENCE)}...`;
}

function startsOf({ fleets }: ProofFacts): Proof['starts'] {
  return ('seen' in fleets ? fleets.seen : []).flatMap(({ fleet, starts }) =>
    'seen' in starts && starts.seen.length > 0 ? { fleet, starts: startFigures(starts.seen) } : [],
  );
}

/** Settles claims with the caller's credentials. */
export function proveWith(now: () => Date, clientsOf?: (region: string) => ProofClients): ProveClaims {
  return async (options, claims) => {
    const source = await openProof(options, { now, ...(clientsOf === undefined ? {} : { clientsOf }) });
    const facts = await source.read();
    const proof = { ...placeOf(source.description), claims: prove(facts, claims), starts: startsOf(facts) };
    return { proof, transcript: source.transcript };
  };
}

/** The same of a trial, whose own fleet is measured whatever became of it. */
function proofOfTrial(
  { description, facts, run, transcript }: TriedFacts,
  claims: readonly Claim[],
): ProofRun {
  const { fleet } = trialNames(run.id);
  const others = startsOf(facts).filter((one) => one.fleet !== fleet);
  const own = startFigures(run.rollout?.starts ?? []);
  const starts = own.length === 0 ? others : [...others, { fleet, starts: own.map(plainNamed) }];
  return { proof: { ...placeOf(description), claims: prove(facts, claims), starts, trial: run }, transcript };
}

/** What a trial started before its rollout has no publication. */
function plainNamed(figures: StartFigures): StartFigures {
  return { ...figures, publication: figures.publication ?? 'plain AMI' };
}

function placeOf({ account, os, pipeline, region }: PipelineDescription) {
  return { pipeline, account, region, os };
}

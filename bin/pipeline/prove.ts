import { Command, Option } from 'commander';
import { explainFailure, explaining } from '../../lib/aws/explain-failure';
import { listFleets, readFleet } from '../../lib/aws/fleets/fleet-account';
import { collectFacts } from '../../lib/aws/prove/collect-facts';
import type { FollowingFleet } from '../../lib/aws/prove/collect-fleets';
import { factOf, observeCalls, proofClients, type ProofClients } from '../../lib/aws/prove/proof-clients';
import { readPipeline } from '../../lib/aws/stores/pipeline-account';
import { pipelinePath, type PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import { DAMAGES, type Claim } from '../../lib/core/claims/claim';
import { claimOf, CLAIMS } from '../../lib/core/claims/claims';
import { startFigures, type StartFigures } from '../../lib/core/fleet/host-starts';
import { prove, SIGNS, type ProofVerdict, type SettledClaim } from '../../lib/core/prove/prove';
import type { ProofFacts } from '../../lib/core/prove/facts';
import { transcriptOf } from '../../lib/core/prove/transcript-of';
import { hideSecretsInText } from '../../lib/handlers/log';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { inOneLine, printAnswer } from '../shared/layout';
import { checkNewFile, writeNewFile } from '../shared/new-file';
import { signIn } from '../shared/pipeline-access';
import {
  PIPELINE_NAME,
  placeOptions,
  type PipelineOptions,
  type PlaceOptions,
} from '../shared/pipeline-place';
import { startTable } from '../shared/start-table';
import type { Terminal } from '../shared/terminal';

interface ProveOptions extends PlaceOptions {
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
}

/** A proof, and the transcript of the calls behind it. */
export interface ProofRun {
  readonly proof: Proof;
  readonly transcript: () => string;
}

/** Settles claims by what a pipeline and its fleets show. */
export type ProveClaims = (options: PipelineOptions, claims: readonly Claim[]) => Promise<ProofRun>;

const NOTES = `
It reads what stands in the account and changes nothing. A verdict is of this pipeline's release, account and region. A claim holds or
fails by evidence that is printed; without any it is not seen, and the next step says what would show it. docs/unproven.md lists the claims.

--record writes the answers of AWS as a transcript for simulated accounts: of each what a table of the code names, with other ids and
names, and no documents, user data or secrets. Read the file before you give it away.
`;

/** `winbake prove`: what a real account says of docs/unproven.md. */
export function proveCommand(terminal: Terminal, finish: Finish, proveClaims: ProveClaims): Command {
  const command = new Command('prove')
    .description(
      'Settles the claims of docs/unproven.md by what a deployed pipeline and its fleets show. It only reads.',
    )
    .argument(...PIPELINE_NAME);
  placeOptions().forEach((option) => command.addOption(option));
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
      // Before AWS is asked for minutes.
      await (record && checkNewFile(record));
      const { proof, transcript } = await proveClaims({ ...options, pipeline }, claims);
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
      '2 wrong usage; 3 one fails.',
    examples: [
      ['winbake prove 2022-core'],
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
  { account, claims, os, pipeline, region, starts }: Proof,
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
export function proveWith(
  now: () => Date,
  clientsOf: (region: string) => ProofClients = proofClients,
): ProveClaims {
  return async (options, claims) => {
    const { caller, region } = await signIn(options);
    const clients = clientsOf(region);
    const calls = observeCalls(clients);
    const description = await explaining({ doing: `read the pipeline ${options.pipeline}`, region }, () =>
      readPipeline(clients.ssm, options.prefix, options.pipeline, caller, region),
    );
    const explain = (error: unknown) =>
      inOneLine(explainFailure(error, { doing: 'see the evidence', region }).message);
    const fleets = await factOf(explain, () => followingFleets(clients, description, caller));
    const facts = await collectFacts({ clients, description, explain, fleets, now: now() });
    const { account, bucket, os, pipeline } = description;
    const known = 'seen' in fleets ? fleets.seen : [];
    return {
      proof: { pipeline, account, region, os, claims: prove(facts, claims), starts: startsOf(facts) },
      transcript: () =>
        transcriptOf(calls, {
          ...{ account, bucket, pipeline, region, hide: hideSecretsInText, at: now() },
          fleets: known.map(({ fleet }) => fleet),
          clusters: known.map(({ cluster }) => cluster),
        }),
    };
  };
}

/** The fleets of this account and region that follow a channel of the pipeline. */
async function followingFleets(
  { ssm }: ProofClients,
  description: PipelineDescription,
  caller: Parameters<typeof readFleet>[3],
): Promise<readonly FollowingFleet[]> {
  const { parameterPrefix, region } = description;
  const states = [];
  for (const name of await listFleets(ssm, parameterPrefix)) {
    states.push(await readFleet(ssm, parameterPrefix, name, caller, region));
  }
  return states.filter(({ channel }) => channel?.startsWith(`${pipelinePath(description)}/`));
}

import { Command } from 'commander';
import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { parseRelease } from '../../lib/contract/values/release';
import { readTranscript, Transcripts } from '../../sim/account/transcript';
import { AMI_FAULTS } from '../../sim/aws/fleet/ami-behaviour';
import { FAULTS, parseFaults } from '../../sim/registry/faults';
import { readText } from '../../sim/registry/history/read-history';
import {
  type Progress,
  type RehearsalOptions,
  type RehearsalReport,
  SILENT,
} from '../../sim/rehearsal/rehearsal-report';
import { runRehearsal } from '../../sim/rehearsal/run-rehearsal';
import { HOST_FAULTS, takeHostFaults } from '../../sim/windows/host/host-faults';
import { ExitCode, type Finish, interruptible } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { HTML_OPTION, openPage } from '../shared/new-file';
import { parseMonths } from '../shared/option-values';
import type { Terminal } from '../shared/terminal';
import { policyOf, policyOptions, type PolicyOptions } from './policy-options';
import { rehearsalPage } from './rehearsal-html';
import { describeRehearsal } from './rehearsal-text';

/** Shows each phase with what it is at, on stderr: stdout holds the answer alone. Why one failed is said at the end. */
export function taskList(terminal: Terminal): Progress {
  return terminal.isWatched === true ? livingList() : lines(terminal.err);
}

/** A list whose last lines change while a phase is under way. */
function livingList(): Progress {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  return {
    phase: async <T>(title: string, work: (announce: (text: string) => void) => Promise<T>): Promise<T> => {
      const results: T[] = [];
      await new Listr(
        [
          {
            title,
            task: async (_context, task) => {
              results.push(
                await work((text) => {
                  task.output = text;
                }),
              );
            },
          },
        ],
        {
          renderer: 'default',
          rendererOptions: { logger, showErrorMessage: false },
          // Signals end the work, which cleans up; listr2 would end the process.
          registerSignalListeners: false,
        },
      ).run();
      return results[0] as T;
    },
  };
}

/** A line for each thing that happens, for logs. */
function lines(write: (text: string) => void): Progress {
  return {
    phase: async (title, work) => {
      write(`❯ ${title}\n`);
      try {
        const result = await work((text) => {
          write(`› ${text}\n`);
        });
        write(`✔ ${title}\n`);
        return result;
      } catch (error) {
        write(`✖ ${title}\n`);
        throw error;
      }
    },
  };
}

const LONGEST_LINE = 76;

const NOTES = `
It proves choice, waiting, pulls by digest, documents, roles, publication and rollout. It does not prove Windows Update,
sysprep, the extraction of layers and real times: those need Windows and an account.

${faultLines('Faults of the build machine', HOST_FAULTS)}

${faultLines('Faults of a published AMI (of --months the second)', AMI_FAULTS)}

${faultLines(
  'Faults of the registry',
  FAULTS.filter(({ name }) => !isHostFault(name)),
)}

What Winbake promises for each stands in docs/faults.md, the rest of a rehearsal in docs/rehearsal.md.
`;

interface RehearseOptions extends PolicyOptions {
  readonly release: string;
  readonly asOf?: string;
  readonly months?: number;
  readonly history?: string;
  readonly hosts?: string;
  readonly fault?: readonly string[];
  readonly app?: string;
  readonly cdkOut?: readonly string[];
  readonly transcripts?: readonly string[];
  readonly details?: boolean;
  readonly html?: string;
  readonly json?: boolean;
}

/** `winbake rehearse`: a whole bake, publication and rollout on this computer, at a moment of recorded history. */
export function rehearseCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('rehearse')
    .description(
      'Rehearses a whole bake, its publication and its rollout on this computer: it synthesizes the app, and runs the ' +
        'state machine, component documents and scripts that would be deployed, against recorded history of the registry.',
    )
    .option('--release <release>', 'Windows Server release: 2016, 2019, 2022 or 2025', '2022')
    .option(
      '--as-of <instant>',
      'moment of history, such as 2025-10-16 or 2025-10-14T18:30:00Z (default: the last one)',
    )
    .option(
      '--months <number>',
      'go on in the same account until the n-th Patch Tuesday after that moment (without --as-of: the last n months)',
      parseMonths,
    )
    .option('--history <file>', 'timeline instead of the recorded one, JSON lines, plain or gzip')
    .option('--hosts <file>', 'table of host revisions instead of the built-in one, CSV')
    .option('--fault <name...>', 'let the build machine, the registry or a published AMI fail, see below')
    .option('--app <command>', 'command that synthesizes the app (default: the app of cdk.json)')
    .option(
      '--cdk-out <folder...>',
      'cloud assemblies to rehearse as they are, those of several apps together',
    )
    .option(
      '--transcripts <file...>',
      'what prove --record wrote: answers of AWS in it come first, and count as recorded',
    );
  policyOptions().forEach((option) => command.addOption(option));
  command
    .option('--details', 'show decisions, tags, parameters, instances and the seconds of each step too')
    .option(...HTML_OPTION)
    .option('--json', 'print one JSON document')
    .action(async (options: RehearseOptions) => {
      finish(await rehearse(options, terminal));
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    exitCodes:
      '0 done, or nothing to do; 1 failed, or the last rollout went back; 2 wrong usage; 3 an operator is needed.',
    examples: [
      ['winbake rehearse', 'the newest moment of recorded history'],
      ['winbake rehearse --release 2019 --as-of 2025-10-16', 'two days after a Patch Tuesday'],
      ['winbake rehearse --as-of 2025-10-14T18:30:00Z', 'in the middle of one: it waits for late families'],
      ['winbake rehearse --months 3 --as-of 2025-08-12T17:00:00Z', 'three Patch Tuesdays in one account'],
      ['winbake rehearse --html rehearsal.html', 'as a page, too, with what each AMI holds'],
      ['winbake rehearse --cdk-out cdk.out --json', 'an assembly as it is'],
      ['winbake rehearse --transcripts proof.json', "with a real account's answers first"],
      ['winbake rehearse --cdk-out platform/cdk.out shop/cdk.out', 'the apps of two repositories'],
    ],
  });
}

async function rehearse(options: RehearseOptions, terminal: Terminal): Promise<ExitCode> {
  const { json, fault, asOf, months, hostRevision, history, hosts, app, cdkOut } = options;
  const rehearsal = {
    asOf,
    months,
    hostRevision,
    history,
    hosts,
    app,
    cdkOut,
    release: parseRelease(options.release).name,
    ...faultsOf(fault ?? []),
    workingFolder: process.cwd(),
    policy: policyOf(options),
  };
  const transcripts = options.transcripts && readTranscripts(options.transcripts);
  const writePage = await openPage(options.html);
  const progress = json === true ? SILENT : taskList(terminal);
  const { report } = await interruptible((signal) =>
    runRehearsal({ ...rehearsal, transcripts, signal }, progress),
  );
  printAnswer(terminal, json, {
    schema: 'winbake.rehearsal/1',
    document: report,
    text: (width) => describeRehearsal(report, width, options.details),
  });
  await writePage(() => rehearsalPage(report));
  if (transcripts !== undefined && report.origins.recorded === 0) {
    terminal.err(UNASKED);
  }
  const exitCode = exitCodeOf(report);
  if (exitCode === ExitCode.FAILED) {
    terminal.err(
      `The last rollout ${report.rollout.status === 'failed' ? 'failed' : 'was rolled back'}; the document tells what ran where.\n`,
    );
  }
  return exitCode;
}

const UNASKED =
  'No call of the rehearsal was answered by a transcript: prove writes other names and ids into inputs; put the names of the rehearsal there, or * for any text.\n';

/** The calls of all files, in their order. Throws a `UsageError` for a file that is no transcript. */
function readTranscripts(files: readonly string[]): Transcripts {
  try {
    return new Transcripts(files.flatMap((file) => readTranscript(readText(file), file)));
  } catch (cause) {
    if (!(cause instanceof WinbakeError)) {
      throw cause;
    }
    throw new UsageError(`The option --transcripts takes what prove --record writes. ${cause.message}`, {
      cause,
    });
  }
}

/** A name that both know is the build machine's: with a registry that fails at every poll nothing is ever baked. */
function faultsOf(names: readonly string[]): Pick<RehearsalOptions, 'faults' | 'hostFaults' | 'amiFaults'> {
  const { hostFaults, others } = takeHostFaults(names);
  const amiFaults = AMI_FAULTS.filter(({ name }) => others.includes(name));
  if (amiFaults.length > 1) {
    throw new UsageError(
      `An AMI fails in one way; got: ${amiFaults.map(({ name }) => `'${name}'`).join(' and ')}.`,
    );
  }
  const rest = others.filter((name) => !AMI_FAULTS.some((fault) => fault.name === name));
  const known = [...HOST_FAULTS, ...AMI_FAULTS].map(({ name }) => name);
  return { hostFaults, amiFaults, faults: parseFaults(rest, known) };
}

/** Names of faults under a title, a few a line. */
function faultLines(title: string, faults: readonly { readonly name: string }[]): string {
  const lines = [`${title}:`];
  for (const [index, { name }] of faults.entries()) {
    const text = index < faults.length - 1 ? `${name},` : name;
    const last = lines.at(-1) ?? '';
    if (last.endsWith(':') || last.length + text.length > LONGEST_LINE) {
      lines.push(`  ${text}`);
    } else {
      lines[lines.length - 1] = `${last} ${text}`;
    }
  }
  return lines.join('\n');
}

function isHostFault(name: string): boolean {
  return HOST_FAULTS.some((fault) => fault.name === name);
}

/** A rollout that went back has failed, and its document says so; one that a later publication followed has not. */
function exitCodeOf({ decision, rollout }: RehearsalReport): ExitCode {
  if (rollout.status === 'rolledBack' || rollout.status === 'failed') {
    return ExitCode.FAILED;
  }
  return decision === 'needsOperator' ? ExitCode.NO : ExitCode.DONE;
}

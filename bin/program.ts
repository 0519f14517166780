import { Command, CommanderError } from 'commander';
import { WinbakeError } from '../lib/contract/values/errors';
import { printable, printableJson } from '../lib/contract/values/printable';
import { COMMANDS, type CommandContext, type CommandEntry, verbsOf } from './commands';
import { ExitCode, exitCodeOf } from './shared/exit-code';
import { addHelp, checkRequired, configureHelp } from './shared/help';
import { inOneLine } from './shared/layout';
import type { Terminal } from './shared/terminal';

const DESCRIPTION =
  'Keeps Windows container hosts ready: finds the base images that fit a Windows Update revision, and bakes them in.';

/** Runs one command line and gives its exit code; never throws for what a user can cause. */
export async function runProgram(
  args: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.DONE;
  const finish = (code: ExitCode) => {
    exitCode = code;
  };
  const moved = oldForm(args);
  if (moved !== undefined) {
    return fail(terminal, args, { code: 'USAGE', message: moved }, ExitCode.USAGE);
  }
  try {
    const program = await buildProgram(namesIn(args), version, { terminal, finish });
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, args, terminal);
  }
}

/** The program with the code of the command that `path` names, such as `pipeline hold`; of the others their help lines alone. */
export async function buildProgram(
  path: readonly string[],
  version: string,
  context: CommandContext,
): Promise<Command> {
  const [first, second] = path;
  const program = new Command('winbake')
    .description(DESCRIPTION)
    .version(version, '-V, --version', 'print the version')
    .helpCommand(true)
    // What stands after a command is the command's own.
    .enablePositionalOptions()
    .hook('preAction', (_program, command) => {
      checkRequired(command);
    });
  for (const { entries, heading, name, summary } of COMMANDS) {
    if (name === undefined) {
      for (const entry of entries) {
        program.addCommand((await commandOf(entry, first, context)).helpGroup(heading));
      }
      continue;
    }
    const group = new Command(name)
      .summary(summary ?? '')
      .description(summary ?? '')
      .helpGroup(heading);
    for (const entry of entries) {
      group.addCommand(
        (await commandOf(entry, first === name ? second : undefined, context)).helpGroup(heading),
      );
    }
    program.addCommand(group);
  }
  addHelp(program, context.terminal, {
    examples: [
      ['winbake rehearse --as-of 2025-10-16', 'a whole bake on this computer, on recorded history'],
      ['winbake resolve --release 2022', 'which base images fit a fully updated host today'],
      ['winbake pipeline status --all', 'how the pipelines of an account stand'],
      ['winbake fleet status shop', 'what a fleet runs, what it waits for and since when'],
    ],
    notes: 'Each command has its own help: winbake resolve --help',
    exitCodes: '0 yes or done; 1 failed; 2 wrong usage; 3 the answer is no; 130 and 143 interrupted.',
  });
  configure(program, context.terminal);
  return program;
}

async function commandOf(
  { load, name, summary }: CommandEntry,
  wanted: string | undefined,
  context: CommandContext,
): Promise<Command> {
  return name === wanted ? (await load(context)).summary(summary) : new Command(name).summary(summary);
}

/** The command that is meant, as far as a command line names it; `winbake help resolve` means the same as `resolve`. */
function namesIn(args: readonly string[]): readonly string[] {
  return args.filter((override) => !override.startsWith('-') && override !== 'help').slice(0, 2);
}

function configure(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: () => undefined });
  configureHelp(command, terminal);
  command.commands.forEach((child) => {
    configure(child, terminal);
  });
}

function report(error: unknown, args: readonly string[], terminal: Terminal): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) {
      return ExitCode.DONE;
    }
    if (error.code === 'commander.help') {
      return ExitCode.USAGE;
    }
    return fail(terminal, args, { code: 'USAGE', message: usageSentence(error.message) }, ExitCode.USAGE);
  }
  if (error instanceof WinbakeError) {
    return fail(terminal, args, error, exitCodeOf(error));
  }
  const detail = error instanceof Error ? error.message : String(error);
  const message = `winbake failed in a way that it does not know, please report it: ${detail}`;
  return fail(terminal, args, { code: 'UNKNOWN', message }, ExitCode.FAILED);
}

/** A sentence for people on stderr; with `--json` also the one document of stdout. */
function fail(
  terminal: Terminal,
  args: readonly string[],
  failure: { readonly code: string; readonly message: string; readonly details?: string },
  exitCode: ExitCode,
): ExitCode {
  const details = failure.details === undefined ? {} : { details: failure.details };
  const error = { code: failure.code, message: inOneLine(failure.message), ...details };
  terminal.err(`${printable(error.message)}\n`);
  if (args.includes('--json')) {
    terminal.out(`${printableJson({ schema: 'winbake.error/1', error })}\n`);
  }
  return exitCode;
}

/** Commander's own sentences start with `error:` and end without a full stop; ours read as sentences. */
function usageSentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!)]$/.test(text) ? '' : '.'}`;
}

/** The options that stood before a name, or in place of one. */
const NAME_OPTIONS = ['-p', '--pipeline'];
/** What a word of a command line may have without quotes. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The sentence that names the new form of a command line of before pipelines and fleets had groups, if it is one. */
function oldForm(args: readonly string[]): string | undefined {
  const [first = '', second, ...others] = args;
  const isGroup = first === 'pipeline' || first === 'fleet';
  if (!isGroup) {
    return verbsOf('pipeline').includes(first)
      ? written(first, ['pipeline', first], args.slice(1))
      : undefined;
  }
  const verbs = verbsOf(first);
  if (second === undefined || second === 'help' || second === '-h' || second === '--help') {
    return undefined;
  }
  if (verbs.includes(second)) {
    const isNamed = others.some((override) => NAME_OPTIONS.includes(override.replace(/=.*$/, '')));
    return isNamed ? written(`${first} ${second} -p`, [first, second], others) : undefined;
  }
  const verb = others.find((override) => verbs.includes(override));
  if (second.startsWith('-') && verb !== undefined) {
    return `Write ${second} after the verb ${verb}.`;
  }
  const rest = args.slice(1);
  const isFleet = first === 'fleet' && !verbs.some((one) => isNear(one, second));
  const verbNow = rest.some((override) => override.startsWith('--month')) ? 'evidence' : 'status';
  return isFleet ? written(`fleet ${second}`, ['fleet', verbNow], rest) : undefined;
}

/** The name stands directly after the verb. */
function written(before: string, path: readonly string[], rest: readonly string[]): string {
  const others: string[] = [];
  let name: string | undefined;
  for (let at = 0; at < rest.length; at++) {
    const override = rest[at] ?? '';
    const [option = '', value] = override.split('=', 2);
    if (!NAME_OPTIONS.includes(option)) {
      others.push(override);
    } else if (value !== undefined) {
      name = value;
    } else {
      at++;
      name = rest[at];
    }
  }
  const now = [...path, ...(name === undefined ? [] : [name]), ...others];
  return `'winbake ${before}' has moved; write: winbake ${now.map(quoted).join(' ')}`;
}

function quoted(override: string): string {
  return PLAIN.test(override) ? override : JSON.stringify(override);
}

/** Whether a word is a verb with one letter wrong, missing, too many, or two of them exchanged. */
function isNear(verb: string, override: string): boolean {
  const sorted = (text: string) =>
    Array.from(text)
      .sort((one, other) => (one < other ? -1 : 1))
      .join('');
  if (sorted(verb) === sorted(override)) {
    return true;
  }
  let start = 0;
  while (start < verb.length && verb[start] === override[start]) {
    start++;
  }
  const rests = [verb.slice(start), override.slice(start)] as const;
  const [one, other] = rests;
  return one.slice(1) === other.slice(1) || one.slice(1) === other || one === other.slice(1);
}

import { Command, CommanderError } from 'commander';
import { WinbakeError } from '../lib/contract/values/errors';
import { fleetCommand } from './fleet/fleet';
import { backtestCommand } from './local/backtest';
import { compatCommand } from './local/compat';
import { explainCommand } from './local/explain';
import { registryCommand } from './local/registry';
import { rehearseCommand } from './local/rehearse';
import { resolveCommand } from './local/resolve';
import { destroyCommand } from './pipeline/destroy';
import { doctorCommand } from './pipeline/doctor';
import { operateCommands } from './pipeline/operate';
import { statusCommand } from './pipeline/status';
import { ExitCode, exitCodeOf, type Finish } from './shared/exit-code';
import { askForTextOnTerminal, askOnTerminal, type Terminal } from './shared/terminal';

const DESCRIPTION =
  'Keeps Windows container hosts ready: finds the base images that fit a Windows Update revision, and bakes them in.';

const EXAMPLES = `
Examples:
  winbake rehearse --as-of 2025-10-16               a whole bake on this computer, on recorded history
  winbake resolve --release 2022                    which base images fit a fully updated host today
  winbake compat 10.0.20348.4294 10.0.20348.4171    whether an image is safe to run on a host
  winbake registry serve --as-of 2025-10-16         Microsoft's registry as it was that day, on this computer
  winbake status --all                              how the pipelines of an account stand
  winbake doctor -p 2022-core                       whether a pipeline has what it needs
  winbake hold -p 2022-core --reason "a fair"       keep fleets from getting newer publications
  winbake fleet shop                                what a fleet runs, what it waits for and since when

Exit codes: 0 yes or done; 1 failed; 2 wrong usage; 3 the answer is no.
Each command has its own help: winbake resolve --help
`;

/** Runs one command line and gives its exit code; never throws for what a user can cause. */
export async function runProgram(
  args: readonly string[],
  version: string,
  terminal: Terminal,
): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.DONE;
  const finish: Finish = (code) => {
    exitCode = code;
  };
  const program = new Command('winbake')
    .description(DESCRIPTION)
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES)
    .helpCommand(true)
    // What stands after a command is the command's own.
    .enablePositionalOptions();
  for (const command of [
    rehearseCommand(terminal, finish),
    backtestCommand(terminal, finish),
    explainCommand(terminal, finish),
    resolveCommand(terminal, finish),
    compatCommand(terminal, finish),
    registryCommand(terminal, finish),
    // The AWS SDK is loaded by these alone: it takes as long as all the rest.
    statusCommand(terminal, finish, async (...asked) =>
      (await import('./pipeline/status')).readStatus(...asked),
    ),
    doctorCommand(terminal, finish, async (options) =>
      (await import('./pipeline/doctor')).examinePipeline(options),
    ),
    fleetCommand(terminal, finish, {
      open: async (place) => (await import('./fleet/fleet-access')).openFleets(place, () => new Date()),
      ask: askOnTerminal,
      now: () => new Date(),
    }),
    ...operateCommands(terminal, finish, {
      open: async (options) => (await import('./shared/pipeline-access')).openPipeline(terminal, options),
      ask: askOnTerminal,
      now: () => new Date(),
    }),
    destroyCommand(terminal, finish, {
      open: async (options) => (await import('./pipeline/destroy')).openRemains(options),
      ask: askForTextOnTerminal,
    }),
  ]) {
    program.addCommand(command);
  }
  configure(program, terminal);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

function configure(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureHelp({ helpWidth: 110 })
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: () => undefined });
  command.commands.forEach((child) => {
    configure(child, terminal);
  });
}

function report(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) {
      return ExitCode.DONE;
    }
    if (error.code !== 'commander.help') {
      terminal.err(`${usageSentence(error.message)}\n`);
    }
    return ExitCode.USAGE;
  }
  if (error instanceof WinbakeError) {
    terminal.err(`${inOneLine(error.message)}\n`);
    return exitCodeOf(error);
  }
  const detail = error instanceof Error ? error.message : String(error);
  terminal.err(`winbake failed in a way that it does not know, please report it: ${inOneLine(detail)}\n`);
  return ExitCode.FAILED;
}

/** What other programs said may have several lines; an error is told in one. */
function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

/** Commander's own sentences start with `error:` and end without a full stop; ours read as sentences. */
function usageSentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!)]$/.test(text) ? '' : '.'}`;
}

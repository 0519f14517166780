import { Command } from 'commander';
import { startEmbeddedRegistry } from '../../sim/registry/embedded-registry';
import { FAULTS, parseFaults } from '../../sim/registry/faults';
import { parseAsOf } from '../../sim/registry/history/history';
import { readHistory } from '../../sim/registry/history/read-history';
import { type ExitCode, exitCodeOf, type Finish, interruptible } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { parsePort } from '../shared/option-values';
import type { Terminal } from '../shared/terminal';

const NOTES = `
Faults:

${FAULTS.map((fault) => `  ${fault.name.padEnd(16)} ${fault.description}`).join('\n')}

It prints its address as one line of JSON and stays until it is interrupted. Digests are its own; it serves manifests,
configs and the sizes of layers, never the layers themselves.
`;

interface ServeOptions {
  readonly asOf?: string;
  readonly port: number;
  readonly history?: string;
  readonly fault?: readonly string[];
  readonly json?: boolean;
}

/** `winbake registry serve`: recorded history of Microsoft's registry, as a registry on this computer. */
export function serveCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('serve')
    .description(
      "Serves Microsoft's registry as it was at one moment of recorded history, over HTTP on a loopback address.",
    )
    .option(
      '--as-of <instant>',
      'moment to serve, such as 2025-10-16 or 2025-10-14T18:30:00Z (default: the last one)',
    )
    .option('--port <port>', 'TCP port; 0 takes a free one', parsePort, 0)
    .option('--history <file>', 'timeline to serve instead of the recorded one, JSON lines, plain or gzip')
    .option('--fault <name...>', 'make it misbehave, see below')
    .option('--json', 'print nothing but the line of JSON')
    .action(async (options: ServeOptions) => {
      finish(await serve(options, terminal));
    });
  return addHelp(command, terminal, {
    notes: NOTES,
    exitCodes: '130 and 143 once it is interrupted; 1 where the port is taken; 2 wrong usage.',
    examples: [
      ['winbake registry serve --as-of 2025-10-16', 'two days after a Patch Tuesday'],
      ['winbake registry serve --as-of 2025-04-10T22:30:00Z --port 5000'],
      ['winbake registry serve --fault throttle --fault paging', 'a registry that has a bad day'],
      ['winbake registry serve --history my-timeline.jsonl.gz'],
    ],
  });
}

async function serve(options: ServeOptions, terminal: Terminal): Promise<ExitCode> {
  const faults = parseFaults(options.fault ?? []);
  const history = readHistory(options.history);
  const asOf = parseAsOf(options.asOf, history);
  const registry = await startEmbeddedRegistry({ history, asOf, port: options.port, faults });
  try {
    return await interruptible((signal) => {
      // Only once signals are handled: whoever reads it may interrupt at once.
      terminal.out(`${JSON.stringify({ schema: 'winbake.registry/1', url: registry.url })}\n`);
      if (options.json !== true) {
        terminal.err(`Serving the registry as of ${asOf.toISOString()}; interrupt to stop.\n`);
      }
      return ended(signal);
    });
  } finally {
    await registry.close();
  }
}

/** The exit code of the signal that ends the process. */
function ended(signal: AbortSignal): Promise<ExitCode> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(exitCodeOf(signal.reason));
    });
  });
}

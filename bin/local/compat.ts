import { Command, Option } from 'commander';
import { UsageError } from '../../lib/contract/values/errors';
import { type OsVersion, parseOsVersion, readBuild } from '../../lib/contract/values/os-version';
import {
  type Compatibility,
  compatibility,
  compatibilityWithBuild,
} from '../../lib/core/images/compatibility';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import { parseSeconds } from '../shared/option-values';
import type { Terminal } from '../shared/terminal';

/** How an image is found by its name. */
export interface CompatOptions {
  readonly registry?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** `winbake compat`: whether an image is safe to run on a host. */
export function compatCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('compat')
    .description(
      'Says whether a process-isolated container of an image is safe to run on a host, from their OS versions alone: ' +
        'compat HOST IMAGE. An image may be given by its name, before or after the host.',
    )
    .argument(
      '<host>',
      'OS version of the host, four parts: build and UBR of its registry; or three, without the UBR',
    )
    .argument(
      '<image>',
      'name of the image; or its OS version, four parts: os.version of its index entry or config',
    )
    .addOption(
      new Option('--registry <url>', 'where the images of mcr.microsoft.com are read, such as a mirror'),
    )
    .addOption(
      new Option('--timeout <seconds>', 'time limit for all requests to a registry')
        .argParser(parseSeconds)
        .default(30),
    )
    .option('--json', 'print one JSON document')
    .action(async (first: string, second: string, options: CompatOptions) => {
      const answer = await answerOf(first, second, options);
      printAnswer(terminal, options.json, {
        schema: 'winbake.compatibility/1',
        document: answer,
        text: () =>
          `${answer.compatible ? 'compatible' : 'not compatible'}  (Windows: ${answer.kernel}; rule R1)\n${answer.message}\n`,
      });
      finish(answer.compatible ? ExitCode.DONE : ExitCode.NO);
    });
  return addHelp(command, terminal, {
    examples: [
      ['winbake compat 10.0.20348.4294 10.0.20348.4171', 'an older image of the same build: safe'],
      [
        'winbake compat 10.0.20348.4171 10.0.20348.4294',
        'an image newer than its host: not safe, exit code 3',
      ],
      [
        'winbake compat mcr.microsoft.com/windows/nanoserver:ltsc2025 10.0.26100.32522',
        'an image by its name',
      ],
    ],
    exitCodes: '0 safe; 1 the image could not be read; 2 wrong usage; 3 not safe, or not known to be.',
  });
}

async function answerOf(first: string, second: string, options: CompatOptions): Promise<Compatibility> {
  const names = [first, second].filter((text) => !isVersion(text));
  const [name] = names;
  if (names.length === 2) {
    throw new UsageError(
      `One of the two is the OS version of a host, such as 10.0.20348.4294; got: '${first}' and '${second}'.`,
    );
  }
  const host = parseHost(name === first ? second : first);
  if (name === undefined) {
    return onHost(host, parseOsVersion(second));
  }
  // Two versions are compared without registries, which take longer to load.
  const { readImageVersion } = await import('../shared/registries');
  const read = await readImageVersion(name, host.version, options);
  return 'refusal' in read
    ? { compatible: false, kernel: 'refused', rule: 'noWindowsImage', message: read.refusal }
    : onHost(host, read.osVersion);
}

/** What begins like a number is meant as a version, whatever is wrong with it. */
function isVersion(text: string): boolean {
  return /^\d+(\.\d+)*\.?$/.test(text);
}

interface Host {
  readonly version: OsVersion;
  readonly isRevisionKnown: boolean;
}

function parseHost(text: string): Host {
  const build = readBuild(text);
  return build === undefined
    ? { version: parseOsVersion(text), isRevisionKnown: true }
    : { version: { build, revision: 0 }, isRevisionKnown: false };
}

function onHost({ isRevisionKnown, version }: Host, image: OsVersion): Compatibility {
  return isRevisionKnown ? compatibility(version, image) : compatibilityWithBuild(version.build, image);
}

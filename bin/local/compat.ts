import { Command } from 'commander';
import { parseOsVersion } from '../../lib/contract/values/os-version';
import { compatibility } from '../../lib/core/images/compatibility';
import { ExitCode, type Finish } from '../shared/exit-code';
import { addHelp } from '../shared/help';
import { printAnswer } from '../shared/layout';
import type { Terminal } from '../shared/terminal';

/** `winbake compat HOST IMAGE`: whether an image is safe to run on a host. */
export function compatCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('compat')
    .description(
      'Says whether a process-isolated container of an image is safe to run on a host, from their OS versions alone.',
    )
    .argument('<host>', 'OS version of the host, four parts: build and UBR of its registry')
    .argument('<image>', 'OS version of the image, four parts: os.version of its index entry or config')
    .option('--json', 'print one JSON document')
    .action((hostText: string, imageText: string, options: { json?: boolean }) => {
      const answer = compatibility(parseOsVersion(hostText), parseOsVersion(imageText));
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
    ],
  });
}

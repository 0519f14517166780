import { findOnPath } from '../../sim/windows/powershell/find-powershell';
import { runProcess } from '../../sim/windows/powershell/run-process';

/** What cfn-lint asks about. */
export interface LintFinding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Filename: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

const INSTALL = '`pip install cfn-lint==1.51.0` brings it';

/**
 * A test that needs cfn-lint. Where it is not installed the test is shown as skipped with the reason; under CI it fails, since
 * there skipping would prove nothing.
 * @see https://github.com/aws-cloudformation/cfn-lint
 */
export function testWithCfnLint(
  name: string,
  judge: (lint: (files: readonly string[]) => Promise<readonly LintFinding[]>) => Promise<void>,
): void {
  const program = findOnPath('cfn-lint');
  if (program === undefined) {
    const reason = `there is no cfn-lint on this computer; ${INSTALL}`;
    if (process.env['CI'] === 'true') {
      test(name, () => {
        throw new Error(`Under CI nothing is skipped: ${reason}.`);
      });
      return;
    }
    process.stderr.write(`${name}: skipped, ${reason}.\n`);
    test.skip(`${name} (skipped: ${reason})`, () => undefined);
    return;
  }
  test(name, () => judge((files) => lintWith(program, files)));
}

async function lintWith(program: string, files: readonly string[]): Promise<readonly LintFinding[]> {
  const { stderr, stdout } = await runProcess({
    command: program,
    args: ['--format', 'json', '--non-zero-exit-code', 'none', ...files],
    cwd: process.cwd(),
    env: process.env,
  });
  if (stderr !== '') {
    throw new Error(`cfn-lint did not come to a judgement: ${stderr}`);
  }
  return JSON.parse(stdout) as readonly LintFinding[];
}

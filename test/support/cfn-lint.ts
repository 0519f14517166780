import tools from '../../tools/build/outside-tools.json';
import { findOnPath } from '../../sim/windows/powershell/find-powershell';
import { runProcess } from '../../sim/windows/powershell/run-process';

/** What cfn-lint asks about. */
export interface LintFinding {
  readonly Rule: { readonly Id: string };
  readonly Message: string;
  readonly Filename: string;
  readonly Location: { readonly Path: readonly (string | number)[] | null };
}

/**
 * A test that needs cfn-lint. If it is not installed the test fails: skipping proves nothing.
 * @see https://github.com/aws-cloudformation/cfn-lint
 */
export function testWithCfnLint(
  name: string,
  evaluate: (lint: (files: readonly string[]) => Promise<readonly LintFinding[]>) => Promise<void>,
): void {
  const program = findOnPath('cfn-lint');
  if (program === undefined) {
    test(name, () => {
      throw new Error(`cfn-lint is needed; got: none. Install it: ${tools['cfn-lint'].install}`);
    });
    return;
  }
  test(name, () => evaluate((files) => lintWith(program, files)));
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

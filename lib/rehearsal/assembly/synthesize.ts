import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../core/errors/usage-error';
import { WinbakeError } from '../../core/errors/winbake-error';

/** The app of the `cdk.json` in a folder, as `cdk synth` would run it. Throws a `UsageError` where there is none. */
export function appCommandOf(folder: string): string {
  const file = join(folder, 'cdk.json');
  if (!existsSync(file)) {
    throw new UsageError(
      `There is no cdk.json in ${folder}; name the app with --app, or an assembly with --cdk-out.`,
    );
  }
  const { app } = JSON.parse(readFileSync(file, 'utf8')) as { app?: unknown };
  if (typeof app !== 'string') {
    throw new UsageError(`${file} names no app; name one with --app, or an assembly with --cdk-out.`);
  }
  return app;
}

/**
 * Runs a CDK app the way the CDK's own command line does, without an account, and leaves its assembly in a folder. Throws a
 * `WinbakeError` with the last line that the app printed where it fails.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/apps.html#lifecycle
 */
export async function synthesize(
  command: string,
  outputFolder: string,
  context: Readonly<Record<string, string>>,
): Promise<void> {
  const env = { ...process.env, CDK_OUTDIR: outputFolder, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const printed = await new Promise<{ code: number | null; text: string }>((resolve) => {
    const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on('error', (error) => {
      resolve({ code: 1, text: error.message });
    });
    child.on('close', (code) => {
      resolve({ code, text });
    });
  });
  if (printed.code !== 0 || !existsSync(join(outputFolder, 'manifest.json'))) {
    const lines = printed.text.split('\n').map((line) => line.trim());
    const error = lines.find((line) => line.includes('Error')) ?? lines.findLast((line) => line !== '');
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `The app '${command}' did not synthesize: ${error ?? 'it said nothing.'}`,
    );
  }
}

import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { UsageError, WinbakeError } from '../../../lib/contract/values/errors';
import { isJsonObject, type JsonObject } from '../../../lib/contract/values/json';
import { runProcess } from '../../windows/powershell/run-process';
import { readJsonObject } from './assembly';

/** An app to synthesize, and where its assembly goes. */
interface Synthesis {
  /** A line for the shell. */
  readonly command: string;
  /** The folder of the app: the command runs there, and the context of its `cdk.json` counts. */
  readonly folder: string;
  readonly outputFolder: string;
  /** For what the app leaves behind. */
  readonly temporaryFolder: string;
  /** Context values that replace the app's own. */
  readonly context: Readonly<Record<string, string>>;
  /** Ends the app. */
  readonly signal?: AbortSignal | undefined;
}

/** The app of the `cdk.json` in a folder, as `cdk synth` would run it. Throws a `UsageError` where there is none. */
export function appCommandOf(folder: string): string {
  const file = join(folder, 'cdk.json');
  if (!existsSync(file)) {
    throw new UsageError(
      `There is no cdk.json in ${folder}; name the app with --app, or an assembly with --cdk-out.`,
    );
  }
  const { app } = readJsonObject(file, 'mend it, or name the app with --app');
  if (typeof app !== 'string') {
    throw new UsageError(`${file} names no app; name one with --app, or an assembly with --cdk-out.`);
  }
  return app;
}

/**
 * Runs a CDK app the way the CDK's own command line does, without an account, and leaves its assembly in a folder. Throws a
 * `WinbakeError` with the error that the app printed where it fails.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/apps.html#lifecycle
 */
export async function synthesize(synthesis: Synthesis): Promise<void> {
  const { command, folder, outputFolder, signal, temporaryFolder } = synthesis;
  mkdirSync(temporaryFolder, { recursive: true });
  const run = await runProcess({
    command,
    args: [],
    shell: true,
    cwd: folder,
    signal,
    env: {
      ...process.env,
      // An app that says `node` means the one that runs now, not an older one of the system.
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      TMPDIR: temporaryFolder,
      TEMP: temporaryFolder,
      TMP: temporaryFolder,
      CDK_OUTDIR: outputFolder,
      CDK_CONTEXT_JSON: JSON.stringify({ ...contextOf(folder), ...synthesis.context }),
    },
  });
  if (run.exitCode !== 0 || !existsSync(join(outputFolder, 'manifest.json'))) {
    const reported = errorIn(`${run.stdout}\n${run.stderr}`);
    const ending = run.exitCode === 0 ? 'it left no assembly' : `it ended with exit code ${run.exitCode}`;
    throw new WinbakeError(
      'REHEARSAL_FAILED',
      `The app '${command}' did not synthesize: ${reported ?? `${ending} and said nothing`}`.replace(
        /\.?$/,
        '.',
      ),
    );
  }
}

/**
 * The context that a folder gives its app: what `cdk.json` says goes before what look-ups left in `cdk.context.json`.
 * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
 */
function contextOf(folder: string): JsonObject {
  const [lookups, project] = ['cdk.context.json', 'cdk.json'].map((name) => {
    const file = join(folder, name);
    return existsSync(file) ? readJsonObject(file, 'mend it') : {};
  });
  const own = project?.['context'];
  return { ...lookups, ...(isJsonObject(own) ? own : {}) };
}

/** The first line that names an error, else the last that says anything. */
function errorIn(text: string): string | undefined {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return (
    lines.find((line) => /^(?:Unhandled exception\. )?[\w.]*(?:Error|Exception)(?: \[\w+\])?: /.test(line)) ??
    lines.at(-1)
  );
}

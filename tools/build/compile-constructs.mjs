// Compiles the constructs with jsii, which writes `.jsii`, the description of the API that all languages are made from.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Compiles what is in a folder; its exit code. Standard output is left to npm. */
export function compileConstructs(folder = root) {
  const jsii = join(root, 'node_modules', 'jsii', 'bin', 'jsii');
  const options = ['--tsconfig', 'tsconfig.jsii.json', '--validate-tsconfig', 'minimal'];
  const run = spawnSync(process.execPath, [jsii, ...options, '--silence-warnings', 'reserved-word'], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
  });
  if (run.error) {
    process.stderr.write(`jsii could not be started: ${run.error.message}; run npm ci.\n`);
  }
  return run.status ?? 1;
}

/** Compiles a copy of the sources in a new folder, so that what the repository has built stays as it is. */
export function compileCopy(folder) {
  mkdirSync(folder, { recursive: true });
  for (const name of ['lib', 'package.json', 'tsconfig.jsii.json', 'README.md', 'LICENSE']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return compileConstructs(folder);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = compileCopy(process.argv[2]);
}

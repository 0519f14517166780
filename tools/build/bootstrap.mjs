// Runs a script of this folder on the project's own Node, after installing what is missing.
// Plain JavaScript for whatever Node started it: `node tools/build/bootstrap.mjs [script] [arguments]`; without a script it
// bundles.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const windows = process.platform === 'win32';
// A shell remembers where it found `node` before the installation, so it is started by its path.
const node = windows
  ? join(root, 'node_modules', 'node', 'bin', 'node.exe')
  : join(root, 'node_modules', '.bin', 'node');

if (!isInstalled()) {
  process.stderr.write('Installing dependencies with npm ci, once.\n');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // Standard output belongs to the script that follows.
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (install.status !== 0) {
    process.stderr.write(
      `npm ci failed (${install.error?.message ?? `exit code ${install.status}`}); see above.\n`,
    );
    process.exit(1);
  }
}

const [script = 'bundle.mjs', ...args] = process.argv.slice(2);
const run = spawnSync(node, [join(root, 'tools', 'build', script), ...args], {
  cwd: root,
  stdio: 'inherit',
});
if (run.error) {
  process.stderr.write(
    `${node} could not be started: ${run.error.message}; remove node_modules and try again.\n`,
  );
}
process.exit(run.status ?? 1);

/** npm writes its own copy of the lockfile at the end of an installation. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  return (
    existsSync(node) &&
    existsSync(installed) &&
    statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs
  );
}

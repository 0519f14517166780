// Builds what the package holds: the bundles, then the constructs for the languages of jsii. Run by npm before it packs, so
// that standard output is left to npm.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const jsii = join(root, 'node_modules', 'jsii', 'bin', 'jsii');
const options = ['--tsconfig', 'tsconfig.jsii.json', '--validate-tsconfig', 'minimal'];
const run = spawnSync(process.execPath, [jsii, ...options, '--silence-warnings', 'reserved-word'], {
  cwd: root,
  stdio: ['ignore', 2, 2],
});
if (run.error) {
  process.stderr.write(`jsii could not be started: ${run.error.message}; run npm ci.\n`);
}
process.exitCode = run.status ?? 1;

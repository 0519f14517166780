// Writes API.md from the API that jsii sees in the sources; with an argument to that path instead.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { compileCopy, root } from './compile-constructs.mjs';

const [path = join(root, 'API.md')] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'winbake-api-'));
try {
  process.exitCode = compileCopy(join(folder, 'sources')) || write();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function write() {
  const docgen = join(root, 'node_modules', 'jsii-docgen', 'bin', 'jsii-docgen');
  const run = spawnSync(process.execPath, [docgen, '--output', resolve(path)], {
    cwd: join(folder, 'sources'),
    stdio: ['ignore', 2, 2],
  });
  if (run.error) {
    process.stderr.write(`jsii-docgen could not be started: ${run.error.message}; run npm ci.\n`);
  }
  return run.status ?? 1;
}

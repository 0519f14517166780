// Rehearses with the sources as they are now: bundles, then hands over to the command line.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './bundle.mjs';

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'cli', 'winbake.cjs');
const run = spawnSync(process.execPath, [cli, 'rehearse', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;

// Measures with the sources as they are now: bundles the command line, then loads the benchmark.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import '../build/bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { runBench } = await tsImport('./run-bench.ts', import.meta.url);
process.exitCode = await runBench(process.argv.slice(2), root);

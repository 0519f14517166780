// Takes the rights of our own roles away one at a time, with the sources as they are now: bundles, then loads the check.
import { tsImport } from 'tsx/esm/api';
import '../build/bundle.mjs';

const { runCheck } = await tsImport('./run-check.ts', import.meta.url);
process.exitCode = await runCheck(process.argv.slice(2));

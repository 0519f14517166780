// Simulates years of fleets, with the sources as they are now.
import { tsImport } from 'tsx/esm/api';

const { runSimulate } = await tsImport('./run-simulate.ts', import.meta.url);
process.exitCode = await runSimulate(process.argv.slice(2));

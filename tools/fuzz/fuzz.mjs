// Gives readers of foreign text changed samples, with the sources as they are now.
import { tsImport } from 'tsx/esm/api';

const { runFuzz } = await tsImport('./run-fuzz.ts', import.meta.url);
process.exitCode = await runFuzz(process.argv.slice(2));

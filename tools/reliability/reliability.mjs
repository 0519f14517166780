// Simulates bakes with what goes wrong drawn by a seed, with the sources as they are now: bundles, then loads the simulation.
import { tsImport } from 'tsx/esm/api';
import '../build/bundle.mjs';

const { runReliability } = await tsImport('./run-reliability.ts', import.meta.url);
process.exitCode = await runReliability(process.argv.slice(2));

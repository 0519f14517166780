// Simulates years of fleets, with the sources as they are now; what is deployed to accounts is bundled first.
import { tsImport } from 'tsx/esm/api';

if (process.argv.includes('account')) {
  await import('../build/bundle.mjs');
}
const { runSimulate } = await tsImport('./run-simulate.ts', import.meta.url);
process.exitCode = await runSimulate(process.argv.slice(2));

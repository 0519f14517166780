import fc from 'fast-check';

/** How many times as many runs of each property as usual; `npm run nightly` sets it. */
const FACTOR = factorOf(process.env['WINBAKE_PROPERTY_RUNS']);

function factorOf(text: string | undefined): number {
  const factor = Number(text ?? 1);
  if (!Number.isInteger(factor) || factor < 1) {
    throw new Error(`WINBAKE_PROPERTY_RUNS must be a whole number from 1; got: '${text}'.`);
  }
  return factor;
}

/** The runs of a property that usually has this many. */
export function propertyRuns(usual: number): number {
  return usual * FACTOR;
}

// As a setup file of Jest it reaches the properties that do not say how many runs they have.
if (FACTOR > 1) {
  fc.configureGlobal({ ...fc.readConfigureGlobal(), numRuns: propertyRuns(100) });
}

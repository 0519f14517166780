import { isDeepStrictEqual } from 'node:util';
import { BenchError } from './bench-error';
import type { Contender, Scenario } from './scenario';
import type { CountingProxy, ProxyCount } from './start-counting-proxy';

/** What one contender's looks took, one sample for each round. */
export interface Measurement {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** One poll. */
export interface Sample extends ProxyCount {
  readonly seconds: number;
}

/**
 * Lets the contenders look in turn, round after round, so that what else the machine does meets all of them; the order is
 * reversed in every other round, and a first round is not counted. Throws a `BenchError` where one finds something else.
 */
export async function measureScenario(
  scenario: Scenario,
  rounds: number,
  proxy: CountingProxy,
  signal: AbortSignal,
): Promise<readonly Measurement[]> {
  const measurements = scenario.contenders.map((contender) => ({ contender, samples: [] as Sample[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { contender, samples } of round % 2 === 0 ? measurements : measurements.toReversed()) {
      signal.throwIfAborted();
      const sample = await sampleOf(scenario, contender, proxy);
      if (round > 0) {
        samples.push(sample);
      }
    }
  }
  return measurements.map(({ contender, samples }) => ({ name: contender.name, samples }));
}

async function sampleOf(
  scenario: Scenario,
  { name, poll }: Contender,
  proxy: CountingProxy,
): Promise<Sample> {
  await proxy.reset();
  const started = performance.now();
  const found = await poll();
  const seconds = (performance.now() - started) / 1000;
  const count = await proxy.count();
  if (!isDeepStrictEqual(found, scenario.expected)) {
    throw new BenchError(
      `'${name}' found ${JSON.stringify(found)} where ${JSON.stringify(scenario.expected)} was pushed; nothing is compared.`,
    );
  }
  return { seconds, ...count };
}

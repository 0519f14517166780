import type { HousekeepingPorts } from '../core/housekeeping/memory';
import { runHousekeeping, type HousekeepingPartName } from '../core/housekeeping/housekeeping';
import type { Log } from './log';
import { pipelineOf } from './pipeline';

/** What a poll says of each part. */
export type HousekeepingAnswer = Readonly<Partial<Record<HousekeepingPartName, string>>>;

/**
 * Makes the housekeeping function over its ports; its environment is `HousekeepingEnvironment`, and it needs nothing of its event. Where a
 * part failed the function fails at the end, so that it is tried again and shows in its errors.
 */
export function createHousekeeping(ports: HousekeepingPorts, environment: NodeJS.ProcessEnv, log?: Log) {
  return async (): Promise<HousekeepingAnswer> => {
    const results = await runHousekeeping(ports, pipelineOf(environment));
    const failed = results.filter(({ error }) => error !== undefined);
    for (const { part, error } of failed) {
      log?.error(`Housekeeping failed: ${part}`, error);
    }
    const answer: HousekeepingAnswer = Object.fromEntries(
      results.map(({ part, reported }) => [part, reported]),
    );
    log?.info('Took care', { parts: answer });
    if (failed.length > 0) {
      throw new Error(failed.map(({ part, reported }) => `${part}: ${reported}`).join('; '));
    }
    return answer;
  };
}

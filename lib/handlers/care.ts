import type { CarePorts } from '../core/housekeeping/memory';
import { takeCare, type CarePartName } from '../core/housekeeping/housekeeping';
import type { Log } from './log';
import { pipelineOf } from './pipeline';

/** What a look says of each part. */
export type CareAnswer = Readonly<Partial<Record<CarePartName, string>>>;

/**
 * Makes the care function over its ports; its environment is `CareEnvironment`, and it needs nothing of its event. Where a
 * part failed the function fails at the end, so that it is tried again and shows in its errors.
 */
export function createCare(ports: CarePorts, environment: NodeJS.ProcessEnv, log?: Log) {
  return async (): Promise<CareAnswer> => {
    const results = await takeCare(ports, pipelineOf(environment));
    const failed = results.filter(({ error }) => error !== undefined);
    for (const { part, error } of failed) {
      log?.error(`Care failed: ${part}`, error);
    }
    const answer: CareAnswer = Object.fromEntries(results.map(({ part, said }) => [part, said]));
    log?.info('Took care', { parts: answer });
    if (failed.length > 0) {
      throw new Error(failed.map(({ part, said }) => `${part}: ${said}`).join('; '));
    }
    return answer;
  };
}

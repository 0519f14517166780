import { awayTargets, homeOf, pipelinePath, targetName } from '../../contract/documents/pipeline-description';
import { readChannel } from '../publish/move-channel';
import { seedChannels } from '../publish/seed-channels';
import { releaseOfOs } from '../../contract/values/release';
import type { CarePart } from './care-ports';

/**
 * Lets the channels of a pipeline that has published nothing yet follow newer base AMIs, its other regions and accounts
 * included; there what cannot be reached is left to its own seed.
 */
export const seedAgain: CarePart = async ({ stores, now }, description) => {
  const { baseAmiParameter } = description;
  const path = pipelinePath(description);
  const home = await stores.of(homeOf(description));
  const latest = await readChannel(home, path, 'latest');
  if (baseAmiParameter === null || (latest !== undefined && latest.mode !== 'unbaked')) {
    return 'Nothing to seed.';
  }
  const seed = async (parameters: typeof home, where: string) => {
    const baseAmiId = await parameters.get(baseAmiParameter);
    if (baseAmiId === undefined) {
      throw new Error(`The parameter ${baseAmiParameter} does not exist in ${where}.`);
    }
    await seedChannels(parameters, path, releaseOfOs(description.os), baseAmiId, now());
    return `${where}: ${baseAmiId}`;
  };
  const seeded = [await seed(home, targetName(homeOf(description)))];
  for (const target of awayTargets(description)) {
    const name = targetName(target);
    const done = await stores
      .of(target)
      .then((parameters) => seed(parameters, name))
      .catch((error: unknown) => `${name}: ${error instanceof Error ? error.message : String(error)}`);
    seeded.push(done);
  }
  return `Nothing is baked yet; seeded ${seeded.join(', ')}.`;
};

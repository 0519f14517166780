import { failedParameter, fleetsPath } from '../../contract/names/parameters';
import type { FailedPublication, FailedPublications } from '../../contract/documents/publication';
import { fleetStateSchema } from '../../contract/documents/fleet-state';
import { parseDocument } from '../../contract/documents/document';
import type { ParameterStore } from '../ports/stores';
import { readChannel } from '../publish/move-channel';
import {
  pipelinePath,
  targetName,
  targetsOf,
  type PublicationTarget,
} from '../../contract/documents/pipeline-description';
import type { HousekeepingPart } from './memory';

/** What a fleet says of a failure may be long; a parameter holds 4 KB. */
const LONGEST_REASON = 500;

/**
 * Lets fleets know which publications of the channels have failed on another one, so that those that have not started wait.
 * Where an account cannot be read its fleets say nothing. A failure that a person has forgiven there counts no more.
 */
export const noteFailed: HousekeepingPart = async ({ stores }, description) => {
  const path = pipelinePath(description);
  const fleets = fleetsPath(description.parameterPrefix);
  const read = await Promise.all(
    targetsOf(description).map((target) =>
      unlessRefused(target, async () => {
        const store = await stores.of(target);
        const [latest, current] = await Promise.all(
          (['latest', 'current'] as const).map((channel) => readChannel(store, path, channel)),
        );
        return {
          store,
          target,
          shown: [latest?.id, current?.id],
          failures: await failuresBelow(store, fleets, `${path}/`),
        };
      }),
    ),
  );
  const readable = read.flatMap((one) => one.value ?? []);
  const shown = readable.flatMap((one) => one.shown);
  const failures = readable
    .flatMap((one) => one.failures)
    .filter(({ id }) => shown.includes(id))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  const publications = failures.filter(
    (one, index) => failures.findIndex(({ id }) => id === one.id) === index,
  );
  const noted = await Promise.all(
    readable.map(({ store, target }) =>
      unlessRefused(target, () => note(store, failedParameter(path), publications)),
    ),
  );
  const refused = [...read, ...noted].flatMap(({ why }) => why ?? []);
  return [
    publications.length === 0
      ? 'No publication of a channel has failed on a fleet.'
      : publications.map(({ fleet, id }) => `${id} has failed on ${fleet}`).join('; ') + '.',
    ...refused,
  ].join(' ');
};

/** What one account lets in or refuses; it keeps nothing from the others. */
async function unlessRefused<T>(target: PublicationTarget, work: () => Promise<T>) {
  try {
    return { value: await work(), why: undefined };
  } catch (error) {
    return {
      value: undefined,
      why: `${targetName(target)}: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** What the fleets of one account and region that follow the pipeline have failed with; a damaged state says nothing. */
async function failuresBelow(
  store: ParameterStore,
  fleets: string,
  path: string,
): Promise<readonly FailedPublication[]> {
  const states = Object.entries(await store.below(fleets)).filter(([name]) => name.endsWith('/state'));
  return states.flatMap(([name, text]) => {
    try {
      const { bad, channel, fleet } = parseDocument(fleetStateSchema, text, name);
      return channel?.startsWith(path) === true
        ? bad.map(({ at, publication, reason }) => ({
            id: publication,
            fleet,
            reason: reason.slice(0, LONGEST_REASON),
            at,
          }))
        : [];
    } catch {
      return [];
    }
  });
}

/** Writes only what has changed; fleets read it at their own polls. */
async function note(
  store: ParameterStore,
  name: string,
  publications: FailedPublications['publications'],
): Promise<void> {
  const text = await store.get(name);
  const wanted = JSON.stringify({ schema: 'winbake.failed/1', publications } satisfies FailedPublications);
  if (text !== wanted && (text !== undefined || publications.length > 0)) {
    await store.put(name, wanted, 'text');
  }
}

import {
  channelParameters,
  failedParameter,
  fleetsPath,
  LONGEST_PARAMETER,
} from '../../contract/names/parameters';
import { plainExcerpt } from '../../contract/values/printable';
import type { FailedPublication, FailedPublications } from '../../contract/documents/failed-publications';
import { fleetStateSchema, type FleetState } from '../../contract/documents/fleet-state';
import type { Revocation } from '../../contract/documents/revocations';
import { parseDocument } from '../../contract/documents/document';
import { readHold } from '../bake/hold';
import { type DocumentStore, homeParameters, type ParameterStore } from '../ports/stores';
import { readChannel } from '../publish/move-channel';
import { readRevocations } from '../publish/revocations';
import {
  homeOf,
  type PipelineDescription,
  pipelinePath,
  targetName,
  targetsOf,
  type PublicationTarget,
} from '../../contract/documents/pipeline-description';
import type { HousekeepingPorts } from './memory';

/** How much of texts and lists is kept. */
interface Room {
  readonly reason: number;
  readonly name: number;
  readonly behind: number;
  readonly revoked: number;
  /** Of what a person wrote of a revocation. */
  readonly note: number;
}

/** From ample to what fits with many revocations, rings and long names. */
const ROOMS: readonly [Room, ...Room[]] = [
  { reason: 300, name: 40, behind: 2, revoked: 10, note: 100 },
  { reason: 120, name: 40, behind: 2, revoked: 10, note: 40 },
  { reason: 80, name: 20, behind: 1, revoked: 6, note: 20 },
  { reason: 40, name: 20, behind: 0, revoked: 3, note: 20 },
];
const [AMPLE] = ROOMS;
const MOST_UNREAD = 2;
/** Channels of all accounts show the same but for moments. */
const MOST_FAILED = 8;

/**
 * Lets fleets know which publications of the channels have failed on another one, so that those that have not started wait, how far
 * each ring is, and that a person holds the pipeline. Where an account cannot be read its fleets say nothing, and rings wait for it as
 * long as they wait. A failure that a person has forgiven there counts no more. Throws, after the other accounts, what the pipeline's own account refuses.
 */
export const noteFailed = async (
  ports: NoteFailedPorts,
  description: PipelineDescription,
): Promise<string> => {
  const { stores } = ports;
  const path = pipelinePath(description);
  const fleets = fleetsPath(description.parameterPrefix);
  const read = await Promise.all(
    targetsOf(description).map((target) =>
      unlessRefused(target, async () => {
        const store = await stores.of(target);
        const [latest, current] = await Promise.all(
          (['latest', 'current'] as const).map((channel) => readChannel(store, path, channel)),
        );
        const shownIn = new Map([
          [channelParameters(path, 'latest').publication, latest?.id],
          [channelParameters(path, 'current').publication, current?.id],
        ]);
        const states = await statesBelow(store, fleets, `${path}/`);
        return {
          store,
          target,
          shown: [latest?.id, current?.id],
          // A fleet that has not been polled since its channel moved follows it all the same.
          states: states.map((state) => ({
            ...state,
            follows: shownIn.get(state.channel ?? '') ?? state.wanted?.publication.id,
          })),
        };
      }),
    ),
  );
  const hold = await unlessRefused(homeOf(description), async () =>
    readHold(await homeParameters(stores, description), path, ports.now()),
  );
  const readable = read.flatMap((one) => one.value ?? []);
  const shown = [...new Set(readable.flatMap((one) => one.shown))].flatMap((id) => id ?? []);
  const states = readable.flatMap((one) => one.states);
  const publications = shown.flatMap((id) => firstFailure(states, id) ?? []);
  const revoked = await revokedFor(ports.documents, states);
  const rings = shown.flatMap((id) => ringsOf(states, id));
  const unread = read.filter(({ why }) => why !== undefined).map(({ target }) => targetName(target));
  const wanted: Omit<FailedPublications, 'revoked'> = {
    schema: 'winbake.failed/1',
    publications,
    hold: hold.value ?? null,
    rings,
    ...(rings.length > 0 && unread.length > 0 && { unread: unread.slice(0, MOST_UNREAD) }),
  };
  const noted = await Promise.all(
    readable.map(({ store, target }) =>
      unlessRefused(target, () =>
        note(store, failedParameter(path), withRevoked(wanted, revoked, target.region)),
      ),
    ),
  );
  const refused = [...read, ...noted, hold].filter(({ why }) => why !== undefined);
  const reasons = (some: typeof refused) => [
    ...new Set(some.map(({ target, why }) => `${targetName(target)}: ${why ?? ''}`)),
  ];
  const own = refused.filter(({ target }) => target.account === description.account);
  if (own.length > 0) {
    throw new Error(reasons(own).join('; '));
  }
  return [
    publications.length === 0
      ? 'No publication of a channel has failed on a fleet.'
      : publications.map(({ fleet, id }) => `${id} has failed on ${fleet}`).join('; ') + '.',
    ...reasons(refused),
  ].join(' ');
};

/** What noting works with. */
export interface NoteFailedPorts extends Pick<HousekeepingPorts, 'now' | 'stores'> {
  readonly documents: Pick<DocumentStore, 'read'>;
}

/** Those of what a fleet names first, then the last ones. */
async function revokedFor(
  documents: Pick<DocumentStore, 'read'>,
  states: readonly FleetState[],
): Promise<readonly Revocation[]> {
  const all = (await readRevocations(documents)).publications.filter(({ restored }) => restored === null);
  const named = JSON.stringify(states);
  const isNamed = ({ amis, id }: Revocation) =>
    [id, ...Object.values(amis)].some((one) => named.includes(`"${one}"`));
  const inOrder = [...all].sort((one, other) => (one.at < other.at ? 1 : -1));
  return [...inOrder.filter(isNamed), ...inOrder.filter((one) => !isNamed(one))].slice(0, AMPLE.revoked);
}

function withRevoked(
  wanted: Omit<FailedPublications, 'revoked'>,
  all: readonly Revocation[],
  region: string,
): FailedPublications {
  const revoked = all.flatMap(({ amis, at, by, id, reason }) => {
    const amiId = amis[region];
    return amiId === undefined ? [] : { id, amiId, by, reason, at };
  });
  return revoked.length === 0 ? wanted : { ...wanted, revoked };
}

/** What one account lets in or refuses; it keeps nothing from the others. */
async function unlessRefused<T>(target: PublicationTarget, work: () => Promise<T>) {
  try {
    return { target, value: await work(), why: undefined };
  } catch (error) {
    return { target, value: undefined, why: error instanceof Error ? error.message : String(error) };
  }
}

/** The fleets of one account and region that follow the pipeline; a damaged state says nothing. */
async function statesBelow(
  store: ParameterStore,
  fleets: string,
  path: string,
): Promise<readonly FleetState[]> {
  const states = Object.entries(await store.below(fleets)).filter(([name]) => name.endsWith('/state'));
  return states.flatMap(([name, text]) => {
    try {
      const state = parseDocument(fleetStateSchema, text, name);
      return state.channel?.startsWith(path) === true ? state : [];
    } catch {
      return [];
    }
  });
}

/** The failure that stops most: of no ring or the first one, then the oldest. */
function firstFailure(states: readonly FleetState[], id: string): FailedPublication | undefined {
  const failures = states.flatMap(({ bad, fleet, ring }) =>
    bad
      .filter(({ publication }) => publication === id)
      .map(({ at, reason }) => ({ id, fleet, ring, reason, at })),
  );
  const place = ({ ring }: FailedPublication) => ring ?? -1;
  return failures.sort((one, other) => place(one) - place(other) || (one.at < other.at ? -1 : 1))[0];
}

/** How far each ring is with a publication: of the fleets whose channel shows it. */
function ringsOf(
  states: readonly (FleetState & { readonly follows: string | undefined })[],
  id: string,
): FailedPublications['rings'] {
  const following = states.filter(({ follows }) => follows === id);
  const rings = [...new Set(following.flatMap(({ ring }) => ring ?? []))].sort((one, other) => one - other);
  return rings.map((ring) => {
    const all = following.filter((one) => one.ring === ring);
    const behind = all.filter((one) => !isWell(one, id)).map(({ fleet }) => fleet);
    return {
      id,
      ring,
      fleets: all.length,
      well: all.length - behind.length,
      behind: behind.sort().slice(0, AMPLE.behind),
    };
  });
}

/** A fleet without instances is well with what its next ones start from. */
function isWell({ bad, publication, rollout }: FleetState, id: string): boolean {
  const isOnItsWay = rollout !== null && rollout.template === null;
  return publication?.id === id && !isOnItsWay && bad.every((one) => one.publication !== id);
}

/** The text of what is noted within 4 KB, as one hostile state or years of revocations must not keep all fleets from hearing of it. */
function failedText(wanted: FailedPublications): string {
  const texts = ROOMS.map((room) => JSON.stringify(limitFailed(wanted, room)));
  return texts.find(fits) ?? withFewerRings(limitFailed(wanted, ROOMS.at(-1) ?? AMPLE));
}

function fits(text: string): boolean {
  return text.length <= LONGEST_PARAMETER;
}

function limitFailed(wanted: FailedPublications, room: Room): FailedPublications {
  const { hold, publications, revoked, rings } = wanted;
  const cutNote = <T extends { readonly by: string; readonly reason: string }>(
    note: T,
    longest: number,
  ): T => ({
    ...note,
    by: plainExcerpt(note.by, room.name),
    reason: plainExcerpt(note.reason, longest),
  });
  return {
    ...wanted,
    publications: publications.map((one) => ({
      ...one,
      fleet: plainExcerpt(one.fleet, room.name),
      reason: plainExcerpt(one.reason, room.reason),
    })),
    hold: hold && cutNote(hold, room.reason),
    rings: rings.map((one) => ({
      ...one,
      behind: one.behind.slice(0, room.behind).map((fleet) => plainExcerpt(fleet, room.name)),
    })),
    ...(revoked && { revoked: revoked.slice(0, room.revoked).map((one) => cutNote(one, room.note)) }),
  };
}

/** Rings of which not all are named wait as for an account that cannot be read. */
function withFewerRings(wanted: FailedPublications): string {
  const inOrder = [...wanted.rings].sort((one, other) => one.ring - other.ring);
  const fewer = inOrder.map((_, index) =>
    JSON.stringify({
      ...wanted,
      rings: inOrder.slice(0, inOrder.length - 1 - index),
      unread: ['more rings than a parameter holds'],
    }),
  );
  const least = {
    ...wanted,
    publications: wanted.publications.slice(0, MOST_FAILED),
    rings: [],
    revoked: [],
  };
  return fewer.find(fits) ?? JSON.stringify(least);
}

/** Writes only what has changed; fleets read it at their own polls. */
async function note(store: ParameterStore, name: string, wanted: FailedPublications): Promise<void> {
  const text = await store.get(name);
  const wished = failedText(wanted);
  const isNews =
    wanted.publications.length > 0 ||
    wanted.rings.length > 0 ||
    wanted.hold !== null ||
    wanted.revoked !== undefined;
  if (text !== wished && (text !== undefined || isNews)) {
    await store.put(name, wished, 'text');
  }
}

import { parseDocument } from '../../contract/documents/document';
import { type Channel, isNewer } from '../../contract/documents/publication';
import { type Revocation, type Revocations, revocationsSchema } from '../../contract/documents/revocations';
import type { ChannelName } from '../../contract/names/parameters';
import { changeDocument, readDocument, type DocumentForm, type DocumentStore } from '../ports/stores';

/** Where revocations are kept. */
export const REVOCATIONS_KEY = 'publications/revoked.json';

const FORM: DocumentForm<Revocations> = {
  key: REVOCATIONS_KEY,
  parse: (text) => parseDocument(revocationsSchema, text, REVOCATIONS_KEY),
  empty: { schema: 'winbake.revocations/1', publications: [] },
};

/** What people have revoked, and what of it they have restored. */
export function readRevocations(documents: Pick<DocumentStore, 'read'>): Promise<Revocations> {
  return readDocument(documents, FORM);
}

/** Changes it; `change` gives the same object where nothing is to be written. */
export function changeRevocations(
  documents: DocumentStore,
  change: (before: Revocations) => Revocations,
): Promise<Revocations> {
  return changeDocument(documents, FORM, change);
}

/** Changes one revocation; the same document where it is not there, or stays as it is. */
export function withEntry(
  before: Revocations,
  id: string,
  change: (one: Revocation) => Revocation,
): Revocations {
  const publications = before.publications.map((one) => (one.id === id ? change(one) : one));
  return publications.every((one, at) => one === before.publications[at])
    ? before
    : { ...before, publications };
}

/** Whether all that follows from it has been done in some regions, but for AMIs to disable. */
export function isAtRest(one: Revocation, regions: readonly string[]): boolean {
  return one.isSettled && disabledRegions(one).every((region) => !regions.includes(region));
}

/** The regions in which the AMIs of a restored publication are still to be enabled. */
export function disabledRegions({ disabled, restored }: Revocation): readonly string[] {
  return restored === null ? [] : Object.keys(disabled);
}

/** The ids that are revoked now. */
export function revokedIds({ publications }: Revocations): ReadonlySet<string> {
  return new Set(publications.filter(({ restored }) => restored === null).map(({ id }) => id));
}

/** The ids that were revoked and are restored. */
export function restoredIds({ publications }: Revocations): ReadonlySet<string> {
  return new Set(publications.filter(({ restored }) => restored !== null).map(({ id }) => id));
}

/** The regions in which its AMIs can still be launched, or were enabled again. */
export function startableRegions({
  amis,
  disabled,
  restored,
}: Pick<Revocation, 'amis' | 'disabled' | 'restored'>): readonly string[] {
  return Object.keys(amis).filter((region) => restored !== null || typeof disabled[region]?.at !== 'string');
}

/** Reads the ids that are revoked now. */
export async function readRevokedIds(documents: Pick<DocumentStore, 'read'>): Promise<ReadonlySet<string>> {
  return revokedIds(await readRevocations(documents));
}

/** What the channels of a region show, and what they could. */
export interface ChannelsBeside {
  readonly channels: Readonly<Record<ChannelName, Channel | undefined>>;
  /** All publications of the region whose records are kept. */
  readonly known: readonly Channel[];
  /** The AMIs that are there: a record outlives them. */
  readonly amis: ReadonlySet<string>;
  readonly revoked: ReadonlySet<string>;
  /** Those that people have restored: one is the newest again where it was. */
  readonly restored: ReadonlySet<string>;
}

/** A channel and what it is to show. */
export interface ChannelMove {
  readonly channel: ChannelName;
  readonly to: Channel;
}

/**
 * Where channels go that show a revoked publication: `current` to `previous`, else to the newest that is older; `previous` to
 * the newest that is older than `current`; `latest` to the newest of all. None goes to a newer one but `latest`, and none to
 * the plain base AMI or to one that is gone: where nothing is left a channel stays. Carried out in this order, and cut off anywhere, the rest is the
 * same.
 */
export function movesFromRevoked({
  amis,
  channels,
  known,
  restored,
  revoked,
}: ChannelsBeside): readonly ChannelMove[] {
  const good = known
    .filter(({ amiId, id, mode }) => mode !== 'unbaked' && !revoked.has(id) && amis.has(amiId))
    .sort((one, other) => (isNewer(one, other) ? -1 : 1));
  const isRevoked = (one: Channel | undefined) => one !== undefined && revoked.has(one.id);
  const olderThan = (one: Channel | undefined) =>
    one === undefined ? undefined : good.find((candidate) => isNewer(one, candidate));
  const { current, latest, previous } = channels;
  const isBack =
    previous !== undefined &&
    previous.mode !== 'unbaked' &&
    !isRevoked(previous) &&
    amis.has(previous.amiId) &&
    current !== undefined &&
    isNewer(current, previous);
  const currentTo = isRevoked(current) ? (isBack ? previous : olderThan(current)) : undefined;
  const previousTo = isRevoked(previous) ? olderThan(currentTo ?? current) : undefined;
  const [newest] = good;
  const isRestored =
    newest !== undefined && restored.has(newest.id) && latest !== undefined && isNewer(newest, latest);
  const latestTo = isRevoked(latest) || isRestored ? newest : undefined;
  return (
    [
      ['current', currentTo],
      ['previous', previousTo],
      ['latest', latestTo],
    ] as const
  ).flatMap(([channel, to]) => (to === undefined ? [] : { channel, to }));
}

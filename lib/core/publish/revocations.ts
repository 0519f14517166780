import { parseDocument } from '../../contract/documents/document';
import { type Channel, isNewer } from '../../contract/documents/publication';
import { type Revocations, revocationsSchema } from '../../contract/documents/revocations';
import type { ChannelName } from '../../contract/names/parameters';
import { changeDocument, readDocument, type DocumentForm, type DocumentStore } from '../ports/stores';

/** Where revocations are kept. */
export const REVOCATIONS_KEY = 'publications/revoked.json';

const FORM: DocumentForm<Revocations> = {
  key: REVOCATIONS_KEY,
  parse: (text) => parseDocument(revocationsSchema, text, REVOCATIONS_KEY),
  empty: { schema: 'winbake.revocations/1', publications: [] },
};

/** What people have revoked, and what of it they have taken back. */
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

/** The ids that are revoked now. */
export function revokedIds({ publications }: Revocations): ReadonlySet<string> {
  return new Set(publications.filter(({ restored }) => restored === null).map(({ id }) => id));
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
  readonly revoked: ReadonlySet<string>;
  /** One that a person has taken back: it is the newest again where it was. */
  readonly restored?: string;
}

/** A channel and what it is to show. */
interface ChannelMove {
  readonly channel: ChannelName;
  readonly to: Channel;
}

/**
 * Where channels go that show a revoked publication: `current` to `previous`, else to the newest that is older; `previous` to
 * the newest that is older than `current`; `latest` to the newest of all. None goes to a newer one but `latest`, and none to
 * the plain base AMI: where nothing is left a channel stays. Carried out in this order, and cut off anywhere, the rest is the
 * same.
 */
export function movesFromRevoked({
  channels,
  known,
  restored,
  revoked,
}: ChannelsBeside): readonly ChannelMove[] {
  const good = known
    .filter(({ id, mode }) => mode !== 'unbaked' && !revoked.has(id))
    .sort((one, other) => (isNewer(one, other) ? -1 : 1));
  const isRevoked = (one: Channel | undefined) => one !== undefined && revoked.has(one.id);
  const olderThan = (one: Channel | undefined) =>
    one === undefined ? undefined : good.find((candidate) => isNewer(one, candidate));
  const { current, latest, previous } = channels;
  const isBack =
    previous !== undefined &&
    previous.mode !== 'unbaked' &&
    !isRevoked(previous) &&
    current !== undefined &&
    isNewer(current, previous);
  const currentTo = isRevoked(current) ? (isBack ? previous : olderThan(current)) : undefined;
  const previousTo = isRevoked(previous) ? olderThan(currentTo ?? current) : undefined;
  const [newest] = good;
  const isRestored =
    newest !== undefined && newest.id === restored && latest !== undefined && isNewer(newest, latest);
  const latestTo = isRevoked(latest) || isRestored ? newest : undefined;
  return (
    [
      ['current', currentTo],
      ['previous', previousTo],
      ['latest', latestTo],
    ] as const
  ).flatMap(([channel, to]) => (to === undefined ? [] : { channel, to }));
}

import { parseDocument } from '../../contract/documents/document';
import { deliveriesSchema, type Deliveries, type Delivery } from '../../contract/documents/publication';
import { changeDocument, readDocument, type DocumentForm, type DocumentStore } from '../ports/stores';

/** Where it is kept what has arrived where. */
export const DELIVERIES_KEY = 'publications/deliveries.json';

const FORM: DocumentForm<Deliveries> = {
  key: DELIVERIES_KEY,
  parse: (text) => parseDocument(deliveriesSchema, text, DELIVERIES_KEY),
  empty: { schema: 'winbake.deliveries/1', announced: null, targets: {} },
};

/** While nothing else changes, the instant of the last success is noted this often. */
const NOTE_MILLISECONDS = 3_600_000;

/** What came of one poll of an account and region. */
export interface DeliveryResult {
  /** The newest publication of the pipeline. */
  readonly publication: string;
  /** Why something is missing there; undefined where all has arrived. */
  readonly pending: string | undefined;
  /** Whether the account let us in. */
  readonly isReached: boolean;
}

/** What has arrived where. */
export function readDeliveries(documents: Pick<DocumentStore, 'read'>): Promise<Deliveries> {
  return readDocument(documents, FORM);
}

/** Notes that a publication's event was sent. */
export async function noteAnnounced(documents: DocumentStore, publication: string): Promise<void> {
  await changeDocument(documents, FORM, (before) =>
    before.announced === publication ? before : { ...before, announced: publication },
  );
}

/** Notes that the event with a publication's images was sent. */
export async function noteImagesAnnounced(documents: DocumentStore, publication: string): Promise<void> {
  await changeDocument(documents, FORM, (before) =>
    before.imagesAnnounced === publication ? before : { ...before, imagesAnnounced: publication },
  );
}

/** Notes what came of polls at targets, by name; targets that are no longer any are forgotten. */
export async function noteDeliveries(
  documents: DocumentStore,
  results: Readonly<Record<string, DeliveryResult>>,
  now: Date,
): Promise<Deliveries> {
  return changeDocument(documents, FORM, (before) => {
    const targets = Object.fromEntries(
      Object.entries(results).map(([name, result]) => [name, noted(before.targets[name], result, now)]),
    );
    const same =
      Object.keys(targets).length === Object.keys(before.targets).length &&
      Object.entries(targets).every(([name, one]) => one === before.targets[name]);
    return same ? before : { ...before, targets };
  });
}

function noted(before: Delivery | undefined, result: DeliveryResult, now: Date): Delivery {
  const at = now.toISOString();
  const reached = before?.reachedAt ?? null;
  const isFresh = reached !== null && now.getTime() - Date.parse(reached) < NOTE_MILLISECONDS;
  const { pending: reason } = result;
  const since = before?.pending?.since ?? at;
  const after: Delivery = {
    publication: reason === undefined ? result.publication : (before?.publication ?? null),
    reachedAt: result.isReached && !isFresh ? at : reached,
    pending: reason === undefined ? null : { since, reason },
  };
  return JSON.stringify(after) === JSON.stringify(before) ? (before ?? after) : after;
}

import { awaitingPublicationSchema, type AwaitingPublication } from '../../contract/documents/publication';
import { parseDocument } from '../../contract/documents/document';
import { WinbakeError } from '../../contract/values/errors';
import type { DocumentStore } from '../ports/stores';
import type { FinishedBake } from './collect-evidence';
import { LONGEST_PUBLICATION_DELAY_SECONDS, type AwaitedFinding } from './check-evidence';

/** Where the finished bake that waits for a person is kept. */
const AWAITING_PUBLICATION_KEY = 'publications/awaiting.json';

/**
 * The finished bake that waits for a person, or undefined; one that is too old to be published waits no longer. Throws a
 * `WinbakeError` where the document is damaged.
 */
export async function readAwaitingPublication(
  documents: Pick<DocumentStore, 'read'>,
  now: Date,
): Promise<AwaitingPublication | undefined> {
  const stored = await documents.read(AWAITING_PUBLICATION_KEY);
  if (stored === undefined) {
    return undefined;
  }
  const awaiting = parseDocument(awaitingPublicationSchema, stored.text, AWAITING_PUBLICATION_KEY);
  const until = Date.parse(awaiting.at) + LONGEST_PUBLICATION_DELAY_SECONDS * 1000;
  return now.getTime() <= until ? awaiting : undefined;
}

/** Keeps a finished bake until a person accepts its finding, and gives the error that says so. */
export async function awaitAcceptance(
  documents: DocumentStore,
  { imageBuildVersionArn, orderId }: FinishedBake,
  { finding, message }: AwaitedFinding,
  now: Date,
): Promise<WinbakeError> {
  const awaiting: AwaitingPublication = {
    schema: 'winbake.awaiting-publication/1',
    order: orderId,
    imageBuildVersionArn,
    finding,
    at: now.toISOString(),
  };
  await documents.overwrite(AWAITING_PUBLICATION_KEY, JSON.stringify(awaiting));
  const [code = ''] = finding.split(' ');
  return new WinbakeError(
    'PUBLICATION_REFUSED',
    `Nothing was published. ${code}: ${message}. The finished image is kept: to publish it, accept it with ` +
      `winbake pipeline accept NAME "${finding}" --reason "...", and start a rebake.`,
  );
}

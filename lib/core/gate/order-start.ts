import { changeLease, readLease } from '../bake/lease';
import type { BakeControl } from '../ports/bake-control';
import type { DocumentStore } from '../ports/document-store';

/** A build that Image Builder has begun for an order. */
export interface StartedBake {
  readonly execution: string;
  readonly orderId: string;
  readonly image: string;
}

/** Notes which image carries an order out, and ends it at once where a person cancelled in between. */
export async function noteStartedBake(
  { documents, bakes }: { readonly documents: DocumentStore; readonly bakes: BakeControl },
  { execution, orderId, image }: StartedBake,
): Promise<void> {
  await changeLease(documents, execution, (lease) =>
    lease.order?.id === orderId ? { ...lease, order: { ...lease.order, image } } : lease,
  );
  if ((await readLease(documents))?.cancel !== undefined) {
    await bakes.cancel(image);
  }
}

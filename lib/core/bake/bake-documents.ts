import { parseDocument } from '../../contract/documents/document';
import { type Order, orderSchema } from '../../contract/documents/order';
import type { DocumentStore } from '../ports/document-store';

export { CURRENT_ORDER_KEY } from '../../contract/names/bucket-keys';

/** The key under which an order is kept. */
export function orderKey(id: string): string {
  return `bakes/${id}.json`;
}

/** The key of the image manifest that an instance writes; `instance` is `<role id>:<instance id>`. */
export function imageManifestKey(instance: string): string {
  return `manifests/${instance}.json`;
}

/** The key of the verification that an instance writes; `instance` is `<role id>:<instance id>`. */
export function verificationKey(instance: string): string {
  return `verifications/${instance}.json`;
}

/** The key of the failure document that an instance writes; `instance` is `<role id>:<instance id>`. */
export function failureKey(instance: string): string {
  return `failures/${instance}.json`;
}

/** The order of a key, or undefined where there is none. Throws a `WinbakeError` where it is damaged. */
export async function readOrder(documents: DocumentStore, key: string): Promise<Order | undefined> {
  const stored = await documents.read(key);
  return stored === undefined ? undefined : parseDocument(orderSchema, stored.text, key);
}

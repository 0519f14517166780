import { failedPublicationsSchema, type FailedPublication } from '../../contract/documents/publication';
import { parseDocument } from '../../contract/documents/document';
import type { ParameterStore } from '../ports/parameter-store';

/** What has failed elsewhere, as a fleet reads it; nothing where the pipeline never wrote it. */
export async function readFailed(store: ParameterStore, name: string): Promise<readonly FailedPublication[]> {
  const text = await store.get(name);
  return text === undefined ? [] : parseDocument(failedPublicationsSchema, text, name).publications;
}

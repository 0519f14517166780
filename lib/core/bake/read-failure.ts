import { failureSchema, type Failure } from '../../contract/documents/evidence';
import { parseDocument } from '../../contract/documents/document';
import type { BakeControl } from '../ports/bakes';
import type { DocumentStore } from '../ports/stores';
import { failureKey } from './lease';

/** Why a build failed, as far as its instance could say it. */
export type ReportedFailure =
  | { readonly failure: Failure; readonly instance: string }
  /** Why there is no failure document to go by, in a sentence. */
  | { readonly failure?: undefined; readonly missing: string };

/**
 * Reads the failure document of a build that failed: that of the test instance where there is one, since then the build
 * itself went well. Never throws: what hides a document must not hide the failure.
 */
export async function readFailure(
  { documents, bakes }: { readonly documents: DocumentStore; readonly bakes: BakeControl },
  instanceRoleId: string,
  imageBuildVersionArn: string,
): Promise<ReportedFailure> {
  let instance = 'The instance';
  try {
    const { build, test } = await bakes.launchedInstances(imageBuildVersionArn);
    const id = test ?? build;
    if (id === undefined) {
      return { missing: 'Image Builder names no instance of it that came up.' };
    }
    instance = `${test === undefined ? 'The build' : 'The test'} instance ${id}`;
    const key = failureKey(`${instanceRoleId}:${id}`);
    const stored = await documents.read(key);
    return stored === undefined
      ? {
          missing:
            `${instance} left no failure document, so no step of Winbake failed there, or it could not report: ` +
            'look in the log for a component of your own or of Image Builder.',
        }
      : { failure: parseDocument(failureSchema, stored.text, key), instance: instance.replace('The', 'the') };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { missing: `${instance} may have left a failure document, which could not be read: ${why}` };
  }
}

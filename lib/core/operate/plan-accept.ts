import { withAccepted } from '../catalog/catalog';
import { catalogKey } from '../../contract/names/bucket-keys';
import { changeCatalog, readCatalog } from '../catalog/catalog-store';
import { UsageError } from '../../contract/values/errors';
import type { DocumentStore } from '../ports/document-store';
import { FINDING_CODES } from '../../contract/values/finding';
import type { Release } from '../../contract/values/release';
import { nothingToChange, type VerbPlan } from './verb-plan';

/** Plans to pass one finding of the gate for good; the catalog keeps who did and when. Throws a `UsageError` for no finding. */
export async function planAccept(
  documents: DocumentStore,
  release: Release,
  { finding, by, reason }: { readonly finding: string; readonly by: string; readonly reason: string },
  now: Date,
): Promise<VerbPlan> {
  const [code] = finding.split(' ');
  if (!FINDING_CODES.some((known) => known === code)) {
    throw new UsageError(
      `A finding begins with its code, such as "WENT_BACK servercore 10.0.20348.3328"; got: '${finding}'.`,
    );
  }
  const key = catalogKey(release);
  const known = (await readCatalog(documents, release)).accepted.find((one) => one.finding === finding);
  return known === undefined
    ? {
        changes: [`accept "${finding}" in ${key}`],
        reasons: [
          `${by}: ${reason}`,
          code === 'HOST_BELOW_LATEST'
            ? 'The next rebake publishes the finished image that waits for it.'
            : 'The gate passes this finding from its next look on.',
        ],
        apply: async () => {
          await changeCatalog(documents, release, (catalog) =>
            withAccepted(catalog, finding, `${by}: ${reason}`, now),
          );
        },
      }
    : nothingToChange(`"${finding}" was accepted on ${known.at} by ${known.by}.`);
}

import { catalogSchema } from '../../lib/contract/documents/catalog';
import { parseDocument } from '../../lib/contract/documents/document';
import { rolloutLogSchema } from '../../lib/contract/documents/fleet-state';
import type { Publication } from '../../lib/contract/documents/publication';
import { catalogKey } from '../../lib/contract/names/bucket-keys';
import { readOsVersion } from '../../lib/contract/values/os-version';
import { releasedAt } from '../../lib/core/fleet/patch-hours';
import { FirstObservations } from '../../lib/core/gate/first-observations';
import { familyOf } from '../../lib/core/images/family';
import { channelOf } from '../../lib/core/publish/record-publication';
import { bucketOf, familiesOf, type RehearsalContext } from './rehearsal-context';
import type { ReportedTimeline } from './rehearsal-report';
import type { RebakeRun } from './run-rebake';

/** The instants of each publication that a rebake made: of its families by the catalog, of fleets by their rollout logs. */
export function timelinesOf(
  context: RehearsalContext,
  records: readonly Publication[],
  runs: readonly RebakeRun[],
): readonly ReportedTimeline[] {
  const { account, os, pipeline } = context;
  const key = catalogKey(os.release);
  const catalog = parseDocument(catalogSchema, account.readDocument(bucketOf(context), key) ?? '', key);
  const families = familiesOf(context).map((name) => familyOf(name, os.release, pipeline.policy.lines[name]));
  const seen = new FirstObservations(catalog, families);
  const logs = rolloutLogsOf(context);
  return runs.flatMap(({ reported: { at: startedAt, publication: id }, result }) => {
    const record = records.find((one) => one.id === id);
    const publication = record && channelOf(record, account.environment.region);
    if (publication === undefined) {
      return [];
    }
    const revision = readOsVersion(publication.osVersion)?.revision;
    return [
      {
        publication: publication.id,
        released: releasedAt(publication).toISOString(),
        families: families.map((family) => ({
          family: family.name,
          shownAt:
            seen
              .of(family)
              .find((one) => one.revision === revision)
              ?.at.toISOString() ?? null,
        })),
        orderedAt: result.decisions.findLast(({ decision }) => decision === 'bake')?.at ?? startedAt,
        publishedAt: publication.at,
        fleets: logs.flatMap(({ fleet, rollouts }) =>
          rollouts
            .filter((rollout) => rollout.publication === publication.id)
            .map(({ firstInstance, lastInstance, outcome, promoted }) => ({
              fleet,
              promotedAt: promoted,
              firstInstanceAt: firstInstance,
              lastInstanceAt: lastInstance,
              outcome,
            })),
        ),
      },
    ];
  });
}

function rolloutLogsOf({ account, pipeline: { parameterPath } }: RehearsalContext) {
  const fleets = `${parameterPath.slice(0, parameterPath.lastIndexOf('/'))}/fleets`;
  return Object.entries(account.parameters.below(fleets))
    .filter(([name]) => /\/log\/\d{4}-\d{2}$/.test(name))
    .map(([name, text]) => parseDocument(rolloutLogSchema, text, name));
}

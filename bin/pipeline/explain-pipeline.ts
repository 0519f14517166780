import { SSMClient } from '@aws-sdk/client-ssm';
import { explaining } from '../../lib/aws/explain-failure';
import { readPipeline } from '../../lib/aws/stores/pipeline-account';
import type { Observation } from '../../lib/contract/documents/catalog';
import type { LastDecision } from '../../lib/contract/documents/memory';
import { pipelinePath } from '../../lib/contract/documents/pipeline-description';
import { osOf } from '../../lib/contract/values/release';
import { readCatalog } from '../../lib/core/catalog/catalog-store';
import { readLastDecision } from '../../lib/core/gate/last-decision';
import { homeParameters } from '../../lib/core/ports/stores';
import { readChannel } from '../../lib/core/publish/move-channel';
import { operatePorts } from '../../lib/handlers/operate';
import { signIn } from '../shared/pipeline-access';
import { type PlaceOptions } from '../shared/pipeline-place';
import { formatTable } from '../shared/table';

/** What the gate of a pipeline decided last, and what it knows. */
interface PipelineExplanation {
  readonly pipeline: string;
  readonly os: string;
  /** Null before the first decision. */
  readonly last: Pick<LastDecision, 'at' | 'decision' | 'reason'> | null;
  /** The newest observation of each tag that the gate follows. */
  readonly observed: readonly Pick<Observation, 'at' | 'osVersion' | 'repository' | 'tag'>[];
  readonly newestSet: { readonly target: string; readonly at: string } | null;
  readonly latest: { readonly id: string; readonly osVersion: string; readonly at: string } | null;
}

/** Reads what the gate of a pipeline decided last, with the caller's credentials. */
export async function explainPipeline(place: PlaceOptions, name: string): Promise<PipelineExplanation> {
  const { caller, region } = await signIn(place);
  return explaining({ doing: `read the state of ${name}`, region }, async () => {
    const description = await readPipeline(new SSMClient({ region }), place.prefix, name, caller, region);
    const { documents, stores } = operatePorts(description);
    const home = await homeParameters(stores, description);
    const { observations, sets } = await readCatalog(documents, osOf(description.os).release);
    const last = await readLastDecision(documents);
    const latest = await readChannel(home, pipelinePath(description), 'latest');
    const [newest] = sets;
    return {
      pipeline: name,
      os: description.os,
      last: last === undefined ? null : { at: last.at, decision: last.decision, reason: last.reason },
      observed: [
        ...Map.groupBy(observations, ({ repository, tag }) => `${repository}:${tag}`).values(),
      ].flatMap((ofTag) => {
        const one = ofTag.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
        return one === undefined
          ? []
          : { repository: one.repository, tag: one.tag, osVersion: one.osVersion, at: one.at };
      }),
      newestSet: newest === undefined ? null : { target: newest.target, at: newest.at },
      latest: latest === undefined ? null : { id: latest.id, osVersion: latest.osVersion, at: latest.at },
    };
  });
}

/** The same for people: the decision first. */
export function explainPipelineText(explanation: PipelineExplanation, width?: number): string {
  const { last, latest, newestSet, observed, os, pipeline } = explanation;
  const head =
    last === null
      ? `${pipeline} (${os}) has decided nothing yet.\nNext: winbake pipeline rebake ${pipeline} --reason "the first decision"`
      : `${pipeline} (${os}) at ${last.at}: ${last.decision}\n${last.reason}`;
  const table = formatTable(
    [{ title: 'TAG' }, { title: 'SHOWS' }, { title: 'SINCE' }],
    observed.map(({ at, osVersion, repository, tag }) => [
      `${repository}:${tag}`,
      osVersion ?? 'unknown',
      at,
    ]),
    width,
  );
  return (
    `${head}\n\n${observed.length === 0 ? '' : `${table}\n`}` +
    `Newest accepted set: ${newestSet === null ? 'none yet' : `${newestSet.target}, ${newestSet.at}`}.\n` +
    `Latest publication: ${latest === null ? 'none yet' : `${latest.id}, ${latest.osVersion}, ${latest.at}`}.\n`
  );
}

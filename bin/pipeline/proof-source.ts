import { explainFailure, explaining } from '../../lib/aws/explain-failure';
import { listFleets, readFleet } from '../../lib/aws/fleets/fleet-account';
import { collectFacts } from '../../lib/aws/prove/collect-facts';
import type { FollowingFleet } from '../../lib/aws/prove/collect-fleets';
import { factOf, observeCalls, proofClients, type ProofClients } from '../../lib/aws/prove/proof-clients';
import { readPipeline, type Caller } from '../../lib/aws/stores/pipeline-account';
import { pipelinePath, type PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import type { ProofFacts } from '../../lib/core/prove/facts';
import { transcriptOf } from '../../lib/core/prove/transcript-of';
import { hideSecretsInText } from '../../lib/handlers/log';
import { inOneLine } from '../shared/layout';
import { signIn } from '../shared/pipeline-access';
import type { PipelineOptions } from '../shared/pipeline-place';

/** What a pipeline and its fleets show, with the caller's credentials. */
export interface ProofSource {
  readonly clients: ProofClients;
  readonly description: PipelineDescription;
  readonly region: string;
  /** Reads what is there now; `trial` is a fleet that follows the pipeline without parameters of its own. */
  readonly read: (trial?: FollowingFleet) => Promise<ProofFacts>;
  /** Of the calls so far, without the names that were read. */
  readonly transcript: () => string;
}

/** Where a proof's instants and clients are from. */
export interface ProofMeans {
  readonly now: () => Date;
  readonly clientsOf?: (region: string) => ProofClients;
}

/** Finds a pipeline to prove by its name. */
export async function openProof(
  options: PipelineOptions,
  { clientsOf = proofClients, now }: ProofMeans,
): Promise<ProofSource> {
  const { caller, region } = await signIn(options);
  const clients = clientsOf(region);
  const calls = observeCalls(clients);
  const description = await explaining({ doing: `read the pipeline ${options.pipeline}`, region }, () =>
    readPipeline(clients.ssm, options.prefix, options.pipeline, caller, region),
  );
  const explain = (error: unknown) =>
    inOneLine(explainFailure(error, { doing: 'see the evidence', region }).message);
  const known: FollowingFleet[] = [];
  return {
    ...{ clients, description, region },
    read: async (trial) => {
      const following = await factOf(explain, () => followingFleets(clients, description, caller));
      const own = trial === undefined ? [] : [trial];
      const all = [...('seen' in following ? following.seen : []), ...own];
      known.push(...all);
      const fleets = 'seen' in following || trial !== undefined ? { seen: all } : following;
      return collectFacts({ clients, description, explain, fleets, now: now() });
    },
    transcript: () =>
      transcriptOf(calls, {
        ...{ account: description.account, bucket: description.bucket, pipeline: description.pipeline },
        ...{ region, hide: hideSecretsInText, at: now() },
        fleets: known.map(({ fleet }) => fleet),
        clusters: known.map(({ cluster }) => cluster),
      }),
  };
}

/** The fleets of this account and region that follow a channel of the pipeline. */
async function followingFleets(
  { ssm }: ProofClients,
  description: PipelineDescription,
  caller: Caller,
): Promise<readonly FollowingFleet[]> {
  const { parameterPrefix, region } = description;
  const states = [];
  for (const name of await listFleets(ssm, parameterPrefix)) {
    states.push(await readFleet(ssm, parameterPrefix, name, caller, region));
  }
  return states.filter(({ channel }) => channel?.startsWith(`${pipelinePath(description)}/`));
}

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { explaining } from '../../lib/aws/explain-failure';
import { openTrialDeletion, openTrialFleet, trialStacks } from '../../lib/aws/prove/trial-stacks';
import { ssmParameterStore } from '../../lib/aws/stores/ssm-parameter-store';
import { pipelinePath, type PipelineDescription } from '../../lib/contract/documents/pipeline-description';
import { WinbakeError } from '../../lib/contract/values/errors';
import { osOf } from '../../lib/contract/values/release';
import { readPipelineStatus } from '../../lib/core/housekeeping/pipeline-status';
import { dockerNameOf, isOwnImage } from '../../lib/core/images/own-image';
import { homeParameters } from '../../lib/core/ports/stores';
import type { ProofFacts, SeenTrial } from '../../lib/core/prove/facts';
import { removeTrials, runTrial, type TrialRun } from '../../lib/core/prove/run-trial';
import type { TrialLimits } from '../../lib/core/prove/trial-plan';
import type { TrialPorts, TrialStack } from '../../lib/core/prove/trial-ports';
import { trialNames, type TrialNetwork } from '../../lib/core/prove/trial-template';
import { findManifest } from '../../lib/core/publish/find-publication';
import { readEqualBake } from '../../lib/core/publish/publish-bake';
import { operatePorts } from '../../lib/handlers/operate';
import { packageRoot } from '../../sim/package-root';
import type { PipelineAccess } from '../shared/pipeline-access';
import type { PipelineOptions } from '../shared/pipeline-place';
import { openProof, type ProofMeans, type ProofSource } from './proof-source';

/** What a trial is given by the command line. */
export interface TrialRequest {
  readonly limits: TrialLimits;
  readonly instanceType: string;
  readonly network: TrialNetwork | null;
}

/** What a trial has shown. */
export interface TriedFacts {
  readonly description: PipelineDescription;
  readonly run: TrialRun;
  readonly facts: ProofFacts;
  readonly transcript: () => string;
}

/** The trials of a pipeline. */
export interface PipelineTrials {
  readonly description: PipelineDescription;
  readonly run: (
    request: TrialRequest,
    report: (text: string) => void,
    signal?: AbortSignal,
  ) => Promise<TriedFacts>;
  /** What is there of trials. */
  readonly left: () => Promise<readonly TrialStack[]>;
  readonly clean: (limits: TrialLimits, report: (text: string) => void) => Promise<readonly SeenTrial[]>;
}

/** Finds the trials of a pipeline by its name. */
export type OpenTrials = (options: PipelineOptions) => Promise<PipelineTrials>;

/** What trials work with besides AWS. */
export interface TrialMeans extends ProofMeans {
  readonly open: (options: PipelineOptions) => Promise<PipelineAccess>;
  readonly sleep?: TrialPorts['sleep'];
  readonly newId?: () => string;
}

/** Opens trials with the caller's credentials. */
export function openTrialsWith(means: TrialMeans): OpenTrials {
  const { newId = () => randomBytes(4).toString('hex'), sleep = sleepOnThisComputer } = means;
  return async (options) => {
    const source = await openProof(options, means);
    const access = await means.open(options);
    const { description, region } = source;
    const id = newId();
    const ports = (report: (text: string) => void): TrialPorts =>
      trialPorts({ access, id, means: { ...means, sleep }, report, source });
    return {
      description,
      left: () =>
        explaining({ doing: 'list the stacks of trials', region }, () =>
          ports(() => undefined).stacks.list(),
        ),
      clean: (limits, report) => removeTrials(ports(report), description.pipeline, limits.removalHours),
      run: async ({ instanceType, limits, network }, report, signal) => {
        const { fleet, name } = trialNames(id);
        let collected: ProofFacts | undefined;
        const run = await explaining({ doing: `try the pipeline ${description.pipeline}`, region }, () =>
          runTrial(
            ports(report),
            {
              ...{ id, description, limits },
              fleet: async (publication) => ({
                ...{ instanceType, network },
                ...(await baseAndImage(source, publication)),
                script: readFileSync(
                  join(packageRoot(), 'scripts', 'container-host', 'Start-ContainerHost.ps1'),
                  'utf8',
                ),
              }),
              collect: async (rollout) => {
                // Hosts that join from no AMI at all say nothing of ours.
                const isEvidence = rollout !== null && rollout.outcome !== 'plain';
                const facts = await source.read(
                  isEvidence ? { fleet, autoScalingGroup: name, cluster: name } : undefined,
                );
                collected = withStarts(facts, fleet, rollout?.starts ?? []);
              },
            },
            signal,
          ),
        );
        const facts = collected ?? (await source.read());
        return { description, run, facts: { ...facts, trial: run.removal }, transcript: source.transcript };
      },
    };
  };
}

/** A trial's fleet keeps its measures in memory. */
function withStarts(
  facts: ProofFacts,
  fleet: string,
  starts: NonNullable<TrialRun['rollout']>['starts'],
): ProofFacts {
  const { fleets } = facts;
  return 'seen' in fleets
    ? {
        ...facts,
        fleets: {
          seen: fleets.seen.map((one) => (one.fleet === fleet ? { ...one, starts: { seen: starts } } : one)),
        },
      }
    : facts;
}

const sleepOnThisComputer: TrialPorts['sleep'] = async (seconds, signal) => {
  await setTimeout(seconds * 1000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  signal?.throwIfAborted();
};

interface PortsSource {
  readonly access: PipelineAccess;
  readonly means: TrialMeans & { readonly sleep: TrialPorts['sleep'] };
  readonly id: string;
  readonly report: (text: string) => void;
  readonly source: ProofSource;
}

function trialPorts({ access, id, means, report, source }: PortsSource): TrialPorts {
  const { clients, description, region } = source;
  const { now, sleep } = means;
  const operating = operatePorts(description, { now, sleep: (milliseconds) => sleep(milliseconds / 1000) });
  const { release } = osOf(description.os);
  const by = access.caller.arn;
  return {
    ...{ now, sleep, report },
    orderBake: () =>
      access.operate({ verb: 'rebake', force: true, by, reason: `the trial ${id}`, dryRun: false }),
    readPipeline: async () => {
      const status = await readPipelineStatus(operating, description, release);
      const equal = await readEqualBake(operating.documents);
      const failures = status.notices.filter(({ cause }) => cause.startsWith('bakeFailed'));
      return {
        latest: status.channels.latest,
        rebake: status.rebake.state,
        equal: equal === undefined ? null : { publication: equal.publication, at: equal.at },
        why: [...failures.map(({ message }) => message), status.decision?.reason ?? '', status.next.reason]
          .filter((text) => text !== '')
          .join(' '),
      };
    },
    stacks: trialStacks(new CloudFormationClient({ region }), description.pipeline),
    openFleet: (name) => openTrialFleet(clients, name),
    openDeletion: (name) => openTrialDeletion(clients, name),
  };
}

/** What plain hosts start from, and what tasks run: an image of the publication, by the tag that hosts have cached. */
async function baseAndImage(
  { clients, description }: ProofSource,
  publication: string,
): Promise<{ readonly plainAmi: string; readonly image: string }> {
  const name = description.baseAmiParameter ?? osOf(description.os).baseAmiParameter;
  const plainAmi = await ssmParameterStore(clients.ssm).get(name);
  const { documents, stores } = operatePorts(description);
  const home = await homeParameters(stores, description);
  const { manifest } = await findManifest({ documents, home, path: pipelinePath(description) }, publication);
  const cached = manifest.images.filter((image) => !isOwnImage(image));
  const image = cached.find(({ family }) => family === 'servercore') ?? cached[0];
  if (plainAmi === undefined || image === undefined) {
    throw new WinbakeError(
      'NOT_FOUND',
      `A trial needs the plain AMI of ${name} and an image of Microsoft in ${publication}; got: '${plainAmi ?? 'no AMI'}' and ` +
        `'${image?.tag ?? 'no image'}'.`,
    );
  }
  return { plainAmi, image: dockerNameOf(image) };
}

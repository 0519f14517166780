import { paginateListAWSDefaultServiceQuotas } from '@aws-sdk/client-service-quotas';
import { paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeLaunchTemplateVersionsCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { ListContainerInstancesCommand } from '@aws-sdk/client-ecs';
import {
  GetImageCommand,
  paginateListComponentBuildVersions,
  paginateListComponents,
  paginateListImagePipelineImages,
  paginateListWorkflowBuildVersions,
  paginateListWorkflowExecutions,
  paginateListWorkflows,
  paginateListWorkflowStepExecutions,
  type ImagebuilderClient,
  type ImageSummary,
} from '@aws-sdk/client-imagebuilder';
import { ListObjectVersionsCommand, paginateListBuckets } from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { pipelinePath, type PipelineDescription } from '../../contract/documents/pipeline-description';
import { logGroupsOf, resourceNameOf } from '../../contract/names/resources';
import type {
  Fact,
  ProofFacts,
  SeenAnswer,
  SeenBake,
  SeenDocument,
  SeenFile,
  SeenSnapshot,
  SeenStep,
  SeenWorkflow,
} from '../../core/prove/facts';
import { readDeliveries } from '../../core/publish/deliveries';
import { readChannel } from '../../core/publish/move-channel';
import { readPublication } from '../../core/publish/record-publication';
import { snapshotsOf } from '../image-builder';
import { s3DocumentStore } from '../stores/s3-document-store';
import { ssmParameterStore } from '../stores/ssm-parameter-store';
import { collectFleets, type FollowingFleet } from './collect-fleets';
import { factOf, type ProofClients } from './proof-clients';

/** The newest of each kind are enough, and a bucket holds years of them. */
const MOST_BAKES = 5;
const MOST_FILES = 10;
const MOST_DOCUMENTS = 10;
const MOST_LINES = 200;
/** A log is searched in pages that may be empty. */
const MOST_PAGES = 50;
const LOG_DAYS = 45;

/** What facts are collected of, and with what. */
export interface ProofSource {
  readonly clients: ProofClients;
  readonly description: PipelineDescription;
  /** Those that follow the pipeline. */
  readonly fleets: Fact<readonly FollowingFleet[]>;
  readonly now: Date;
  /** Why something could not be read, in a sentence. */
  readonly explain: (error: unknown) => string;
}

/** Reads what a deployment shows of the claims; every call only reads. */
export async function collectFacts(source: ProofSource): Promise<ProofFacts> {
  const { clients, description, fleets, now } = source;
  const { accounts, os } = description;
  const documents = s3DocumentStore(clients.s3, description.bucket);
  const fact = <T>(read: () => Promise<T>) => factOf(source.explain, read);
  const files = (prefix: string) => fact(() => filesBelow(clients, description.bucket, prefix));
  const latest = await fact(async () => {
    const channel = await readChannel(ssmParameterStore(clients.ssm), pipelinePath(description), 'latest');
    const record = channel && (await readPublication(documents, channel.id));
    return channel === undefined
      ? null
      : { ...channel, imageBuildVersionArn: record?.imageBuildVersionArn ?? null };
  });
  const [following] = 'seen' in fleets ? fleets.seen : [];
  const [bakes, manifests, verifications, failures, deliveries, snapshots, built, seenFleets] =
    await Promise.all([
      fact(() => bakesOf(source)),
      files('manifests/'),
      files('verifications/'),
      files('failures/'),
      fact(() => readDeliveries(documents)),
      // Those of a base AMI are of somebody else.
      fact(async () =>
        'seen' in latest && latest.seen !== null && latest.seen.imageBuildVersionArn !== null
          ? seenSnapshots(clients, latest.seen.amiId)
          : [],
      ),
      fact(() => documentsOf(clients.imagebuilder, description.pipeline)),
      'seen' in fleets ? fact(() => collectFleets(source, fleets.seen)) : fleets,
    ]);
  return {
    ...{ os, accounts, now: now.toISOString(), latest, documents: built, fleets: seenFleets, trial: null },
    ...{ bakes, manifests, verifications, failures, deliveries, snapshots },
    updateLines: await fact(() =>
      linesOf(clients, now, logGroupsOf(description.pipeline)[0] ?? '', '?Takes ?Leaves'),
    ),
    machineLines: await fact(() => machineLines(clients, now, description)),
    quotas: await fact(() => quotasOf(clients)),
    answers: {
      hundredIds:
        following === undefined
          ? { missing: 'No fleet follows the pipeline, whose cluster could be asked.' }
          : await answerOf(source, async () => {
              const ids = Array.from({ length: 100 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
              const filter = `ec2InstanceId in [${ids.join(', ')}]`;
              const { cluster } = following;
              await clients.ecs.send(new ListContainerInstancesCommand({ cluster, filter }));
              return 'a list';
            }),
      versionsByNumber: await answerOf(source, async () => {
        await clients.ec2.send(new DescribeLaunchTemplateVersionsCommand({ Versions: ['1'] }));
        return 'a list';
      }),
      bucketsByRegion: await answerOf(source, () => ownBucket(clients, description)),
    },
  };
}

const NO_ANSWER = /AccessDenied|Unauthorized|Forbidden|Throttl|Expired|Credentials|Token|RequestLimit/;

/** A refusal is an answer, unless AWS refused to consider the question. */
async function answerOf(source: ProofSource, ask: () => Promise<string>): Promise<Fact<SeenAnswer>> {
  try {
    return { seen: { error: null, text: await ask() } };
  } catch (error) {
    const {
      $metadata: metadata,
      message,
      name,
    } = error as Error & {
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    return metadata?.httpStatusCode === 400 && !NO_ANSWER.test(name)
      ? { seen: { error: name, text: message } }
      : { missing: source.explain(error) };
  }
}

async function ownBucket({ s3 }: ProofClients, { bucket, region }: PipelineDescription): Promise<string> {
  for await (const { Buckets = [] } of paginateListBuckets({ client: s3 }, { BucketRegion: region })) {
    if (Buckets.some(({ Name }) => Name === bucket)) {
      return bucket;
    }
  }
  return '';
}

async function bakesOf({
  clients: { imagebuilder: client },
  description: { imagePipelineArn },
  explain,
}: ProofSource): Promise<readonly SeenBake[]> {
  if (imagePipelineArn === null) {
    return [];
  }
  const found: ImageSummary[] = [];
  for await (const page of paginateListImagePipelineImages({ client }, { imagePipelineArn })) {
    found.push(...(page.imageSummaryList ?? []));
  }
  const newest = found
    .sort((one, other) => (other.dateCreated ?? '').localeCompare(one.dateCreated ?? ''))
    .flatMap(({ arn }) => arn ?? [])
    .slice(0, MOST_BAKES);
  return Promise.all(
    newest.map(async (arn): Promise<SeenBake> => {
      const { image } = await client.send(new GetImageCommand({ imageBuildVersionArn: arn }));
      return {
        arn,
        status: image?.state?.status ?? 'UNKNOWN',
        reason: image?.state?.reason ?? '',
        tags: image?.tags ?? {},
        workflows: await factOf(explain, () => workflowsOf(client, arn)),
      };
    }),
  );
}

async function workflowsOf(
  client: ImagebuilderClient,
  imageBuildVersionArn: string,
): Promise<readonly SeenWorkflow[]> {
  const found: SeenWorkflow[] = [];
  for await (const page of paginateListWorkflowExecutions({ client }, { imageBuildVersionArn })) {
    for (const {
      endTime = '',
      startTime = '',
      status,
      type,
      workflowExecutionId,
    } of page.workflowExecutions ?? []) {
      const steps = await stepsOf(client, workflowExecutionId);
      found.push({ type: type ?? 'UNKNOWN', status: status ?? 'UNKNOWN', startTime, endTime, steps });
    }
  }
  return found;
}

async function stepsOf(
  client: ImagebuilderClient,
  workflowExecutionId: string | undefined,
): Promise<readonly SeenStep[]> {
  const found: SeenStep[] = [];
  for await (const page of paginateListWorkflowStepExecutions({ client }, { workflowExecutionId })) {
    found.push(
      ...(page.steps ?? []).map(({ action = '', message = '', name = '', outputs = '', status }) => ({
        ...{ action, message, name, outputs },
        status: status ?? 'UNKNOWN',
      })),
    );
  }
  return found;
}

/** The newest objects below a prefix. */
async function filesBelow(
  { s3 }: ProofClients,
  Bucket: string,
  Prefix: string,
): Promise<readonly SeenFile[]> {
  const found: { readonly key: string; readonly at: number }[] = [];
  let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (markers !== undefined) {
    const page: {
      Versions?: { Key?: string; IsLatest?: boolean; LastModified?: Date }[];
      IsTruncated?: boolean;
      NextKeyMarker?: string;
      NextVersionIdMarker?: string;
    } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...markers }));
    found.push(
      ...(page.Versions ?? [])
        .filter(({ IsLatest }) => IsLatest !== false)
        .map(({ Key = '', LastModified }) => ({ key: Key, at: LastModified?.getTime() ?? 0 })),
    );
    markers =
      page.IsTruncated === true
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
  }
  const newest = found.sort((one, other) => other.at - one.at).slice(0, MOST_FILES);
  const store = s3DocumentStore(s3, Bucket);
  const texts = await Promise.all(
    newest.map(async ({ key }) => ({ key, text: (await store.read(key))?.text })),
  );
  return texts.flatMap(({ key, text }) => (text === undefined ? [] : { key, text }));
}

async function seenSnapshots({ ec2 }: ProofClients, amiId: string): Promise<readonly SeenSnapshot[]> {
  const SnapshotIds = await snapshotsOf(ec2, amiId);
  if (SnapshotIds.length === 0) {
    return [];
  }
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }));
  return Snapshots.map(({ Encrypted, SnapshotId = '', Tags = [] }) => ({
    id: SnapshotId,
    isEncrypted: Encrypted === true,
    tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
  }));
}

async function documentsOf(client: ImagebuilderClient, pipeline: string): Promise<readonly SeenDocument[]> {
  const isOurs = ({ name = '' }: { readonly name?: string | undefined }) =>
    name.startsWith(`${resourceNameOf(pipeline)}-`);
  const owner = 'Self';
  const components: string[] = [];
  for await (const page of paginateListComponents({ client }, { owner })) {
    components.push(...(page.componentVersionList ?? []).filter(isOurs).flatMap(({ arn }) => arn ?? []));
  }
  const workflows: string[] = [];
  for await (const page of paginateListWorkflows({ client }, { owner })) {
    workflows.push(...(page.workflowVersionList ?? []).filter(isOurs).flatMap(({ arn }) => arn ?? []));
  }
  const found: SeenDocument[] = [];
  for (const componentVersionArn of components.slice(0, MOST_DOCUMENTS)) {
    for await (const page of paginateListComponentBuildVersions({ client }, { componentVersionArn })) {
      found.push(...(page.componentSummaryList ?? []).map(({ arn = '', tags = {} }) => ({ arn, tags })));
    }
  }
  for (const workflowVersionArn of workflows.slice(0, MOST_DOCUMENTS)) {
    for await (const page of paginateListWorkflowBuildVersions({ client }, { workflowVersionArn })) {
      found.push(...(page.workflowSummaryList ?? []).map(({ arn = '', tags = {} }) => ({ arn, tags })));
    }
  }
  return found;
}

async function linesOf(
  { logs }: ProofClients,
  now: Date,
  logGroupName: string,
  filterPattern?: string,
): Promise<readonly string[]> {
  const startTime = now.getTime() - LOG_DAYS * 86_400_000;
  const pattern = filterPattern === undefined ? {} : { filterPattern };
  const found: string[] = [];
  let pages = 0;
  for await (const { events = [] } of paginateFilterLogEvents(
    { client: logs },
    { logGroupName, startTime, ...pattern },
  )) {
    found.push(...events.flatMap(({ message }) => message ?? []));
    pages += 1;
    if (found.length >= MOST_LINES || pages === MOST_PAGES) {
      break;
    }
  }
  return found.slice(0, MOST_LINES);
}

async function machineLines(
  clients: ProofClients,
  now: Date,
  { stateMachineArn }: PipelineDescription,
): Promise<readonly string[]> {
  const { loggingConfiguration } = await clients.sfn.send(
    new DescribeStateMachineCommand({ stateMachineArn }),
  );
  const [destination] = loggingConfiguration?.destinations ?? [];
  // Its ARN ends with `:*`.
  const group = destination?.cloudWatchLogsLogGroup?.logGroupArn?.split(':')[6];
  return group === undefined ? [] : linesOf(clients, now, group);
}

async function quotasOf({ quotas }: ProofClients): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, readonly string[]> = {};
  for (const ServiceCode of ['ec2', 'imagebuilder', 'ebs']) {
    const names: string[] = [];
    for await (const page of paginateListAWSDefaultServiceQuotas({ client: quotas }, { ServiceCode })) {
      names.push(...(page.Quotas ?? []).flatMap(({ QuotaName }) => QuotaName ?? []));
    }
    found[ServiceCode] = names;
  }
  return found;
}

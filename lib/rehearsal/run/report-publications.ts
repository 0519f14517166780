import { readPrunePlan } from '../../core/housekeeping/prune';
import { parseDocument } from '../../contract/documents/document';
import { publicationSchema } from '../../contract/documents/publication';
import { CHANNELS, channelParameters, revisionParameters } from '../../contract/names/parameters';
import { channelOf } from '../../core/publish/record-publication';
import { readOsVersion } from '../../contract/values/os-version';
import { pipelineOf } from '../../handlers/pipeline';
import { pretendedInventory } from '../account/ami-inventory';
import type { PretendedFleet } from '../fleet/pretended-fleet';
import { callerOf } from '../iam/role-policies';
import { functionNamed } from './named-function';
import type { ReportedPublication } from './rehearsal-report';
import { bucketOf, siblingName, type Stage } from './stage';
import type { ScheduledCare } from './take-care';

/** All publications with the channels that point to them, and what the verb `prune` would say of their AMIs now. */
export async function reportPublications(
  stage: Stage,
  fleets: readonly PretendedFleet[],
  { prunes }: Pick<ScheduledCare, 'prunes'>,
): Promise<readonly ReportedPublication[]> {
  const { account, clock, pipeline } = stage;
  const operate = functionNamed(pipeline.stack, siblingName(stage, 'operate'));
  const description = pipelineOf(operate.environment);
  const { amis, parameters } = account;
  const inventory = pretendedInventory(
    { amis, parameters, fleets, clock, pipeline: description },
    callerOf(account.stacks, operate.roleArn),
  );
  const plan = await readPrunePlan(inventory, description, clock.now());
  const gone = new Map(amis.all.map(({ id, removedAt }) => [id, removedAt]));
  return publishedIn(stage).flatMap((record) => {
    const publication = channelOf(record, account.environment.region);
    if (publication === undefined) {
      return [];
    }
    const removedAt = gone.get(publication.amiId);
    const planned = plan.amis.find(({ amiId }) => amiId === publication.amiId);
    const retention =
      removedAt === undefined
        ? { retention: planned?.action ?? 'keep', reasons: planned?.reasons ?? [] }
        : { retention: 'removed' as const, reasons: [whyRemoved(prunes, publication.amiId, removedAt)] };
    return [{ ...publication, channels: channelsOf(stage, publication), ...retention }];
  });
}

function publishedIn(stage: Stage) {
  const { storage } = stage.account;
  const bucket = bucketOf(stage);
  return storage
    .keys(bucket)
    .filter((key) => /^publications\/[\d.]+-\d+\.json$/.test(key))
    .map((key) => parseDocument(publicationSchema, storage.get(bucket, key)?.body.toString() ?? '', key))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function channelsOf(
  { account, pipeline }: Stage,
  { id, osVersion }: { readonly id: string; readonly osVersion: string },
): readonly string[] {
  const { build = 0, revision = 0 } = readOsVersion(osVersion) ?? {};
  const names = [
    ...CHANNELS.map((name) => [name, channelParameters(pipeline.parameterPath, name).publication] as const),
    ['by-revision', revisionParameters(pipeline.parameterPath, build, revision).publication] as const,
  ];
  return names
    .filter(([, parameter]) => account.parameters.read(parameter)?.includes(`"id":"${id}"`))
    .map(([name]) => name);
}

function whyRemoved(prunes: readonly string[], amiId: string, removedAt: Date): string {
  const line = prunes.find((one) => one.startsWith(`remove ${amiId} `)) ?? '';
  return `removed on ${removedAt.toISOString().slice(0, 10)}: ${line.slice(line.indexOf('): ') + 3)}`;
}

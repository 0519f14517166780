import { catalogSchema } from '../../lib/contract/documents/catalog';
import { parseDocument } from '../../lib/contract/documents/document';
import { type ImageManifest, imageManifestSchema } from '../../lib/contract/documents/evidence';
import { rolloutLogSchema } from '../../lib/contract/documents/fleet-state';
import { orderSchema } from '../../lib/contract/documents/order';
import { channelSchema, type Publication, publicationSchema } from '../../lib/contract/documents/publication';
import { catalogKey, CURRENT_ORDER_KEY } from '../../lib/contract/names/bucket-keys';
import { channelParameters, CHANNELS, revisionParameters } from '../../lib/contract/names/parameters';
import type { Finding } from '../../lib/contract/values/finding';
import { formatOsVersion, readOsVersion } from '../../lib/contract/values/os-version';
import { releasedAt } from '../../lib/core/fleet/patch-hours';
import { FirstObservations } from '../../lib/core/gate/first-observations';
import { readPrunePlan } from '../../lib/core/housekeeping/prune';
import { familyOf } from '../../lib/core/images/family';
import { isOwnImage } from '../../lib/core/images/own-image';
import { readImages } from '../../lib/core/images/read-images';
import { compressedBytes, parseImageManifest } from '../../lib/core/oci/manifests';
import type { Registry } from '../../lib/core/oci/registry';
import { channelOf } from '../../lib/core/publish/record-publication';
import { readRevokedIds } from '../../lib/core/publish/revocations';
import {
  bucketOf,
  descriptionOf,
  familiesOf,
  ownPorts,
  type RehearsalContext,
  siblingName,
  withRegistry,
} from './rehearsal-context';
import type {
  RehearsalReport,
  ReportedContent,
  ReportedFleet,
  ReportedImage,
  ReportedMonth,
  ReportedPublication,
  ReportedTimeline,
} from './rehearsal-report';
import type { ScheduledHousekeeping } from './pass-time';
import type { RebakeRun } from './run-rebake';
import { functionNamed } from './template-functions';

const SYNTHETIC: Finding = {
  code: 'SYNTHETIC',
  severity: 'info',
  message: 'Bytes on disk, digests and the times of bake and refresh are models, not measurements.',
};

/** What a rehearsal was about, beside what the account holds. */
interface RehearsalEnding {
  /** At least one. */
  readonly runs: readonly RebakeRun[];
  readonly publications: readonly ReportedPublication[];
  readonly fleets: readonly ReportedFleet[];
  readonly months: readonly ReportedMonth[] | undefined;
  /** The moment as a person wrote it. */
  readonly asked: string | undefined;
}

/** Puts together what the account holds at the end of a rehearsal. */
export async function reportOf(
  context: RehearsalContext,
  { asked, fleets, months, publications, runs }: RehearsalEnding,
): Promise<Omit<RehearsalReport, 'again' | 'origins'>> {
  const { asOf, log, pipeline } = context;
  const parameters = writtenParameters(context, [
    pipeline.parameterPath,
    `${pipeline.parameterPath.slice(0, pipeline.parameterPath.lastIndexOf('/'))}/fleets`,
  ]);
  const published = publishedAmi(context);
  const decisions = runs.flatMap(({ result }) => result.decisions);
  const last = decisions.at(-1);
  return {
    asOf: asked ?? asOf.toISOString(),
    decision: last?.decision ?? 'needsOperator',
    decisions,
    target: orderedTarget(context),
    host: published === undefined ? null : { osVersion: published.manifest.host.osVersion },
    images: published === undefined ? [] : await describeImages(context, published.manifest),
    ami: published === undefined ? null : { id: published.amiId, tags: tagsOf(context, published.amiId) },
    parameters,
    rollout: (runs.findLast(({ reported }) => reported.publication !== null) ?? runs.at(-1))?.reported
      .rollout ?? { status: 'none', instances: [] },
    patchWithinHours: descriptionOf(context).patchWithinSeconds / 3600,
    fleets,
    steps: log.steps,
    findings: [...(last?.findings ?? []), ...log.findings, ...(published === undefined ? [] : [SYNTHETIC])],
    publications,
    timelines: timelinesOf(context, publishedIn(context), runs),
    ...(months === undefined ? {} : { months }),
  };
}

/** The parameters below some paths that functions wrote, not the stacks themselves. */
function writtenParameters(
  { account }: RehearsalContext,
  paths: readonly string[],
): Readonly<Record<string, string>> {
  const deployed = new Set(
    account.stacks.flatMap((stack) =>
      stack.logicalIds('AWS::SSM::Parameter').map((id) => stack.properties(id, ['Name'])['Name']),
    ),
  );
  return Object.fromEntries(
    paths
      .flatMap((path) => Object.entries(account.parameters.below(path)))
      .filter(([name]) => !deployed.has(name)),
  );
}

function orderedTarget(context: RehearsalContext): string | null {
  const stored = context.account.readDocument(bucketOf(context), CURRENT_ORDER_KEY);
  if (stored === undefined) {
    return null;
  }
  const { targetRevision } = parseDocument(orderSchema, stored, CURRENT_ORDER_KEY);
  return formatOsVersion({ build: context.os.release.build, revision: targetRevision });
}

/** What the channel `latest` points to, unless that still is the plain base AMI. */
function publishedAmi(
  context: RehearsalContext,
): { readonly amiId: string; readonly manifest: ImageManifest } | undefined {
  const { account, pipeline } = context;
  const name = channelParameters(pipeline.parameterPath, 'latest').publication;
  const { id, amiId, mode } = parseDocument(channelSchema, account.parameters.read(name) ?? '', name);
  if (mode === 'unbaked') {
    return undefined;
  }
  const record = publishedIn(context).find((one) => one.id === id);
  return { amiId, manifest: manifestOf(context, record?.manifest ?? '') };
}

function manifestOf(context: RehearsalContext, key: string): ImageManifest {
  const text = context.account.readDocument(bucketOf(context), key) ?? '';
  return parseDocument(imageManifestSchema, text, key);
}

function contentOf({ host, images, leftOut }: ImageManifest): ReportedContent {
  return {
    host,
    images: images.map(({ digest, family, mode, osVersion, repository, tag }) => ({
      ...{ family, repository, tag, digest, osVersion, mode },
    })),
    ...(leftOut === undefined ? {} : { leftOut }),
  };
}

function describeImages(
  context: RehearsalContext,
  manifest: ImageManifest,
): Promise<readonly ReportedImage[]> {
  return withRegistry(context, (registry) =>
    Promise.all(
      manifest.images.map(async (image) =>
        isOwnImage(image) ? describeOwnImage(context, image) : await describeImage(context, registry, image),
      ),
    ),
  );
}

/** An own image as the gate observed it: its registry lets nobody else in. */
function describeOwnImage(
  context: RehearsalContext,
  {
    digest,
    family,
    mode,
    osVersion,
    platformDigest = digest,
    repository,
    tag,
  }: ImageManifest['images'][number],
): ReportedImage {
  const key = catalogKey(context.os.release);
  const { observations } = parseDocument(
    catalogSchema,
    context.account.readDocument(bucketOf(context), key) ?? '',
    key,
  );
  const seen = observations.findLast((one) => one.repository === repository && one.digest === digest);
  const compressed = seen?.compressedBytes ?? 0;
  return { family, repository, tag, digest, platformDigest, osVersion, mode, compressedBytes: compressed };
}

async function describeImage(
  { os, registry: embedded }: RehearsalContext,
  registry: Registry,
  { family, repository, tag, digest, osVersion, mode }: ImageManifest['images'][number],
): Promise<ReportedImage> {
  // An extra may be of another release than its host.
  const build = readOsVersion(osVersion)?.build ?? os.release.build;
  const reading = await readImages(registry, repository, digest, build);
  const platformDigest = reading?.images.find(
    (one) => formatOsVersion(one.osVersion) === osVersion,
  )?.platformDigest;
  const platform = await registry.manifest(repository, platformDigest ?? digest);
  const recorded = embedded.recordedDigest(digest)?.recordedDigest ?? undefined;
  return {
    family,
    repository,
    tag,
    digest,
    platformDigest: platformDigest ?? digest,
    osVersion,
    mode,
    compressedBytes: compressedBytes(parseImageManifest(platform?.body ?? '{}', `${repository}@${digest}`)),
    ...(recorded === undefined ? {} : { recordedDigest: recorded }),
  };
}

function tagsOf({ account }: RehearsalContext, amiId: string): Readonly<Record<string, string>> {
  const { region } = account.environment;
  const arn = `arn:aws:ec2:${region}::image/${amiId}`;
  return account.world.ec2.images.tagsOf(arn, account.environment) ?? {};
}

/** All publications with the channels that point to them, and what the verb `prune` would say of their AMIs now. */
export async function reportPublications(
  context: RehearsalContext,
  { prunes }: Pick<ScheduledHousekeeping, 'prunes'>,
): Promise<readonly ReportedPublication[]> {
  const { account, clock, pipeline } = context;
  const { arn, roleArn } = functionNamed(pipeline.stack, siblingName(context, 'operate'));
  const caller = account.sessionOf(roleArn, arn, 'lambda.amazonaws.com');
  const { documents, inventory } = ownPorts(context);
  const plan = await account.as(caller, async () =>
    readPrunePlan(inventory, descriptionOf(context), clock.now(), await readRevokedIds(documents)),
  );
  const gone = new Map(
    account.world.ec2.images
      .all(account.environment)
      .map(({ deregisteredAt, id }) => [id, deregisteredAt] as const),
  );
  return publishedIn(context).flatMap((record) => {
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
    const holds = record.manifest === null ? null : contentOf(manifestOf(context, record.manifest));
    return [{ ...publication, channels: channelsOf(context, publication), ...retention, holds }];
  });
}

/** The records of what a pipeline has published, the oldest first. */
export function publishedIn(context: RehearsalContext): readonly Publication[] {
  const { account } = context;
  const bucket = bucketOf(context);
  return account.world.s3
    .keys(bucket)
    .filter((key) => /^publications\/[\d.]+-\d+\.json$/.test(key))
    .map((key) => parseDocument(publicationSchema, account.readDocument(bucket, key) ?? '', key))
    .sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function channelsOf(
  { account, pipeline }: RehearsalContext,
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

/** The instants of each publication that a rebake made: of its families by the catalog, of fleets by their rollout logs. */
function timelinesOf(
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

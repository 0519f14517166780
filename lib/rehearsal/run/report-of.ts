import { parseDocument } from '../../contract/documents/document';
import { imageManifestSchema, type ImageManifest } from '../../contract/documents/evidence';
import { orderSchema } from '../../contract/documents/order';
import { channelSchema } from '../../contract/documents/publication';
import { CURRENT_ORDER_KEY, publishedManifestKey } from '../../contract/names/bucket-keys';
import { channelParameters } from '../../contract/names/parameters';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion, readOsVersion } from '../../contract/values/os-version';
import { compressedBytes, parseImageManifest } from '../../core/oci/manifests';
import type { Registry } from '../../core/oci/registry';
import { readImages } from '../../core/images/read-images';
import type { RehearsalReport, ReportedFleet, ReportedImage, ReportedMonth, ReportedPublication } from './rehearsal-report';
import type { RebakeRun } from './run-rebake';
import { bucketOf, withRegistry, type Stage } from './stage';

const SYNTHETIC: Finding = {
  code: 'SYNTHETIC',
  severity: 'info',
  message: 'Bytes on disk, digests and the times of bake and refresh are models, not measurements.',
};

/** What a rehearsal was about, beside what the account holds. */
export interface RehearsalEnding {
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
  stage: Stage,
  { asked, fleets, months, publications, runs }: RehearsalEnding,
): Promise<Omit<RehearsalReport, 'again'>> {
  const { account, asOf, log, pipeline } = stage;
  const parameters = {
    ...account.parameters.below(pipeline.parameterPath),
    ...account.parameters.below(
      `${pipeline.parameterPath.slice(0, pipeline.parameterPath.lastIndexOf('/'))}/fleets`,
    ),
  };
  const published = publishedAmi(stage);
  const decisions = runs.flatMap(({ result }) => result.decisions);
  const last = decisions.at(-1);
  return {
    asOf: asked ?? asOf.toISOString(),
    decision: last?.decision ?? 'needsOperator',
    decisions,
    target: orderedTarget(stage),
    host: published === undefined ? null : published.manifest.host,
    images: published === undefined ? [] : await describeImages(stage, published.manifest),
    ami: published === undefined ? null : { id: published.amiId, tags: account.amis.tagsOf(published.amiId) },
    parameters,
    rollout: (runs.findLast(({ reported }) => reported.publication !== null) ?? runs.at(-1))?.reported
      .rollout ?? { status: 'none', instances: [] },
    fleets,
    steps: log.steps,
    findings: [...(last?.findings ?? []), ...log.findings, ...(published === undefined ? [] : [SYNTHETIC])],
    publications,
    ...(months === undefined ? {} : { months }),
  };
}

function orderedTarget(stage: Stage): string | null {
  const stored = stage.account.storage.get(bucketOf(stage), CURRENT_ORDER_KEY);
  if (stored === undefined) {
    return null;
  }
  const { targetRevision } = parseDocument(orderSchema, stored.body.toString(), CURRENT_ORDER_KEY);
  return formatOsVersion({ build: stage.os.release.build, revision: targetRevision });
}

/** What the channel `latest` points to, unless that still is the plain base AMI. */
function publishedAmi(
  stage: Stage,
): { readonly amiId: string; readonly manifest: ImageManifest } | undefined {
  const { account, pipeline } = stage;
  const name = channelParameters(pipeline.parameterPath, 'latest').publication;
  const { id, amiId, mode } = parseDocument(channelSchema, account.parameters.read(name) ?? '', name);
  if (mode === 'unbaked') {
    return undefined;
  }
  const key = publishedManifestKey(id);
  const text = account.storage.get(bucketOf(stage), key)?.body.toString() ?? '';
  return { amiId, manifest: parseDocument(imageManifestSchema, text, key) };
}

function describeImages(stage: Stage, manifest: ImageManifest): Promise<readonly ReportedImage[]> {
  return withRegistry(stage, (registry) =>
    Promise.all(manifest.images.map((image) => describeImage(stage, registry, image))),
  );
}

async function describeImage(
  { os, registry: embedded }: Stage,
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

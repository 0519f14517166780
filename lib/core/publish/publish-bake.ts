import { parseDocument } from '../../contract/documents/document';
import { type ImageManifest, imageManifestSchema } from '../../contract/documents/evidence';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import {
  type Channel,
  type Deliveries,
  type EqualBake,
  equalBakeSchema,
  isNewer,
  type Publication,
} from '../../contract/documents/publication';
import { EQUAL_TO_TAG, PIPELINE_TAG, PUBLICATION_TAG } from '../../contract/names/resources';
import { shortDigest } from '../../contract/values/digest';
import type { AmiTags } from '../ports/amis';
import type { ImageBuilds } from '../ports/bakes';
import type { Announcer } from '../ports/notices';
import { type DocumentStore, homeParameters, type ParameterStore } from '../ports/stores';
import { awaitAcceptance } from './awaiting-publication';
import { checkEvidence } from './check-evidence';
import { type BakeEvidence, collectEvidence, type FinishedBake } from './collect-evidence';
import { deliverEverywhere, type DeliveryPorts } from './deliver';
import { moveChannel, noteRevision, readChannel, readRevision } from './move-channel';
import { promoteWhenDue } from './operate-channels';
import { publicationRefused } from './publication-refused';
import { announceLatest } from './published-event';
import { channelOf, publicationsOf, readPublication, recordPublication } from './record-publication';
import { readRevokedIds } from './revocations';

/** Where the last equal bake is kept. */
const EQUAL_BAKE_KEY = 'publications/equal-bake.json';

/**
 * Whether a bake holds what a publication holds: equal host revision, image digests, recipe and scripts. When it was made,
 * and from which base AMI, makes no difference to who runs it.
 */
export async function isEqualTo(
  documents: Pick<DocumentStore, 'read'>,
  { order, manifest }: Pick<BakeEvidence, 'order' | 'manifest'>,
  published: Publication,
): Promise<boolean> {
  const stored = published.manifest === null ? undefined : await documents.read(published.manifest);
  if (stored === undefined || published.recipeArn !== order.recipeArn) {
    return false;
  }
  const known = parseDocument(imageManifestSchema, stored.text, published.manifest ?? '');
  return (
    known.host.osVersion === manifest.host.osVersion &&
    known.scripts.sha256 === manifest.scripts.sha256 &&
    imagesOf(known) === imagesOf(manifest)
  );
}

/** Which digest each name on disk stands for, and in which mode it was taken. */
function imagesOf({ images }: ImageManifest): string {
  const lines = images.map(({ repository, tag, aliases, digest, mode }) =>
    [repository, [tag, ...aliases].sort().join(' '), digest, mode].join('\n'),
  );
  return JSON.stringify(lines.sort());
}

/** Keeps what came of a bake that was discarded. */
async function noteEqualBake(documents: DocumentStore, equal: EqualBake): Promise<void> {
  await documents.overwrite(EQUAL_BAKE_KEY, JSON.stringify(equal));
}

/** The last equal bake, or undefined. */
export async function readEqualBake(documents: Pick<DocumentStore, 'read'>): Promise<EqualBake | undefined> {
  const stored = await documents.read(EQUAL_BAKE_KEY);
  return stored && parseDocument(equalBakeSchema, stored.text, EQUAL_BAKE_KEY);
}

/** A publication in place as young as its last equal bake, and from the same base AMI. */
export function asConfirmed(published: Publication, equal: EqualBake | undefined): Publication {
  return equal?.publication === published.id && equal.at > published.at
    ? { ...published, at: equal.at, baseAmiId: equal.baseAmiId }
    : published;
}

/** EC2 takes at most this many characters as the value of a tag. */
const LONGEST_VALUE = 256;

/**
 * The tags that let a person see in the console what an AMI holds.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
 */
export function amiTags(
  pipeline: string,
  publication: Publication,
  manifest: ImageManifest,
): Readonly<Record<string, string>> {
  const images = manifest.images.map((image) => `${image.family}=sha256:${shortDigest(image.digest)}`);
  return {
    Name: `winbake-${pipeline}-${publication.id}`,
    [PIPELINE_TAG]: pipeline,
    [PUBLICATION_TAG]: publication.id,
    'winbake:os-version': manifest.host.osVersion,
    'winbake:mode': publication.mode,
    'winbake:images': joinWithin(images, LONGEST_VALUE),
    'winbake:scripts': manifest.scripts.sha256,
  };
}

/** The tags of an AMI that came out equal to a publication: nothing points to it, and the scheduled prune removes it. */
function discardedTags(pipeline: string, { id }: Publication): Readonly<Record<string, string>> {
  return {
    Name: `winbake-${pipeline}-equal-to-${id}`,
    [PIPELINE_TAG]: pipeline,
    [EQUAL_TO_TAG]: id,
  };
}

/** As many whole items as fit; the image manifest has them all. */
function joinWithin(items: readonly string[], length: number): string {
  return items.reduce((text, item) => {
    const longer = text === '' ? item : `${text},${item}`;
    return longer.length <= length ? longer : text;
  }, '');
}

export type { FinishedBake } from './collect-evidence';

/** What publication works with. */
export interface PublishPorts extends DeliveryPorts {
  readonly builds: ImageBuilds;
  readonly tags: AmiTags;
  readonly announcer: Announcer;
}

/** Which pipeline publishes. */
interface Publisher {
  readonly description: PipelineDescription;
  /** The unique id of the instances' role, the first part of their documents' names. */
  readonly instanceRoleId: string;
}

/** The outcome of a bake. */
interface PublishResult {
  readonly publication: Publication;
  /** The AMIs that nothing uses, since the publication that stands already holds the same; the scheduled prune removes them. */
  readonly discarded: Readonly<Record<string, string>> | undefined;
  /** Why it was, or was not, promoted to `current`. */
  readonly promotion: readonly string[];
  readonly deliveries: Deliveries['targets'];
  /** The own images that the AMI does not hold, and why. */
  readonly leftOut: NonNullable<ImageManifest['leftOut']>;
  /** From the first step on the build instance to the publication; of a bake that was discarded, until now. */
  readonly bakeSeconds: number;
  /** The end of that time; of a publication the same in every run. */
  readonly endedAt: Date;
}

/**
 * Makes a verified AMI known: record first, then tags, the parameter of its revision, `latest`, where it is due `current`,
 * the other regions and accounts, and the event. A bake that is equal to the publication that stands is discarded instead.
 * Running it again for the same image ends in the same state, whenever an earlier run was cut off, and never takes a channel
 * back to an older publication. Throws a `WinbakeError` with code `PUBLICATION_REFUSED` where its evidence is missing or
 * refused, or waits for a person.
 */
export async function publishBake(
  ports: PublishPorts,
  { description, instanceRoleId }: Publisher,
  bake: FinishedBake,
): Promise<PublishResult> {
  const evidence = await collectEvidence(ports, description, instanceRoleId, bake);
  const home = await homeParameters(ports.stores, description);
  const path = pipelinePath(description);
  const latest = await readChannel(home, path, 'latest');
  const newest = await readRevision(home, path, evidence.manifest.host);
  const { known } = await publicationsOf(
    ports.documents,
    evidence.manifest.host.osVersion,
    bake.imageBuildVersionArn,
    newest,
  );
  await requireRight(ports, description, bake, evidence, { latest, isRecorded: known !== undefined });
  const equal = known === undefined ? await findEqual(ports, latest, evidence) : undefined;
  if (equal !== undefined) {
    await discard(ports, description, equal, bake, evidence);
  }
  const publication =
    equal ??
    (await recordPublication(
      ports.documents,
      { os: description.os, now: ports.now(), published: latest, newest },
      bake,
      evidence,
    ));
  const channel = channelOf(publication, description.region);
  let shown = latest;
  if (equal === undefined && channel !== undefined) {
    for (const [region, amiId] of Object.entries(publication.amis)) {
      await ports.tags.tag(region, amiId, amiTags(description.pipeline, publication, evidence.manifest));
    }
    shown = await show(home, path, channel, latest, await readRevokedIds(ports.documents));
  }
  // Also where nothing is new: what an earlier run left over is done now.
  const { reasons } = await promoteWhenDue(ports, description);
  const { targets } = await deliverEverywhere(ports, description);
  await announceLatest(ports, description, shown);
  const discarded = equal === undefined ? undefined : evidence.amis;
  const endedAt = equal === undefined ? new Date(publication.at) : ports.now();
  const bakeSeconds = Math.max(0, (endedAt.getTime() - Date.parse(evidence.manifest.startedAt)) / 1000);
  const { leftOut = [] } = evidence.manifest;
  return { publication, discarded, promotion: reasons, deliveries: targets, leftOut, bakeSeconds, endedAt };
}

/** Throws where the evidence is refused, or a person must accept what was found. */
async function requireRight(
  { documents, now }: PublishPorts,
  { os }: PipelineDescription,
  bake: FinishedBake,
  evidence: BakeEvidence,
  { isRecorded, latest }: { readonly isRecorded: boolean; readonly latest: Channel | undefined },
): Promise<void> {
  const { awaits, refusals } = checkEvidence({
    ...evidence,
    orderId: bake.orderId,
    os,
    latest,
    isRecorded,
    now: now(),
  });
  if (refusals.length > 0) {
    throw publicationRefused(refusals);
  }
  if (awaits !== undefined) {
    throw await awaitAcceptance(documents, bake, awaits, now());
  }
}

/** The published one, where it holds the same. */
async function findEqual(
  { documents }: PublishPorts,
  latest: Channel | undefined,
  evidence: BakeEvidence,
): Promise<Publication | undefined> {
  const published = latest && (await readPublication(documents, latest.id));
  return published !== undefined && (await isEqualTo(documents, evidence, published)) ? published : undefined;
}

/** Its number stays free, and its AMIs say that nobody needs them. */
async function discard(
  { documents, now, tags }: PublishPorts,
  { pipeline }: PipelineDescription,
  publication: Publication,
  { imageBuildVersionArn, orderId }: FinishedBake,
  { amis, order }: BakeEvidence,
): Promise<void> {
  for (const [region, amiId] of Object.entries(amis)) {
    await tags.tag(region, amiId, discardedTags(pipeline, publication));
  }
  const noted = await readEqualBake(documents);
  if (noted?.imageBuildVersionArn === imageBuildVersionArn) {
    return;
  }
  await noteEqualBake(documents, {
    schema: 'winbake.equal-bake/1',
    publication: publication.id,
    order: orderId,
    imageBuildVersionArn,
    baseAmiId: order.baseAmiId,
    amis: { ...amis },
    at: now().toISOString(),
  });
}

/** Points the revision and `latest` to a publication, where they do not point to a newer one; gives what `latest` is then. */
async function show(
  home: ParameterStore,
  path: string,
  publication: Channel,
  latest: Channel | undefined,
  revoked: ReadonlySet<string>,
): Promise<Channel | undefined> {
  if (revoked.has(publication.id)) {
    return latest;
  }
  await noteRevision(home, path, publication, ({ id }) => !revoked.has(id));
  if (latest !== undefined && latest.id !== publication.id && !isNewer(publication, latest)) {
    return latest;
  }
  await moveChannel(home, path, 'latest', publication);
  return publication;
}

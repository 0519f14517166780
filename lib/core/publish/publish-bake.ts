import { imageManifestKey, orderKey, readOrder, verificationKey } from '../bake/bake-documents';
import { imageManifestSchema, type ImageManifest } from '../contracts/image-manifest';
import type { Order } from '../contracts/order';
import { parseDocument } from '../contracts/parse-document';
import { publicationSchema, type Channel, type Publication } from '../contracts/publication';
import { verificationSchema, type Verification } from '../contracts/verification';
import { WinbakeError } from '../errors/winbake-error';
import type { AmiTags } from '../ports/ami-tags';
import type { DocumentStore } from '../ports/document-store';
import type { ImageBuilds } from '../ports/image-builds';
import type { ParameterStore } from '../ports/parameter-store';
import { ownImages } from '../resolve/image-extra';
import { worstMode } from '../resolve/mode';
import { readOsVersion } from '../windows/os-version';
import { amiTags } from './ami-tags';
import { holdParameter, revisionParameter } from './channel-names';
import { moveChannel, readChannel } from './move-channel';
import { publicationKey, publishedManifestKey, publishedVerificationKey } from './publication-key';

/** What publication works with. */
export interface PublishPorts {
  readonly documents: DocumentStore;
  readonly parameters: ParameterStore;
  readonly builds: ImageBuilds;
  readonly tags: AmiTags;
  readonly now: () => Date;
}

/** Which pipeline publishes, and where. */
export interface PublishTarget {
  readonly os: string;
  readonly pipeline: string;
  /** The path of the pipeline's parameters. */
  readonly parameterPath: string;
  readonly region: string;
  /** The unique id of the instances' role, the first part of their documents' names. */
  readonly instanceRoleId: string;
}

/** A bake that ended well: its order and the image that Image Builder made. */
export interface FinishedBake {
  readonly orderId: string;
  readonly imageBuildVersionArn: string;
}

/**
 * Makes a verified AMI known: record first, then tags, the parameter of its revision, `latest`, and unless promotion is
 * held `current`. Running it again for the same image ends in the same state, and never takes a channel back to an older
 * publication. Throws a `WinbakeError` where manifest or verification is missing, damaged, of another order, or says no.
 */
export async function publishBake(
  ports: PublishPorts,
  target: PublishTarget,
  bake: FinishedBake,
): Promise<Publication> {
  const evidence = await collectEvidence(ports, target, bake);
  const publication = await recordPublication(ports, target, bake, evidence);
  const amiId = publication.amis[target.region];
  if (amiId === undefined) {
    throw failed(`${bake.imageBuildVersionArn} has no AMI in ${target.region}`);
  }
  await ports.tags.tag(target.region, amiId, amiTags(target.pipeline, publication, evidence.manifest));
  const { osVersion } = evidence.manifest.host;
  const channel: Channel = {
    id: publication.id,
    amiId,
    osVersion,
    mode: publication.mode,
    at: publication.at,
  };
  await announce(ports.parameters, target.parameterPath, channel);
  return publication;
}

interface BakeEvidence {
  readonly order: Order;
  readonly amis: Readonly<Record<string, string>>;
  readonly manifest: ImageManifest;
  readonly verification: Verification;
}

async function collectEvidence(
  { documents, builds }: PublishPorts,
  { instanceRoleId }: PublishTarget,
  { orderId, imageBuildVersionArn }: FinishedBake,
): Promise<BakeEvidence> {
  const order = await readOrder(documents, orderKey(orderId));
  if (order === undefined) {
    throw failed(`there is no order ${orderId}`);
  }
  const {
    amis,
    buildInstanceId = 'unknown',
    status,
    testInstanceId = 'unknown',
  } = await builds.describe(imageBuildVersionArn);
  if (status !== 'AVAILABLE') {
    throw failed(`${imageBuildVersionArn} is not finished, its state is ${status}`);
  }
  const manifestKey = imageManifestKey(`${instanceRoleId}:${buildInstanceId}`);
  const checkKey = verificationKey(`${instanceRoleId}:${testInstanceId}`);
  const manifest = parseDocument(imageManifestSchema, await read(documents, manifestKey), manifestKey);
  const verification = parseDocument(verificationSchema, await read(documents, checkKey), checkKey);
  const wrong = [manifest.order, verification.order].find((id) => id !== orderId);
  if (wrong !== undefined) {
    throw failed(`the instances of ${imageBuildVersionArn} worked on order ${wrong}, not on ${orderId}`);
  }
  if (manifest.finishedAt === null) {
    throw failed(`the image manifest of order ${orderId} was not finished`);
  }
  const no = verification.checks.find((check) => !check.ok);
  if (no !== undefined) {
    throw failed(`verification says no: ${no.name}: ${no.detail}`);
  }
  const unseen = manifest.images.find(
    ({ family, digest }) =>
      !verification.images.some((one) => one.family === family && one.digest === digest && one.present),
  );
  if (unseen !== undefined) {
    throw failed(`verification did not find ${unseen.family} with the digest ${unseen.digest}`);
  }
  if (verification.host.osVersion !== manifest.host.osVersion) {
    throw failed(
      `the AMI started as ${verification.host.osVersion} and was baked as ${manifest.host.osVersion}`,
    );
  }
  return { order, amis, manifest, verification };
}

/** Takes the next free number of the revision, or the one that this very image got in an earlier run. */
async function recordPublication(
  { documents, now }: PublishPorts,
  { os }: PublishTarget,
  { imageBuildVersionArn }: FinishedBake,
  { order, amis, manifest, verification }: BakeEvidence,
): Promise<Publication> {
  const host = readOsVersion(manifest.host.osVersion);
  for (let number = 1; ; number += 1) {
    const id = `${host?.build ?? 0}.${host?.revision ?? 0}-${number}`;
    const stored = await documents.read(publicationKey(id));
    if (stored !== undefined) {
      const known = parseDocument(publicationSchema, stored.text, publicationKey(id));
      if (known.imageBuildVersionArn === imageBuildVersionArn) {
        return known;
      }
      continue;
    }
    const publication: Publication = {
      schema: 'winbake.publication/1',
      id,
      os,
      mode: worstMode(ownImages(manifest.images).map((image) => image.mode)),
      amis,
      manifest: publishedManifestKey(id),
      verification: publishedVerificationKey(id),
      baseAmiId: order.baseAmiId,
      imageBuildVersionArn,
      recipeArn: order.recipeArn,
      scriptsSha256: manifest.scripts.sha256,
      set: manifest.set ?? order.set,
      at: now().toISOString(),
    };
    await documents.overwrite(publishedManifestKey(id), JSON.stringify(manifest));
    await documents.overwrite(publishedVerificationKey(id), JSON.stringify(verification));
    if (await documents.write(publicationKey(id), JSON.stringify(publication), undefined)) {
      return publication;
    }
  }
}

async function announce(parameters: ParameterStore, path: string, channel: Channel): Promise<void> {
  const { build = 0, revision = 0 } = readOsVersion(channel.osVersion) ?? {};
  const latest = await readChannel(parameters, path, 'latest');
  if (latest !== undefined && latest.mode !== 'unbaked' && latest.at > channel.at) {
    return;
  }
  await parameters.put(revisionParameter(path, build, revision), JSON.stringify(channel), 'text');
  await moveChannel(parameters, path, 'latest', channel);
  if ((await parameters.get(holdParameter(path))) !== undefined) {
    return;
  }
  const current = await readChannel(parameters, path, 'current');
  if (current?.id === channel.id) {
    return;
  }
  if (current !== undefined && current.mode !== 'unbaked') {
    await moveChannel(parameters, path, 'previous', current);
  }
  await moveChannel(parameters, path, 'current', channel);
}

async function read(documents: DocumentStore, key: string): Promise<string> {
  const stored = await documents.read(key);
  if (stored === undefined) {
    throw failed(`${key} was not uploaded`);
  }
  return stored.text;
}

function failed(why: string): WinbakeError {
  return new WinbakeError('PUBLICATION_REFUSED', `Nothing was published: ${why}.`);
}

import { imageManifestKey, orderKey, readOrder, verificationKey } from '../bake/bake-documents';
import { imageManifestSchema, type ImageManifest } from '../contracts/image-manifest';
import type { Order } from '../contracts/order';
import { parseDocument } from '../contracts/parse-document';
import { verificationSchema, type Verification } from '../contracts/verification';
import type { DocumentStore } from '../ports/document-store';
import type { ImageBuilds } from '../ports/image-builds';
import { publicationRefused } from './publication-refused';

/** A bake that ended well: its order and the image that Image Builder made. */
export interface FinishedBake {
  readonly orderId: string;
  readonly imageBuildVersionArn: string;
}

/** What a bake left behind: everything that a publication is made from. */
export interface BakeEvidence {
  readonly order: Order;
  /** One AMI per region. */
  readonly amis: Readonly<Record<string, string>>;
  readonly manifest: ImageManifest;
  readonly verification: Verification;
}

/**
 * Reads what a bake left behind. Throws a `WinbakeError` where manifest or verification is missing, damaged or of another
 * order, where they contradict each other, or where the verification says no.
 */
export async function collectEvidence(
  { documents, builds }: { readonly documents: DocumentStore; readonly builds: ImageBuilds },
  instanceRoleId: string,
  { orderId, imageBuildVersionArn }: FinishedBake,
): Promise<BakeEvidence> {
  const order = await readOrder(documents, orderKey(orderId));
  if (order === undefined) {
    throw publicationRefused(`there is no order ${orderId}`);
  }
  const {
    amis,
    buildInstanceId = 'unknown',
    status,
    testInstanceId = 'unknown',
  } = await builds.describe(imageBuildVersionArn);
  if (status !== 'AVAILABLE') {
    throw publicationRefused(`${imageBuildVersionArn} is not finished, its state is ${status}`);
  }
  const manifestKey = imageManifestKey(`${instanceRoleId}:${buildInstanceId}`);
  const checkKey = verificationKey(`${instanceRoleId}:${testInstanceId}`);
  const manifest = parseDocument(imageManifestSchema, await read(documents, manifestKey), manifestKey);
  const verification = parseDocument(verificationSchema, await read(documents, checkKey), checkKey);
  const wrong = [manifest.order, verification.order].find((id) => id !== orderId);
  if (wrong !== undefined) {
    throw publicationRefused(
      `the instances of ${imageBuildVersionArn} worked on order ${wrong}, not on ${orderId}`,
    );
  }
  if (manifest.finishedAt === null) {
    throw publicationRefused(`the image manifest of order ${orderId} was not finished`);
  }
  checkVerification(manifest, verification);
  return { order, amis, manifest, verification };
}

function checkVerification(manifest: ImageManifest, verification: Verification): void {
  const no = verification.checks.find((check) => !check.ok);
  if (no !== undefined) {
    throw publicationRefused(`verification says no: ${no.name}: ${no.detail}`);
  }
  const unseen = manifest.images.find(
    ({ family, digest }) =>
      !verification.images.some((one) => one.family === family && one.digest === digest && one.present),
  );
  if (unseen !== undefined) {
    throw publicationRefused(`verification did not find ${unseen.family} with the digest ${unseen.digest}`);
  }
  if (verification.host.osVersion !== manifest.host.osVersion) {
    throw publicationRefused(
      `the AMI started as ${verification.host.osVersion} and was baked as ${manifest.host.osVersion}`,
    );
  }
}

async function read(documents: DocumentStore, key: string): Promise<string> {
  const stored = await documents.read(key);
  if (stored === undefined) {
    throw publicationRefused(`${key} was not uploaded`);
  }
  return stored.text;
}

import type { Catalog } from '../../contract/documents/catalog';
import { parseDocument } from '../../contract/documents/document';
import {
  imageManifestSchema,
  type ImageManifest,
  verificationSchema,
  type Verification,
} from '../../contract/documents/evidence';
import type { Order } from '../../contract/documents/order';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { WinbakeError } from '../../contract/values/errors';
import { osOf } from '../../contract/values/release';
import { imageManifestKey, orderKey, readOrder, verificationKey } from '../bake/lease';
import { readCatalog } from '../catalog/catalog-store';
import type { DocumentStore } from '../ports/stores';
import type { ImageBuild, ImageBuilds } from '../ports/bakes';
import { publicationRefused, type EvidenceCode } from './publication-refused';

/** A bake that ended well: its order and the image that Image Builder made. */
export interface FinishedBake {
  readonly orderId: string;
  readonly imageBuildVersionArn: string;
}

/** What a bake left behind: everything that a publication is judged by and made from. */
export interface BakeEvidence {
  readonly order: Order;
  readonly catalog: Catalog;
  readonly build: ImageBuild;
  /** One AMI per region. */
  readonly amis: Readonly<Record<string, string>>;
  readonly manifest: ImageManifest;
  readonly verification: Verification;
}

/**
 * Reads what a bake left behind. Throws a `WinbakeError` with code `PUBLICATION_REFUSED` where the image is not finished,
 * or order, manifest or verification is missing or damaged; what they say is for `checkEvidence`.
 */
export async function collectEvidence(
  { documents, builds }: { readonly documents: DocumentStore; readonly builds: ImageBuilds },
  { os, region }: Pick<PipelineDescription, 'os' | 'region'>,
  instanceRoleId: string,
  { orderId, imageBuildVersionArn }: FinishedBake,
): Promise<BakeEvidence> {
  const order = await readOrder(documents, orderKey(orderId));
  if (order === undefined) {
    throw refused('EVIDENCE_ORDER', `there is no order; got: ${JSON.stringify(orderId)}`);
  }
  const build = await builds.describe(imageBuildVersionArn);
  const { amis, buildInstanceId = 'unknown', status, testInstanceId = 'unknown' } = build;
  if (status !== 'AVAILABLE') {
    throw refused('EVIDENCE_BUILD', `${imageBuildVersionArn} is not finished; got: the state ${status}`);
  }
  if (amis[region] === undefined) {
    const regions = Object.keys(amis).join(', ');
    throw refused('EVIDENCE_BUILD', `${imageBuildVersionArn} has no AMI in ${region}; got: "${regions}"`);
  }
  const manifestKey = imageManifestKey(`${instanceRoleId}:${buildInstanceId}`);
  const checkKey = verificationKey(`${instanceRoleId}:${testInstanceId}`);
  return {
    order,
    catalog: await readCatalog(documents, osOf(os).release),
    build,
    amis,
    manifest: await read(documents, manifestKey, (text) =>
      parseDocument(imageManifestSchema, text, manifestKey),
    ),
    verification: await read(documents, checkKey, (text) =>
      parseDocument(verificationSchema, text, checkKey),
    ),
  };
}

async function read<T>(documents: DocumentStore, key: string, parse: (text: string) => T): Promise<T> {
  const stored = await documents.read(key);
  if (stored === undefined) {
    throw refused('EVIDENCE_DOCUMENT', `${key} was not uploaded; got: nothing`);
  }
  try {
    return parse(stored.text);
  } catch (error) {
    if (error instanceof WinbakeError) {
      throw refused('EVIDENCE_DOCUMENT', error.message.replace(/\.$/, ''));
    }
    throw error;
  }
}

function refused(code: EvidenceCode, message: string): WinbakeError {
  return publicationRefused([{ code, message }]);
}

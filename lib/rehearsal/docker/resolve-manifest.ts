import type { Digest } from '../../contract/values/digest';
import { formatImageReference, type ImageReference } from '../../core/oci/image-reference';
import { parseImageIndex, parseImageManifest, type ImageManifest, isIndexType } from '../../core/oci/manifests';
import type { ManifestDocument, Registry } from '../../core/oci/registry';
import { chooseManifests, noMatchingManifest } from './choose-manifest';
import { DaemonError } from './daemon-error';

/** The manifest or index that a pull begins with; a tag is resolved to its digest first, as the engine does. */
export async function readTopManifest(
  registry: Registry,
  reference: ImageReference,
): Promise<ManifestDocument> {
  const digest = reference.digest ?? (await registry.head(reference.repository, reference.tag ?? ''))?.digest;
  const document = digest && (await registry.manifest(reference.repository, digest));
  if (document === undefined) {
    const name = formatImageReference(reference);
    throw new DaemonError(`manifest for ${name} not found: manifest unknown: manifest unknown`);
  }
  return document;
}

/** The manifest of the one image that a host gets, and whether an index led to it. */
export interface ResolvedManifest {
  readonly manifest: ImageManifest;
  readonly fromIndex: boolean;
}

/**
 * The manifest that a host of that build gets of a document. Of an index only the first match counts: the engine does not
 * go on to the next where that one fails. Source: moby v25.0.6 `distribution/pull_v2.go`, pullManifestList.
 */
export async function resolveManifest(
  registry: Registry,
  { repository }: ImageReference,
  top: ManifestDocument,
  hostBuild: number,
): Promise<ResolvedManifest> {
  if (!isIndexType(top.mediaType)) {
    return { manifest: parseImageManifest(top.body, subjectOf(repository, top.digest)), fromIndex: false };
  }
  const entries = parseImageIndex(top.body, subjectOf(repository, top.digest));
  const [chosen] = chooseManifests(entries, hostBuild);
  if (chosen === undefined) {
    throw new DaemonError(noMatchingManifest(hostBuild));
  }
  const document = await registry.manifest(repository, chosen.digest);
  if (document === undefined) {
    throw new DaemonError('manifest unknown: manifest unknown');
  }
  return {
    manifest: parseImageManifest(document.body, subjectOf(repository, chosen.digest)),
    fromIndex: true,
  };
}

function subjectOf(repository: string, digest: Digest): string {
  return `${repository}@${digest}`;
}

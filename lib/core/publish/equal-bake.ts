import { parseDocument } from '../../contract/documents/document';
import { imageManifestSchema, type ImageManifest } from '../../contract/documents/evidence';
import { equalBakeSchema, type EqualBake, type Publication } from '../../contract/documents/publication';
import type { DocumentStore } from '../ports/stores';
import type { BakeEvidence } from './collect-evidence';

/** Where the last equal bake is kept. */
export const EQUAL_BAKE_KEY = 'publications/equal-bake.json';

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
export async function noteEqualBake(documents: DocumentStore, equal: EqualBake): Promise<void> {
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

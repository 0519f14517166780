import type { ImageFamily } from './family';

/** Why a tag is a candidate of its family; `rank` orders tags of one kind, the greater is tried first. */
export type CandidateTag =
  | { readonly kind: 'floating'; readonly tag: string }
  | {
      readonly kind: 'revision';
      readonly tag: string;
      readonly revision: number;
      readonly platformOnly: boolean;
    }
  | { readonly kind: 'dated'; readonly tag: string; readonly rank: number };

const FULL_REVISION = /^10\.0\.(\d{1,6})\.(\d{1,9})(-amd64)?$/;

/**
 * What a tag means to a family, or undefined where it is none of its candidates: a floating tag of its line, a
 * full-revision tag of its release's build, or a dated tag of its line. The text is a hint; the image decides.
 */
export function candidateTag(family: ImageFamily, tag: string): CandidateTag | undefined {
  if (family.floatingTags.includes(tag)) {
    return { kind: 'floating', tag };
  }
  const full = FULL_REVISION.exec(tag);
  if (full) {
    return Number(full[1]) === family.release.build
      ? { kind: 'revision', tag, revision: Number(full[2]), platformOnly: full[3] !== undefined }
      : undefined;
  }
  const dated = family.datedTag?.exec(tag);
  return dated ? { kind: 'dated', tag, rank: Number(dated[1]) } : undefined;
}

import type { Digest } from '../../contract/values/digest';
import type { OsVersion } from '../../contract/values/os-version';
import { releaseOfBuild } from '../../contract/values/release';
import type { CandidateTag } from './candidate-tag';

/** An image that a registry has for windows/amd64, and the tag that led to it. */
export interface CandidateImage {
  readonly tag: CandidateTag;
  /** What the tag resolves to: the index where it is one. */
  readonly digest: Digest;
  /** The manifest for windows/amd64. */
  readonly platformDigest: Digest;
  readonly osVersion: OsVersion;
}

/**
 * The rule that chooses an image for a host: never another build, never a revision newer than the host's, and of the
 * rest the greatest revision; 2016 takes the host's own revision or none. Several tags with that revision: the floating
 * one's image, else the full-revision tag's, else the newest dated tag's.
 *
 * @see https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility
 */
export function chooseImage<T extends CandidateImage>(
  host: OsVersion,
  candidates: readonly T[],
): T | undefined {
  return candidates.filter((candidate) => fits(host, candidate.osVersion)).sort(byPreference)[0];
}

/** Whether a host may run an image, R1: same build, and not newer; 2016 needs the same revision. */
export function fits(host: OsVersion, image: OsVersion): boolean {
  if (image.build !== host.build) {
    return false;
  }
  return releaseOfBuild(host.build)?.needsEqualRevision === true
    ? image.revision === host.revision
    : image.revision <= host.revision;
}

function byPreference(a: CandidateImage, b: CandidateImage): number {
  return b.osVersion.revision - a.osVersion.revision || preference(b.tag) - preference(a.tag);
}

/** Dated tags rank by their date, so everything else stands above any date. */
function preference(tag: CandidateTag): number {
  switch (tag.kind) {
    case 'floating':
      return Number.MAX_SAFE_INTEGER;
    case 'revision':
      return Number.MAX_SAFE_INTEGER - (tag.platformOnly ? 2 : 1);
    case 'dated':
      return tag.rank;
  }
}

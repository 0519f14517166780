import type { Finding } from '../../contract/values/finding';
import { formatOsVersion, type OsVersion } from '../../contract/values/os-version';
import { type Registry, RegistryError } from '../oci/registry';
import { candidateTag, type CandidateTag } from './candidate-tag';
import { chooseImage, type CandidateImage } from './choose-image';
import type { ImageFamily } from './family';
import { isOwnImage } from './own-image';
import { readImages } from './read-images';

/** What several tags of a family show together. */
export interface CandidateReading {
  readonly images: readonly CandidateImage[];
  readonly findings: readonly Finding[];
}

/** How many dated tags are read at once; enough to hide latency, few enough to stop early. */
const BATCH = 4;

/** Up to so many dated tags are all read, whatever is found; of more, those that cannot be better are left unread. */
const FEW_TAGS = 40;

type RevisionTag = Extract<CandidateTag, { kind: 'revision' }>;
type DatedTag = Extract<CandidateTag, { kind: 'dated' }>;

/**
 * Reads a family's floating tag; where it has several names, the first that exists. None is a finding, since its name may be wrong.
 * Throws a `RegistryError`.
 */
export async function readFloating(registry: Registry, family: ImageFamily): Promise<CandidateReading> {
  for (const tag of family.floatingTags) {
    const reading = await readTag(registry, family, { kind: 'floating', tag });
    if (reading !== undefined) {
      return reading;
    }
  }
  return { images: [], findings: [await notFound(registry, family)] };
}

async function notFound(
  registry: Registry,
  { floatingTags, name, repository }: ImageFamily,
): Promise<Finding> {
  if (isOwnImage({ repository })) {
    // Who may pull may seldom list.
    const message = `There is no image ${repository}:${floatingTags.join(' or ')}, or nobody without a further right may know of it.`;
    return { code: 'NOT_FOUND', severity: 'warning', family: name, message };
  }
  const tags = await registry.tags(repository);
  const message =
    tags === undefined
      ? `The registry has no repository ${repository}.`
      : `The registry's repository ${repository} has no tag ${floatingTags.join(' or ')}.`;
  return { code: 'NOT_FOUND', severity: 'warning', family: name, message };
}

/**
 * Reads from a family's other tags what a host may need that its floating tag does not show.
 *
 * A full-revision tag never holds an image newer than its name says, as far as it is honest: so the tags are read from
 * the host's revision downwards until nothing better can follow. Where one is found that holds something else than it
 * says, none is trusted and all are read. Dated tags tell nothing of their revision: all are read, newest first, until
 * one has the host's own. Of very many, the reading stops at one as new as `baseRevision`, the revision of the image that
 * the family is built on: nothing newer that the host may run was ever built. Throws a `RegistryError`.
 */
export async function readOtherCandidates(
  registry: Registry,
  family: ImageFamily,
  host: OsVersion,
  floating: readonly CandidateImage[],
  baseRevision?: number,
): Promise<CandidateReading> {
  if (isOwnImage(family)) {
    return { images: [...floating], findings: [] };
  }
  const tags = (await registry.tags(family.repository)) ?? [];
  const candidates = tags.map((tag) => candidateTag(family, tag)).filter((tag) => tag !== undefined);
  const poll = new CandidateReader(registry, family, host, floating, baseRevision);
  await poll.readRevisionTags(candidates.filter((tag) => tag.kind === 'revision'));
  await poll.readDatedTags(candidates.filter((tag) => tag.kind === 'dated'));
  return poll;
}

class CandidateReader implements CandidateReading {
  readonly images: CandidateImage[];
  readonly findings: Finding[] = [];

  constructor(
    private readonly registry: Registry,
    private readonly family: ImageFamily,
    private readonly host: OsVersion,
    floating: readonly CandidateImage[],
    private readonly baseRevision: number | undefined,
  ) {
    this.images = [...floating];
  }

  async readRevisionTags(tags: readonly RevisionTag[]): Promise<void> {
    const descending = [...tags].sort(
      (a, b) => b.revision - a.revision || Number(a.platformOnly) - Number(b.platformOnly),
    );
    const unread: RevisionTag[] = [];
    let trusted = true;
    for (const tag of descending) {
      if (trusted && (tag.revision > this.host.revision || tag.revision <= this.best())) {
        unread.push(tag);
      } else {
        trusted = (await this.readHonest(tag)) && trusted;
      }
    }
    if (!trusted && !this.isExact()) {
      await this.readInBatches(unread, () => false);
    }
  }

  async readDatedTags(tags: readonly DatedTag[]): Promise<void> {
    if (!this.isExact()) {
      const newestFirst = [...tags].sort((a, b) => b.rank - a.rank);
      const least = tags.length > FEW_TAGS ? (this.baseRevision ?? this.host.revision) : this.host.revision;
      await this.readInBatches(newestFirst, () => this.best() >= least);
    }
  }

  private async readInBatches(tags: readonly CandidateTag[], enough: () => boolean): Promise<void> {
    for (let start = 0; start < tags.length && !enough(); start += BATCH) {
      await Promise.all(tags.slice(start, start + BATCH).map((tag) => this.read(tag)));
    }
  }

  private async readHonest(tag: RevisionTag): Promise<boolean> {
    const images = await this.read(tag);
    return images.length === 0 || images.some((image) => image.osVersion.revision === tag.revision);
  }

  private async read(tag: CandidateTag): Promise<readonly CandidateImage[]> {
    const reading = await readOrRemark(this.registry, this.family, tag);
    this.images.push(...reading.images);
    this.findings.push(...reading.findings);
    return reading.images;
  }

  private best(): number {
    return chooseImage(this.host, this.images)?.osVersion.revision ?? -1;
  }

  private isExact(): boolean {
    return this.best() === this.host.revision;
  }
}

/** One unreadable old tag must not hide a family that is otherwise in order; a registry that is not reached must. */
async function readOrRemark(
  registry: Registry,
  family: ImageFamily,
  tag: CandidateTag,
): Promise<CandidateReading> {
  try {
    return (await readTag(registry, family, tag)) ?? { images: [], findings: [] };
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'REGISTRY_INVALID') {
      return { images: [], findings: [remark(family, tag, error.code, error.message)] };
    }
    throw error;
  }
}

async function readTag(
  registry: Registry,
  family: ImageFamily,
  tag: CandidateTag,
): Promise<CandidateReading | undefined> {
  const reading = await readImages(registry, family.repository, tag.tag, family.release.build);
  if (reading === undefined) {
    return undefined;
  }
  const name = `${family.repository}:${tag.tag}`;
  const version = formatOsVersion({ build: family.release.build, revision: 0 }).replace(/0$/, 'N');
  return {
    images: reading.images.map((image) => ({ tag, ...image })),
    findings: reading.remarks.map((code) =>
      remark(
        family,
        tag,
        code,
        code === 'NO_OS_VERSION'
          ? `${name} has a Windows image that does not say its OS version; it is not used.`
          : `${name} has no windows/amd64 image of ${version}.`,
      ),
    ),
  };
}

function remark(family: ImageFamily, tag: CandidateTag, code: Finding['code'], message: string): Finding {
  return { code, severity: tag.kind === 'floating' ? 'warning' : 'info', family: family.name, message };
}

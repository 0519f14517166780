import type { Finding } from '../../contract/values/finding';
import { modeOf, modeOfImage, type Mode } from '../../contract/values/mode';
import { formatOsVersion, readOsVersion, type OsVersion } from '../../contract/values/os-version';
import { releaseOfBuild, type Release } from '../../contract/values/release';
import { compressedBytes, parseImageManifest } from '../oci/manifests';
import { type Registry, RegistryError } from '../oci/registry';
import { chooseImage, type CandidateImage } from './choose-image';
import { isBuiltOnServerCore, type ImageFamily } from './family';
import { baseOfPrevious, hostOfExtra, inTurn, NEWEST, type ImageExtra } from './image-extra';
import { readFloating, readOtherCandidates, type CandidateReading } from './read-candidates';

/** The image of one family that fits a host. */
export interface ResolvedImage {
  readonly family: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly platformDigest: string;
  readonly osVersion: string;
  readonly mode: Mode;
  /** Config and layers, as a pull carries them. */
  readonly compressedBytes: number;
}

/** Which images fit a host, as one poll of a registry shows it. */
export interface Resolution {
  readonly release: string;
  readonly build: number;
  /** The host that was asked for, else the newest revision seen; null where neither is known. */
  readonly hostVersion: string | null;
  readonly revision: number | null;
  /** Whether every wanted family has an image. */
  readonly complete: boolean;
  readonly images: readonly ResolvedImage[];
  readonly findings: readonly Finding[];
}

/**
 * Looks at a registry and says which image of each family fits a host of the release. Without `hostRevision` the host is
 * taken to be at the newest revision that a floating tag shows.
 *
 * A family that cannot be read is left out with its `REGISTRY_*` finding; one without a fitting image with
 * `HOST_WITHOUT_IMAGE`. Extras follow the families; one that is missing is only said.
 */
export async function resolveImages(
  registry: Registry,
  release: Release,
  families: readonly ImageFamily[],
  hostRevision?: number,
  extras: readonly ImageExtra[] = [],
): Promise<Resolution> {
  const floating = await Promise.all(families.map((family) => readFloatingOrFail(registry, family)));
  const revision = hostRevision ?? newestRevision(floating.flatMap((reading) => reading.images));
  const host = revision === undefined ? undefined : { build: release.build, revision };
  const answers = await answerFamilies(registry, families, host, floating);
  const images = answers.flatMap((answer) => answer.image ?? []);
  const beside = await resolveExtras(registry, extras, host, images);
  return {
    release: release.name,
    build: release.build,
    hostVersion: host === undefined ? null : formatOsVersion(host),
    revision: revision ?? null,
    complete: images.length === families.length,
    images: [...images, ...beside.flatMap((answer) => answer.image ?? [])],
    findings: [...answers, ...beside].flatMap((answer) => answer.findings),
  };
}

/** Families that are built on servercore wait for it: its revision bounds what they can have. */
async function answerFamilies(
  registry: Registry,
  families: readonly ImageFamily[],
  host: OsVersion | undefined,
  floating: readonly FloatingReading[],
): Promise<readonly FamilyAnswer[]> {
  const base = families.findIndex(({ name }) => name === 'servercore');
  const answer = (family: ImageFamily, index: number, baseRevision?: number) =>
    answerFamily(registry, family, host, floating[index] ?? NOTHING, baseRevision);
  const servercore = families[base];
  const first = servercore && answer(servercore, base);
  const baseRevision = async () => readOsVersion((await first)?.image?.osVersion ?? '')?.revision;
  return Promise.all(
    families.map(async (family, index) =>
      index === base && first !== undefined
        ? first
        : answer(family, index, isBuiltOnServerCore(family) ? await baseRevision() : undefined),
    ),
  );
}

/** Extras are asked for after the families, whose images a previous revision goes by, and one of these after the one before it. */
async function resolveExtras(
  registry: Registry,
  extras: readonly ImageExtra[],
  host: OsVersion | undefined,
  own: readonly ResolvedImage[],
): Promise<readonly FamilyAnswer[]> {
  if (host === undefined) {
    return [];
  }
  const answers: FamilyAnswer[] = [];
  for (const together of inTurn(extras)) {
    const images = [...own, ...answers.flatMap((answer) => answer.image ?? [])];
    answers.push(
      ...(await Promise.all(together.map((extra) => resolveExtra(registry, extra, host, images)))),
    );
  }
  return answers;
}

async function resolveExtra(
  registry: Registry,
  extra: ImageExtra,
  host: OsVersion,
  images: readonly ResolvedImage[],
): Promise<FamilyAnswer> {
  const chosenFor = hostOfExtra(extra, host, images);
  if (extra.previousOf !== undefined && chosenFor === undefined) {
    // What keeps its family from having an image is said of that.
    return { findings: [] };
  }
  const floating = await readFloatingOrFail(registry, extra.family);
  const base = images.find(({ family }) => family === baseOfPrevious(extra));
  const baseRevision = readOsVersion(base?.osVersion ?? '')?.revision;
  const revision = chosenFor?.revision === NEWEST ? newestRevision(floating.images) : chosenFor?.revision;
  const bounded = Math.min(revision ?? -1, baseRevision ?? NEWEST);
  const fits = chosenFor && revision !== undefined ? { ...chosenFor, revision: bounded } : undefined;
  const found = await answerFamily(registry, extra.family, fits, floating);
  const version = readOsVersion(found.image?.osVersion ?? '');
  // A repository that lacks tags of the revision would give one of years ago.
  const isOld = version !== undefined && version.revision < (baseRevision ?? 0);
  const answer = isOld ? { findings: [withoutImage(extra.family, '')] } : found;
  return asExtra(answer, host, extra.previousOf === undefined ? undefined : chosenFor);
}

/** What the families' rule says of an extra, with nothing that would withhold the answer. */
function asExtra({ findings, image }: FamilyAnswer, host: OsVersion, below?: OsVersion): FamilyAnswer {
  const reported = findings.map((finding): Finding => {
    if (finding.code === 'HOST_WITHOUT_IMAGE') {
      const message =
        below === undefined
          ? finding.message
          : `The registry has no image of ${finding.family ?? ''} up to ${formatOsVersion(below)}; it is left out.`;
      return { ...finding, severity: 'info', message };
    }
    return finding.severity === 'stop' ? { ...finding, severity: 'warning' } : finding;
  });
  return image === undefined
    ? { findings: reported }
    : { findings: reported, image: { ...image, mode: modeOfImage(host, image.osVersion) } };
}

interface FloatingReading extends CandidateReading {
  /** Why the family could not be read at all. */
  readonly failure?: Finding;
}

interface FamilyAnswer {
  readonly image?: ResolvedImage;
  readonly findings: readonly Finding[];
}

const NOTHING: FloatingReading = { images: [], findings: [] };

async function readFloatingOrFail(registry: Registry, family: ImageFamily): Promise<FloatingReading> {
  try {
    return await readFloating(registry, family);
  } catch (error) {
    return { ...NOTHING, failure: unreadable(family, error) };
  }
}

async function answerFamily(
  registry: Registry,
  family: ImageFamily,
  host: OsVersion | undefined,
  floating: FloatingReading,
  baseRevision?: number,
): Promise<FamilyAnswer> {
  if (floating.failure !== undefined) {
    return { findings: [floating.failure] };
  }
  if (host === undefined) {
    return {
      findings: [
        ...floating.findings,
        withoutImage(family, 'no floating tag shows an image of this release'),
      ],
    };
  }
  try {
    const { images, findings } = await readWhatHostNeeds(registry, family, host, floating, baseRevision);
    const chosen = chooseImage(host, images);
    return chosen === undefined
      ? { findings: [...findings, withoutImage(family, whyNone(host, images))] }
      : { findings, image: await describe(registry, family, host, chosen) };
  } catch (error) {
    return { findings: [...floating.findings, unreadable(family, error)] };
  }
}

/** The tag list is worth its requests only where the floating tag does not show the host's own revision. */
async function readWhatHostNeeds(
  registry: Registry,
  family: ImageFamily,
  host: OsVersion,
  floating: CandidateReading,
  baseRevision: number | undefined,
): Promise<CandidateReading> {
  if (floating.images.some((image) => image.osVersion.revision === host.revision)) {
    return floating;
  }
  const { images, findings } = await readOtherCandidates(
    registry,
    family,
    host,
    floating.images,
    baseRevision,
  );
  return { images, findings: [...floating.findings, ...findings] };
}

async function describe(
  registry: Registry,
  family: ImageFamily,
  host: OsVersion,
  chosen: CandidateImage,
): Promise<ResolvedImage> {
  const manifest = await registry.manifest(family.repository, chosen.platformDigest);
  const subject = `${family.repository}@${chosen.platformDigest}`;
  if (manifest === undefined) {
    throw new RegistryError(
      'REGISTRY_INVALID',
      `${subject} is listed in an index, and the registry does not have it.`,
    );
  }
  return {
    family: family.name,
    repository: family.repository,
    tag: chosen.tag.tag,
    digest: chosen.digest,
    platformDigest: chosen.platformDigest,
    osVersion: formatOsVersion(chosen.osVersion),
    mode: modeOf(host.revision, chosen.osVersion.revision),
    compressedBytes: compressedBytes(parseImageManifest(manifest.body, subject)),
  };
}

function newestRevision(images: readonly CandidateImage[]): number | undefined {
  return images.length === 0 ? undefined : Math.max(...images.map((image) => image.osVersion.revision));
}

function withoutImage(family: ImageFamily, why: string): Finding {
  return {
    code: 'HOST_WITHOUT_IMAGE',
    severity: 'stop',
    family: family.name,
    message: `No ${family.name} image of ${family.repository} fits: ${why}.`,
  };
}

function whyNone(host: OsVersion, images: readonly CandidateImage[]): string {
  if (images.length === 0) {
    return `it has none of build ${host.build}`;
  }
  const revisions = images.map((image) => image.osVersion.revision);
  return releaseOfBuild(host.build)?.needsEqualRevision === true
    ? `Windows Server 2016 needs exactly revision ${host.revision}, and it has ${Math.max(...revisions)} at the newest`
    : `the host is at revision ${host.revision}, and it has only newer images`;
}

function unreadable(family: ImageFamily, error: unknown): Finding {
  if (error instanceof RegistryError) {
    return { code: error.code, severity: 'stop', family: family.name, message: error.message };
  }
  throw error;
}

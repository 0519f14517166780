import type { SetImage, Observation, ImageSet } from '../../contract/documents/catalog';
import { isDigest } from '../../contract/values/digest';
import type { Finding } from '../../contract/values/finding';
import { type OsVersion, formatOsVersion, readOsVersion } from '../../contract/values/os-version';
import { candidateTag } from '../images/candidate-tag';
import { chooseImage, fits, type CandidateImage } from '../images/choose-image';
import { hostOfExtra, type ImageExtra } from '../images/image-extra';
import { isOwnImage } from '../images/own-image';
import type { GateInput, CheckedFamily, FamilyPoll } from './gate-input';

/**
 * The id of an image set, `<build>.<revision>-<12 digits>`: the same images give the same id in whatever order they stand.
 * The digits are the exclusive or of the images' digests, which are evenly spread already.
 */
export function imageSetId(
  target: OsVersion,
  images: readonly Pick<SetImage, 'family' | 'digest' | 'late'>[],
): string {
  const mixed = images.reduce((sum, image) => sum ^ BigInt(`0x${image.digest.slice('sha256:'.length)}`), 0n);
  return `${target.build}.${target.revision}-${mixed.toString(16).padStart(64, '0').slice(0, 12)}`;
}

/** The extras of an image set, and what is to be said of those that are behind or missing. */
interface ChosenExtras {
  readonly images: readonly SetImage[];
  readonly findings: readonly Finding[];
}

/**
 * Chooses for each extra the greatest revision ever seen that R1 lets a host at the set's target run; for a previous
 * revision, the greatest below the image that it follows, as it was pushed last; of another release, the newest; of an own image what
 * its tag shows. What is behind or missing is only said: an extra never blocks.
 */
export function chooseExtras(
  { catalog, extras = [], now }: Pick<GateInput, 'catalog' | 'extras' | 'now'>,
  target: OsVersion,
  own: readonly SetImage[],
): ChosenExtras {
  const seen = catalog.observations.filter((one) => Date.parse(one.at) <= now.getTime());
  return extras.reduce<ChosenExtras>(
    ({ images, findings }, { extra, poll }) => {
      const host = hostOfExtra(extra, target, [...own, ...images]);
      const image =
        host &&
        (isOwnImage(extra.family)
          ? ownImage(host, extra, poll, seen)
          : chooseImage(host, candidatesOf(extra, seen)));
      const reported = [...findings, ...poll.findings.map((finding) => withoutStop(finding))];
      if (image === undefined) {
        const isReported = extra.previousOf === undefined || host !== undefined;
        return { images, findings: isReported ? [...reported, missing(extra, poll, target)] : reported };
      }
      const isBehind = extra.previousOf === undefined && image.osVersion.revision < (host?.revision ?? 0);
      const behind = isBehind && image.osVersion.build === target.build ? [late(extra, image, target)] : [];
      return { images: [...images, setImageOf(extra, image)], findings: [...reported, ...behind] };
    },
    { images: [], findings: [] },
  );
}

/**
 * The image that the tag of an own image shows, where the host may run it. An older one that fitted is another version of the app, which no
 * task asks for. Where the tag cannot be read it is the one that it showed last.
 */
function ownImage(
  host: OsVersion,
  extra: ImageExtra,
  { findings, image }: FamilyPoll,
  seen: readonly Observation[],
): CandidateImage | undefined {
  const isUnread = findings.some(({ code }) => code.startsWith('REGISTRY_'));
  const shown: CandidateImage | undefined =
    image === undefined
      ? isUnread
        ? candidatesOf(extra, seen)[0]
        : undefined
      : { ...image, tag: { kind: 'floating', tag: image.tag } };
  return shown && fits(host, shown.osVersion) ? shown : undefined;
}

/** What the catalog holds of an extra's tags; of one revision the last push comes first. */
function candidatesOf({ family }: ImageExtra, seen: readonly Observation[]): readonly CandidateImage[] {
  return seen.toReversed().flatMap(({ repository, tag, digest, platformDigest, osVersion }) => {
    const version = osVersion === null ? undefined : readOsVersion(osVersion);
    const kind = repository === family.repository ? candidateTag(family, tag) : undefined;
    return kind && version && isDigest(digest) && isDigest(platformDigest)
      ? { tag: kind, digest, platformDigest, osVersion: version }
      : [];
  });
}

/** An older revision stands beside the newer one, so it cannot have the tag that moves. */
function setImageOf({ family, previousOf }: ImageExtra, image: CandidateImage): SetImage {
  const version = formatOsVersion(image.osVersion);
  const isPlain = image.tag.kind === 'floating' && previousOf === undefined;
  return {
    family: family.name,
    repository: family.repository,
    tag: previousOf === undefined ? (isPlain ? image.tag.tag : (family.floatingTags[0] ?? version)) : version,
    aliases: previousOf === undefined && family.repository.startsWith('windows/') ? [version] : [],
    digest: image.digest,
    platformDigest: image.platformDigest,
    osVersion: version,
    late: false,
  };
}

function withoutStop(finding: Finding): Finding {
  return finding.severity === 'stop' ? { ...finding, severity: 'warning' } : finding;
}

function missing({ family, previousOf }: ImageExtra, { image }: FamilyPoll, target: OsVersion): Finding {
  if (isOwnImage(family) && image !== undefined) {
    return {
      code: 'HOST_WITHOUT_IMAGE',
      severity: 'warning',
      family: family.name,
      message:
        `${family.repository}:${image.tag} is an image of ${formatOsVersion(image.osVersion)}, which hosts at ` +
        `${formatOsVersion(target)} must not run (R1); it is left out.`,
    };
  }
  const what = previousOf === undefined ? 'No image that fits' : 'No older image';
  return {
    code: 'HOST_WITHOUT_IMAGE',
    severity: 'info',
    family: family.name,
    message: `${what} is known for the extra ${family.name} beside ${formatOsVersion(target)}; it is left out.`,
  };
}

function late({ family }: ImageExtra, { osVersion }: CandidateImage, target: OsVersion): Finding {
  return {
    code: 'LATE',
    severity: 'info',
    family: family.name,
    message: `The extra ${family.name} is at ${formatOsVersion(osVersion)}, behind ${formatOsVersion(target)}; nothing waits for it.`,
  };
}

/** Repositories whose images also carry their full revision as a tag, under which apps pin them. */
const WITH_REVISION_TAGS: readonly string[] = ['windows/servercore', 'windows/nanoserver', 'windows/server'];

/** The image set of the families for a target revision; a family below it is `late`, and a mix of revisions is said.
 * Extras stand after the families and are never late. */
export function buildImageSet(
  input: Pick<GateInput, 'catalog' | 'extras' | 'now' | 'release'>,
  families: readonly CheckedFamily[],
  revision: number,
  findings: readonly Finding[],
): ImageSet {
  const target = { build: input.release.build, revision };
  const own = families.flatMap(({ family, image }): SetImage[] =>
    image === undefined
      ? []
      : [
          {
            family: family.name,
            repository: family.repository,
            tag: image.tag,
            aliases: WITH_REVISION_TAGS.includes(family.repository) ? [formatOsVersion(image.osVersion)] : [],
            digest: image.digest,
            platformDigest: image.platformDigest,
            osVersion: formatOsVersion(image.osVersion),
            late: image.osVersion.revision < revision,
            ...(image.evidence === undefined ? {} : { evidence: image.evidence }),
          },
        ],
  );
  const extras = chooseExtras(input, target, own);
  const images = [...own, ...extras.images];
  return {
    id: imageSetId(target, images),
    at: input.now.toISOString(),
    target: formatOsVersion(target),
    images,
    findings: [...findings, ...mixed(own), ...extras.findings],
  };
}

function mixed(images: readonly SetImage[]): readonly Finding[] {
  const versions = new Set(images.map((image) => image.osVersion));
  if (versions.size < 2) {
    return [];
  }
  const list = images.map((image) => `${image.family} ${image.osVersion}`).join(', ');
  return [
    {
      code: 'MIXED_REVISIONS',
      severity: 'warning',
      message: `The images are of several revisions: ${list}.`,
    },
  ];
}

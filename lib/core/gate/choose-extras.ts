import type { Observation, SetImage } from '../../contract/documents/catalog';
import { isDigest } from '../../contract/values/digest';
import { candidateTag } from '../resolve/candidate-tag';
import { chooseImage, type CandidateImage } from '../resolve/choose-image';
import type { Finding } from '../../contract/values/finding';
import { hostOfExtra, type ImageExtra } from '../resolve/image-extra';
import { formatOsVersion, readOsVersion, type OsVersion } from '../../contract/values/os-version';
import type { GateInput } from './gate-input';

/** The extras of an image set, and what is to be said of those that are behind or missing. */
export interface ChosenExtras {
  readonly images: readonly SetImage[];
  readonly findings: readonly Finding[];
}

/**
 * Chooses for each extra the greatest revision ever seen that rule 1 lets a host at the set's target run; for a previous
 * revision, the greatest below the family's own image; of another release, the newest. What is behind or missing is only
 * said: an extra never blocks.
 */
export function chooseExtras(
  { catalog, extras = [], now }: Pick<GateInput, 'catalog' | 'extras' | 'now'>,
  target: OsVersion,
  images: readonly SetImage[],
): ChosenExtras {
  const chosen = extras.map(({ extra, look }): ChosenExtras => {
    const host = hostOfExtra(extra, target, images);
    const seen = catalog.observations.filter((one) => Date.parse(one.at) <= now.getTime());
    const image = host && chooseImage(host, candidatesOf(extra, seen));
    const said = look.findings.map((finding) => withoutStop(finding));
    if (image === undefined) {
      return { images: [], findings: [...said, missing(extra, target)] };
    }
    const isBehind = extra.previousOf === undefined && image.osVersion.revision < (host?.revision ?? 0);
    const behind = isBehind && image.osVersion.build === target.build ? [late(extra, image, target)] : [];
    return { images: [setImageOf(extra, image)], findings: [...said, ...behind] };
  });
  return {
    images: chosen.flatMap((one) => one.images),
    findings: chosen.flatMap((one) => one.findings),
  };
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

function missing({ family, previousOf }: ImageExtra, target: OsVersion): Finding {
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

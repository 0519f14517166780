import { findingKey, isAccepted } from '../../contract/documents/catalog';
import { after, toMinute, type Thresholds } from './gate-input';
import { FROZEN_STOP_SECONDS, FROZEN_WARNING_SECONDS } from '../../contract/values/gate-policy';
import { isDigest } from '../../contract/values/digest';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { familyOf, lineChanges, lineFault } from '../images/family';
import type { CheckedFamily, GateInput, FamilyPoll, GateImage } from './gate-input';
import { type FirstObservations, isOutOfBand, type FirstObservation } from './first-observations';

/**
 * Families that have been behind servercore for long: their line of tags is probably no longer built. For more than 30 days
 * it is a warning, for more than 60 days it stops the gate until an operator accepts it; both name the live line.
 */
export function findFrozen(
  { catalog, now }: GateInput,
  families: readonly CheckedFamily[],
  firstObservations: FirstObservations,
  at: Thresholds,
): readonly Finding[] {
  const base = families.find(({ family }) => family.name === 'servercore')?.image;
  return families.flatMap((one): Finding[] => {
    const { family, image } = one;
    if (base === undefined || image === undefined || image.osVersion.revision >= base.osVersion.revision) {
      return [];
    }
    const since = firstObservations.firstNewer('servercore', image.osVersion.revision);
    if (since === undefined || !at.passed(justAfter(since, FROZEN_WARNING_SECONDS))) {
      return [];
    }
    const version = formatOsVersion(image.osVersion);
    const stops = at.passed(justAfter(since, FROZEN_STOP_SECONDS));
    const finding: Finding = {
      code: 'FROZEN',
      severity: stops ? 'stop' : 'warning',
      family: family.name,
      message: `${family.name} stands at ${version} while servercore moved on at ${toMinute(since)}${liveLine(one, now)}.`,
    };
    const key = findingKey(finding, version);
    if (isAccepted(catalog, key)) {
      return [{ ...finding, severity: 'warning' }];
    }
    const wayOut = ` It is baked as it is once an operator accepts "${key}".`;
    return [stops ? { ...finding, message: `${finding.message}${wayOut}` } : finding];
  });
}

/**
 * Families and extras whose line of tags is not built any more, or is not known and has no image: what is behind of them is not
 * waited for. Said at once, since a line that ended looks like one that is late. A previous revision has the line of its family.
 */
export function findRetired({ extras = [], now, polls }: GateInput, at: Thresholds): readonly Finding[] {
  const followed = [
    ...polls,
    ...extras.filter(({ extra }) => extra.previousOf === undefined).map(({ poll }) => poll),
  ];
  lineChanges(followed.map(({ family }) => family)).forEach((change) => at.passed(change));
  return followed.flatMap(({ family, findings, image }): Finding[] => {
    const fault = lineFault(family, now);
    // A line that is newer than this table has images; one that cannot be read may have.
    const isDead = image === undefined && findings.every(({ code }) => !code.startsWith('REGISTRY_'));
    return fault?.kind === 'ended' || (fault?.kind === 'unknown' && isDead)
      ? [
          {
            code: 'RETIRED_LINE',
            severity: 'warning',
            family: family.name,
            message: `${family.name} follows ${fault.sentence}. It is not waited for.`,
          },
        ]
      : [];
  });
}

/** "More than" a time: the millisecond after it. */
function justAfter(since: Date, seconds: number): Date {
  return new Date(after(since, seconds).getTime() + 1);
}

function liveLine({ family }: CheckedFamily, now: Date): string {
  const live = familyOf(family.name, family.release, undefined, now).line;
  return live === undefined || live === family.line
    ? ''
    : `; its line ${family.line ?? ''} is no longer built, the live line is ${live}`;
}

/** What the guards of families go by. */
export type FamilyChecksInput = Pick<GateInput, 'catalog' | 'policy' | 'polls'>;

/** The families with what the gate goes by, and what its guards found. */
interface FamilyChecks {
  readonly families: readonly CheckedFamily[];
  readonly findings: readonly Finding[];
}

/** A download that grows or shrinks by more than this factor is worth a poll. */
const SIZE_FACTOR = 2;

/**
 * Decides for each family which image counts: normally what its floating tag shows; the newest one seen where the tag went
 * back, cannot be read, shows nothing usable, or shows an out-of-band image that the policy ignores.
 */
export function checkFamilies(input: FamilyChecksInput, firstObservations: FirstObservations): FamilyChecks {
  const checked = input.polls.map((poll) => checkFamily(input, firstObservations, poll));
  return {
    families: checked.map(({ family, image }) => ({ family, image })),
    findings: checked.flatMap(({ findings }) => findings),
  };
}

function checkFamily(
  input: FamilyChecksInput,
  firstObservations: FirstObservations,
  { family, image, findings }: FamilyPoll,
): CheckedFamily & { readonly findings: readonly Finding[] } {
  const wanted = firstObservations.of(family).filter((entry) => isWanted(input, firstObservations, entry));
  const newest = wanted.reduce<FirstObservation | undefined>(
    (best, one) => (best === undefined || one.revision >= best.revision ? one : best),
    undefined,
  );
  const shown = image === undefined || isIgnored(input, firstObservations, image) ? undefined : image;
  if (shown === undefined) {
    return { family, image: newest && imageOf(newest), findings };
  }
  if (newest !== undefined && newest.revision > shown.osVersion.revision) {
    const finding = wentBack(family.name, shown, newest);
    return isAccepted(input.catalog, findingKey(finding, formatOsVersion(shown.osVersion)))
      ? { family, image: shown, findings }
      : { family, image: imageOf(newest), findings: [...findings, finding] };
  }
  return { family, image: shown, findings: [...findings, ...sizeJump(family.name, shown, wanted)] };
}

function isWanted(
  input: FamilyChecksInput,
  firstObservations: FirstObservations,
  { revision }: FirstObservation,
): boolean {
  const { longestWaitSeconds, outOfBand } = input.policy;
  return outOfBand !== 'ignore' || !isOutOfBand(firstObservations, revision, longestWaitSeconds);
}

function isIgnored(
  input: FamilyChecksInput,
  firstObservations: FirstObservations,
  { osVersion }: GateImage,
): boolean {
  const { longestWaitSeconds, outOfBand } = input.policy;
  return outOfBand === 'ignore' && isOutOfBand(firstObservations, osVersion.revision, longestWaitSeconds);
}

function wentBack(family: string, shown: GateImage, newest: FirstObservation): Finding {
  const version = formatOsVersion({ ...shown.osVersion, revision: newest.revision });
  const older = formatOsVersion(shown.osVersion);
  const key = findingKey({ code: 'WENT_BACK', family }, older);
  return {
    code: 'WENT_BACK',
    severity: 'warning',
    family,
    message:
      `${family}'s tag ${shown.tag} went back to ${older}; ` +
      `${version} stays in use by its digest until an operator accepts "${key}".`,
  };
}

function sizeJump(family: string, shown: GateImage, seen: readonly FirstObservation[]): readonly Finding[] {
  const before = seen.findLast(({ observation }) => observation.digest !== shown.digest)?.observation
    .compressedBytes;
  const now = shown.compressedBytes;
  if (before === undefined || before === null || now === null || before === 0 || now === 0) {
    return [];
  }
  const factor = Math.max(now / before, before / now);
  const message = `${family} changed its download size from ${before} to ${now} bytes with ${formatOsVersion(shown.osVersion)}.`;
  return factor > SIZE_FACTOR ? [{ code: 'SIZE_JUMP', severity: 'warning', family, message }] : [];
}

/** A digest stays readable when no tag points to it any more: registries of Microsoft delete nothing. */
function imageOf({ observation, revision, family }: FirstObservation): GateImage | undefined {
  const { digest, platformDigest, tag, compressedBytes } = observation;
  return isDigest(digest) && isDigest(platformDigest)
    ? { tag, digest, platformDigest, osVersion: { build: family.release.build, revision }, compressedBytes }
    : undefined;
}

import { findingKey, isAccepted } from '../../contract/documents/catalog';
import { FROZEN_STOP_SECONDS, FROZEN_WARNING_SECONDS } from '../../contract/values/gate-policy';
import { isDigest } from '../../contract/values/digest';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import { familyOf, lineChanges, lineFault } from '../images/family';
import { after, toMinute, type Thresholds } from './gate-input';
import type { CheckedFamily, FamilyPoll, GateDecision, GateImage, GateInput } from './gate-input';
import { unreadUntil } from './outage';
import { type FirstObservations, isOutOfBand, type FirstObservation } from './first-observations';

/**
 * Families that have been behind servercore for long: their line of tags is probably no longer built. For more than 30 days
 * it is a warning, for more than 60 days it stops the gate until an operator accepts it; both name the live line. A line that is known to
 * have ended stops nothing: the other families would wait for what never comes.
 */
export function findFrozen(
  { catalog, now }: GateInput,
  families: readonly CheckedFamily[],
  { firstObservations, retired }: WaitBasis,
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
    const stops = isAwaited(one, { retired }) && at.passed(justAfter(since, FROZEN_STOP_SECONDS));
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

/** Families that are behind the newest revision, and whether they are still waited for. */
interface Lateness {
  readonly behind: readonly CheckedFamily[];
  /** Those of them that can still come: of a line that ended nothing does. */
  readonly awaited: readonly CheckedFamily[];
  readonly findings: readonly Finding[];
  readonly isWaiting: boolean;
  /** The end of the wait. */
  readonly until: Date;
}

/** What a wait goes by beside what the families show. */
export interface WaitBasis {
  readonly firstObservations: FirstObservations;
  /** The findings of families that are not waited for, since their line of tags ended. */
  readonly retired: readonly Finding[];
}

export function isAwaited({ family }: CheckedFamily, { retired }: Pick<WaitBasis, 'retired'>): boolean {
  return retired.every((finding) => finding.family !== family.name);
}

/**
 * Says which families are behind. They are waited for from the first observation of the newer revision on. A revision that
 * the very first poll showed is of unknown age: around Patch Tuesday it is taken for that day's, otherwise nothing is waited
 * for.
 */
export function checkLate(
  { now, policy }: GateInput,
  families: readonly CheckedFamily[],
  newest: number,
  { firstObservations, retired }: WaitBasis,
  at: Thresholds,
): Lateness {
  const behind = families.filter(({ image }) => image?.osVersion.revision !== newest);
  const awaited = behind.filter((one) => isAwaited(one, { retired }));
  const seen = firstObservations.firstOf(newest) ?? now;
  const isNews = firstObservations.beginning !== undefined && seen > firstObservations.beginning;
  const since = isNews ? seen : lastPatchTuesday(seen);
  const until = after(since, policy.longestWaitSeconds);
  return {
    behind,
    awaited,
    findings: behind.map((one) => lateFinding(one, newest, seen)),
    isWaiting: awaited.length > 0 && !at.passed(until),
    until,
  };
}

function lateFinding({ family, image }: CheckedFamily, newest: number, since: Date): Finding {
  const target = formatOsVersion({ build: family.release.build, revision: newest });
  const state = image === undefined ? 'has no image yet' : `is at ${formatOsVersion(image.osVersion)}`;
  return {
    code: 'LATE',
    severity: 'warning',
    family: family.name,
    message: `${family.name} ${state}, while ${target} is out since ${toMinute(since)}.`,
  };
}

type Withheld = Pick<GateDecision, 'decision' | 'reason'>;

/**
 * What keeps late families from being baked with the image that they had: there is none, the release needs equal revisions,
 * or the policy is to stop and no operator has accepted that they are late for this revision.
 */
export function forbidLate(
  input: GateInput,
  { awaited, behind, until }: Lateness,
  newest: number,
  at: Thresholds,
): Withheld | undefined {
  const without = behind.find(({ image }) => image === undefined);
  if (without !== undefined) {
    return withoutImage(input, without, at);
  }
  if (behind.length === 0) {
    return undefined;
  }
  const ended = behind.filter((one) => !awaited.includes(one));
  const what = [
    ...(awaited.length === 0 ? [] : [`${namesOf(awaited)} did not arrive until ${toMinute(until)}`]),
    ...(ended.length === 0 ? [] : [`${namesOf(ended)} will not arrive, as its line is not built any more`]),
  ].join(', and ');
  if (input.release.needsEqualRevision) {
    return { decision: 'needsOperator', reason: `${what}; 2016 needs equal revisions.` };
  }
  const target = formatOsVersion({ build: input.release.build, revision: newest });
  const open = behind
    .map(({ family }) => findingKey({ code: 'LATE', family: family.name }, target))
    .filter((key) => !isAccepted(input.catalog, key));
  return input.policy.late === 'stop' && open.length > 0
    ? {
        decision: 'needsOperator',
        reason:
          `${what}, and the policy is to stop. They are baked as they are once an operator accepts ` +
          `${open.map((key) => `"${key}"`).join(' and ')}.`,
      }
    : undefined;
}

function namesOf(families: readonly CheckedFamily[]): string {
  return families.map(({ family }) => family.name).join(', ');
}

function withoutImage(input: GateInput, { family: { name } }: CheckedFamily, at: Thresholds): Withheld {
  const until = unreadUntil(input, name, at);
  return until === undefined
    ? { decision: 'needsOperator', reason: `${name} has no image at all, not even an older one.` }
    : {
        decision: 'wait',
        reason: `${name} cannot be read and was never seen; it is asked for again, at the latest until ${toMinute(until)}.`,
      };
}

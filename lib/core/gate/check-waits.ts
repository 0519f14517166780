import { findingKey, isAccepted, type ImageSet } from '../../contract/documents/catalog';
import { after, toMinute, type Thresholds } from './gate-input';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import type { CheckedFamily, GateInput, GateDecision } from './gate-input';
import { unreadUntil } from './outage';
import type { FirstObservations } from './first-observations';

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
interface WaitBasis {
  readonly firstObservations: FirstObservations;
  /** The findings of families that are not waited for, since their line of tags ended. */
  readonly retired: readonly Finding[];
}

function isAwaited({ family }: CheckedFamily, { retired }: Pick<WaitBasis, 'retired'>): boolean {
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

/** What was pushed again under the version that it had, and whether the rest is waited for. */
export interface Repush {
  readonly findings: readonly Finding[];
  /** The families that servercore's new image is waited for with; empty where nothing is waited for. */
  readonly waitingFor: readonly string[];
  readonly until: Date;
}

/**
 * Says which families were pushed again since they were baked, and whether others are waited for. A new digest of servercore
 * under the same version means that all will be rebuilt on it, so it starts the same wait as a newer revision; one of another
 * family is only said. What the wait goes by is the newest accepted set: what was pushed before servercore is not its
 * rebuild.
 */
export function checkRepush(
  { now, policy, catalog, published }: GateInput,
  families: readonly CheckedFamily[],
  target: string,
  { firstObservations, retired }: WaitBasis,
  at: Thresholds,
): Repush {
  const accepted = catalog.sets.find((set) => set.target === target);
  const baked = catalog.sets.find((set) => set.id === published?.set && set.target === target);
  const pushed = families.filter((one) => isPushedAgain(one, accepted));
  const base = pushed.find(({ family }) => family.name === 'servercore');
  const since = (base?.image && firstObservations.firstDigest('servercore', base.image.digest)) ?? now;
  const until = after(since, policy.longestWaitSeconds);
  const pending = families.filter(
    (one) => !pushed.includes(one) && hasVersionOf(one, accepted) && isAwaited(one, { retired }),
  );
  const isWaiting = base !== undefined && pending.length > 0 && !at.passed(until);
  return {
    findings: families.filter((one) => isPushedAgain(one, baked ?? accepted)).map(finding),
    waitingFor: isWaiting ? pending.map(({ family }) => family.name) : [],
    until,
  };
}

function isPushedAgain(one: CheckedFamily, known: ImageSet | undefined): boolean {
  const before = known?.images.find((image) => image.family === one.family.name);
  return before !== undefined && hasVersionOf(one, known) && before.digest !== one.image?.digest;
}

function hasVersionOf({ family, image }: CheckedFamily, known: ImageSet | undefined): boolean {
  const before = known?.images.find((one) => one.family === family.name);
  return image !== undefined && before?.osVersion === formatOsVersion(image.osVersion);
}

function finding({ family, image }: CheckedFamily): Finding {
  const version = image === undefined ? '' : formatOsVersion(image.osVersion);
  return {
    code: 'REPUSHED',
    severity: 'info',
    family: family.name,
    message: `${family.name} was pushed again under its version ${version}.`,
  };
}

/** The sentence for a wait that a re-push of servercore started. */
export function repushReason({ waitingFor, until }: Repush): string {
  return `servercore was pushed again; waiting for ${waitingFor.join(', ')}, at the latest until ${toMinute(until)}.`;
}

import { findingKey, isAccepted } from '../../contract/documents/catalog';
import { after, toMinute, type Thresholds } from '../../contract/values/gate-policy';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { lastPatchTuesday } from '../calendar/patch-tuesday';
import type { CheckedFamily, GateInput, GateDecision } from './gate-input';
import { unreadUntil } from './outage';
import type { FirstObservations } from './first-observations';

/** Families that are behind the newest revision, and whether they are still waited for. */
interface Lateness {
  readonly behind: readonly CheckedFamily[];
  readonly findings: readonly Finding[];
  readonly isWaiting: boolean;
  /** The end of the wait. */
  readonly until: Date;
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
  firstObservations: FirstObservations,
  at: Thresholds,
): Lateness {
  const behind = families.filter(({ image }) => image?.osVersion.revision !== newest);
  const seen = firstObservations.firstOf(newest) ?? now;
  const isNews = firstObservations.beginning !== undefined && seen > firstObservations.beginning;
  const since = isNews ? seen : lastPatchTuesday(seen);
  const until = after(since, policy.longestWaitSeconds);
  return {
    behind,
    findings: behind.map((one) => lateFinding(one, newest, seen)),
    isWaiting: behind.length > 0 && !at.passed(until),
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
  { behind, until }: Lateness,
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
  const names = behind.map(({ family }) => family.name).join(', ');
  const what = `${names} did not arrive until ${toMinute(until)}`;
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

function withoutImage(input: GateInput, { family: { name } }: CheckedFamily, at: Thresholds): Withheld {
  const until = unreadUntil(input, name, at);
  return until === undefined
    ? { decision: 'needsOperator', reason: `${name} has no image at all, not even an older one.` }
    : {
        decision: 'wait',
        reason: `${name} cannot be read and was never seen; it is asked for again, at the latest until ${toMinute(until)}.`,
      };
}

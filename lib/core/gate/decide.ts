import { type ImageSet, isAccepted } from '../../contract/documents/catalog';
import { CLOCK_SKEW_SECONDS } from '../../contract/values/gate-policy';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import { after, Thresholds, toMinute } from './gate-input';
import { buildImageSet } from './build-image-set';
import type { CheckedFamily, Decision, GateDecision, GateInput } from './gate-input';
import {
  checkFamilies,
  checkLate,
  findFrozen,
  findRetired,
  forbidLate,
  isAwaited,
  type WaitBasis,
} from './check-families';
import { checkHost } from './check-host';
import { checkOutage } from './outage';
import { FirstObservations } from './first-observations';
import { expectNewer, type Expectation, checkRetry, whyBake } from './why-bake';

/**
 * The gate. It waits for what Patch Tuesday brings and for families that are behind, each for one longest wait at most; then
 * it judges what there is: a set that is due is baked, one that is known is nothing to do, and what the policy or a guard
 * forbids needs an operator. The same input always gives the same decision.
 */
export function decide(input: GateInput): GateDecision {
  const at = new Thresholds(input.now);
  const verdict = evaluate(input, at);
  return at.first === undefined ? verdict : { ...verdict, changesAt: at.first };
}

function evaluate(input: GateInput, at: Thresholds): GateDecision {
  const { now } = input;
  const skew = firstObservationsOf(input).all.find((entry) => entry.at > after(now, CLOCK_SKEW_SECONDS));
  if (skew === undefined) {
    return evaluateFamilies(input, at);
  }
  const key = `CLOCK_SKEW ${toMinute(skew.at)}`;
  if (isAccepted(input.catalog, key)) {
    const observations = input.catalog.observations.filter((one) => new Date(one.at) <= now);
    return evaluateFamilies({ ...input, catalog: { ...input.catalog, observations } }, at);
  }
  const message = `An observation is of ${toMinute(skew.at)}, later than now, ${toMinute(now)}; one clock is wrong.`;
  at.passed(skew.at);
  // A clock that is a little fast is caught up with; one that is far ahead would be waited for as long.
  return at.passed(after(skew.at, -input.policy.longestWaitSeconds))
    ? answer('wait', message, [{ code: 'CLOCK_SKEW', severity: 'warning', message }])
    : answer('needsOperator', `${message} To pass over it, accept "${key}".`, [
        { code: 'CLOCK_SKEW', severity: 'stop', message },
      ]);
}

function firstObservationsOf({ catalog, polls }: GateInput): FirstObservations {
  return new FirstObservations(
    catalog,
    polls.map(({ family }) => family),
  );
}

function evaluateFamilies(input: GateInput, at: Thresholds): GateDecision {
  const { release } = input;
  const firstObservations = firstObservationsOf(input);
  const retired = findRetired(input, at);
  const checked = checkFamilies(input, firstObservations);
  const { families } = checked;
  const findings = [...checked.findings, ...retired];
  const outage = checkOutage(input, at);
  if (outage !== undefined) {
    return answer(outage.decision, outage.reason, findings);
  }
  const newest = Math.max(...families.map(({ image }) => image?.osVersion.revision ?? -1));
  const expectation = expectNewer(input, firstObservations, at);
  if (expectation.state === 'pending') {
    const message = `Patch Tuesday: a revision newer than ${newest} is expected, at the latest until ${toMinute(expectation.until)}.`;
    return answer('wait', message, [...findings, { code: 'EXPECTED_NEWER', severity: 'info', message }]);
  }
  const frozen = findFrozen(input, families, { firstObservations, retired }, at);
  const late = checkLate(input, families, newest, { firstObservations, retired }, at);
  const known = [...findings, ...frozen, ...late.findings];
  const forbidden = frozen.find((finding) => finding.severity === 'stop');
  if (late.isWaiting) {
    const names = late.awaited.map(({ family }) => family.name).join(', ');
    const target = formatOsVersion({ build: release.build, revision: newest });
    return answer(
      'wait',
      `Waiting for ${names} to reach ${target}, at the latest until ${toMinute(late.until)}.`,
      known,
    );
  }
  if (forbidden !== undefined) {
    return answer('needsOperator', forbidden.message, known);
  }
  const withheld = forbidLate(input, late, newest, at);
  return withheld === undefined
    ? evaluateSet(input, { families, newest, findings: known, expectation, firstObservations, retired, at })
    : answer(withheld.decision, withheld.reason, known);
}

interface SetCase {
  readonly families: readonly CheckedFamily[];
  readonly newest: number;
  readonly findings: readonly Finding[];
  readonly expectation: Expectation;
  readonly firstObservations: FirstObservations;
  readonly retired: readonly Finding[];
  readonly at: Thresholds;
}

function evaluateSet(
  input: GateInput,
  { families, newest, expectation, firstObservations, retired, at, ...given }: SetCase,
): GateDecision {
  const target = formatOsVersion({ build: input.release.build, revision: newest });
  const repush = checkRepush(input, families, target, { firstObservations, retired }, at);
  if (repush.waitingFor.length > 0) {
    return answer('wait', repushReason(repush), [...given.findings, ...repush.findings]);
  }
  const set = buildImageSet(input, families, newest, given.findings);
  const host = checkHost(input, set, firstObservations);
  const ofSet = set.findings.filter((finding) => !given.findings.includes(finding));
  const findings = [
    ...given.findings,
    ...repush.findings,
    ...ofSet,
    ...host.findings,
    ...inVain(expectation, target),
  ];
  const why = whyBake(input, set, expectation, at);
  if (host.withheld !== undefined && (why !== undefined || host.withheld.decision === 'needsOperator')) {
    return { ...answer(host.withheld.decision, host.withheld.reason, findings), set };
  }
  if (why === undefined) {
    return { ...answer('nothing', `${target} is baked already.`, findings), set };
  }
  if (expectation.state === 'inVain' && input.release.needsEqualRevision) {
    const reason = `No family moved past ${target} since Patch Tuesday; 2016 needs equal revisions.`;
    return { ...answer('needsOperator', reason, findings), set };
  }
  const retry = checkRetry(input, set, at);
  return retry === undefined
    ? { ...answer('bake', why, findings), set }
    : { ...answer(retry.decision, retry.reason, findings), set };
}

/** What was pushed again under the version that it had, and whether the rest is waited for. */
interface Repush {
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
function checkRepush(
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
    findings: families.filter((one) => isPushedAgain(one, baked ?? accepted)).map(repushed),
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

function repushed({ family, image }: CheckedFamily): Finding {
  const version = image === undefined ? '' : formatOsVersion(image.osVersion);
  return {
    code: 'REPUSHED',
    severity: 'info',
    family: family.name,
    message: `${family.name} was pushed again under its version ${version}.`,
  };
}

/** The sentence for a wait that a re-push of servercore started. */
function repushReason({ waitingFor, until }: Repush): string {
  return `servercore was pushed again; waiting for ${waitingFor.join(', ')}, at the latest until ${toMinute(until)}.`;
}

function inVain(expectation: Expectation, target: string): readonly Finding[] {
  if (expectation.state !== 'inVain') {
    return [];
  }
  const message = `No family showed anything newer than ${target} until ${toMinute(expectation.until)}.`;
  return [{ code: 'EXPECTED_NEWER', severity: 'warning', message }];
}

function answer(decision: Decision, reason: string, findings: readonly Finding[]): GateDecision {
  return { decision, reason, findings };
}

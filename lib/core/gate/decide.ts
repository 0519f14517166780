import { lastPatchTuesday } from '../calendar/patch-tuesday';
import { firstSeen } from '../catalog/catalog';
import type { Catalog, ImageSet } from '../contracts/catalog';
import type { Finding } from '../resolve/finding';
import { formatOsVersion, readOsVersion } from '../windows/os-version';
import type { Release } from '../windows/release';
import { buildImageSet } from './build-image-set';
import type { GatePolicy } from './gate-policy';
import type { FamilyLook } from './observe';

/** What the gate can say: order a bake, look again later, nothing to do, or a person must choose. */
export type Decision = 'bake' | 'wait' | 'nothing' | 'needsOperator';

/** The publication or order that stands, as far as a new bake would differ from it. */
export interface StandingBake {
  /** The id of its image set; null for the plain base AMI. */
  readonly set: string | null;
  /** When it was published or ordered, an ISO instant. */
  readonly at: string;
  readonly recipeArn: string | null;
  readonly scriptsSha256: string | null;
}

/** Everything that a decision depends on. */
export interface GateInput {
  readonly now: Date;
  readonly release: Release;
  readonly policy: GatePolicy;
  /** The wanted families, as the registry shows them now. */
  readonly looks: readonly FamilyLook[];
  /** What was known, this look's observations included. */
  readonly catalog: Catalog;
  readonly standing: StandingBake | undefined;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
}

/** A decision, why, and what it rests on. */
export interface GateDecision {
  readonly decision: Decision;
  /** One sentence for people. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** The set to bake; present exactly with `bake`. */
  readonly set?: ImageSet;
}

/**
 * The gate: families are baked together or not at all, until the longest wait is over; then the policy decides.
 *
 * From 10:00 Pacific on Patch Tuesday a newer revision is expected even before any family shows it, for one longest wait.
 * A bake is ordered only where the accepted set, the recipe or the scripts differ from what stands, or where that
 * expectation ended in vain and the host has moved on without images.
 */
export function decide(input: GateInput): GateDecision {
  const { looks } = input;
  const findings = looks.flatMap((look) => look.findings);
  const missing = looks.filter((look) => look.image === undefined);
  const newest = Math.max(...looks.map((look) => look.image?.osVersion.revision ?? 0));
  if (missing.length === looks.length) {
    return { decision: 'wait', reason: 'No family could be read; the registry is asked again.', findings };
  }
  const expectation = expectNewer(input, newest);
  if (expectation.until > input.now) {
    const until = isoMinutes(expectation.until);
    const message = `Patch Tuesday: a revision newer than ${newest} is expected, at the latest until ${until}.`;
    return {
      decision: 'wait',
      reason: message,
      findings: [...findings, { code: 'EXPECTED_NEWER', severity: 'info', message }],
    };
  }
  const behind = looks.filter((look) => look.image?.osVersion.revision !== newest);
  if (behind.length === 0) {
    return orderOrNothing(input, buildImageSet(input, newest, []), findings, expectation.disappointed);
  }
  return decideLate(input, newest, behind, findings);
}

function decideLate(
  input: GateInput,
  newest: number,
  behind: readonly FamilyLook[],
  findings: readonly Finding[],
): GateDecision {
  const since = firstSeen(input.catalog, newest, floatingTags(input.looks)) ?? input.now;
  const until = new Date(since.getTime() + input.policy.longestWaitSeconds * 1000);
  const target = formatOsVersion({ build: input.release.build, revision: newest });
  const names = behind.map((look) => look.family.name).join(', ');
  const all = [...findings, ...behind.map((look) => lateFinding(look, target, since))];
  if (until > input.now) {
    const reason = `Waiting for ${names}: ${target} is out since ${isoMinutes(since)}; at the latest until ${isoMinutes(until)}.`;
    return { decision: 'wait', reason, findings: all };
  }
  if (behind.some((look) => look.image === undefined)) {
    return stop(`${names} cannot be had and the wait for ${target} ended at ${isoMinutes(until)}.`, all);
  }
  if (input.policy.late === 'stop') {
    return stop(
      `${names} did not reach ${target} until ${isoMinutes(until)}, and the policy is to stop.`,
      all,
    );
  }
  if (input.release.needsEqualRevision) {
    return stop(
      `${names} did not reach ${target} until ${isoMinutes(until)}; 2016 needs equal revisions.`,
      all,
    );
  }
  return orderOrNothing(input, buildImageSet(input, newest, all), all, false);
}

function orderOrNothing(
  input: GateInput,
  set: ImageSet,
  findings: readonly Finding[],
  disappointed: boolean,
): GateDecision {
  const { standing } = input;
  const order = (reason: string): GateDecision => ({ decision: 'bake', reason, findings, set });
  if (standing?.set !== set.id) {
    return order(`The image set ${set.id} for ${set.target} is complete and not baked yet.`);
  }
  if (standing.recipeArn !== input.recipeArn || standing.scriptsSha256 !== input.scriptsSha256) {
    return order(`The recipe or the scripts changed since the last bake of ${set.target}.`);
  }
  if (disappointed && new Date(standing.at) < lastPatchTuesday(input.now)) {
    return input.release.needsEqualRevision
      ? stop(`No family moved past ${set.target} since Patch Tuesday; 2016 needs equal revisions.`, findings)
      : order(
          `No family moved past ${set.target} since Patch Tuesday; the host is updated with what there is.`,
        );
  }
  return { decision: 'nothing', reason: `${set.target} with the set ${set.id} is baked already.`, findings };
}

/** Until when a newer revision is expected, and whether that was in vain; the far past where none is. */
function expectNewer(input: GateInput, newest: number): { until: Date; disappointed: boolean } {
  const tuesday = lastPatchTuesday(input.now);
  const seen = firstSeen(input.catalog, newest, floatingTags(input.looks));
  if (seen === undefined || seen >= tuesday) {
    return { until: new Date(0), disappointed: false };
  }
  const until = new Date(tuesday.getTime() + input.policy.longestWaitSeconds * 1000);
  return { until, disappointed: until <= input.now };
}

function lateFinding({ family, image }: FamilyLook, target: string, since: Date): Finding {
  const at = image === undefined ? 'cannot be read' : `is at ${formatOsVersion(image.osVersion)}`;
  return {
    code: 'LATE',
    severity: 'warning',
    family: family.name,
    message: `${family.name} ${at}, while ${target} is out since ${isoMinutes(since)}.`,
  };
}

function stop(reason: string, findings: readonly Finding[]): GateDecision {
  return { decision: 'needsOperator', reason, findings };
}

function floatingTags(looks: readonly FamilyLook[]) {
  return looks.flatMap(({ family }) =>
    family.floatingTags.map((tag) => ({ repository: family.repository, tag })),
  );
}

function isoMinutes(instant: Date): string {
  return `${instant.toISOString().slice(0, 16)}Z`;
}

/** The revision that a set is for. */
export function targetRevision(set: ImageSet): number {
  return readOsVersion(set.target)?.revision ?? 0;
}

import type { ImageSet } from '../../contract/documents/catalog';
import { after, toMinute, type Thresholds } from '../../contract/values/gate-policy';
import type { Finding } from '../../contract/values/finding';
import { formatOsVersion } from '../../contract/values/os-version';
import type { CheckedFamily, GateInput } from './gate-input';
import type { FirstObservations } from './first-observations';

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
  firstObservations: FirstObservations,
  at: Thresholds,
): Repush {
  const accepted = catalog.sets.find((set) => set.target === target);
  const baked = catalog.sets.find((set) => set.id === published?.set && set.target === target);
  const pushed = families.filter((one) => isPushedAgain(one, accepted));
  const base = pushed.find(({ family }) => family.name === 'servercore');
  const since = (base?.image && firstObservations.firstDigest('servercore', base.image.digest)) ?? now;
  const until = after(since, policy.longestWaitSeconds);
  const pending = families.filter((one) => !pushed.includes(one) && hasVersionOf(one, accepted));
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

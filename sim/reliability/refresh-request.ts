import type { FleetState } from '../../lib/contract/documents/fleet-state';
import type { RefreshRequest } from '../../lib/core/ports/fleets';
import { isEqual } from './fleet-duties';
import type { Truth } from './fleet-truth';
import type { InstalledFleet } from './installation';

/** For how long a canary's refresh waits at its checkpoint. */
const CHECKPOINT_SECONDS = 2 * 24 * 3600;

/**
 * What rules a request for an instance refresh breaks by itself, with what it does: the intent is written before, a canary has a refresh of
 * its own, and what is new is launched first.
 */
export function wrongOfRequest(
  { names, store }: InstalledFleet,
  { checkpoint, maxHealthyPercentage, version }: RefreshRequest,
): readonly (readonly [rule: string, what: string])[] {
  const { rollout } = JSON.parse(store.values.get(names.state) ?? '{}') as Partial<FleetState>;
  const isOwnRefresh =
    checkpoint === null ||
    (checkpoint.percentages.every((one) => one < 100) && checkpoint.seconds === CHECKPOINT_SECONDS);
  return [
    ...(rollout?.version === version
      ? []
      : [['intent', `a refresh to version ${version} starts, and the state says nothing of it`] as const]),
    ...(isOwnRefresh
      ? []
      : [['canary', `its refresh has the checkpoints ${JSON.stringify(checkpoint)}`] as const]),
    ...(maxHealthyPercentage > 100
      ? []
      : [['launch first', `at most ${maxHealthyPercentage} % of the instances may be there`] as const]),
  ];
}

/** What is equal in version and mode to all that a fleet runs needs no refresh, unless some of it is revoked or fails. */
export function isNeedless(truth: Truth, fleet: InstalledFleet, version: string): boolean {
  const { group, instances } = fleet.simulated;
  const wanted = truth.publications.get(group.amiOf(version));
  const own = truth.publications.get(group.amiOf(group.version));
  if (wanted === undefined || own === undefined || !isEqual(truth, own.id, wanted)) {
    return false;
  }
  const isSame = ({ amiId, version: its }: (typeof instances)[number]) => {
    const { id = '' } = truth.publications.get(amiId) ?? {};
    return (
      isEqual(truth, id, wanted) &&
      templateOf(fleet, its) === templateOf(fleet, version) &&
      truth.revokedAt(id) === undefined &&
      !truth.wasBad(fleet.plan.name, id)
    );
  };
  return instances.length > 0 && instances.every(isSame);
}

/** The launch template of a version, by its user data. */
export function templateOf({ simulated }: InstalledFleet, version: string): string {
  return simulated.group.template.find(version)?.userData ?? '';
}

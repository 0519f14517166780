import type { FleetGroup } from '../ports/fleets';
import { revocationOf } from './evaluate-rollout';
import { olderTemplatesOf, type FleetWorld } from './fleet-world';

/** So many are taken from a pool at one poll; each takes a call. The refresh of a rollout, or the next poll, sees to the others. */
const MOST_AT_ONCE = 20;

/**
 * The instances of a warm pool that must not come into service: scale-out takes them whatever they run. While a canary is watched
 * those of before and of the new AMI may; after it only those of the new one, and on a way back only those of before. Auto Scaling
 * replaces those of a pool too, but last of all, only in a refresh that goes through to its end, and not where the group's version
 * alone changes.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-process
 */
export function stalePoolOf(world: FleetWorld): FleetGroup['pool'] {
  const { group, policy, state } = world;
  const { rollout, template } = state;
  const staying = group.pool.filter(({ isLeaving }) => !isLeaving);
  // What the group starts from would come again.
  const isRevoked = (amiId: string) => amiId !== group.amiId && revocationOf(world, amiId) !== undefined;
  const revoked = staying.filter(({ amiId }) => isRevoked(amiId));
  const ofOthers = (...amis: readonly string[]) => staying.filter(({ amiId }) => !amis.includes(amiId));
  if (rollout === null) {
    const isTemplateEverywhere = policy.rollTemplateChanges && (template?.older ?? 1) === 0;
    const older = isTemplateEverywhere ? olderTemplatesOf(state, staying, group) : [];
    const stale = new Set([...ofOthers(group.amiId, ...state.equalAmis), ...older, ...revoked]);
    return [...stale].slice(0, MOST_AT_ONCE);
  }
  const { from, goingBack, phase, publication } = rollout;
  const isBack = phase === 'back' || goingBack !== null;
  const stale = isBack
    ? ofOthers(from.amiId, ...state.equalAmis)
    : phase === 'rest'
      ? ofOthers(publication.amiId)
      : [];
  return [...new Set([...stale, ...revoked])].slice(0, MOST_AT_ONCE);
}

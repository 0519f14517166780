import { formatOsVersion } from '../../contract/values/os-version';
import { findingKey, isAccepted } from '../../contract/documents/catalog';
import type { GuardedFamily } from './gate-image';
import type { GateDecision, GateInput } from './gate-input';
import type { Lateness } from './judge-late';
import { unreadUntil } from './judge-outage';
import { toMinute, type Thresholds } from '../../contract/documents/gate-policy';

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

function withoutImage(input: GateInput, { family: { name } }: GuardedFamily, at: Thresholds): Withheld {
  const until = unreadUntil(input, name, at);
  return until === undefined
    ? { decision: 'needsOperator', reason: `${name} has no image at all, not even an older one.` }
    : {
        decision: 'wait',
        reason: `${name} cannot be read and was never seen; it is asked for again, at the latest until ${toMinute(until)}.`,
      };
}

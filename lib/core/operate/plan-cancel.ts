import { cancelRebake, type CancelPorts } from '../bake/cancel-rebake';
import { isBaking, readLease } from '../bake/lease';
import { nothingToChange, type VerbPlan } from './verb-plan';

/** Plans to end what is under way: a build, or a rebake that only waits. */
export async function planCancel(
  ports: CancelPorts,
  word: { readonly by: string; readonly reason: string },
  now: Date,
): Promise<VerbPlan> {
  const lease = await readLease(ports.documents);
  if (lease === undefined || !(await ports.executions.isRunning(lease.execution))) {
    return nothingToChange('No rebake is under way.');
  }
  return {
    changes: [
      isBaking(lease)
        ? `end the bake ${lease.order?.id ?? ''}${lease.order?.image ? ` (${lease.order.image})` : ''}`
        : `end the rebake that waits since ${lease.at}`,
    ],
    reasons: [
      `${word.by}: ${word.reason}`,
      'The same order is not baked again until its set, recipe or scripts change, or a person forces it.',
    ],
    apply: async () => {
      await cancelRebake(ports, word, now);
    },
  };
}

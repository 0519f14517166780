import type { Lease } from '../../contract/documents/order';
import { WinbakeError } from '../../contract/values/errors';
import type { BakeControl, Executions } from '../ports/bakes';
import type { DocumentStore } from '../ports/stores';
import { changeLease, isBaking, readLease } from './lease';

/** What a verb would change, why, and how; without changes there is nothing to do and the reasons say why. */
export interface VerbPlan {
  /** A line for each change. */
  readonly changes: readonly string[];
  /** Sentences for people. */
  readonly reasons: readonly string[];
  /** Carries it out; running it again changes nothing more. */
  readonly apply: () => Promise<void>;
}

/** A plan that changes nothing. */
export function nothingToChange(...reasons: readonly string[]): VerbPlan {
  return { changes: [], reasons, apply: () => Promise.resolve() };
}

/** What cancelling works with. */
export interface CancelPorts {
  readonly documents: DocumentStore;
  readonly executions: Executions;
  readonly bakes: BakeControl;
}

/** What was ended: an execution that waited, a build, or an order whose build had not begun; undefined where nothing runs. */
type Cancelled = 'wait' | 'build' | 'order' | undefined;

/**
 * Ends what is under way in a person's name: the build, which then ends the execution that follows it, or an execution that
 * only waits. The same order is not baked again until one of its inputs changes or a person forces it.
 */
export async function cancelRebake(
  { documents, executions, bakes }: CancelPorts,
  override: { readonly by: string; readonly reason: string },
  now: Date,
): Promise<Cancelled> {
  const lease = await readLease(documents);
  if (lease === undefined || !(await executions.isRunning(lease.execution))) {
    return undefined;
  }
  const isHeld = await changeLease(documents, lease.execution, (held) => ({
    ...held,
    cancel: { ...override, at: now.toISOString() },
  }));
  const marked = await readLease(documents);
  if (!isHeld || marked === undefined) {
    throw new WinbakeError('CATALOG_CONFLICT', 'Another rebake began at this moment; cancel again.');
  }
  return endWhatRuns({ executions, bakes }, marked, override);
}

async function endWhatRuns(
  { executions, bakes }: Pick<CancelPorts, 'executions' | 'bakes'>,
  marked: Lease,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<Cancelled> {
  if (!isBaking(marked)) {
    await executions.stop(marked.execution, `${by} cancelled it: ${reason}`);
    return 'wait';
  }
  const image = marked.order?.image ?? undefined;
  if (image === undefined) {
    return 'order';
  }
  await bakes.cancel(image);
  return 'build';
}

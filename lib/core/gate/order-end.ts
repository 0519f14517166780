import { logLink } from '../bake/log-link';
import { isRefusal } from '../bake/image-builder-refusals';
import { changeLease, readLease } from '../bake/lease';
import type { OrderEnd } from '../contracts/lease';
import type { BakeControl } from '../ports/bake-control';
import {
  orderUnderLease,
  type LeasedGateAnswer,
  type LeasedGatePorts,
  type LeasedGateRequest,
} from './order-under-lease';

/** What a rebake knows of what went wrong. */
export interface RebakeFailure {
  /** Undefined where it went wrong before anything was ordered. */
  readonly orderId: string | undefined;
  readonly image: string | undefined;
  /** The state of the image and what Image Builder says of it, where it has come to its end. */
  readonly status: string | undefined;
  readonly reason: string;
  /** The name of the error of the call that failed, where one did. */
  readonly error: string | undefined;
}

/** What a failure comes to. */
export interface EndedOrder {
  /** `failed` where nothing is left to try; `cancelled` where a person ended it; else the gate's answer. */
  readonly decision: LeasedGateAnswer['decision'] | 'failed' | 'cancelled';
  /** What went wrong, for people. */
  readonly cause: string;
  /** The gate's answer, where it was asked. */
  readonly answer?: LeasedGateAnswer;
}

/** What ending an order works with. */
export interface EndOrderPorts extends LeasedGatePorts {
  readonly bakes: BakeControl;
}

/** What publication throws where it refuses a bake; another try ends the same. */
const REFUSED = 'WinbakeError';

/**
 * Finds the cause of a failure, ends the order where it cannot be carried out any more, and asks the gate what is to be done.
 * A person's bake is not tried again, and neither is one that Image Builder refused to start. Where a service failed after an image was made the order stays: the next rebake
 * takes it up.
 */
export async function endOrder(
  ports: EndOrderPorts,
  request: LeasedGateRequest,
  failure: RebakeFailure,
): Promise<EndedOrder> {
  const { image, orderId, status, error } = failure;
  const cause = await findCause(ports.bakes, failure);
  const isOver = status !== undefined || image === undefined || error === REFUSED;
  if (orderId === undefined || !isOver) {
    return { decision: 'failed', cause };
  }
  const lease = await readLease(ports.documents);
  const isCancelled = status === 'CANCELLED' || lease?.cancel !== undefined;
  const isRefused = image === undefined && isRefusal(error);
  const end = isCancelled ? 'cancelled' : isRefused ? 'refused' : 'failed';
  await endLeasedOrder(ports, request.execution, orderId, end);
  if (isCancelled) {
    const word = lease?.cancel;
    return {
      decision: 'cancelled',
      cause: word === undefined ? cause : `${word.by} cancelled ${orderId}: ${word.reason}`,
    };
  }
  if (request.forced) {
    return { decision: 'failed', cause };
  }
  const answer = await orderUnderLease(ports, { ...request, ...reachedIn(orderId, cause) });
  return { decision: answer.decision, cause, answer };
}

/** Notes how the order of an execution's lease ended; another order there stays. */
export async function endLeasedOrder(
  { documents }: Pick<LeasedGatePorts, 'documents'>,
  execution: string,
  orderId: string,
  end: OrderEnd,
): Promise<void> {
  await changeLease(documents, execution, (lease) =>
    lease.order?.id === orderId ? { ...lease, order: { ...lease.order, ended: end } } : lease,
  );
}

/** One paragraph: the step, what was said, and where the log is. */
async function findCause(
  bakes: BakeControl,
  { error, image, orderId, reason, status }: RebakeFailure,
): Promise<string> {
  const what = orderId === undefined ? 'The rebake' : `The bake ${orderId}`;
  const ended = status === undefined ? `failed (${error ?? 'no error name'})` : `ended as ${status}`;
  if (image === undefined) {
    return isRefusal(error)
      ? `${what} was not started, Image Builder refused it (${error}): ${reason}`
      : `${what} ${ended}: ${reason}`;
  }
  // The cause of the failure matters more than a second failure on the way to it.
  const failed = await bakes.failedStep(image).catch(() => undefined);
  const step =
    failed === undefined
      ? ''
      : ` (${[failed.step, failed.message].filter((part) => part !== '' && !reason.includes(part)).join(': ')})`;
  const link = logLink(image);
  return `${what} ${ended}: ${reason}${step}${link === undefined ? '' : `\nLog: ${link}`}`;
}

/** A host that stayed below its target names the version that it reached; other failures tell nothing of the host. */
function reachedIn(order: string, cause: string): Pick<LeasedGateRequest, 'reached'> {
  const [, revision] = /HOST_BEHIND_TARGET.*?10\.0\.\d+\.(\d+)/s.exec(cause) ?? [];
  return revision === undefined ? {} : { reached: { order, revision: Number(revision) } };
}

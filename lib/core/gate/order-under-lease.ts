import { isAccepted } from '../../contract/documents/catalog';
import type { Lease, LeasedOrder, Order } from '../../contract/documents/order';
import type { AwaitingPublication } from '../../contract/documents/publication';
import { excerpt } from '../../contract/values/printable';
import { CURRENT_ORDER_KEY, orderKey, readOrder, changeLease, isBaking, takeLease } from '../bake/lease';
import { readCatalog } from '../catalog/catalog-store';
import type { Executions } from '../ports/bakes';
import type { DocumentStore } from '../ports/stores';
import { readAwaitingPublication } from '../publish/awaiting-publication';
import type { GateDecision } from './gate-input';
import { pollAndDecide, type GatePorts, type GateRequest } from './order-bake';

/** What a poll under the lease works with. */
export interface LeasedGatePorts extends GatePorts {
  readonly executions: Executions;
}

/** What an execution wants of the gate. */
export interface LeasedGateRequest extends Omit<GateRequest, 'ended'> {
  /** The ARN of the execution that asks. */
  readonly execution: string;
}

/** A decision with its order, and with the build that already carries it out. */
export type LeasedGateAnswer = GateDecision & {
  readonly order?: Order;
  /** The image build version to follow. */
  readonly image?: string;
  /** The gate was not asked: another execution holds the lease, a person cancelled, or an order is taken up again. */
  readonly notEvaluated?: true;
};

/**
 * Looks and decides where no other execution does, and writes the order of a bake that is due. An order whose execution
 * ended before it was carried out is taken up again instead, and so is one whose finished image a person has let through.
 */
export async function orderUnderLease(
  ports: LeasedGatePorts,
  request: LeasedGateRequest,
): Promise<LeasedGateAnswer> {
  const { documents, executions } = ports;
  const { execution, forced } = request;
  const lease = await takeLease(documents, executions, { execution, forced, now: ports.now() });
  if (lease === undefined) {
    return TAKEN;
  }
  if (isBaking(lease) && lease.order !== null) {
    const resumed = await resume(documents, lease.order);
    if (resumed !== undefined) {
      return resumed;
    }
  } else if (lease.cancel !== undefined) {
    return nothing(`${excerpt(lease.cancel.by)} cancelled this rebake: ${excerpt(lease.cancel.reason)}`);
  }
  const awaits = await awaitedBy(ports, lease.order);
  if (awaits !== undefined && request.kb === undefined) {
    const published = await resumeAccepted(ports, request, awaits);
    if (published !== undefined) {
      return published;
    }
  }
  return decideUnderLease(ports, request, lease, awaits?.finding);
}

/** The finished image of the last order, where it waits for a person. */
async function awaitedBy(
  { documents, now }: LeasedGatePorts,
  order: LeasedOrder | null,
): Promise<AwaitingPublication | undefined> {
  if (order?.ended !== 'failed') {
    return undefined;
  }
  const awaiting = await readAwaitingPublication(documents, now());
  return awaiting?.order === order.id && awaiting.at !== order.takenUp ? awaiting : undefined;
}

/** Takes an order up again whose finished image a person has let through; undefined where nobody has. */
async function resumeAccepted(
  { documents }: LeasedGatePorts,
  { execution, release }: LeasedGateRequest,
  { at, finding, imageBuildVersionArn: image, order: id }: AwaitingPublication,
): Promise<LeasedGateAnswer | undefined> {
  const order = await readOrder(documents, orderKey(id));
  if (order === undefined || !isAccepted(await readCatalog(documents, release), finding)) {
    return undefined;
  }
  const isOurs = await changeLease(documents, execution, (lease) =>
    lease.order?.id === id ? { ...lease, order: { id, image, ended: null, takenUp: at } } : lease,
  );
  const reason = `"${finding}" is accepted: the finished image ${image} of the order ${id} is published.`;
  return isOurs ? { decision: 'bake', reason, findings: [], order, image, notEvaluated: true } : TAKEN;
}

/** Looks and decides for the holder of the lease. */
async function decideUnderLease(
  ports: LeasedGatePorts,
  request: LeasedGateRequest,
  { order: last }: Lease,
  awaits: string | undefined,
): Promise<LeasedGateAnswer> {
  const ended = last?.ended ? { ended: { ...last, ended: last.ended, order: last.id, awaits } } : {};
  const answer = await pollAndDecide(ports, { ...request, ...ended });
  const { order } = answer;
  if (order === undefined) {
    return answer;
  }
  // Kept first: whoever finds its id in the lease finds the order.
  await ports.documents.overwrite(orderKey(order.id), JSON.stringify(order));
  const isOurs = await changeLease(ports.documents, request.execution, (lease) => ({
    ...lease,
    order: { id: order.id, image: null, ended: null },
  }));
  if (!isOurs) {
    return TAKEN;
  }
  await hand(ports.documents, order);
  return answer;
}

async function resume(
  documents: DocumentStore,
  { id, image }: LeasedOrder,
): Promise<LeasedGateAnswer | undefined> {
  const order = await readOrder(documents, orderKey(id));
  if (order === undefined) {
    return undefined;
  }
  if (image === null) {
    await hand(documents, order);
    return {
      decision: 'bake',
      reason: `The order ${id} is started, or found started.`,
      findings: [],
      order,
      notEvaluated: true,
    };
  }
  const reason = `The order ${id} is being carried out by ${image}.`;
  return { decision: 'bake', reason, findings: [], order, image, notEvaluated: true };
}

/** Puts the order where the next build instance looks for it. */
function hand(documents: DocumentStore, order: Order): Promise<void> {
  return documents.overwrite(CURRENT_ORDER_KEY, JSON.stringify(order));
}

const TAKEN = nothing('Another rebake of this pipeline is under way.');

function nothing(reason: string): LeasedGateAnswer {
  return { decision: 'nothing', reason, findings: [], notEvaluated: true };
}

import { type Catalog, type ImageSet, isAccepted } from '../../contract/documents/catalog';
import { type Lease, type LeasedOrder, type Order, orderedAt } from '../../contract/documents/order';
import type { AwaitingPublication, Publication } from '../../contract/documents/publication';
import { excerpt } from '../../contract/values/printable';
import type { GatePolicy } from '../../contract/values/gate-policy';
import type { Release } from '../../contract/values/release';
import { isIn } from '../../contract/values/weekly-window';
import { changeLease, CURRENT_ORDER_KEY, isBaking, orderKey, readOrder, takeLease } from '../bake/lease';
import { changeCatalog, readCatalog } from '../catalog/catalog-store';
import { withHost, withImageSet, withObservations } from '../catalog/catalog';
import { newestFirst } from '../images/choose-image-set';
import { familyOf } from '../images/family';
import { parseImageExtras } from '../images/image-extra';
import { isOwnImage } from '../images/own-image';
import { rememberingRegistry } from '../images/read-images';
import type { Registry } from '../oci/registry';
import type { Executions } from '../ports/bakes';
import type { DocumentStore, ParameterStore } from '../ports/stores';
import { readAwaitingPublication } from '../publish/awaiting-publication';
import { readChannel } from '../publish/move-channel';
import { asConfirmed, readEqualBake } from '../publish/publish-bake';
import { readPublication } from '../publish/record-publication';
import { readRevokedIds } from '../publish/revocations';
import type { GateDecision } from './gate-input';
import { targetRevision } from './check-host';
import { decide } from './decide';
import { noteDecision } from './last-decision';
import { observationsOf, observeExtras, observeFamilies } from './observe';
import { changeOutage } from './outage';
import { type EndedOrder, failedOrder, isKnownButForOwn, isTriedAgain, newOrder } from './why-bake';

/** What a poll of the gate works with. */
interface GatePorts {
  readonly registry: Registry;
  readonly documents: DocumentStore;
  readonly parameters: ParameterStore;
  readonly now: () => Date;
}

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

/** What a pipeline wants of the gate. */
export interface GateRequest {
  readonly release: Release;
  readonly families: readonly string[];
  readonly policy: GatePolicy;
  readonly parameterPath: string;
  readonly baseAmiParameter: string;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  /** Why the gate was asked, in a word or two. */
  readonly trigger: string;
  readonly forced: boolean;
  /** An update that must be there afterwards, such as `KB5066782`. */
  readonly kb?: string;
  /** How the last order ended, where that is known. */
  readonly ended?: EndedOrder;
  /** The revision that the host of a bake reached which then failed, to be remembered before deciding. */
  readonly reached?: { readonly order: string; readonly revision: number };
}

/** A decision and, with `bake`, the order for it, which is not written yet. */
type GateAnswer = GateDecision & { readonly order?: Order };

/** Looks at the registry, records what it shows, decides, and makes out the order of a bake that is due. */
export async function pollAndDecide(ports: GatePorts, request: GateRequest): Promise<GateAnswer> {
  const { documents, parameters } = ports;
  const { policy, reached, recipeArn, release, scriptsSha256 } = request;
  const now = ports.now();
  const families = request.families.map((name) => familyOf(name, release, policy.lines[name], now));
  const published = await readPublishedBake(documents, parameters, request.parameterPath);
  const known = await readCatalog(documents, release);
  const extras = parseImageExtras(policy, { ...request, lines: policy.lines, at: now });
  const registry = rememberingRegistry(ports.registry);
  const polls = await observeFamilies(registry, families, known);
  const beside = await observeExtras(registry, extras, polls, known);
  const seen = observationsOf([...polls, ...beside.map(({ poll }) => poll)], now);
  const observations = seen.filter((one) => !isOwnImage(one));
  const catalog = await changeCatalog(documents, release, (before) => {
    const observed = withObservations(before, observations);
    const remembered = published === undefined ? observed : withPublishedHost(observed, published);
    return reached === undefined ? remembered : withHost(remembered, now, reached.revision, reached.order);
  });
  const unreadSince = await changeOutage(documents, release, polls, now);
  const baseAmiId = await requiredParameter(parameters, request.baseAmiParameter);
  const last = await readOrder(documents, CURRENT_ORDER_KEY);
  const failed = last && failedOrder(last, published, request.ended);
  const evaluated = decide({
    now,
    release,
    policy,
    polls,
    extras: beside,
    catalog,
    unreadSince,
    published,
    failed,
    recipeArn,
    scriptsSha256,
    baseAmiId,
    forced: request.forced,
  });
  const { set: accepted } = evaluated;
  const isBaked =
    evaluated.decision === 'bake' && (request.forced || noBakeReason(policy, now) === undefined);
  const after =
    accepted === undefined || !(isBaked || !isKnownButForOwn(catalog, accepted))
      ? catalog
      : await changeCatalog(documents, release, (before) =>
          withImageSet(withObservations(before, seen), accepted),
        );
  const decision = asAsked(evaluated, request, { catalog: after, last }, now);
  await noteDecision(documents, decision, now);
  const { set } = decision;
  if (set === undefined || decision.decision !== 'bake') {
    return decision;
  }
  const again = isTriedAgain({ catalog, recipeArn, scriptsSha256 }, failed, set) ? failed : undefined;
  const order = newOrder(now, again, {
    release: release.name,
    trigger: request.trigger,
    set: set.id,
    targetRevision: targetRevision(set),
    baseAmiId,
    scriptsSha256,
    recipeArn,
    ...(request.kb === undefined ? {} : { kb: request.kb }),
  });
  return { ...decision, order };
}

/** What a person's wish and the windows without bakes make of a decision. */
function asAsked(
  evaluated: GateDecision,
  { forced, policy }: GateRequest,
  { catalog, last }: { readonly catalog: Catalog; readonly last: Order | undefined },
  now: Date,
): GateDecision {
  if (forced) {
    const set = evaluated.decision === 'bake' ? undefined : newestBakeableSet(catalog, last);
    return set === undefined
      ? evaluated
      : { ...evaluated, decision: 'bake', reason: `A person asked for it: ${set.target} is accepted.`, set };
  }
  const reason = evaluated.decision === 'bake' ? noBakeReason(policy, now) : undefined;
  return reason === undefined ? evaluated : { ...evaluated, decision: 'wait', reason };
}

/**
 * The newest accepted set that hosts are not known to stay below: what a person's bake takes where the gate would wait or
 * ask. A host that ended below a set after it was accepted was not offered its revision.
 */
function newestBakeableSet({ hosts, sets }: Catalog, last: Order | undefined): ImageSet | undefined {
  return newestFirst(sets, last && { set: last.set, at: orderedAt(last) }).find((set) => {
    const since = hosts.filter(({ at }) => at >= set.at);
    return since.length === 0 || since.some(({ revision }) => revision >= targetRevision(set));
  });
}

/** Why no bake may start at an instant, or undefined where one may. */
function noBakeReason({ noBakeWindows }: GatePolicy, instant: Date): string | undefined {
  const window = noBakeWindows.find((one) => isIn(one, instant));
  return (
    window &&
    `A bake is due, and none starts on ${window.days.join(', ')} from ${window.startHour}:00 to ${window.endHour}:00 ` +
      `(${window.timeZone}).`
  );
}

/** The id of a publication holds the revision that its host reached. */
function withPublishedHost(catalog: Catalog, { id, at }: Publication): Catalog {
  const [, revision] = /^\d+\.(\d+)-/.exec(id) ?? [];
  return withHost(catalog, new Date(at), Number(revision), id);
}

async function readPublishedBake(
  documents: DocumentStore,
  parameters: ParameterStore,
  path: string,
): Promise<Publication | undefined> {
  const latest = await readChannel(parameters, path, 'latest');
  const shown = latest && (await readPublication(documents, latest.id));
  const published = await newestBaked(documents, shown);
  return published && asConfirmed(published, await readEqualBake(documents));
}

/** What was revoked after it counts as baked: the same would be as wrong again, until something changes or a person forces it. */
async function newestBaked(
  documents: DocumentStore,
  shown: Publication | undefined,
): Promise<Publication | undefined> {
  const ids = await readRevokedIds(documents);
  const revoked = await Promise.all([...ids].map((id) => readPublication(documents, id)));
  return revoked.reduce(
    (newest, one) =>
      one !== undefined && (newest === undefined || Date.parse(one.at) > Date.parse(newest.at))
        ? one
        : newest,
    shown,
  );
}

async function requiredParameter(parameters: ParameterStore, name: string): Promise<string> {
  const value = await parameters.get(name);
  if (value === undefined) {
    throw new Error(`The parameter ${name} does not exist; does this region have that AMI?`);
  }
  return value;
}

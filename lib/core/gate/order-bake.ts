import type { Catalog, ImageSet } from '../../contract/documents/catalog';
import { type Order, orderedAt, type OrderEnd } from '../../contract/documents/order';
import type { Publication } from '../../contract/documents/publication';
import type { GatePolicy } from '../../contract/values/gate-policy';
import type { Release } from '../../contract/values/release';
import { isIn } from '../../contract/values/weekly-window';
import { CURRENT_ORDER_KEY, readOrder } from '../bake/lease';
import { withHost, withImageSet, withObservations } from '../catalog/catalog';
import { changeCatalog, readCatalog } from '../catalog/catalog-store';
import { newestFirst } from '../images/choose-image-set';
import { familyOf } from '../images/family';
import { parseImageExtras } from '../images/image-extra';
import { isOwnImage } from '../images/own-image';
import { rememberingRegistry } from '../images/read-images';
import type { Registry } from '../oci/registry';
import type { DocumentStore, ParameterStore } from '../ports/stores';
import { readChannel } from '../publish/move-channel';
import { asConfirmed, readEqualBake } from '../publish/publish-bake';
import { readPublication } from '../publish/record-publication';
import { readRevokedIds } from '../publish/revocations';
import { targetRevision } from './check-host';
import { decide } from './decide';
import type { FailedOrder, GateDecision } from './gate-input';
import { noteDecision } from './last-decision';
import { observationsOf, observeExtras, observeFamilies } from './observe';
import { changeOutage } from './outage';
import { isKnownButForOwn } from './why-bake';

/**
 * Makes an order; its id holds its set and its instant, and it counts up from a failed one with the same inputs. One that was
 * refused or interrupted, whose instance profile was too new, or that a service outside failed, was no attempt.
 */
export function newOrder(
  now: Date,
  failed: FailedOrder | undefined,
  inputs: Omit<
    Order,
    'schema' | 'id' | 'attempt' | 'launchRetries' | 'interruptions' | 'outages' | 'firstAt'
  >,
): Order {
  const isAgain =
    failed?.set === inputs.set &&
    failed.recipeArn === inputs.recipeArn &&
    failed.scriptsSha256 === inputs.scriptsSha256;
  const launchRetries = isAgain ? (failed.launchRetries ?? 0) + (failed.notLaunched === true ? 1 : 0) : 0;
  const outages = isAgain ? (failed.outages ?? 0) + (failed.outage === true ? 1 : 0) : 0;
  const interruptions = isAgain ? (failed.interruptions ?? 0) + (failed.interrupted === true ? 1 : 0) : 0;
  const wasAttempt =
    failed?.refused !== true &&
    failed?.notLaunched !== true &&
    failed?.interrupted !== true &&
    failed?.outage !== true;
  const instant = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return {
    schema: 'winbake.order/1',
    id: `${inputs.set}-${instant}`,
    ...inputs,
    attempt: isAgain ? failed.attempt + (wasAttempt ? 1 : 0) : 1,
    ...(launchRetries === 0 ? {} : { launchRetries }),
    ...(outages === 0 ? {} : { outages }),
    ...(isAgain ? { firstAt: failed.firstAt ?? failed.at } : {}),
    ...(interruptions === 0 ? {} : { interruptions }),
  };
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

/** What a poll of the gate works with. */
export interface GatePorts {
  readonly registry: Registry;
  readonly documents: DocumentStore;
  readonly parameters: ParameterStore;
  readonly now: () => Date;
}

/** How an order ended. */
interface EndedOrder extends OrderEnd {
  readonly order: string;
  /** The finding that its finished image waits for, where it does. */
  readonly awaits?: string | undefined;
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
  const order = newOrder(now, failed, {
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

/** An order is answered by a publication of its set that is not older than it. */
function isPublished(order: Order, published: Publication | undefined): boolean {
  return published?.set === order.set && new Date(published.at) >= orderedAt(order);
}

/** The last order as one that failed, unless it was published or nobody knows that it ended otherwise. */
function failedOrder(
  order: Order,
  published: Publication | undefined,
  last: GateRequest['ended'],
): FailedOrder | undefined {
  const { ended: end, awaits, isInterrupted, isOutage } = last?.order === order.id ? last : {};
  return end === 'published' || isPublished(order, published)
    ? undefined
    : {
        ...order,
        at: orderedAt(order).toISOString(),
        cancelled: end === 'cancelled',
        refused: end === 'refused',
        notLaunched: end === 'notLaunched',
        outage: isOutage === true,
        interrupted: isInterrupted === true,
        ...(awaits === undefined ? {} : { awaits }),
      };
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

import { CURRENT_ORDER_KEY, orderKey, readOrder } from '../bake/bake-documents';
import { withHost, withImageSet, withObservations } from '../catalog/catalog';
import { changeCatalog, readCatalog } from '../catalog/catalog-store';
import type { Catalog } from '../contracts/catalog';
import type { Order } from '../contracts/order';
import { parseDocument } from '../contracts/parse-document';
import { publicationSchema, type Publication } from '../contracts/publication';
import type { Registry } from '../oci/registry';
import type { DocumentStore } from '../ports/document-store';
import type { ParameterStore } from '../ports/parameter-store';
import { readChannel } from '../publish/move-channel';
import { publicationKey } from '../publish/publication-key';
import { familyOf } from '../resolve/family';
import { rememberingRegistry } from '../resolve/remembering-registry';
import type { Release } from '../windows/release';
import { decide } from './decide';
import type { FailedOrder, GateDecision } from './gate-input';
import type { GatePolicy } from './gate-policy';
import { targetRevision } from './judge-host';
import { observationsOf, observeFamilies } from './observe';
import { newOrder, orderedAt } from './order-id';

/** What a look of the gate works with. */
export interface GatePorts {
  readonly registry: Registry;
  readonly documents: DocumentStore;
  readonly parameters: ParameterStore;
  readonly now: () => Date;
}

/** What a pipeline wants of the gate. */
export interface GateRequest {
  readonly release: Release;
  readonly families: readonly string[];
  /** Lines of families that replace the live ones, such as `4.8` for `aspnet`. */
  readonly lines: Readonly<Record<string, string>>;
  /** What is cached beside the families, in the forms of `EXTRA_FORMS`. */
  readonly extras: readonly string[];
  readonly policy: GatePolicy;
  readonly parameterPath: string;
  readonly baseAmiParameter: string;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  /** Why the gate was asked, in a word or two. */
  readonly trigger: string;
  readonly forced: boolean;
  /** The revision that the host of a bake reached which then failed, to be remembered before deciding. */
  readonly reached?: { readonly order: string; readonly revision: number };
}

/** A decision and, with `bake`, the order that was written for it. */
export type GateAnswer = GateDecision & { readonly order?: Order };

/** Looks at the registry, records what it shows, decides, and writes the order of a bake that is due. */
export async function lookAndDecide(ports: GatePorts, request: GateRequest): Promise<GateAnswer> {
  const { documents, parameters } = ports;
  const { reached, recipeArn, release, scriptsSha256 } = request;
  const now = ports.now();
  const families = request.families.map((name) => familyOf(name, release, request.lines[name]));
  const standing = await readStandingBake(documents, parameters, request.parameterPath);
  const known = await readCatalog(documents, release);
  const looks = await observeFamilies(rememberingRegistry(ports.registry), families, known);
  const observations = observationsOf(looks, now);
  const catalog = await changeCatalog(documents, release, (before) => {
    const observed = withObservations(before, observations);
    const remembered = standing === undefined ? observed : withPublishedHost(observed, standing);
    return reached === undefined ? remembered : withHost(remembered, now, reached.revision, reached.order);
  });
  const baseAmiId = await requiredParameter(parameters, request.baseAmiParameter);
  const last = await readOrder(documents, CURRENT_ORDER_KEY);
  const failed = last !== undefined && !isPublished(last, standing) ? failedOrder(last) : undefined;
  const decision = decide({
    now,
    release,
    policy: request.policy,
    looks,
    catalog,
    standing,
    failed,
    recipeArn,
    scriptsSha256,
    baseAmiId,
    forced: request.forced,
  });
  const { set } = decision;
  if (set !== undefined) {
    await changeCatalog(documents, release, (before) => withImageSet(before, set));
  }
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
  });
  await documents.overwrite(orderKey(order.id), JSON.stringify(order));
  await documents.overwrite(CURRENT_ORDER_KEY, JSON.stringify(order));
  return { ...decision, order };
}

/** The id of a publication holds the revision that its host reached. */
function withPublishedHost(catalog: Catalog, { id, at }: Publication): Catalog {
  const [, revision] = /^\d+\.(\d+)-/.exec(id) ?? [];
  return withHost(catalog, new Date(at), Number(revision), id);
}

/** An order is answered by a publication of its set that is not older than it. */
function isPublished(order: Order, standing: Publication | undefined): boolean {
  return standing?.set === order.set && new Date(standing.at) >= orderedAt(order);
}

function failedOrder(order: Order): FailedOrder {
  return { ...order, at: orderedAt(order).toISOString() };
}

async function readStandingBake(
  documents: DocumentStore,
  parameters: ParameterStore,
  path: string,
): Promise<Publication | undefined> {
  const latest = await readChannel(parameters, path, 'latest');
  const stored = latest && (await documents.read(publicationKey(latest.id)));
  return stored && parseDocument(publicationSchema, stored.text, publicationKey(latest.id));
}

async function requiredParameter(parameters: ParameterStore, name: string): Promise<string> {
  const value = await parameters.get(name);
  if (value === undefined) {
    throw new Error(`The parameter ${name} does not exist; does this region have that AMI?`);
  }
  return value;
}

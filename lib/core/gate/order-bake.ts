import { CURRENT_ORDER_KEY, orderKey, readOrder } from '../bake/bake-documents';
import { changeCatalog } from '../catalog/catalog-store';
import { withImageSet, withObservations } from '../catalog/catalog';
import type { Order } from '../contracts/order';
import { parseDocument } from '../contracts/parse-document';
import { publicationSchema } from '../contracts/publication';
import type { Registry } from '../oci/registry';
import type { DocumentStore } from '../ports/document-store';
import type { ParameterStore } from '../ports/parameter-store';
import { publicationKey } from '../publish/publication-key';
import { readChannel } from '../publish/move-channel';
import { familyOf } from '../resolve/family';
import { rememberingRegistry } from '../resolve/remembering-registry';
import type { Release } from '../windows/release';
import { decide, targetRevision, type GateDecision, type StandingBake } from './decide';
import type { GatePolicy } from './gate-policy';
import { observationsOf, observeFamilies } from './observe';

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
  readonly policy: GatePolicy;
  readonly parameterPath: string;
  readonly baseAmiParameter: string;
  readonly recipeArn: string;
  readonly scriptsSha256: string;
  /** Why the gate was asked, in a word or two. */
  readonly trigger: string;
}

/** A decision and, with `bake`, the order that was written for it. */
export interface GateAnswer extends GateDecision {
  readonly order?: Order;
}

/** Looks at the registry, records what it shows, decides, and writes the order of a bake that is due. */
export async function lookAndDecide(ports: GatePorts, request: GateRequest): Promise<GateAnswer> {
  const { documents, parameters } = ports;
  const { release, policy, recipeArn, scriptsSha256 } = request;
  const now = ports.now();
  const families = request.families.map((name) => familyOf(name, release));
  const looks = await observeFamilies(rememberingRegistry(ports.registry), families);
  const observations = observationsOf(looks, now);
  const catalog = await changeCatalog(documents, release, (known) => withObservations(known, observations));
  const standing = await readStandingBake(documents, parameters, request.parameterPath);
  const decision = decide({ now, release, policy, looks, catalog, standing, recipeArn, scriptsSha256 });
  const { set } = decision;
  if (set === undefined) {
    return decision;
  }
  await changeCatalog(documents, release, (known) => withImageSet(known, set));
  const before = await readOrder(documents, CURRENT_ORDER_KEY);
  const again =
    before?.set === set.id && before.recipeArn === recipeArn && before.scriptsSha256 === scriptsSha256;
  const attempt = again ? before.attempt + 1 : 1;
  const order: Order = {
    schema: 'winbake.order/1',
    id: `${set.id}-${compactInstant(now)}`,
    release: release.name,
    trigger: request.trigger,
    set: set.id,
    targetRevision: targetRevision(set),
    baseAmiId: await requiredParameter(parameters, request.baseAmiParameter),
    scriptsSha256,
    recipeArn,
    attempt,
  };
  await documents.overwrite(orderKey(order.id), JSON.stringify(order));
  await documents.overwrite(CURRENT_ORDER_KEY, JSON.stringify(order));
  return { ...decision, order };
}

async function readStandingBake(
  documents: DocumentStore,
  parameters: ParameterStore,
  path: string,
): Promise<StandingBake | undefined> {
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

/** An instant without punctuation, to the second, as part of a name. */
function compactInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

import { parseDocument } from '../../contract/documents/document';
import { type Order, orderSchema, leaseSchema, type Lease } from '../../contract/documents/order';
import { LEASE_KEY } from '../../contract/names/bucket-keys';
import { WinbakeError } from '../../contract/values/errors';
import type { Executions, BakeControl } from '../ports/bakes';
import type { DocumentStore } from '../ports/stores';

export { CURRENT_ORDER_KEY } from '../../contract/names/bucket-keys';

/** The key under which an order is kept. */
export function orderKey(id: string): string {
  return `bakes/${id}.json`;
}

/** The key of the image manifest that an instance writes; `instance` is `<role id>:<instance id>`. */
export function imageManifestKey(instance: string): string {
  return `manifests/${instance}.json`;
}

/** The key of the verification that an instance writes; `instance` is `<role id>:<instance id>`. */
export function verificationKey(instance: string): string {
  return `verifications/${instance}.json`;
}

/** The key of the failure document that an instance writes; `instance` is `<role id>:<instance id>`. */
export function failureKey(instance: string): string {
  return `failures/${instance}.json`;
}

/** The order of a key, or undefined where there is none. Throws a `WinbakeError` where it is damaged. */
export async function readOrder(documents: DocumentStore, key: string): Promise<Order | undefined> {
  const stored = await documents.read(key);
  return stored === undefined ? undefined : parseDocument(orderSchema, stored.text, key);
}

const ATTEMPTS = 5;

/** Who wants the lease, and when. */
export interface LeaseClaim {
  readonly execution: string;
  /** A person's wish ends an execution that only waits. */
  readonly forced: boolean;
  readonly now: Date;
}

/** The lease as it stands, or undefined before the first rebake. */
export async function readLease(documents: DocumentStore): Promise<Lease | undefined> {
  return (await readWithVersion(documents))?.lease;
}

/** Whether an order is being carried out, as far as is known. */
export function isBaking(lease: Lease): boolean {
  return lease.order !== null && lease.order.ended === null;
}

/**
 * Takes the lease for an execution, or finds that it has it. The execution that holds it keeps it until it has ended, or
 * until a forced one comes while it only waits. The outcome of the last order is handed on. Undefined where another holds it.
 */
export async function takeLease(
  documents: DocumentStore,
  executions: Executions,
  { execution, forced, now }: LeaseClaim,
): Promise<Lease | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await readWithVersion(documents);
    if (stored?.lease.execution === execution) {
      return stored.lease;
    }
    const holder = stored?.lease;
    const mayTake =
      holder === undefined ||
      (forced && !isBaking(holder)) ||
      !(await executions.isRunning(holder.execution));
    if (!mayTake) {
      return undefined;
    }
    const lease: Lease = {
      schema: 'winbake.lease/1',
      execution,
      at: now.toISOString(),
      order: holder?.order ?? null,
    };
    if (await write(documents, lease, stored?.version)) {
      return lease;
    }
  }
  throw contended();
}

/** Changes the lease that an execution holds; answers false, and changes nothing, where another has it by now. */
export async function changeLease(
  documents: DocumentStore,
  execution: string,
  change: (lease: Lease) => Lease,
): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const stored = await readWithVersion(documents);
    if (stored?.lease.execution !== execution) {
      return false;
    }
    if (await write(documents, change(stored.lease), stored.version)) {
      return true;
    }
  }
  throw contended();
}

function write(documents: DocumentStore, lease: Lease, version: string | undefined): Promise<boolean> {
  return documents.write(LEASE_KEY, JSON.stringify(lease), version);
}

async function readWithVersion(
  documents: DocumentStore,
): Promise<{ readonly lease: Lease; readonly version: string } | undefined> {
  const stored = await documents.read(LEASE_KEY);
  return stored && { lease: parseDocument(leaseSchema, stored.text, LEASE_KEY), version: stored.version };
}

function contended(): WinbakeError {
  return new WinbakeError(
    'CATALOG_CONFLICT',
    `${LEASE_KEY} was changed by others ${ATTEMPTS} times in a row; start the rebake again.`,
  );
}

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

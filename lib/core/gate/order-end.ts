import { type Failure, failureSchema } from '../../contract/documents/evidence';
import type { OrderEnd } from '../../contract/documents/order';
import { readOsVersion } from '../../contract/values/os-version';
import { MOST_INTERRUPTIONS, MOST_LAUNCH_RETRIES } from '../../contract/values/gate-policy';
import { excerpt } from '../../contract/values/printable';
import { endedSilently, isRefusal, isUnknownProfile, logLink } from '../bake/bake-end';
import { changeLease, readLease, failureKey, orderKey, readOrder } from '../bake/lease';
import type { BakeControl, FailedStep } from '../ports/bakes';
import type { DocumentStore } from '../ports/stores';
import {
  orderUnderLease,
  type LeasedGateAnswer,
  type LeasedGatePorts,
  type LeasedGateRequest,
} from './order-bake';
import { parseDocument } from '../../contract/documents/document';

/** A build that Image Builder has begun for an order. */
interface StartedBake {
  readonly execution: string;
  readonly orderId: string;
  readonly image: string;
}

/** Notes which image carries an order out, and ends it at once where a person cancelled in between. */
export async function noteStartedBake(
  { documents, bakes }: { readonly documents: DocumentStore; readonly bakes: BakeControl },
  { execution, orderId, image }: StartedBake,
): Promise<void> {
  await changeLease(documents, execution, (lease) =>
    lease.order?.id === orderId ? { ...lease, order: { ...lease.order, image } } : lease,
  );
  if ((await readLease(documents))?.cancel !== undefined) {
    await bakes.cancel(image);
  }
}

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
  /**
   * `failed` where nothing is left to try; `cancelled` where a person ended it; `retry` where its test or distribution is
   * tried again; else the gate's answer.
   */
  readonly decision: LeasedGateAnswer['decision'] | 'failed' | 'cancelled' | 'retry';
  /** What went wrong, for people. */
  readonly cause: string;
  /** The code of the failure document, where the instance left one. */
  readonly code?: string;
  /** The gate's answer, where it was asked. */
  readonly answer?: LeasedGateAnswer;
  /** The registry or Windows Update failed the bake. */
  readonly isOutage?: boolean;
  /** What is tried again. */
  readonly retried?: { readonly orderId: string; readonly image: string };
}

/** What ending an order works with. */
export interface EndOrderPorts extends LeasedGatePorts {
  readonly bakes: BakeControl;
}

/** What ending an order needs to know. */
export interface EndOrderRequest extends LeasedGateRequest {
  /** The unique id of the instances' role, the first part of their documents' names. */
  readonly instanceRoleId: string;
}

/** What publication throws where it refuses a bake; another try ends the same. */
const REFUSED = 'WinbakeError';

/**
 * Finds the cause of a failure in the document that the instance left, ends the order where it cannot be carried out any more,
 * and asks the gate what is to be done. Where its AMI was made, test and distribution are tried once more first. A person's
 * bake is not tried again, and neither is one that Image Builder refused to start. One whose instance profile is too new to be known,
 * or whose build ended without reporting why, for example because Windows restarted, is tried again within minutes and costs no
 * attempt, twice at most;
 * neither does one that a service outside failed. Where a service failed after an image was made the order stays: the next rebake takes
 * it up.
 */
export async function endOrder(
  ports: EndOrderPorts,
  request: EndOrderRequest,
  failed: RebakeFailure,
): Promise<EndedOrder> {
  const { image, orderId, status, error } = failed;
  const reported = await reportOf(ports, request, failed);
  const step = await stepOf(ports.bakes, failed);
  const cause = findCause(failed, reported, step);
  const code = reported?.failure === undefined ? {} : { code: reported.failure.code };
  const isOver = status !== undefined || image === undefined || error === REFUSED;
  if (orderId === undefined || !isOver) {
    return { decision: 'failed', cause, ...code };
  }
  const lease = await readLease(ports.documents);
  const isCancelled = status === 'CANCELLED' || lease?.cancel !== undefined;
  if (!isCancelled && image !== undefined && status === 'FAILED' && isAfterBuild(step)) {
    const retried = { orderId, image };
    if (await noteRetry(ports.documents, request.execution, retried)) {
      return { decision: 'retry', cause, ...code, retried };
    }
  }
  const end: OrderEnd = isCancelled
    ? { ended: 'cancelled' }
    : await endOf(ports.documents, orderId, { failed, reported, step });
  await endLeasedOrder(ports, request.execution, orderId, end);
  if (isCancelled) {
    const override = lease?.cancel;
    return {
      decision: 'cancelled',
      cause:
        override === undefined
          ? cause
          : `${excerpt(override.by)} cancelled ${orderId}: ${excerpt(override.reason)}`,
    };
  }
  if (request.forced) {
    return { decision: 'failed', cause, ...code };
  }
  const answer = await orderUnderLease(ports, {
    ...request,
    ...reachedIn(orderId, request.release, reported?.failure),
  });
  return { decision: answer.decision, cause, ...code, answer, isOutage: end.isOutage === true };
}

/** What is known of a failure. */
interface KnownFailure {
  readonly failed: RebakeFailure;
  readonly reported: ReportedFailure | undefined;
  readonly step: FailedStep | undefined;
}

/** How an order ended that nobody cancelled: whether that was an attempt, and whether another one may end well. */
async function endOf(
  documents: DocumentStore,
  orderId: string,
  { failed: { error, image, reason, status }, reported, step }: KnownFailure,
): Promise<OrderEnd> {
  if (
    reported?.failure === undefined &&
    isUnknownProfile(reason, step) &&
    (await isTriedLess(documents, orderId, 'launchRetries', MOST_LAUNCH_RETRIES))
  ) {
    return { ended: 'notLaunched' };
  }
  if (
    status === 'FAILED' &&
    reported?.isAbsent === true &&
    endedSilently(reason, step) &&
    (await isTriedLess(documents, orderId, 'interruptions', MOST_INTERRUPTIONS))
  ) {
    return { ended: 'failed', isInterrupted: true };
  }
  if (image === undefined && isRefusal(error)) {
    return { ended: 'refused' };
  }
  return isOfService(reported?.failure) ? { ended: 'failed', isOutage: true } : { ended: 'failed' };
}

/** The codes of what a service outside the account fails: the registry, Windows Update. */
const OUTAGE_CODES: readonly string[] = ['PULL_FAILED', 'UPDATE_FAILED'];

/**
 * Whether the registry or Windows Update failed a bake, so that the same bake may end well when they answer again: not where the
 * instance says that the reason lasts, such as a policy or a full disk, which somebody has to end.
 */
function isOfService(failure: Failure | undefined): boolean {
  return failure !== undefined && failure.isFinal !== true && OUTAGE_CODES.includes(failure.code);
}

/**
 * Whether a build failed once its AMI was made: Image Builder tries what follows again without a build.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/distribution-enhanced_functionality.html
 */
function isAfterBuild(step: FailedStep | undefined): boolean {
  return step?.stage === 'TEST' || step?.stage === 'DISTRIBUTION';
}

/** Notes that an order's test or distribution is tried again; answers false where it was before, or another order is there. */
async function noteRetry(
  documents: DocumentStore,
  execution: string,
  { orderId }: { readonly orderId: string },
): Promise<boolean> {
  let isFirst = false;
  await changeLease(documents, execution, (lease) => {
    isFirst = lease.order?.id === orderId && lease.order.isRetried !== true;
    return isFirst && lease.order !== null ? { ...lease, order: { ...lease.order, isRetried: true } } : lease;
  });
  return isFirst;
}

/**
 * Whether an order was tried again for nothing less often than it may be: a profile that is not known after several tries is
 * wrong, and no restart of Windows comes three times.
 */
async function isTriedLess(
  documents: DocumentStore,
  orderId: string,
  counter: 'launchRetries' | 'interruptions',
  most: number,
): Promise<boolean> {
  const order = await readOrder(documents, orderKey(orderId));
  return order !== undefined && (order[counter] ?? 0) < most;
}

/** Notes how the order of an execution's lease ended; another order there stays. */
export async function endLeasedOrder(
  { documents }: Pick<LeasedGatePorts, 'documents'>,
  execution: string,
  orderId: string,
  end: OrderEnd,
): Promise<void> {
  await changeLease(documents, execution, (lease) =>
    lease.order?.id === orderId ? { ...lease, order: { ...lease.order, ...end } } : lease,
  );
}

/** What the instances of a build that ended say of it; a build that a person ended says nothing. */
async function reportOf(
  ports: EndOrderPorts,
  { instanceRoleId }: EndOrderRequest,
  { image, status }: RebakeFailure,
): Promise<ReportedFailure | undefined> {
  return image === undefined || status === undefined || status === 'CANCELLED'
    ? undefined
    : readFailure(ports, instanceRoleId, image);
}

/** The step in which a build failed, as far as Image Builder reports it. */
async function stepOf(bakes: BakeControl, { image }: RebakeFailure): Promise<FailedStep | undefined> {
  // The cause of the failure matters more than a second failure on the way to it.
  return image === undefined ? undefined : bakes.failedStep(image).catch(() => undefined);
}

/** One paragraph: what failed and why, as the instance says it or else Image Builder; and where the log is. */
function findCause(
  { error, image, orderId, reason, status }: RebakeFailure,
  reported: ReportedFailure | undefined,
  failed: FailedStep | undefined,
): string {
  const what = orderId === undefined ? 'The rebake' : `The bake ${orderId}`;
  const ended = status === undefined ? `failed (${error ?? 'no error name'})` : `ended as ${status}`;
  if (image === undefined) {
    return isRefusal(error)
      ? `${what} was not started, Image Builder refused it (${error}): ${reason}`
      : `${what} ${ended}: ${reason}`;
  }
  const link = logLink(image);
  const log = link === undefined ? '' : `\nLog: ${link}`;
  if (reported?.failure !== undefined) {
    const { code, message, step } = reported.failure;
    return `${what} ${ended}: ${step}: ${message} (${code}, on ${reported.instance})${log}`;
  }
  const step =
    failed === undefined
      ? ''
      : ` (${[failed.step, failed.message].filter((part) => part !== '' && !reason.includes(part)).join(': ')})`;
  const missing = reported === undefined ? '' : ` ${reported.missing}`;
  return `${what} ${ended}: ${reason}${step}${missing}${log}`;
}

/** A host that stayed below its target names the version that it reached; other failures tell nothing of the host. */
function reachedIn(
  order: string,
  { build }: LeasedGateRequest['release'],
  failure: Failure | undefined,
): Pick<LeasedGateRequest, 'reached'> {
  const host = readOsVersion(failure?.osVersion ?? '');
  const isBehind =
    failure?.code === 'HOST_BEHIND_TARGET' &&
    host?.build === build &&
    host.revision < (failure.targetRevision ?? 0);
  return isBehind ? { reached: { order, revision: host.revision } } : {};
}

/** Why a build failed, as far as its instance could say it. */
export type ReportedFailure =
  | { readonly failure: Failure; readonly instance: string; readonly isAbsent?: undefined }
  | {
      readonly failure?: undefined;
      /** Why there is no failure document to go by, in a sentence. */
      readonly missing: string;
      /** Whether an instance came up and left none, as far as can be seen. */
      readonly isAbsent?: boolean;
    };

/**
 * Reads the failure document of a build that failed: that of the test instance where there is one, since then the build
 * itself went well. Never throws: what hides a document must not hide the failure.
 */
async function readFailure(
  { documents, bakes }: { readonly documents: DocumentStore; readonly bakes: BakeControl },
  instanceRoleId: string,
  imageBuildVersionArn: string,
): Promise<ReportedFailure> {
  let instance = 'The instance';
  try {
    const { build, test } = await bakes.launchedInstances(imageBuildVersionArn);
    const id = test ?? build;
    if (id === undefined) {
      return { missing: 'Image Builder names no instance of it that came up.' };
    }
    instance = `${test === undefined ? 'The build' : 'The test'} instance ${id}`;
    const key = failureKey(`${instanceRoleId}:${id}`);
    const stored = await documents.read(key);
    return stored === undefined
      ? {
          isAbsent: true,
          missing:
            `${instance} left no failure document, so no step of Winbake failed there, or it could not report: ` +
            'look in the log for a component of your own or of Image Builder.',
        }
      : { failure: parseDocument(failureSchema, stored.text, key), instance: instance.replace('The', 'the') };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { missing: `${instance} may have left a failure document, which could not be read: ${why}` };
  }
}

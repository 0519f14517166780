import type { Catalog, ImageSet } from '../../contract/documents/catalog';
import { type Order, orderedAt, type OrderEnd } from '../../contract/documents/order';
import type { Publication } from '../../contract/documents/publication';
import {
  LAUNCH_RETRY_SECONDS,
  LONGEST_OUTAGE_SECONDS,
  MOST_ATTEMPTS,
  MOST_OUTAGE_STARTS,
  RETRY_SECONDS,
} from '../../contract/values/gate-policy';
import { lastPatchTuesday, nextPatchTuesday } from '../calendar/patch-tuesday';
import { familyImages } from '../images/image-extra';
import { isOwnImage } from '../images/own-image';
import type { FirstObservations } from './first-observations';
import { after, type FailedOrder, type GateInput, type Thresholds, toMinute } from './gate-input';

/**
 * Whether two sets are the same order: the same target and the same image of each family. Extras do not count, so that one
 * that moves neither orders a bake nor lets a failed one be tried for ever.
 */
function areSameOrder(one: ImageSet, other: ImageSet): boolean {
  return one.id === other.id || orderOf(one) === orderOf(other);
}

/** Whether a set is the same order as the one of that id; a set that the catalog does not know is another. */
export function isOrderOf(catalog: Catalog, id: string | undefined, set: ImageSet): boolean {
  const known = catalog.sets.find((one) => one.id === id);
  return id === set.id || (known !== undefined && areSameOrder(known, set));
}

/**
 * Whether an order that failed is tried again by a bake of a set. What waits for its next try and what counts its tries go by this
 * alone: by the id of its set, of which extras are a part, an app deployed meanwhile would make each try the first.
 */
export function isTriedAgain(
  { catalog, recipeArn, scriptsSha256 }: Pick<GateInput, 'catalog' | 'recipeArn' | 'scriptsSha256'>,
  failed: FailedOrder | undefined,
  set: ImageSet,
): failed is FailedOrder {
  return (
    failed !== undefined &&
    isOrderOf(catalog, failed.set, set) &&
    failed.recipeArn === recipeArn &&
    failed.scriptsSha256 === scriptsSha256
  );
}

function orderOf({ target, images }: ImageSet): string {
  return [
    target,
    ...familyImages(images)
      .map(({ family, digest }) => `${family} ${digest}`)
      .sort(),
  ].join(', ');
}

/**
 * Whether a catalog has a set already but for own images: these move with each deployment of an app, and a catalog that kept every one
 * would grow with them.
 */
export function isKnownButForOwn({ sets }: Pick<Catalog, 'sets'>, set: ImageSet): boolean {
  return sets.some((known) => butForOwn(known) === butForOwn(set));
}

function butForOwn({ target, images }: Pick<ImageSet, 'images' | 'target'>): string {
  const others = images.filter((image) => !isOwnImage(image));
  return [
    target,
    ...others.map(({ digest, family, late }) => `${family} ${digest} ${String(late)}`).sort(),
  ].join(', ');
}

/** Whether Patch Tuesday's images are still to come, did come, or were waited for in vain. */
export interface Expectation {
  readonly state: 'pending' | 'none' | 'inVain';
  /** Until when, or since when it was in vain. */
  readonly until: Date;
}

/**
 * From 10:00 Pacific on Patch Tuesday a newer revision is expected, for one longest wait. It has come when a floating tag
 * showed more than all looks before that hour; a catalog that began after it cannot tell and expects nothing. Nor does a
 * release after its end of support.
 */
export function expectNewer(
  { now, release, policy }: GateInput,
  firstObservations: FirstObservations,
  at: Thresholds,
): Expectation {
  at.passed(nextPatchTuesday(now));
  const tuesday = lastPatchTuesday(now);
  const until = after(tuesday, policy.longestWaitSeconds);
  const before = firstObservations.all.filter((entry) => entry.at < tuesday).map(({ revision }) => revision);
  const known = Math.max(...before);
  const came = firstObservations.all.some((entry) => entry.at >= tuesday && entry.revision > known);
  const supported = tuesday <= after(new Date(`${release.endOfSupport}T00:00:00Z`), 86_400);
  if (came || !supported) {
    return { state: 'none', until };
  }
  return { state: at.passed(until) ? 'inVain' : 'pending', until };
}

/** What keeps an order from being tried again now. */
interface RetryVerdict {
  readonly decision: 'wait' | 'needsOperator' | 'nothing';
  readonly reason: string;
}

/**
 * An order that failed is tried once more, no earlier than an hour after it was ordered; then a person is asked, until one of its
 * inputs changes or a bake is forced. One that launched no instance, since its instance profile was too new, is tried again after
 * minutes; one that a service outside failed, for up to a day. One that a person cancelled, that Image Builder refused, or whose
 * finished image waits for a person is not tried again until then. Undefined where nothing keeps it.
 */
export function checkRetry(input: GateInput, set: ImageSet, at: Thresholds): RetryVerdict | undefined {
  const { failed, forced } = input;
  if (!isTriedAgain(input, failed, set) || forced === true) {
    return undefined;
  }
  if (failed.cancelled === true) {
    const reason = `The bake of ${set.target} was cancelled; it is due again when its set, recipe or scripts change.`;
    return { decision: 'nothing', reason };
  }
  if (failed.refused === true) {
    const reason = `Image Builder refuses to start the bake of ${set.target}, and would again: deploy a pipeline that it takes, then bake with \`winbake pipeline rebake\` and its option --force.`;
    return { decision: 'needsOperator', reason };
  }
  if (failed.awaits !== undefined) {
    const reason = `The image of ${set.target} is finished and waits to be published until an operator accepts "${failed.awaits}".`;
    return { decision: 'needsOperator', reason };
  }
  if (failed.notLaunched === true || failed.interrupted === true) {
    const again = after(new Date(failed.at), LAUNCH_RETRY_SECONDS);
    const what =
      failed.notLaunched === true
        ? `EC2 did not know the instance profile of the bake of ${set.target} yet`
        : `The bake of ${set.target} ended without reporting why, for example because Windows restarted on its own`;
    const reason = `${what}; it is tried again at ${toMinute(again)}.`;
    return at.passed(again) ? undefined : { decision: 'wait', reason };
  }
  if (failed.outage === true) {
    return checkOutageRetry(input, set, failed, at);
  }
  const starts = startsOf(failed);
  if (failed.attempt >= MOST_ATTEMPTS || starts >= MOST_OUTAGE_STARTS) {
    const reason = `The bake of ${set.target} failed ${starts} times with the same set, recipe and scripts.`;
    return { decision: 'needsOperator', reason };
  }
  const again = after(new Date(failed.at), RETRY_SECONDS);
  return at.passed(again)
    ? undefined
    : {
        decision: 'wait',
        reason: `The bake of ${set.target} failed; it is tried again at ${toMinute(again)}.`,
      };
}

/** How often the same was started, the failed order included. */
function startsOf({ attempt, outages = 0 }: FailedOrder): number {
  return attempt + outages;
}

/**
 * An order that the registry or Windows Update failed is tried again when a poll can read every family: after an hour twice, then
 * after pauses that double, until it was started six times or a day is over. The one more try of any order it has after that, too.
 */
function checkOutageRetry(
  { polls }: GateInput,
  set: ImageSet,
  failed: FailedOrder,
  at: Thresholds,
): RetryVerdict | undefined {
  const starts = startsOf(failed);
  const end = after(new Date(failed.firstAt ?? failed.at), LONGEST_OUTAGE_SECONDS);
  const isOver = at.passed(end);
  const what = `The bake of ${set.target} failed ${starts === 1 ? 'once' : `${starts} times`} because of the registry or Windows Update`;
  if (starts >= MOST_OUTAGE_STARTS || (isOver && starts >= MOST_ATTEMPTS)) {
    return { decision: 'needsOperator', reason: `${what}.` };
  }
  const again = after(new Date(failed.at), RETRY_SECONDS * 2 ** Math.max(0, starts - 2));
  if (!at.passed(again)) {
    return { decision: 'wait', reason: `${what}; it is tried again at ${toMinute(again)}.` };
  }
  const isHealthy = polls.every(({ findings }) =>
    findings.every(({ code }) => !code.startsWith('REGISTRY_')),
  );
  return isHealthy || isOver
    ? undefined
    : {
        decision: 'wait',
        reason: `${what}; it is tried again once the registry answers for every family, at the latest until ${toMinute(end)}.`,
      };
}

/**
 * Why a bake of a set is due, or undefined where nothing calls for one: a newer accepted set, changed recipe or scripts, a
 * base AMI where the policy asks for it at once, age, Patch Tuesday without images, or a person.
 */
export function whyBake(
  input: GateInput,
  set: ImageSet,
  expectation: Expectation,
  at: Thresholds,
): string | undefined {
  const { catalog, forced, now, policy, published } = input;
  if (forced === true) {
    return 'A person asked for it.';
  }
  if (published?.set === undefined || published.set === null) {
    return `Nothing is baked yet; the image set ${set.id} for ${set.target} is ready.`;
  }
  const baked = catalog.sets.find((known) => known.id === published.set);
  if (baked === undefined || differsInVersions(baked, set)) {
    return `The image set ${set.id} for ${set.target} is newer than what is baked.`;
  }
  if (digestOf(baked, 'servercore') !== digestOf(set, 'servercore')) {
    return `servercore was pushed again under ${set.target}, and the other families followed.`;
  }
  if (published.recipeArn !== input.recipeArn || published.scriptsSha256 !== input.scriptsSha256) {
    return `The recipe, its components or the scripts changed since the last bake of ${set.target}.`;
  }
  if (policy.baseAmi === 'atOnce' && published.baseAmiId !== input.baseAmiId) {
    return `The base AMI ${input.baseAmiId} is newer than the baked one.`;
  }
  if (expectation.state === 'inVain' && new Date(published.at) < lastPatchTuesday(now)) {
    return `No family moved past ${set.target} since Patch Tuesday; the host is updated with the images there are.`;
  }
  if (at.passed(after(new Date(published.at), policy.maxAgeSeconds))) {
    return `The last bake is older than ${policy.maxAgeSeconds / 86_400} days.`;
  }
  return undefined;
}

function differsInVersions(baked: ImageSet, set: ImageSet): boolean {
  return versionsOf(baked) !== versionsOf(set);
}

function versionsOf(set: ImageSet): string {
  const versions = familyImages(set.images).map(
    ({ family, repository, osVersion }) => `${family} ${repository} ${osVersion}`,
  );
  return versions.sort().join(', ');
}

function digestOf(set: ImageSet, family: string): string | undefined {
  return set.images.find((image) => image.family === family)?.digest;
}

/** How an order ended. */
export interface EndedOrder extends OrderEnd {
  readonly order: string;
  /** The finding that its finished image waits for, where it does. */
  readonly awaits?: string | undefined;
}

/** The last order as one that failed, unless it was published or nobody knows that it ended otherwise. */
export function failedOrder(
  order: Order,
  published: Publication | undefined,
  last: EndedOrder | undefined,
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

/** An order is answered by a publication of its set that is not older than it. */
function isPublished(order: Order, published: Publication | undefined): boolean {
  return published?.set === order.set && new Date(published.at) >= orderedAt(order);
}

/**
 * Makes an order; its id holds its set and its instant, and it counts up from the failed one that it tries again, if any; see
 * `isTriedAgain`. One that was refused or interrupted, whose instance profile was too new, or that a service outside failed, was no
 * attempt.
 */
export function newOrder(
  now: Date,
  failed: FailedOrder | undefined,
  inputs: Omit<
    Order,
    'schema' | 'id' | 'attempt' | 'launchRetries' | 'interruptions' | 'outages' | 'firstAt'
  >,
): Order {
  const launchRetries = (failed?.launchRetries ?? 0) + (failed?.notLaunched === true ? 1 : 0);
  const outages = (failed?.outages ?? 0) + (failed?.outage === true ? 1 : 0);
  const interruptions = (failed?.interruptions ?? 0) + (failed?.interrupted === true ? 1 : 0);
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
    attempt: failed === undefined ? 1 : failed.attempt + (wasAttempt ? 1 : 0),
    ...(launchRetries === 0 ? {} : { launchRetries }),
    ...(outages === 0 ? {} : { outages }),
    ...(failed === undefined ? {} : { firstAt: failed.firstAt ?? failed.at }),
    ...(interruptions === 0 ? {} : { interruptions }),
  };
}

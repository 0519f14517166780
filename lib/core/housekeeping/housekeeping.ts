import {
  awayTargets,
  homeOf,
  type PipelineDescription,
  pipelinePath,
  type PublicationTarget,
  targetName,
} from '../../contract/documents/pipeline-description';
import type { Delivery } from '../../contract/documents/publication';
import { WinbakeError } from '../../contract/values/errors';
import { osOf } from '../../contract/values/release';
import { isBaking, readLease } from '../bake/lease';
import { readLastDecision } from '../gate/last-decision';
import { heal, type NoticeCause, notifyOnce } from '../notify/notify-once';
import { homeParameters } from '../ports/stores';
import { deliverEverywhere } from '../publish/deliver';
import { readChannel } from '../publish/move-channel';
import { promoteWhenDue } from '../publish/operate-channels';
import { announceImages, announceLatest } from '../publish/published-event';
import { seedChannels } from '../publish/seed-channels';
import {
  type HousekeepingOutcome,
  type HousekeepingPart,
  type HousekeepingPorts,
  noteFailing,
  noteWorking,
  readHousekeepingMemory,
} from './memory';
import { noteFailed } from './note-failed';
import { measurePatching } from './patch-budget';
import { pruneDaily } from './prune';
import { disableRevoked } from './revoke';
import { settleRevocations } from './settle-revocations';

/** An account that worked once and then does not let us in for so long is reported. */
const LONGEST_SILENCE_HOURS = 24;

/** Delivers what is missing anywhere, and notifies people of accounts that cannot be reached. */
const deliverPending: HousekeepingPart = async (ports, description) => {
  const { targets } = await deliverEverywhere(ports, description);
  const entries = Object.entries(targets);
  for (const [name, delivery] of entries) {
    const cause: NoticeCause = `accountUnreachable:${name}`;
    if (isShut(delivery, ports.now())) {
      await notifyOnce(
        ports,
        cause,
        `Winbake ${description.pipeline}: account ${name} cannot be reached`,
        `Since ${delivery.pending.since} nothing can be written to ${name}; it was reached last at ${delivery.reachedAt}. Its fleets stay on what they have. The reason: ${delivery.pending.reason}`,
      );
    } else if (delivery.pending === null) {
      await heal(ports, cause, `Winbake ${description.pipeline}: account ${name} is reached again`);
    }
  }
  const pending = entries.filter(([, delivery]) => delivery.pending !== null);
  return pending.length === 0
    ? 'Everything has arrived everywhere.'
    : `Pending: ${pending.map(([name, { pending: why }]) => `${name} (${why?.reason ?? ''})`).join(', ')}`;
};

type ShutDelivery = Delivery & {
  readonly reachedAt: string;
  readonly pending: NonNullable<Delivery['pending']>;
};

/** Whether it worked once, and has not for a day; an account that is not deployed yet never worked. */
function isShut(delivery: Delivery, now: Date): delivery is ShutDelivery {
  const { pending, reachedAt } = delivery;
  const hours = (instant: string) => (now.getTime() - Date.parse(instant)) / 3_600_000;
  return (
    pending !== null &&
    reachedAt !== null &&
    hours(pending.since) >= LONGEST_SILENCE_HOURS &&
    hours(reachedAt) >= LONGEST_SILENCE_HOURS
  );
}

/**
 * Lets the channels of a pipeline that has published nothing yet follow newer base AMIs, its other regions and accounts
 * included; there what cannot be reached is left to its own seed.
 */
const seedAgain: HousekeepingPart = async ({ stores, now }, description) => {
  const path = pipelinePath(description);
  const home = homeOf(description);
  const { baseAmiParameter, release } = osOf(description.os);
  const latest = await readChannel(await stores.of(home), path, 'latest');
  if (latest !== undefined && latest.mode !== 'unbaked') {
    return 'Nothing to seed.';
  }
  const seed = async (target: PublicationTarget, parameter: string) => {
    const parameters = await stores.of(target);
    const baseAmiId = await parameters.get(parameter);
    if (baseAmiId === undefined) {
      throw new Error(`The parameter ${parameter} does not exist in ${targetName(target)}.`);
    }
    await seedChannels(parameters, path, release, baseAmiId, now());
    return `${targetName(target)}: ${baseAmiId}`;
  };
  const seeded =
    description.baseAmiParameter === null ? [] : [await seed(home, description.baseAmiParameter)];
  for (const target of awayTargets(description)) {
    // An AMI of the pipeline's own is not there.
    const done = await seed(target, baseAmiParameter).catch(
      (error: unknown) => `${targetName(target)}: ${error instanceof Error ? error.message : String(error)}`,
    );
    seeded.push(done);
  }
  return seeded.length === 0 ? 'Nothing to seed.' : `Nothing is baked yet; seeded ${seeded.join(', ')}`;
};

/** Measures how long ago the gate decided, and notifies people when it has been silent for too long. */
const watchDecisions: HousekeepingPart = async (ports, { pipeline, longestSilenceHours }) => {
  const last = await readLastDecision(ports.documents);
  if (last === undefined) {
    // The alarm on the absent metric rings where a first decision never comes.
    return 'Nothing has been decided yet.';
  }
  const now = ports.now();
  const hours = Math.max(0, (now.getTime() - Date.parse(last.at)) / 3_600_000);
  ports.metrics.record([{ name: 'HoursSinceDecision', value: hours, unit: 'None' }], now);
  const sentence = `The last decision is of ${last.at}, ${hours.toFixed(1)} h ago: ${last.decision}. ${last.reason}`;
  if (longestSilenceHours !== null && hours > longestSilenceHours) {
    const subject = `Winbake ${pipeline}: no decision for ${longestSilenceHours} h`;
    await notifyOnce(
      ports,
      'noDecision',
      subject,
      `${sentence} Look at the executions of its state machine.`,
    );
  } else {
    await heal(ports, 'noDecision', `Winbake ${pipeline}: decides again`);
  }
  return sentence;
};

/**
 * Notifies people at once where what housekeeping remembers cannot be read: then nothing counts for how long parts have failed, and
 * nobody would hear of any.
 */
const checkMemory: HousekeepingPart = async (ports, { bucket, pipeline }) => {
  const cause: NoticeCause = 'housekeepingFailed:memory';
  try {
    await readHousekeepingMemory(ports.documents);
  } catch (error) {
    if (error instanceof WinbakeError && error.code === 'DOCUMENT_INVALID') {
      await notifyOnce(
        ports,
        cause,
        `Winbake ${pipeline}: housekeeping cannot read what it remembers`,
        `Until it can, nobody is notified of a part that fails, and nothing is pruned; the parts go on. Earlier versions are in the bucket ${bucket}. The reason: ${error.message}`,
      );
    }
    throw error;
  }
  await heal(ports, cause, `Winbake ${pipeline}: housekeeping reads again what it remembers`);
  return 'It can be read.';
};

/** What lasts shorter is over by itself, such as a service that is not reached for a while. */
const HOURS_UNTIL_NOTICE = 2;

/** Notifies people once of a part that has failed at every poll for a while, and of its end. */
async function watchParts(
  ports: HousekeepingPorts,
  { pipeline }: PipelineDescription,
  { error, part, reported }: HousekeepingOutcome,
): Promise<string> {
  const cause: NoticeCause = `housekeepingFailed:${part}`;
  if (error === undefined) {
    if ((await readHousekeepingMemory(ports.documents)).failing[part] !== undefined) {
      await heal(ports, cause, `Winbake ${pipeline}: housekeeping works again: ${part}`);
      // Last: a poll that ends before it heals again.
      await noteWorking(ports.documents, part);
    }
    return 'It works.';
  }
  const now = ports.now();
  const since = await noteFailing(ports.documents, part, reported, now);
  if (now.getTime() - since.getTime() >= HOURS_UNTIL_NOTICE * 3_600_000) {
    await notifyOnce(
      ports,
      cause,
      `Winbake ${pipeline}: housekeeping fails: ${part}`,
      `Since ${since.toISOString()} this part of housekeeping has failed at every poll; the others go on. The reason: ${reported}`,
    );
  }
  return 'It fails.';
}

/** The outcome of one part. */
interface HousekeepingResult extends HousekeepingOutcome {
  readonly part: HousekeepingPartName;
}

/** The parts, in the order in which they run: what moves a channel comes before what delivers channels. */
const PARTS = {
  memory: checkMemory,
  seed: seedAgain,
  revocations: settleRevocations,
  promotion: async (ports, description) => (await promoteWhenDue(ports, description)).reasons.join(' '),
  delivery: deliverPending,
  failed: noteFailed,
  event: async (ports, description) => {
    const home = await homeParameters(ports.stores, description);
    const latest = await readChannel(home, pipelinePath(description), 'latest');
    await announceLatest(ports, description, latest);
    await announceImages(ports, description, await readChannel(home, pipelinePath(description), 'current'));
    return `The newest publication is ${latest?.id ?? 'none'}.`;
  },
  patching: measurePatching,
  decisions: watchDecisions,
  documents: removeUnusedDocuments,
  launches: disableRevoked,
  // The longest, so that nothing waits for it.
  prune: pruneDaily,
} as const satisfies Record<string, HousekeepingPart>;

/** The name of a part. */
export type HousekeepingPartName = keyof typeof PARTS;

/**
 * Runs every part once; a part that fails does not stop the others, and one that goes on failing is reported. Each begins from
 * what is there.
 */
export async function runHousekeeping(
  ports: HousekeepingPorts,
  description: PipelineDescription,
): Promise<readonly HousekeepingResult[]> {
  const results: HousekeepingResult[] = [];
  for (const [name, part] of Object.entries(PARTS) as [HousekeepingPartName, HousekeepingPart][]) {
    const result = await resultOf(name, () => part(ports, description));
    const watched = await resultOf(name, () => watchParts(ports, description, result));
    results.push(result.error === undefined && watched.error !== undefined ? watched : result);
  }
  return results;
}

async function resultOf(
  part: HousekeepingPartName,
  work: () => Promise<string>,
): Promise<HousekeepingResult> {
  try {
    return { part, reported: await work() };
  } catch (error) {
    return { part, reported: error instanceof Error ? error.message : String(error), error };
  }
}

/**
 * Removes the components and workflows that a deployment has replaced and nothing uses, once neither a deployment nor a bake is
 * under way: one that fails goes back to them, and Image Builder reads the documents of a bake when their steps run, not when
 * it begins. As long as they are there, no deployment can go back to a release that brings them.
 */
export async function removeUnusedDocuments(
  { bakeDocuments, documents, isDeploying }: HousekeepingPorts,
  { imagePipelineArn }: PipelineDescription,
): Promise<string> {
  if (imagePipelineArn === null) {
    return 'There is no Image Builder pipeline.';
  }
  const all = await bakeDocuments.all();
  const used = await bakeDocuments.usedBy(imagePipelineArn);
  // Asked last: what begins later has what was in use by then, and what it brings itself is not in the list.
  if (await isDeploying()) {
    return 'A deployment is under way; the documents that it may go back to stay.';
  }
  const lease = await readLease(documents);
  if (lease !== undefined && isBaking(lease)) {
    return 'A bake is under way; the documents that it may have begun with stay.';
  }
  const unused = all.filter((arn) => !used.some((one) => arn === one || arn.startsWith(`${one}/`)));
  const removals = await Promise.allSettled(unused.map((arn) => bakeDocuments.remove(arn)));
  const refused = removals.find((one) => one.status === 'rejected');
  if (refused !== undefined) {
    throw refused.reason;
  }
  return unused.length === 0
    ? 'No replaced documents are left.'
    : unused.map((arn) => `Removed ${arn}, which nothing uses.`).join('\n');
}

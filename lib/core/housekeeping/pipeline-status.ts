import type { Catalog } from '../../contract/documents/catalog';
import { parseDocument } from '../../contract/documents/document';
import { type Verification, verificationSchema } from '../../contract/documents/evidence';
import type { LastDecision } from '../../contract/documents/memory';
import type { OperatorOverride } from '../../contract/documents/overrides';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import type { Revocation } from '../../contract/documents/revocations';
import type { ChannelName } from '../../contract/names/parameters';
import type { Release } from '../../contract/values/release';
import { readHold } from '../bake/hold';
import { isBaking, readLease } from '../bake/lease';
import { readCatalog } from '../catalog/catalog-store';
import { readLastDecision } from '../gate/last-decision';
import { openNotices } from '../notify/notify-once';
import type { Executions } from '../ports/bakes';
import { type DocumentStore, homeParameters, type ParameterStores } from '../ports/stores';
import { readDeliveries } from '../publish/deliveries';
import { readChannel } from '../publish/move-channel';
import { planPromotionOf, type PromotionWait } from '../publish/operate-channels';
import { readPublication } from '../publish/record-publication';
import { readRevocations, startableRegions } from '../publish/revocations';
import { readHousekeepingMemory } from './memory';
import { type PatchTimeline, readPatchBudget, readPatchTimeline } from './patch-budget';

/** What reading the state of a pipeline works with. */
export interface StatusPorts {
  readonly documents: DocumentStore;
  readonly stores: ParameterStores;
  readonly executions: Executions;
  readonly now: () => Date;
}

/** What the rebake does, and since when. */
export interface RebakeStatus {
  readonly state: 'idle' | 'waiting' | 'baking';
  readonly since: string | null;
  /** The last order. */
  readonly order: string | null;
}

/** What the gate decided last. */
export interface DecisionStatus extends Omit<LastDecision, 'schema'> {
  readonly ageHours: number;
}

/** Why `current` is not `latest`, and when it will be. */
export interface PromotionStatus {
  /** Housekeeping promotes at its next poll. */
  readonly isDue: boolean;
  /** Null where nothing keeps it: it is due, `current` already, or nothing has been published. */
  readonly waitsFor: PromotionWait | null;
  /** The canary fleets that it is about. */
  readonly fleets: readonly string[];
  /** Sentences for people. */
  readonly reasons: readonly string[];
  /** When time alone changes it. */
  readonly changesAt: string | null;
}

/** How long what Microsoft released has not been what fleets should run, against the budget. */
export interface PatchStatus {
  readonly hoursUnpatched: number;
  readonly budgetHours: number;
  readonly percent: number;
  /** The oldest release that `current` does not have. */
  readonly missing: string | null;
}

/** What a person does next; a command that is null leaves it to the pipeline. */
export interface NextStep {
  readonly command: string | null;
  readonly reason: string;
}

/** Seconds until the first container of each family ran on a publication's test instance, and on that of the one before. */
export interface FirstStarts {
  readonly publication: string;
  readonly before: string | null;
  readonly families: readonly {
    readonly family: string;
    readonly seconds: number;
    readonly before: number | null;
  }[];
}

/** A publication that a person has revoked. */
export interface RevocationStatus {
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
  /** Whether EC2 refuses launches of all of its AMIs. */
  readonly isDisabled: boolean;
  /** Some of what uses them still. */
  readonly usedBy: readonly string[];
}

/** How a pipeline stands; begins with why nothing moves. */
export interface PipelineStatus {
  readonly pipeline: string;
  readonly os: string;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly stateMachineArn: string;
  /** When it was read. */
  readonly at: string;
  /** Null before the first. */
  readonly decision: DecisionStatus | null;
  readonly promotion: PromotionStatus;
  readonly patch: PatchStatus;
  readonly next: NextStep;
  /** What came at the last Patch Tuesday, and when; null where nothing has come since. */
  readonly timeline: PatchTimeline | null;
  /** The hold of promotion that is in force. */
  readonly hold: OperatorOverride | null;
  /** The findings that people passed. */
  readonly accepted: Catalog['accepted'];
  /** What people have revoked, and where launches are refused. */
  readonly revoked: readonly RevocationStatus[];
  readonly channels: Readonly<Record<ChannelName, Channel | null>>;
  /** How soon containers started on the test instance of `latest`; null where that was never baked. */
  readonly firstStarts: FirstStarts | null;
  readonly rebake: RebakeStatus;
  /** The newest image set that the gate accepted, with all of its images. */
  readonly newestSet: {
    readonly target: string;
    readonly at: string;
    readonly images: readonly { readonly family: string; readonly osVersion: string }[];
  } | null;
  /** What people were notified and has not healed. */
  readonly notices: readonly { readonly cause: string; readonly at: string; readonly message: string }[];
  /** The last prune, and the parts of housekeeping that have failed at every poll since. */
  readonly housekeeping: {
    readonly prunedAt: string | null;
    readonly failing: readonly { readonly part: string; readonly since: string; readonly reason: string }[];
  };
  /** Accounts and regions in which something is missing. */
  readonly pending: readonly { readonly target: string; readonly since: string; readonly reason: string }[];
}

/** Reads how a pipeline stands. Throws a `WinbakeError` where a document of it is damaged. */
export async function readPipelineStatus(
  ports: StatusPorts,
  description: PipelineDescription,
  release: Release,
): Promise<PipelineStatus> {
  const { documents, executions, stores } = ports;
  const now = ports.now();
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  const channel = async (name: ChannelName) => (await readChannel(home, path, name)) ?? null;
  const catalog = await readCatalog(documents, release);
  const { accepted, sets } = catalog;
  const [newest] = sets;
  const last = await readLastDecision(documents);
  const notices = Object.entries(await openNotices(documents));
  const deliveries = Object.entries((await readDeliveries(documents)).targets);
  const { failing, pruned } = await readHousekeepingMemory(documents);
  const { account, bucket, os, pipeline, region, stateMachineArn } = description;
  const current = await channel('current');
  const [latest, previous] = [await channel('latest'), await channel('previous')];
  const facts = {
    pipeline,
    os,
    account,
    region,
    bucket,
    stateMachineArn,
    at: now.toISOString(),
    decision: last === undefined ? null : decisionStatus(last, now),
    promotion: await readPromotion(ports, description),
    patch: await readPatch(documents, release, last, {
      now,
      catalog,
      current: current ?? undefined,
      patchWithinSeconds: description.patchWithinSeconds,
    }),
    timeline: await readPatchTimeline(
      documents,
      catalog,
      [latest, current, previous].flatMap((one) => one ?? []),
      now,
    ),
    hold: (await readHold(home, path, now)) ?? null,
    accepted,
    revoked: (await readRevocations(documents)).publications.flatMap(revocationStatus),
    channels: { latest, current, previous },
    firstStarts: await readFirstStarts(documents, latest, current?.id === latest?.id ? previous : current),
    rebake: await readRebake(documents, executions),
    newestSet:
      newest === undefined
        ? null
        : {
            target: newest.target,
            at: newest.at,
            images: newest.images.map(({ family, osVersion }) => ({ family, osVersion })),
          },
    notices: notices.map(([cause, { at, message }]) => ({ cause, at, message })),
    housekeeping: {
      prunedAt: pruned?.at ?? null,
      failing: Object.entries(failing).map(([part, failure]) => ({ part, ...failure })),
    },
    pending: deliveries.flatMap(([target, { pending }]) =>
      pending === null ? [] : [{ target, ...pending }],
    ),
  };
  return { ...facts, next: nextStep(facts, description.longestSilenceHours ?? Infinity) };
}

async function readFirstStarts(
  documents: Pick<DocumentStore, 'read'>,
  latest: Channel | null,
  before: Channel | null,
): Promise<FirstStarts | null> {
  const images = await verifiedImages(documents, latest);
  const others = await verifiedImages(documents, before);
  const secondsOf = (family: string) =>
    others.find((one) => one.family === family)?.firstStartSeconds ?? null;
  return latest === null || images.length === 0
    ? null
    : {
        publication: latest.id,
        before: others.length === 0 ? null : (before?.id ?? null),
        families: images.flatMap(({ family, firstStartSeconds: seconds }) =>
          seconds === null ? [] : { family, seconds, before: secondsOf(family) },
        ),
      };
}

/** None of what was never baked, or whose documents are gone. */
async function verifiedImages(
  documents: Pick<DocumentStore, 'read'>,
  channel: Channel | null,
): Promise<Verification['images']> {
  const publication = channel === null ? undefined : await readPublication(documents, channel.id);
  const key = publication?.verification ?? null;
  const stored = key === null ? undefined : await documents.read(key);
  return stored === undefined ? [] : parseDocument(verificationSchema, stored.text, key ?? '').images;
}

function revocationStatus(one: Revocation): readonly RevocationStatus[] {
  const { at, by, id, reason, restored, usedBy } = one;
  const isDisabled = startableRegions(one).length === 0;
  return restored === null ? [{ id, by, reason, at, isDisabled, usedBy }] : [];
}

function decisionStatus(
  { at, changesAt, decision, findings, reason }: LastDecision,
  now: Date,
): DecisionStatus {
  const ageHours = Math.max(0, (now.getTime() - Date.parse(at)) / 3_600_000);
  return { at, ageHours, decision, reason, findings, changesAt };
}

async function readPromotion(ports: StatusPorts, description: PipelineDescription): Promise<PromotionStatus> {
  const { changes, changesAt, fleets, reasons, waitsFor } = await planPromotionOf(ports, description);
  return {
    isDue: changes.length > 0,
    waitsFor: waitsFor ?? null,
    fleets: fleets ?? [],
    reasons,
    changesAt: changesAt?.toISOString() ?? null,
  };
}

/** As housekeeping measures it. */
async function readPatch(...measured: Parameters<typeof readPatchBudget>): Promise<PatchStatus> {
  const [, , , { patchWithinSeconds }] = measured;
  const { hoursUnpatched, missing, percent } = await readPatchBudget(...measured);
  return { hoursUnpatched, budgetHours: patchWithinSeconds / 3600, percent, missing: missing ?? null };
}

/** So much of the budget may be spent before a wait is worth ending; people are notified then, too. */
const PERCENT_FOR_FORCE = 75;

/** The first of these that is so says what a person does next. */
function nextStep(status: Omit<PipelineStatus, 'next'>, longestSilenceHours: number): NextStep {
  const { decision, notices, patch, pipeline, rebake } = status;
  const isOpen = (kind: string) => notices.some(({ cause }) => cause.split(':')[0] === kind);
  const doctor = `winbake pipeline doctor ${pipeline}`;
  const force = `winbake pipeline rebake ${pipeline} --force --reason "..."`;
  if (decision === null) {
    return rebake.state === 'idle'
      ? { command: doctor, reason: 'The gate has never decided; the doctor says what keeps it.' }
      : { command: null, reason: 'The first rebake is under way.' };
  }
  if (decision.ageHours > longestSilenceHours) {
    const reason = `The gate has not decided for ${longestSilenceHours} h; the doctor says what keeps it.`;
    return { command: doctor, reason };
  }
  if (isOpen('housekeepingFailed')) {
    return { command: doctor, reason: 'Housekeeping fails; the doctor says which part, and why.' };
  }
  if (decision.decision === 'needsOperator') {
    const reason = 'A person must choose; it shows from what, and the command that accepts it.';
    return { command: `winbake explain ${pipeline}`, reason };
  }
  if (isOpen('bakeFailed') && rebake.state !== 'baking') {
    return { command: force, reason: 'A bake failed: read its notice below, mend the cause, bake again.' };
  }
  const ofPromotion = promotionStep(status);
  if (ofPromotion !== undefined) {
    return ofPromotion;
  }
  if (isOpen('accountUnreachable')) {
    return { command: doctor, reason: 'An account cannot be reached; the doctor says which, and why.' };
  }
  if (rebake.state === 'baking') {
    return { command: null, reason: 'A bake is under way; people are notified only if it fails.' };
  }
  if (decision.decision !== 'wait') {
    return { command: null, reason: 'Nothing is to be done; the next poll decides again.' };
  }
  return patch.percent >= PERCENT_FOR_FORCE
    ? {
        command: force,
        reason: 'The budget runs out in the wait; this bakes an updated host with the images accepted last.',
      }
    : { command: null, reason: 'Nothing is to be done; the gate asks the registry again by itself.' };
}

/** What a person does about a promotion that does not come by itself at the next poll. */
function promotionStep({ pipeline, promotion }: Omit<PipelineStatus, 'next'>): NextStep | undefined {
  const { fleets, waitsFor } = promotion;
  switch (waitsFor) {
    case 'hold':
      return {
        command: `winbake pipeline unhold ${pipeline} --reason "..."`,
        reason: 'Promotion is held; this ends the hold, once nothing speaks for it any more.',
      };
    case 'person':
      return {
        command: `winbake pipeline promote ${pipeline} --reason "..."`,
        reason: 'Promotion is manual; this makes the newest publication current.',
      };
    case 'canary':
    case 'failedCanary':
      return {
        command: `winbake fleet status ${fleets[0] ?? ''}`,
        reason:
          waitsFor === 'canary'
            ? 'The canary fleet has not run it yet; it says what it waits for.'
            : 'It failed on the canary fleet, which says why; nothing else has it.',
      };
    case 'revoked':
      return {
        command: `winbake pipeline rebake ${pipeline} --force --reason "..."`,
        reason: 'All that was published is revoked; once the cause is mended, this bakes another.',
      };
    case 'delay':
    case null:
      return undefined;
  }
}

async function readRebake(documents: DocumentStore, executions: Executions): Promise<RebakeStatus> {
  const lease = await readLease(documents);
  const order = lease?.order?.id ?? null;
  return lease === undefined || !(await executions.isRunning(lease.execution))
    ? { state: 'idle', since: null, order }
    : { state: isBaking(lease) ? 'baking' : 'waiting', since: lease.at, order };
}

import { parseDocument } from '../../contract/documents/document';
import { fleetStateSchema, type FleetState } from '../../contract/documents/fleet-state';
import type { OperatorOverride } from '../../contract/documents/overrides';
import {
  awayTargets,
  homeOf,
  pipelinePath,
  type PipelineDescription,
  targetName,
} from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import { fleetParameters } from '../../contract/names/parameters';
import { holdOverride, readHold, releaseOverride, type OperatorNote } from '../bake/hold';
import { homeParameters, type ParameterStores } from '../ports/stores';
import { applyAtHome, nothingToDo, type ChannelPlan, type PlannedChange } from './channel-plan';
import type { DeliveryPorts } from './deliver';
import { readChannel } from './move-channel';
import { readRevokedIds } from './revocations';

/** What reading a pipeline's channels works with. */
export type ChannelPorts = Pick<DeliveryPorts, 'documents' | 'stores' | 'now'>;

/** Plans to hold promotion; `until` is 14 days from now unless given. Carried out with `applyPlan`, as all plans here. */
export async function planHold(
  { stores, now }: ChannelPorts,
  description: PipelineDescription,
  asked: OperatorNote,
  until?: Date,
): Promise<ChannelPlan> {
  const override = holdOverride(asked, now(), until);
  const home = await homeParameters(stores, description);
  const hold = await readHold(home, pipelinePath(description), now());
  const before = hold === undefined ? [] : [`It replaces the hold of ${hold.by} until ${hold.until}.`];
  return { changes: [{ kind: 'hold', override }], reasons: [`${asked.by}: ${asked.reason}`, ...before] };
}

/** Plans to release the hold that is in force. */
export async function planUnhold(
  { stores, now }: ChannelPorts,
  description: PipelineDescription,
  asked: OperatorNote,
): Promise<ChannelPlan> {
  const home = await homeParameters(stores, description);
  const hold = await readHold(home, pipelinePath(description), now());
  return hold === undefined
    ? nothingToDo('Promotion is not held.')
    : {
        changes: [{ kind: 'hold', override: releaseOverride(asked, now()) }],
        reasons: [`${asked.by}: ${asked.reason}`, `It ends the hold of ${hold.by}: ${hold.reason}`],
      };
}

/** Plans a promotion: the one that is due by the policy, or with `asked` the one that a person wants now. */
export async function planPromotionOf(
  ports: ChannelPorts,
  description: PipelineDescription,
  asked?: PromotionInput['asked'],
): Promise<PromotionPlan> {
  const { stores, now } = ports;
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  const latest = await readChannel(home, path, 'latest');
  const current = await readChannel(home, path, 'current');
  const canaries =
    latest === undefined || latest.id === current?.id
      ? []
      : await Promise.all(
          description.promotion.canaryFleets.map((fleet) =>
            canaryReport(stores, description, fleet, latest.id),
          ),
        );
  return planPromotion({
    now: now(),
    policy: description.promotion,
    latest,
    current,
    canaries,
    revoked: await readRevokedIds(ports.documents),
    // Last, so that a hold of this moment is seen.
    hold: await readHold(home, path, now()),
    ...(asked === undefined ? {} : { asked }),
  });
}

/** Promotes in the pipeline's own region where it is due; other regions and accounts are delivered to afterwards. */
export async function promoteWhenDue(
  ports: ChannelPorts,
  description: PipelineDescription,
): Promise<PromotionPlan> {
  const plan = await planPromotionOf(ports, description);
  await applyAtHome(ports, description, plan);
  return plan;
}

/** Plans to take `current` back to `previous`. */
export async function planRollbackOf(
  { documents, now, stores }: ChannelPorts,
  description: PipelineDescription,
  asked: OperatorNote,
  until?: Date,
): Promise<ChannelPlan> {
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  return planRollback({
    revoked: await readRevokedIds(documents),
    now: now(),
    current: await readChannel(home, path, 'current'),
    previous: await readChannel(home, path, 'previous'),
    hold: await readHold(home, path, now()),
    asked,
    ...(until === undefined ? {} : { until }),
  });
}

/** A canary fleet may be in any account and region; one that is found nowhere says nothing. */
async function canaryReport(
  stores: ParameterStores,
  description: PipelineDescription,
  fleet: string,
  publication: string,
): Promise<CanaryReport> {
  const { state: name } = fleetParameters(description.parameterPrefix, fleet);
  const known: FleetVerdict[] = [];
  const unread: string[] = [];
  await Promise.all(
    [homeOf(description), ...awayTargets(description)].map(async (target) => {
      try {
        const text = await (await stores.of(target)).get(name);
        if (text !== undefined) {
          known.push(fleetVerdict(parseDocument(fleetStateSchema, text, name), publication));
        }
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        unread.push(`${targetName(target)}: ${why}`);
      }
    }),
  );
  const isWell = known.length > 0 && known.every((one) => one === 'well');
  const verdict = known.includes('bad') ? 'bad' : isWell ? 'well' : 'waiting';
  return { fleet, verdict, unread: unread.sort() };
}

/** Whether a publication does well on a fleet: all instances run it, it failed there, or that is not known yet. */
export type FleetVerdict = 'well' | 'bad' | 'waiting';

/** What a fleet says of a publication; promotion waits for canary fleets and is stopped by one that says `bad`. */
export function fleetVerdict(state: FleetState, publicationId: string): FleetVerdict {
  if (state.bad.some(({ publication }) => publication === publicationId)) {
    return 'bad';
  }
  const { last, rollout } = state;
  // A launch template that is rolled out alone says nothing of the publication.
  if (rollout?.publication.id === publicationId && rollout.template === null) {
    return rollout.goingBack?.because === 'bad' ? 'bad' : 'waiting';
  }
  return last?.publication === publicationId && last.outcome === 'finished' && last.proven
    ? 'well'
    : 'waiting';
}

/** Everything that a rollback depends on. */
interface RollbackInput {
  readonly now: Date;
  readonly current: Channel | undefined;
  readonly previous: Channel | undefined;
  /** The hold that is in force. */
  readonly hold: OperatorOverride | undefined;
  readonly asked: OperatorNote;
  /** The publications that people have revoked. */
  readonly revoked: ReadonlySet<string>;
  /** When the hold ends that it puts; 14 days from now unless given. */
  readonly until?: Date;
}

/**
 * Takes `current` back to `previous`, never to the plain base AMI, and holds promotion first, so that what was taken back is
 * not promoted again. A hold that lasts longer stays as it is.
 */
export function planRollback({
  asked,
  current,
  hold,
  now,
  previous,
  revoked,
  until,
}: RollbackInput): ChannelPlan {
  if (previous === undefined || previous.mode === 'unbaked') {
    return nothingToDo('There is nothing to go back to: no publication was current before this one.');
  }
  if (revoked.has(previous.id)) {
    return nothingToDo(`There is nothing to go back to: ${previous.id} was revoked.`);
  }
  const override = holdOverride(asked, now, until);
  const isHeld = hold !== undefined && Date.parse(hold.until) >= Date.parse(override.until);
  const holding: ChannelPlan['changes'] = isHeld ? [] : [{ kind: 'hold', override }];
  if (current?.id === previous.id) {
    return hold === undefined
      ? { changes: holding, reasons: [`current is ${previous.id} already; only promotion is held.`] }
      : nothingToDo(`current is ${previous.id} already, and promotion is held until ${hold.until}.`);
  }
  return {
    changes: [...holding, { kind: 'move', channel: 'current', to: previous }],
    reasons: [
      `${asked.by} takes ${current?.id ?? 'nothing'} back to ${previous.id}: ${asked.reason}`,
      isHeld
        ? `Promotion stays held until ${hold.until}.`
        : `Promotion is held until ${override.until}, so that ${current?.id ?? 'it'} does not come back.`,
    ],
  };
}

/** What a canary fleet says of a publication. */
interface CanaryReport {
  readonly fleet: string;
  readonly verdict: FleetVerdict;
  /** Where its state could not be read, each with the reason. */
  readonly unread: readonly string[];
}

/** Everything that a promotion depends on. */
export interface PromotionInput {
  readonly now: Date;
  readonly policy: PipelineDescription['promotion'];
  readonly latest: Channel | undefined;
  readonly current: Channel | undefined;
  /** The hold that is in force. */
  readonly hold: OperatorOverride | undefined;
  /** What the canary fleets say of `latest`. */
  readonly canaries: readonly CanaryReport[];
  /** The publications that people have revoked. */
  readonly revoked: ReadonlySet<string>;
  /** The person who wants it now. */
  readonly asked?: OperatorNote & { readonly despiteCanaries?: boolean };
}

/**
 * What keeps `latest` from becoming `current`: that it was revoked, a hold, a canary fleet on which it failed or that has not run it yet, the delay, or
 * that only people promote.
 */
export type PromotionWait = 'revoked' | 'hold' | 'failedCanary' | 'canary' | 'delay' | 'person';

/** A plan, what it waits for, and when time alone may change it. */
export interface PromotionPlan extends ChannelPlan {
  readonly waitsFor?: PromotionWait;
  /** The canary fleets that it waits for, or on which it failed. */
  readonly fleets?: readonly string[];
  readonly changesAt?: Date;
}

/**
 * Whether `latest` becomes `current`, and `current` becomes `previous`. A hold and a canary fleet on which the publication
 * failed stop it; otherwise it happens at once where no canary fleet is named, else after the delay as soon as all are well,
 * and at the latest when their time is over. A person need not wait, and may overrule canaries but no hold.
 */
export function planPromotion(input: PromotionInput): PromotionPlan {
  const { asked, canaries, current, hold, latest, now, policy, revoked } = input;
  if (latest === undefined || latest.mode === 'unbaked') {
    return nothingToDo('Nothing has been published yet.');
  }
  if (current?.id === latest.id) {
    return nothingToDo(`current is ${latest.id}, the newest publication, already.`);
  }
  if (revoked.has(latest.id)) {
    return {
      ...nothingToDo(`${latest.id} was revoked, and no other publication is there.`),
      waitsFor: 'revoked',
    };
  }
  if (hold !== undefined) {
    return {
      ...nothingToDo(`${hold.by} holds promotion until ${hold.until}: ${hold.reason}`),
      waitsFor: 'hold',
      changesAt: new Date(hold.until),
    };
  }
  const bad = canaries.filter(({ verdict }) => verdict === 'bad').map(({ fleet }) => fleet);
  if (bad.length > 0 && asked?.despiteCanaries !== true) {
    return {
      ...nothingToDo(`${latest.id} failed on ${bad.join(', ')}; the next publication is tried again.`),
      waitsFor: 'failedCanary',
      fleets: bad,
    };
  }
  const unsure = canaries.filter(({ verdict }) => verdict !== 'well');
  const unread = unsure.flatMap((one) =>
    one.unread.map((where) => `The state of ${one.fleet} could not be read in ${where}`),
  );
  // Nobody is to go back to what is revoked.
  const kept = current !== undefined && revoked.has(current.id) ? undefined : current;
  const promote = (reason: string) => promotion(kept, latest, [reason, ...unread]);
  if (asked !== undefined) {
    return promote(`${asked.by} asked for it: ${asked.reason}`);
  }
  if (policy.mode === 'manual') {
    return {
      ...nothingToDo(`${latest.id} waits for a person, as the pipeline's promotion is manual.`),
      waitsFor: 'person',
    };
  }
  if (policy.canaryFleets.length === 0) {
    return promote('No canary fleet is named, so it is promoted at once.');
  }
  const published = Date.parse(latest.at);
  const due = new Date(published + policy.delaySeconds * 1000);
  const end = new Date(published + policy.atMostSeconds * 1000);
  if (now >= end) {
    return promote(`${policy.atMostSeconds / 3600} h have passed since its publication.`);
  }
  if (now < due) {
    return {
      ...nothingToDo(`${latest.id} is promoted at ${due.toISOString()} at the earliest.`),
      waitsFor: 'delay',
      changesAt: due,
    };
  }
  const fleets = unsure.map(({ fleet }) => fleet);
  return unsure.length === 0
    ? promote(`It does well on ${policy.canaryFleets.join(', ')}.`)
    : {
        changes: [],
        reasons: [
          `${latest.id} waits until it does well on ${fleets.join(', ')}, and is promoted at ${end.toISOString()} at the latest.`,
          ...unread,
        ],
        waitsFor: 'canary',
        fleets,
        changesAt: end,
      };
}

/** The plain base AMI never becomes `previous`: nobody is to go back to it. */
function promotion(current: Channel | undefined, latest: Channel, reasons: readonly string[]): PromotionPlan {
  const kept: readonly PlannedChange[] =
    current === undefined || current.mode === 'unbaked'
      ? []
      : [{ kind: 'move', channel: 'previous', to: current }];
  return {
    changes: [...kept, { kind: 'move', channel: 'current', to: latest }],
    reasons,
  };
}

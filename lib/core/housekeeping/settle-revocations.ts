import {
  type PipelineDescription,
  pipelinePath,
  regionsOf,
} from '../../contract/documents/pipeline-description';
import type { Revocation, Revocations } from '../../contract/documents/revocations';
import type { AmiInventory } from '../ports/amis';
import { homeParameters } from '../ports/stores';
import { deliverEverywhere, type DeliveryPorts } from '../publish/deliver';
import { knownPublications } from '../publish/find-publication';
import { moveChannel, noteRevision, readChannel } from '../publish/move-channel';
import { channelOf } from '../publish/record-publication';
import {
  type ChannelMove,
  type ChannelsBeside,
  changeRevocations,
  disabledRegions,
  isAtRest,
  movesFromRevoked,
  readRevocations,
  restoredIds,
  revokedIds,
  withEntry,
} from '../publish/revocations';
import { noteFailed } from './note-failed';

/** What revoking works with. */
export interface RevocationPorts extends DeliveryPorts {
  readonly inventory: AmiInventory;
}

/** What the pipeline's own region shows, the publications that are kept, and the AMIs that are there. */
export async function readAround(
  { documents, inventory, stores }: RevocationPorts,
  description: PipelineDescription,
) {
  const { channels, home, path } = await readChannels({ stores }, description);
  const lookup = { documents, home, path };
  const known = (await knownPublications(lookup)).flatMap((one) => channelOf(one, description.region) ?? []);
  const amis = new Set((await inventory.amisIn(description.region)).map(({ amiId }) => amiId));
  return { amis, channels, home, known, lookup, path };
}

async function readChannels({ stores }: Pick<DeliveryPorts, 'stores'>, description: PipelineDescription) {
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  const [latest, current, previous] = await Promise.all(
    (['latest', 'current', 'previous'] as const).map((channel) => readChannel(home, path, channel)),
  );
  return { channels: { latest, current, previous }, home, path };
}

/** Where channels go by what is revoked and restored. */
export function movesBy(
  revocations: Revocations,
  { amis, channels, known }: Pick<Awaited<ReturnType<typeof readAround>>, 'amis' | 'channels' | 'known'>,
): readonly ChannelMove[] {
  const [restored, revoked] = [restoredIds(revocations), revokedIds(revocations)];
  return movesFromRevoked({ amis, channels, known, restored, revoked });
}

/**
 * Makes every region and account say what revocations want: what was restored can be launched again, no channel or revision shows
 * what is revoked where another publication is there, and fleets know. Begins from what is, so that whatever was cut off is ended.
 * What cannot be enabled is shown by no channel, and thrown once the rest is done.
 */
export async function settleRevocations(
  ports: RevocationPorts,
  description: PipelineDescription,
): Promise<string> {
  const before = await readRevocations(ports.documents);
  const revoked = revokedIds(before);
  const isDone =
    before.publications.every((one) => isAtRest(one, regionsOf(description))) &&
    !(await isShown(ports, description, before));
  const moves = isDone ? [] : await settle(ports, description, before);
  return [
    revoked.size === 0 ? 'Nothing is revoked.' : `Revoked: ${[...revoked].join(', ')}.`,
    ...moves.map(({ channel, to }) => `${channel} -> ${to.id}`),
  ].join(' ');
}

/** Gives how channels were moved. */
async function settle(
  ports: RevocationPorts,
  description: PipelineDescription,
  before: Revocations,
): Promise<readonly ChannelMove[]> {
  const revoked = revokedIds(before);
  const failures = await enableRestored(ports, description, before);
  const around = await readAround(ports, description);
  const { amis, home, path } = around;
  const known = around.known.filter(({ id }) => failures.every((one) => one.id !== id));
  const moves = movesBy(before, { ...around, known });
  for (const one of known.filter(({ amiId, id }) => !revoked.has(id) && amis.has(amiId))) {
    await noteRevision(home, path, one, (newer) => !revoked.has(newer.id));
  }
  for (const { channel, to } of moves) {
    await moveChannel(home, path, channel, to);
  }
  await deliverEverywhere(ports, description);
  await noteFailed(ports, description);
  const failed = new Set(failures.map(({ id }) => id));
  const wanted = { ...around.channels, ...Object.fromEntries(moves.map(({ channel, to }) => [channel, to])) };
  const now = await noteSettled(ports, before, { failed, stuck: stuckAt(wanted, revoked) });
  const { channels } = await readChannels(ports, description);
  if (!isBasedOn(now, before) || !isSameShown(shownBy(channels), shownBy(wanted))) {
    // Channels were moved by what is no longer so, or by whoever could not enable what is enabled here.
    return settle(ports, description, now);
  }
  if (failures.length > 0) {
    throw new Error(failures.map(({ why }) => why).join('; '));
  }
  return moves;
}

/** What channels show where one of them shows what is revoked; undefined where none does. */
type StuckAt = Revocations['stuckAt'];

function stuckAt(channels: ChannelsBeside['channels'], revoked: ReadonlySet<string>): StuckAt {
  const { current, latest, previous } = channels;
  return [latest, current, previous].some((shown) => shown !== undefined && revoked.has(shown.id))
    ? shownBy(channels)
    : undefined;
}

function shownBy({ current, latest, previous }: ChannelsBeside['channels']) {
  return { latest: latest?.id, current: current?.id, previous: previous?.id };
}

function isSameShown(one: StuckAt, other: StuckAt): boolean {
  return (
    one?.latest === other?.latest && one?.current === other?.current && one?.previous === other?.previous
  );
}

/** Whether a channel shows what is revoked, as after a publication that began before, unless it was found to have nowhere to go. */
async function isShown(
  ports: RevocationPorts,
  description: PipelineDescription,
  before: Revocations,
): Promise<boolean> {
  const revoked = revokedIds(before);
  if (revoked.size === 0) {
    return false;
  }
  const stuck = stuckAt((await readChannels(ports, description)).channels, revoked);
  return stuck !== undefined && !isSameShown(stuck, before.stuckAt);
}

/** A restored publication of which an AMI cannot be enabled, and why. */
interface EnableFailure {
  readonly id: string;
  readonly why: string;
}

/** Before a parameter names them: the parameter store looks whether an AMI is there. */
async function enableRestored(
  { documents, inventory, now: clock }: RevocationPorts,
  description: PipelineDescription,
  { publications }: Revocations,
): Promise<readonly EnableFailure[]> {
  const failures: EnableFailure[] = [];
  for (const seen of publications) {
    const { amis, disabled, id } = seen;
    for (const region of disabledRegions(seen).filter((one) => regionsOf(description).includes(one))) {
      const amiId = amis[region] ?? '';
      try {
        await inventory.enable(region, amiId, disabled[region]?.sharedWith ?? []);
        await changeRevocations(documents, (now) =>
          withEntry(now, id, (one) => withEnabled(one, region, seen, clock())),
        );
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        failures.push({ id, why: `${amiId} in ${region} (${id}) cannot be enabled: ${why}` });
      }
    }
  }
  return failures;
}

/** Whether nobody has revoked or restored it again meanwhile. */
function isSame(one: Revocation, other: Revocation): boolean {
  return one.at === other.at && one.restored?.at === other.restored?.at;
}

/** So long after a restoration nothing that began before is still under way. */
const UNDER_WAY_SECONDS = 3600;

/**
 * Notes that an AMI has been enabled; of what was revoked meanwhile it is disabled again, and of what was disabled, enabled. What
 * nobody has noted as disabled may be disabled yet by whoever began to, so that polls enable it again for a while.
 */
function withEnabled(one: Revocation, region: string, seen: Revocation, now: Date): Revocation {
  const { [region]: noted, ...others } = one.disabled;
  if (noted === undefined) {
    return one;
  }
  if (one.restored === null) {
    return noted.at === null ? one : { ...one, disabled: { ...others, [region]: { ...noted, at: null } } };
  }
  const isUnderWay =
    noted.at === null && now.getTime() < Date.parse(one.restored.at) + UNDER_WAY_SECONDS * 1000;
  const isOver = !isUnderWay && isSame(one, seen) && noted.at === seen.disabled[region]?.at;
  return isOver ? { ...one, disabled: others } : one;
}

/** Whether nobody has revoked or restored anything meanwhile. */
function isBasedOn({ publications }: Revocations, { publications: seen }: Revocations): boolean {
  return (
    publications.length === seen.length &&
    publications.every((one) => seen.some((other) => other.id === one.id && isSame(one, other)))
  );
}

/**
 * Notes what is settled, what failed and where channels are stuck, unless that was found by what is no longer so; gives what is
 * noted then. What failed here is settled no more, though another settled it: channels were moved without it.
 */
function noteSettled(
  { documents }: RevocationPorts,
  before: Revocations,
  { failed, stuck }: { readonly failed: ReadonlySet<string>; readonly stuck: StuckAt },
): Promise<Revocations> {
  return changeRevocations(documents, (now) =>
    isBasedOn(now, before)
      ? before.publications.reduce(
          (some, { id }) =>
            withEntry(some, id, (one) =>
              one.isSettled === failed.has(id) ? { ...one, isSettled: !failed.has(id) } : one,
            ),
          isSameShown(now.stuckAt, stuck) ? now : { ...now, stuckAt: stuck },
        )
      : now,
  );
}

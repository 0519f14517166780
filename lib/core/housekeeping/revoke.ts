import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Revocation } from '../../contract/documents/revocations';
import { UsageError } from '../../contract/values/errors';
import { excerpt } from '../../contract/values/printable';
import { nothingToChange, type VerbPlan } from '../bake/lease';
import type { OperatorNote } from '../bake/hold';
import type { AmiInventory } from '../ports/amis';
import { homeParameters } from '../ports/stores';
import { deliverEverywhere, type DeliveryPorts } from '../publish/deliver';
import { findPublication, knownPublications } from '../publish/find-publication';
import { moveChannel, noteRevision, readChannel } from '../publish/move-channel';
import { channelOf } from '../publish/record-publication';
import { changeRevocations, movesFromRevoked, readRevocations, revokedIds } from '../publish/revocations';
import { noteFailed } from './note-failed';
import { whyNeeded } from './plan-prune';
import { readAmiUses } from './prune';

/** What revoking works with. */
export interface RevocationPorts extends DeliveryPorts {
  readonly inventory: AmiInventory;
}

/** A person's wish to revoke a publication, or to take that back. */
interface RevocationRequest extends OperatorNote {
  readonly publication: string;
}

/** So many of what uses an AMI are named. */
const MOST_USES = 3;

/** Plans to revoke a publication; throws a `UsageError` or `NOT_FOUND` where it is none. A second run ends what a first began. */
export async function planRevoke(
  ports: RevocationPorts,
  description: PipelineDescription,
  { by, publication: named, reason }: RevocationRequest,
): Promise<VerbPlan> {
  const { channels, known, lookup } = await readAround(ports, description);
  const { amis, id } = await findPublication(lookup, named);
  const before = await readRevocations(ports.documents);
  const entry = before.publications.find((one) => one.id === id);
  const revoked = new Set([...revokedIds(before), id]);
  const moves = movesFromRevoked({ channels, known, revoked });
  const stays = Object.entries(channels).flatMap(([channel, shown]) =>
    shown?.id === id && moves.every((move) => move.channel !== channel) ? channel : [],
  );
  const startable = Object.keys(amis).filter((region) => typeof entry?.disabled[region]?.at !== 'string');
  const isNoted = entry !== undefined && entry.restored === null;
  if (isNoted && entry.isSettled && moves.length === 0 && startable.length === 0) {
    return nothingToChange(
      `${id} was revoked on ${entry.at} by ${excerpt(entry.by)}: ${excerpt(entry.reason)}`,
    );
  }
  return {
    changes: [
      ...(isNoted
        ? []
        : [`revoke ${id}: it is never promoted, rolled to or gone back to (${by}: ${reason})`]),
      ...moves.map(({ channel, to }) => `${channel} -> ${to.id} (${to.amiId})`),
      ...(isNoted && !entry.isSettled ? [`end what was begun on ${entry.at}`] : []),
      ...startable.map((region) => `disable ${amis[region] ?? ''} in ${region}, once nothing uses it`),
    ],
    reasons: [
      'Fleets that run it leave it first, without waiting for a ring, a delay, a window or the hold of the pipeline.',
      ...(stays.length === 0
        ? []
        : [
            `${stays.join(' and ')} still ${stays.length === 1 ? 'shows' : 'show'} it, since no older publication is left: its fleets stay, and its AMI too. A new bake ends that.`,
          ]),
    ],
    apply: async () => {
      const at = ports.now().toISOString();
      await changeRevocations(ports.documents, (now) => {
        const one = now.publications.find((other) => other.id === id);
        if (one !== undefined && one.restored === null) {
          return now;
        }
        const others = now.publications.filter((other) => other.id !== id);
        const fresh: Revocation = {
          id,
          by,
          reason,
          at,
          amis: { ...amis },
          restored: null,
          // What a restoration has not enabled yet.
          disabled: one?.disabled ?? {},
          isSettled: false,
          usedBy: [],
        };
        return { ...now, publications: [...others, fresh] };
      });
      await settleRevocations(ports, description);
      await deliverEverywhere(ports, description);
      await noteFailed(ports, description);
      await disableRevoked(ports, description);
    },
  };
}

/** Plans to take a revocation back: its AMIs can be started again, and it is the newest again where nothing newer is there. */
export async function planRestore(
  ports: RevocationPorts,
  description: PipelineDescription,
  { by, publication: named, reason }: RevocationRequest,
): Promise<VerbPlan> {
  const before = await readRevocations(ports.documents);
  const entry = before.publications.find(
    ({ amis, id }) => id === named || Object.values(amis).includes(named),
  );
  if (entry === undefined) {
    const ids = before.publications.flatMap(({ id, restored }) => (restored === null ? id : []));
    throw new UsageError(
      `What is restored is a revoked publication or its AMI; revoked is ${ids.join(', ') || 'none'}; got: '${excerpt(named)}'.`,
    );
  }
  const { amis, id } = entry;
  const disabled = Object.keys(entry.disabled);
  const { channels, known } = await readAround(ports, description);
  const revoked = new Set([...revokedIds(before)].filter((one) => one !== id));
  const moves = movesFromRevoked({ channels, known, revoked, restored: id });
  if (entry.restored !== null && entry.isSettled && disabled.length === 0 && moves.length === 0) {
    return nothingToChange(`${id} was restored on ${entry.restored.at} by ${excerpt(entry.restored.by)}.`);
  }
  return {
    changes: [
      entry.restored === null
        ? `restore ${id} (${by}: ${reason})`
        : `end what was begun on ${entry.restored.at}`,
      ...disabled.map((region) => `enable ${amis[region] ?? ''} in ${region}, and share it as before`),
      ...moves.map(({ channel, to }) => `${channel} -> ${to.id} (${to.amiId})`),
    ],
    reasons: [
      `It was revoked on ${entry.at} by ${excerpt(entry.by)}: ${excerpt(entry.reason)}`,
      'It becomes current by promotion alone. Fast Launch of its AMIs stays off.',
    ],
    apply: async () => {
      const restored = { by, reason, at: ports.now().toISOString() };
      await changeRevocations(ports.documents, (now) =>
        withEntry(now, id, (one) =>
          one.restored === null ? { ...one, restored, isSettled: false, usedBy: [] } : one,
        ),
      );
      await settleRevocations(ports, description);
      await deliverEverywhere(ports, description);
      await noteFailed(ports, description);
      await disableRevoked(ports, description);
    },
  };
}

/** Changes one revocation; the same object where it is not there, or stays as it is. */
function withEntry<T extends { readonly publications: readonly Revocation[] }>(
  before: T,
  id: string,
  change: (one: Revocation) => Revocation,
): T {
  const publications = before.publications.map((one) => (one.id === id ? change(one) : one));
  return publications.every((one, at) => one === before.publications[at])
    ? before
    : { ...before, publications };
}

/** What the pipeline's own region shows, and the publications that are kept. */
async function readAround({ documents, stores }: DeliveryPorts, description: PipelineDescription) {
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  const lookup = { documents, home, path };
  const [latest, current, previous] = await Promise.all(
    (['latest', 'current', 'previous'] as const).map((channel) => readChannel(home, path, channel)),
  );
  const known = (await knownPublications(lookup)).flatMap((one) => channelOf(one, description.region) ?? []);
  return { home, path, lookup, channels: { latest, current, previous }, known };
}

/**
 * Makes the pipeline's own region say what revocations want: what was taken back can be started again, and no channel or revision
 * shows what is revoked where another publication is there. Begins from what is, so that whatever was cut off is ended.
 */
export async function settleRevocations(
  ports: RevocationPorts,
  description: PipelineDescription,
): Promise<string> {
  const { documents, inventory } = ports;
  const before = await readRevocations(documents);
  if (before.publications.length === 0) {
    return 'Nothing is revoked.';
  }
  for (const { amis, disabled, id, restored } of before.publications) {
    for (const [region, { sharedWith }] of restored === null ? [] : Object.entries(disabled)) {
      // Before a parameter names it: the parameter store looks whether the AMI is there.
      await inventory.enable(region, amis[region] ?? '', sharedWith);
      await changeRevocations(documents, (now) =>
        withEntry(now, id, (one) => {
          const others = Object.entries(one.disabled).filter(([name]) => name !== region);
          return { ...one, disabled: Object.fromEntries(others) };
        }),
      );
    }
  }
  const revoked = revokedIds(before);
  const restored = before.publications.findLast((one) => one.restored !== null)?.id;
  const { channels, home, known, path } = await readAround(ports, description);
  const good = known.filter(({ id }) => !revoked.has(id));
  for (const one of good) {
    await noteRevision(home, path, one, revoked);
  }
  const moves = movesFromRevoked({
    channels,
    known,
    revoked,
    ...(restored === undefined ? {} : { restored }),
  });
  for (const { channel, to } of moves) {
    await moveChannel(home, path, channel, to);
  }
  return moves.length === 0
    ? `Revoked: ${[...revoked].join(', ') || 'nothing'}.`
    : moves.map(({ channel, to }) => `${channel} -> ${to.id}`).join(', ');
}

/**
 * Disables the AMIs of revoked publications that nothing uses any more: EC2 refuses their launches then. It also takes away whom
 * an AMI is shared with, which is noted first. Where an account cannot be read, what is shared with it stays.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
 */
export async function disableRevoked(
  ports: Pick<RevocationPorts, 'documents' | 'inventory' | 'now'>,
  description: PipelineDescription,
): Promise<string> {
  const { documents, inventory, now } = ports;
  const { publications } = await readRevocations(documents);
  const left = publications.flatMap(({ amis, disabled, id, restored }) =>
    Object.entries(amis)
      .filter(([region]) => restored === null && typeof disabled[region]?.at !== 'string')
      .map(([region, amiId]) => ({ id, region, amiId })),
  );
  const found =
    left.length === 0 ? { amis: [], uses: [], unread: [] } : await readAmiUses(inventory, description);
  const reported: string[] = [];
  const usedBy = new Map<string, string[]>();
  for (const { amiId, id, region } of left) {
    const ami = found.amis.find((one) => one.amiId === amiId && one.region === region);
    const uses = ami === undefined ? [] : whyNeeded(found, ami);
    usedBy.set(id, [...(usedBy.get(id) ?? []), ...uses]);
    if (uses.length > 0) {
      reported.push(
        `${amiId} in ${region} (${id}) can be started still: ${uses.slice(0, MOST_USES).join('; ')}`,
      );
      continue;
    }
    const wished = await changeRevocations(documents, (before) =>
      withEntry(before, id, (one) =>
        one.restored !== null || one.disabled[region] !== undefined
          ? one
          : {
              ...one,
              disabled: { ...one.disabled, [region]: { sharedWith: [...(ami?.sharedWith ?? [])], at: null } },
            },
      ),
    );
    const isWished = wished.publications.some((one) => one.id === id && one.restored === null);
    if (!isWished) {
      continue;
    }
    if (ami !== undefined) {
      await inventory.disable(region, amiId);
    }
    const at = now().toISOString();
    await changeRevocations(documents, (before) =>
      withEntry(before, id, (one) => {
        const wish = one.disabled[region];
        return wish === undefined
          ? one
          : { ...one, disabled: { ...one.disabled, [region]: { ...wish, at } } };
      }),
    );
    reported.push(`${amiId} in ${region} (${id}) cannot be started any more.`);
  }
  if (publications.some(({ id, isSettled }) => !isSettled || usedBy.has(id))) {
    await changeRevocations(documents, (before) =>
      publications.reduce(
        (some, { id }) =>
          withEntry(some, id, (one) => {
            const named = [...new Set(usedBy.get(id) ?? [])].slice(0, MOST_USES);
            const isSame = one.isSettled && named.join() === one.usedBy.join();
            return isSame ? one : { ...one, isSettled: true, usedBy: named };
          }),
        before,
      ),
    );
  }
  return reported.length === 0 ? 'No revoked AMI can be started.' : reported.join('\n');
}

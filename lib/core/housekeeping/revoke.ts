import { type PipelineDescription, regionsOf } from '../../contract/documents/pipeline-description';
import type { Revocation, Revocations } from '../../contract/documents/revocations';
import { UsageError } from '../../contract/values/errors';
import { excerpt } from '../../contract/values/printable';
import type { OperatorNote } from '../bake/hold';
import { nothingToChange, type VerbPlan } from '../bake/lease';
import { findPublication } from '../publish/find-publication';
import {
  changeRevocations,
  isAtRest,
  readRevocations,
  revokedIds,
  startableRegions,
  withEntry,
} from '../publish/revocations';
import { disableRevoked } from './disable-revoked';
import { movesBy, readAround, settleRevocations, type RevocationPorts } from './settle-revocations';

/** A person's wish to revoke a publication, or to restore it. */
interface RevocationRequest extends OperatorNote {
  readonly publication: string;
}

/** Plans to revoke a publication; throws a `UsageError` or `NOT_FOUND` where it is none. A second run ends what a first began. */
export async function planRevoke(
  ports: RevocationPorts,
  description: PipelineDescription,
  { by, publication: named, reason }: RevocationRequest,
): Promise<VerbPlan> {
  const around = await readAround(ports, description);
  const { amis, id } = await findPublication(around.lookup, named);
  const before = await readRevocations(ports.documents);
  const fresh = { id, by, reason, at: ports.now().toISOString(), amis: { ...amis } };
  const entry = entryOf(before, id);
  const isNoted = entry?.restored === null;
  const wanted = isNoted ? entry : revocationOf(fresh, entry);
  const moves = movesBy(withRevoked(before, fresh), around);
  const stays = Object.entries(around.channels).flatMap(([channel, shown]) =>
    shown?.id === id && moves.every((move) => move.channel !== channel) ? channel : [],
  );
  const startable = startableRegions(wanted);
  const here = startable.filter((region) => regionsOf(description).includes(region));
  const elsewhere = startable
    .filter((region) => !here.includes(region))
    .map(
      (region) =>
        `${amis[region] ?? ''} in ${region}, where the pipeline publishes no more, can still be launched: disable it by hand.`,
    );
  if (isNoted && wanted.isSettled && moves.length === 0 && here.length === 0) {
    return nothingToChange(
      `${id} was revoked on ${wanted.at} by ${excerpt(wanted.by)}: ${excerpt(wanted.reason)}`,
      ...elsewhere,
    );
  }
  return {
    changes: [
      ...(isNoted
        ? []
        : [`revoke ${id}: it is never promoted, rolled to or gone back to (${by}: ${reason})`]),
      ...moves.map(({ channel, to }) => `${channel} -> ${to.id} (${to.amiId})`),
      ...(isNoted && !wanted.isSettled ? [`end what was begun on ${wanted.at}`] : []),
      ...here.map((region) => `disable ${amis[region] ?? ''} in ${region}, once nothing uses it`),
    ],
    reasons: [
      'Fleets that run it leave it first, without waiting for a ring, a delay, a window or the hold of the pipeline.',
      ...(stays.length === 0
        ? []
        : [
            `${stays.join(' and ')} still ${stays.length === 1 ? 'shows' : 'show'} it, since no older publication is left: its fleets stay, and its AMI too. A new bake ends that.`,
          ]),
      ...elsewhere,
    ],
    apply: async () => {
      await changeRevocations(ports.documents, (now) => withRevoked(now, fresh));
      await settleAndDisable(ports, description);
    },
  };
}

function entryOf({ publications }: Revocations, id: string): Revocation | undefined {
  return publications.find((one) => one.id === id);
}

/** Who revokes what, when and why. */
type FreshRevocation = Pick<Revocation, 'id' | 'by' | 'reason' | 'at' | 'amis'>;

/** Revokes a publication; the same document where it is revoked. */
function withRevoked(before: Revocations, fresh: FreshRevocation): Revocations {
  const entry = entryOf(before, fresh.id);
  if (entry?.restored === null) {
    return before;
  }
  const others = before.publications.filter((one) => one !== entry);
  return { ...before, publications: [...others, revocationOf(fresh, entry)] };
}

/** Of an AMI that a restoration has not noted as enabled nobody knows whether it is; with whom it was shared is kept. */
function revocationOf(fresh: FreshRevocation, before: Revocation | undefined): Revocation {
  const kept = Object.entries(before?.disabled ?? {}).map(([region, { sharedWith }]) => {
    return [region, { sharedWith, at: null }] as const;
  });
  return { ...fresh, restored: null, disabled: Object.fromEntries(kept), isSettled: false, usedBy: [] };
}

/** Plans to restore what was revoked: its AMIs can be launched again, and it is the newest again where nothing newer is there. */
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
    const ids = [...revokedIds(before)];
    throw new UsageError(
      `What is restored is a revoked publication or its AMI; revoked is ${ids.join(', ') || 'none'}; got: '${excerpt(named)}'.`,
    );
  }
  const { amis, id } = entry;
  const restored = { by, reason, at: ports.now().toISOString() };
  const restore = (now: Revocations) =>
    withEntry(now, id, (one) =>
      one.restored === null ? { ...one, restored, isSettled: false, usedBy: [] } : one,
    );
  const ours = regionsOf(description);
  const disabled = Object.keys(entry.disabled);
  const moves = movesBy(restore(before), await readAround(ports, description));
  if (entry.restored !== null && isAtRest(entry, ours) && moves.length === 0) {
    const { at, by: who, reason: why } = entry.restored;
    return nothingToChange(`${id} was restored on ${at} by ${excerpt(who)}: ${excerpt(why)}`);
  }
  return {
    changes: [
      entry.restored === null
        ? `restore ${id} (${by}: ${reason})`
        : `end what was begun on ${entry.restored.at}`,
      ...disabled
        .filter((region) => ours.includes(region))
        .map((region) => `enable ${amis[region] ?? ''} in ${region}, and share it as before`),
      ...moves.map(({ channel, to }) => `${channel} -> ${to.id} (${to.amiId})`),
    ],
    reasons: [
      `It was revoked on ${entry.at} by ${excerpt(entry.by)}: ${excerpt(entry.reason)}`,
      'It becomes current by promotion alone. Fast Launch of its AMIs stays off.',
      ...disabled
        .filter((region) => !ours.includes(region))
        .map(
          (region) =>
            `${amis[region] ?? ''} in ${region}, where the pipeline publishes no more, stays disabled: enable it by hand.`,
        ),
    ],
    apply: async () => {
      await changeRevocations(ports.documents, restore);
      await settleAndDisable(ports, description);
    },
  };
}

/** What cannot be settled keeps no AMI from being disabled. */
async function settleAndDisable(ports: RevocationPorts, description: PipelineDescription): Promise<void> {
  const [settled] = await Promise.allSettled([settleRevocations(ports, description)]);
  await disableRevoked(ports, description);
  if (settled.status === 'rejected') {
    throw settled.reason;
  }
}

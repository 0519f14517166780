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
import { whyNeeded } from './plan-prune';
import { readAmiUses } from './prune';
import { movesBy, readAround, type RevocationPorts, settleRevocations } from './settle-revocations';

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

/** What disabling works with. */
type DisablePorts = Pick<RevocationPorts, 'documents' | 'inventory' | 'now'>;

/** So many of what uses an AMI are named. */
const MOST_USES = 3;

/**
 * Disables the AMIs of revoked publications that nothing uses any more: EC2 refuses their launches then. It also takes away whom
 * an AMI is shared with, which is noted first. Where an account cannot be read, what is shared with it stays, and so does an AMI in
 * a region that the pipeline has left.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
 */
export async function disableRevoked(ports: DisablePorts, description: PipelineDescription): Promise<string> {
  const { documents, inventory } = ports;
  const revoked = (await readRevocations(documents)).publications.filter(({ restored }) => restored === null);
  const left = revoked.flatMap((one) =>
    startableRegions(one).map((region) => ({ id: one.id, region, amiId: one.amis[region] ?? '' })),
  );
  const isOurs = ({ region }: { readonly region: string }) => regionsOf(description).includes(region);
  const found = left.some(isOurs)
    ? await readAmiUses(inventory, description)
    : { amis: [], uses: [], unread: [] };
  const reported: string[] = [];
  const failures: string[] = [];
  const usedBy = new Map<string, string[]>();
  for (const ami of left) {
    const { amiId, id, region } = ami;
    const listed = found.amis.find((one) => one.amiId === amiId && one.region === region);
    const sharedWith = listed?.sharedWith ?? [];
    const uses = isOurs(ami)
      ? whyNeeded(found, { amiId, region, sharedWith })
      : [`the pipeline does not publish to ${region} any more`];
    usedBy.set(id, [...(usedBy.get(id) ?? []), ...uses]);
    if (uses.length > 0) {
      const named = uses.slice(0, MOST_USES).join('; ');
      reported.push(`${amiId} in ${region} (${id}) can still be launched: ${named}`);
      continue;
    }
    try {
      if (await disable(ports, ami, sharedWith)) {
        reported.push(`${amiId} in ${region} (${id}) cannot be launched any more.`);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(`${amiId} in ${region} (${id}) cannot be disabled: ${why}`);
    }
  }
  await noteUses(ports, revoked, usedBy);
  if (failures.length > 0) {
    throw new Error(failures.join('; '));
  }
  return reported.length === 0 ? 'No revoked AMI can be launched.' : reported.join('\n');
}

/**
 * Disables one AMI; false where its publication was restored meanwhile. What is disabled after that is noted too, be it only
 * that nobody knows: that is how it is enabled again.
 */
async function disable(
  { documents, inventory, now }: DisablePorts,
  { amiId, id, region }: { readonly amiId: string; readonly id: string; readonly region: string },
  sharedWith: readonly string[],
): Promise<boolean> {
  const withNoted = (before: Revocations, at: string | null, isMeant: (one: Revocation) => boolean) =>
    withEntry(before, id, (one) => {
      const noted = one.disabled[region] ?? { sharedWith: [...sharedWith] };
      return isMeant(one) ? { ...one, disabled: { ...one.disabled, [region]: { ...noted, at } } } : one;
    });
  const wished = await changeRevocations(documents, (before) =>
    withNoted(before, null, ({ disabled, restored }) => restored === null && disabled[region] === undefined),
  );
  if (!revokedIds(wished).has(id)) {
    return false;
  }
  try {
    await inventory.disable(region, amiId);
  } catch (error) {
    await changeRevocations(documents, (before) =>
      withNoted(before, null, ({ disabled }) => disabled[region] === undefined),
    );
    throw error;
  }
  await changeRevocations(documents, (before) => withNoted(before, now().toISOString(), () => true));
  return true;
}

/** Writes only what has changed. */
async function noteUses(
  { documents }: Pick<DisablePorts, 'documents'>,
  revoked: readonly Revocation[],
  usedBy: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const wanted = ({ id }: Revocation) => [...new Set(usedBy.get(id))].slice(0, MOST_USES);
  const isNews = (one: Revocation) => one.restored === null && one.usedBy.join() !== wanted(one).join();
  if (revoked.some(isNews)) {
    await changeRevocations(documents, (before) =>
      revoked.reduce(
        (some, { id }) => withEntry(some, id, (one) => (isNews(one) ? { ...one, usedBy: wanted(one) } : one)),
        before,
      ),
    );
  }
}

import { type PipelineDescription, regionsOf } from '../../contract/documents/pipeline-description';
import type { Revocation, Revocations } from '../../contract/documents/revocations';
import {
  changeRevocations,
  readRevocations,
  revokedIds,
  startableRegions,
  withEntry,
} from '../publish/revocations';
import { whyNeeded } from './plan-prune';
import { readAmiUses } from './prune';
import type { RevocationPorts } from './settle-revocations';

/** What disabling works with. */
export type DisablePorts = Pick<RevocationPorts, 'documents' | 'inventory' | 'now'>;

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

/** Disables one AMI; false where its publication was restored meanwhile. */
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
  await inventory.disable(region, amiId);
  // Of what was restored meanwhile too: that is how its AMI is enabled again.
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

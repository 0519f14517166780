import type { AmiUse, BakedAmi, UnreadTarget } from '../care/baked-ami';
import { WinbakeError } from '../../contract/values/errors';
import type { Remains } from '../ports/remains';
import { planDestroy, type Remain } from './plan-destroy';

/** Which pipeline's remains are looked for, and where. */
export interface DestroyedPipeline {
  readonly pipeline: string;
  readonly parameterPrefix: string;
  readonly account: string;
  readonly region: string;
  /** Every region in which something may be left, its own among them. */
  readonly regions: readonly string[];
  /** A person's word that no other account uses AMIs or keys any more. */
  readonly nothingElsewhere: boolean;
}

/**
 * Looks for what a deleted stack has left, and plans what of it goes. Throws a `WinbakeError` while the stack is there, and
 * where the account itself cannot be read: then nothing may go.
 */
export async function readDestroyPlan(
  remains: Remains,
  destroyed: DestroyedPipeline,
): Promise<readonly Remain[]> {
  await refuseWhileStanding(remains, destroyed);
  const { account, regions } = destroyed;
  const amis = (await Promise.all(regions.map((region) => remains.amisIn(region)))).flat();
  const uses: AmiUse[] = [];
  for (const region of regions) {
    uses.push(...(await remains.usesIn({ account, region })));
  }
  const unread: UnreadTarget[] = [];
  for (const target of sharedTargets(amis)) {
    try {
      uses.push(...(await remains.usesIn(target)));
    } catch (error) {
      unread.push({ ...target, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return planDestroy({
    ...destroyed,
    amis,
    uses,
    unread,
    parameters: (await Promise.all(regions.map((region) => remains.parametersIn(region)))).flat(),
    buckets: await remains.buckets(),
    logGroups: await remains.logGroups(),
    images: await remains.images(),
    keys: await remains.keys(),
  });
}

/**
 * Takes away what the plan lets go, AMIs first and the key last, so that a run that ends early leaves nothing that cannot be
 * found again. Running it again goes on where it ended.
 */
export async function applyDestroy(
  remains: Remains,
  destroyed: DestroyedPipeline,
  plan: readonly Remain[],
): Promise<void> {
  await refuseWhileStanding(remains, destroyed);
  for (const { action, id, kind, region } of plan) {
    if (action === 'keep') {
      continue;
    }
    switch (kind) {
      case 'AMI':
        await remains.remove(region, id);
        break;
      case 'image':
        await remains.deleteImage(id);
        break;
      case 'parameter':
        await remains.deleteParameter({ region, name: id, value: '' });
        break;
      case 'log group':
        await remains.deleteLogGroup(id);
        break;
      case 'bucket':
        await remains.deleteBucket(id);
        break;
      case 'key':
        await remains.scheduleKeyDeletion(id);
        break;
    }
  }
}

async function refuseWhileStanding(remains: Remains, { pipeline }: DestroyedPipeline): Promise<void> {
  const part = await remains.standing();
  if (part !== undefined) {
    throw new WinbakeError(
      'STILL_DEPLOYED',
      `The pipeline ${pipeline} is still deployed: there is ${part}. Delete its stack first; \`winbake prune\` removes single AMIs.`,
    );
  }
}

function sharedTargets(amis: readonly BakedAmi[]) {
  const found = new Map<string, { readonly account: string; readonly region: string }>();
  for (const { region, sharedWith } of amis) {
    for (const account of sharedWith) {
      found.set(`${account} ${region}`, { account, region });
    }
  }
  return [...found.values()];
}

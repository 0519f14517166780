import { DeploymentWorld } from './deployment-world';
import { release } from './releases';

/** What an app is before, and what a deployment makes of it: other scripts, another document and other user data. */
export const BEFORE = { command: 'exit 0' };
export const AFTER = { command: 'exit 1', scripts: 'other scripts', userData: 'Write-Output after' };

/** What happens at the border of a call. */
export type Happening = 'update' | 'deleteFleetFirst' | 'deletePipelineFirst';

export const HAPPENINGS: readonly Happening[] = ['update', 'deleteFleetFirst', 'deletePipelineFirst'];

/** Seconds for which the call waits at the border, by its number: not at all, for some steps, or for most of a deployment. */
const HOLDS = [0, 20, 90];

/** What came of it. */
export interface Outcome {
  /** Why CloudFormation failed; each is a reason why nobody can trust it. */
  readonly refusals: readonly string[];
  /** Refreshes that took something back. */
  readonly undone: readonly string[];
  /** What functions failed at for good. */
  readonly failures: readonly string[];
  /** Why bakes failed; that of a pipeline which is deleted may. */
  readonly failedBakes: readonly string[];
}

/** When nothing is amiss. */
export const WELL: Outcome = { refusals: [], undone: [], failures: [], failedBakes: [] };

/** How many calls of the SDK one bake and one rollout make. */
export async function countCalls(): Promise<number> {
  const world = new DeploymentWorld();
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    world.count();
    await world.settle();
  });
  return world.calls;
}

/**
 * One bake and one rollout, and at the border of a call a deployment or a deletion. After a deletion the app is deployed again.
 * Throws where the fleet does not come to what was published.
 */
export async function atBoundary(number: number, happening: Happening): Promise<Outcome> {
  const refusals: string[] = [];
  let hasEnded = false;
  const world: DeploymentWorld = new DeploymentWorld({
    onCall: (_call, reached) => {
      if (reached !== number) {
        return undefined;
      }
      void world.clock.run(async () => {
        try {
          await happen(world, happening);
        } catch (error) {
          refusals.push(String(error));
        }
        hasEnded = true;
      });
      return world.clock.pass(HOLDS[number % HOLDS.length] ?? 0);
    },
  });
  await world.run(async () => {
    await world.deploy(release(BEFORE));
    world.count();
    await world.until(() => hasEnded, `The call ${number}`, 1);
    if (happening !== 'update') {
      await world.deploy(release(AFTER)).catch((error: unknown) => refusals.push(String(error)));
    }
    await world.settle();
    // A deployment at the last calls is seen after the publication is everywhere.
    await world.until(() => world.hasOneTemplate, 'The launch template');
    await world.settle();
  });
  const { failedBakes, failures, refreshes } = world;
  return {
    refusals,
    undone: refreshes.filter((status) => !['Successful', 'Cancelled'].includes(status)),
    failures,
    failedBakes: happening === 'update' ? failedBakes : [],
  };
}

/** Of a slice: each so manieth border from one on, such as `WINBAKE_BOUNDARIES=10,3` for 3, 13, 23 and so on; absent: all. */
const [STEP = 1, FIRST = 1] = (process.env['WINBAKE_BOUNDARIES'] ?? '1,1').split(',').map(Number);

/** What is amiss at each border of some 1,000 calls, of which one takes a third of a second. */
export async function amissAtEach(happening: Happening): Promise<readonly object[]> {
  const calls = await countCalls();
  const amiss: object[] = [];
  for (let number = FIRST; number <= calls; number += STEP) {
    const outcome = await atBoundary(number, happening).catch((error: unknown) => ({ error: String(error) }));
    if (JSON.stringify(outcome) !== JSON.stringify(WELL)) {
      amiss.push({ number, ...outcome });
    }
  }
  return amiss;
}

async function happen(world: DeploymentWorld, happening: Happening): Promise<void> {
  switch (happening) {
    case 'update':
      await world.deploy(release(AFTER));
      return;
    case 'deleteFleetFirst':
      await world.delete('Shop', 'Platform');
      return;
    case 'deletePipelineFirst':
      await world.delete('Platform', 'Shop');
      return;
  }
}

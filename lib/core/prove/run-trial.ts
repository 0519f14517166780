import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { WinbakeError } from '../../contract/values/errors';
import { deleteFleet } from '../fleet/fleet-resources';
import type { SeenTrial } from './facts';
import { bakeForTrial, type TrialBake } from './trial-bake';
import { rollTrial, type TrialRollout } from './trial-fleet';
import type { TrialLimits } from './trial-plan';
import { pollUntil } from './trial-polls';
import type { TrialPorts, TrialStack } from './trial-ports';
import { trialNames, trialTags, trialTemplate, type TrialFleet } from './trial-template';

/** What a trial is made from; what only the publication tells comes later. */
export interface TrialOrder {
  readonly id: string;
  readonly description: Pick<PipelineDescription, 'account' | 'pipeline'>;
  readonly limits: TrialLimits;
  /** What the fleet is made from; its task has an image of the publication. */
  readonly fleet: (publication: string) => Promise<Omit<TrialFleet, 'id' | 'pipeline'>>;
  /** Reads what the deployment shows while the trial's fleet is there; without one where nothing was rolled. */
  readonly collect: (rollout: TrialRollout | null) => Promise<void>;
}

/** A trial that has ended, with nothing of it left. */
export interface TrialRun {
  readonly id: string;
  readonly bake: TrialBake;
  /** Null where there was nothing to roll. */
  readonly rollout: TrialRollout | null;
  readonly removal: SeenTrial | null;
}

/**
 * Bakes, makes a fleet, rolls it and takes it away, whatever comes of it, also where the person ends it. Throws a `WinbakeError` where
 * something of it is left.
 */
export async function runTrial(
  ports: TrialPorts,
  order: TrialOrder,
  signal?: AbortSignal,
): Promise<TrialRun> {
  const { collect, description, fleet, id, limits } = order;
  await requireNone(ports, description.pipeline);
  const bake = await bakeForTrial(ports, limits.bakeHours, signal).catch((error: unknown) => {
    ports.report(`What was ordered goes on: winbake pipeline status ${description.pipeline}`);
    throw error;
  });
  const { publication } = bake;
  const isThere = bake.outcome === 'published' || bake.outcome === 'equal';
  ports.report(`Bake: ${bake.outcome} after ${bake.minutes} min: ${bake.reason}`);
  if (!isThere || publication === null) {
    await collect(null);
    return { id, bake, rollout: null, removal: null };
  }
  const { name } = trialNames(id);
  const made: TrialFleet = { id, pipeline: description.pipeline, ...(await fleet(publication.id)) };
  signal?.throwIfAborted();
  let rollout: TrialRollout | null = null;
  let removal: SeenTrial | null = null;
  try {
    const until = new Date(ports.now().getTime() + limits.fleetHours * 3_600_000);
    ports.report(`Stack ${name} is made.`);
    await ports.stacks.create(name, trialTags(made), trialTemplate(made));
    await untilMade(ports, name, until, signal);
    const target = { id, publication, amiOwner: description.account, until };
    rollout = await rollTrial(ports, await ports.openFleet(name), target, signal);
    ports.report(`Rollout: ${rollout.outcome}: ${rollout.reason}`);
    await collect(rollout);
  } finally {
    [removal = null] = await removeTrials(ports, description.pipeline, limits.removalHours, id);
  }
  return { id, bake, rollout, removal };
}

/** One at a time, so that what they cost together is what was said. */
async function requireNone({ stacks }: Pick<TrialPorts, 'stacks'>, pipeline: string): Promise<void> {
  const [one] = await stacks.list();
  if (one !== undefined) {
    throw new WinbakeError(
      'ROLLOUT_UNDER_WAY',
      `A trial of ${pipeline} is there since ${one.createdAt.toISOString()}: ${one.name}. Wait for its end, or take away what is left ` +
        `of it: winbake prove ${pipeline} --clean`,
    );
  }
}

const POLL_SECONDS = 15;

async function untilMade(
  ports: Pick<TrialPorts, 'now' | 'sleep' | 'stacks'>,
  name: string,
  until: Date,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stack = await pollUntil(
    ports,
    { seconds: POLL_SECONDS, until, signal },
    async () => (await ports.stacks.list()).find((one) => one.name === name),
    (one) => one !== undefined && one.status !== 'CREATE_IN_PROGRESS',
  );
  if (stack?.status !== 'CREATE_COMPLETE') {
    const why = stack === undefined ? '' : await ports.stacks.whyFailed(stack);
    const got = `${stack?.status ?? 'nothing'} ${why}`.trim();
    throw new WinbakeError(
      'AWS_FAILED',
      `The stack ${name} of the trial could not be made; got: '${got}'. Where the region has no default VPC, say --subnets and ` +
        '--security-group.',
    );
  }
}

/** What was taken away of a trial so far. */
interface Removal {
  readonly stack: string;
  readonly taken: string[];
  readonly failures: string[];
  attempts: number;
}

/**
 * Takes away every trial of a pipeline, or that of an id alone, and says how each went. Nothing ends it early. Throws a `WinbakeError`
 * where something is left.
 */
export async function removeTrials(
  ports: RemovalPorts,
  pipeline: string,
  hours: number,
  id?: string,
): Promise<readonly SeenTrial[]> {
  const until = new Date(ports.now().getTime() + hours * 3_600_000);
  const removals = new Map<string, Removal>();
  let shown = '';
  let empty = 0;
  const left = await pollUntil(
    ports,
    { seconds: POLL_SECONDS, until },
    async () => {
      const [stack] = (await ports.stacks.list()).filter((one) => id === undefined || one.id === id);
      if (stack !== undefined) {
        const text = `The stack ${stack.name} is taken away: ${stack.status}`;
        if (text !== shown) {
          ports.report(text);
          shown = text;
        }
        const removal = removals.get(stack.name) ?? {
          ...{ stack: stack.name, taken: [], failures: [], attempts: 0 },
        };
        removals.set(stack.name, removal);
        await removeStep(ports, stack, removal);
      }
      empty = stack === undefined ? empty + 1 : 0;
      return stack;
    },
    // What was made a moment ago may show at the second look alone.
    (stack) => stack === undefined && (removals.size > 0 || empty > 1),
  ).catch((error: unknown) => {
    throw stillThere(pipeline, error instanceof Error ? error.message : String(error));
  });
  if (left !== undefined) {
    throw stillThere(pipeline, `${left.name} ${left.status} ${left.reason}`.trim());
  }
  return [...removals.values()].map(({ failures, stack, taken }) => ({ stack, taken, failures }));
}

type RemovalPorts = Pick<TrialPorts, 'now' | 'openDeletion' | 'report' | 'sleep' | 'stacks'>;

function stillThere(pipeline: string, got: string): WinbakeError {
  return new WinbakeError(
    'AWS_FAILED',
    `What a trial of ${pipeline} made is still there, and costs money; got: '${got}'. Take it away: winbake prove ${pipeline} --clean`,
  );
}

/** The next step; the group goes first, since CloudFormation takes no instance that is protected from scale-in. */
async function removeStep(
  { now, openDeletion, stacks }: Pick<RemovalPorts, 'now' | 'openDeletion' | 'stacks'>,
  stack: TrialStack,
  removal: Removal,
): Promise<void> {
  if (stack.status.endsWith('_IN_PROGRESS')) {
    return;
  }
  const step = await deleteFleet(openDeletion(stack.name), { id: stack.id, drainUntil: now() }, now());
  if (step.kind === 'forced') {
    removal.taken.push(...step.instances);
  }
  if (step.kind === 'done') {
    if (removal.attempts > 0) {
      removal.failures.push(stack.reason);
    }
    removal.attempts += 1;
    await stacks.delete(stack);
  }
}

import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import { isNewer, type Channel } from '../../contract/documents/publication';
import { WinbakeError } from '../../contract/values/errors';
import { deleteFleet } from '../fleet/fleet-resources';
import type { SeenTrial } from './facts';
import { rollTrial, type TrialRollout } from './trial-fleet';
import type { TrialLimits } from './trial-plan';
import { pollUntil } from './trial-polls';
import type { TrialPipeline, TrialPorts, TrialStack } from './trial-ports';
import { trialNames, trialTags, trialTemplate, type TrialFleet } from './trial-template';

/** What came of the bake of a trial. */
interface TrialBake {
  /** `equal`: nothing was to be published, since it is what was published before; `late`: it goes on without the trial. */
  readonly outcome: 'published' | 'equal' | 'refused' | 'failed' | 'late';
  /** What `latest` shows then; null before the first. */
  readonly publication: Channel | null;
  readonly minutes: number;
  /** In the pipeline's own words. */
  readonly reason: string;
}

/** How often the pipeline is asked. */
const BAKE_POLL_SECONDS = 60;

/** An execution that was started may not show at once. */
const GRACE_MINUTES = 10;

/** Orders a bake as a person does, and waits for what comes of it. */
async function bakeForTrial(
  ports: Pick<TrialPorts, 'now' | 'orderBake' | 'readPipeline' | 'report' | 'sleep'>,
  hours: number,
  signal?: AbortSignal,
): Promise<TrialBake> {
  const before = await ports.readPipeline();
  const begun = ports.now();
  const minutes = () => Math.round((ports.now().getTime() - begun.getTime()) / 60_000);
  const { done, reasons } = await ports.orderBake();
  if (!done) {
    return { outcome: 'refused', publication: before.latest, minutes: 0, reason: reasons.join(' ') };
  }
  ports.report('The bake is ordered.');
  let shown = '';
  const polled = await pollUntil(
    ports,
    { seconds: BAKE_POLL_SECONDS, until: new Date(begun.getTime() + hours * 3_600_000), signal },
    async () => {
      const now = await ports.readPipeline();
      if (now.rebake !== shown) {
        ports.report(`The pipeline is ${now.rebake}.`);
        shown = now.rebake;
      }
      return { now, outcome: outcomeOf(before, now, begun) };
    },
    ({ outcome }) => outcome !== undefined && (outcome !== 'failed' || minutes() >= GRACE_MINUTES),
  );
  const { now, outcome = 'late' } = polled;
  return { outcome, publication: now.latest, minutes: minutes(), reason: reasonOf(outcome, now) };
}

function outcomeOf(
  before: TrialPipeline,
  { equal, latest, rebake }: TrialPipeline,
  begun: Date,
): TrialBake['outcome'] | undefined {
  if (
    latest !== null &&
    latest.mode !== 'unbaked' &&
    (before.latest === null || isNewer(latest, before.latest))
  ) {
    return 'published';
  }
  if (equal !== null && equal.publication === latest?.id && new Date(equal.at) >= begun) {
    return 'equal';
  }
  return rebake === 'idle' ? 'failed' : undefined;
}

function reasonOf(outcome: TrialBake['outcome'], { latest, why }: TrialPipeline): string {
  const id = latest?.id ?? 'nothing';
  switch (outcome) {
    case 'published':
      return `${id} is published`;
    case 'equal':
      return `it equals ${id}, which stays`;
    case 'refused':
    case 'failed':
    case 'late':
      return why;
  }
}

/** What a trial is made from; what only the publication says comes later. */
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

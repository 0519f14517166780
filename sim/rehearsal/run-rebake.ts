import { channelSchema } from '../../lib/contract/documents/publication';
import { parseDocument } from '../../lib/contract/documents/document';
import { channelParameters } from '../../lib/contract/names/parameters';
import { readRecipe, stepNames } from '../aws/image-builder/read-recipe';
import { rebake, type RebakeResult } from './rebake';
import type { ReportedRebake } from './rehearsal-report';
import { rollOut } from './roll-out-fleets';
import type { RehearsalContext } from './rehearsal-context';
import type { WatchedFleet } from './watched-fleet';

/** What rebakes of one rehearsal share. */
export interface RebakeSettings {
  readonly context: RehearsalContext;
  readonly fleets: readonly WatchedFleet[];
}

/** A rebake, and the rollout of what it published. */
export interface RebakeRun {
  readonly result: RebakeResult;
  readonly reported: ReportedRebake;
}

/** Does a part of the work under a title. */
type Phase = <T>(title: string, work: () => Promise<T>) => Promise<T>;

/** Starts the state machine once, and lets the fleets take what comes of it. */
export async function runRebake(
  { fleets, context }: RebakeSettings,
  trigger: string,
  phase: Phase = (title, work) => context.log.phase(title, work),
): Promise<RebakeRun> {
  const { account, clock, log } = context;
  fleets.forEach(({ deployed }) => {
    deployed.fleet.beginReport();
  });
  const at = clock.now().toISOString();
  const before = latestId(context);
  const result = await phase('Decide, bake and publish', () => rebake(context, { trigger }));
  if (result.notRun !== undefined) {
    log.notRun(stepNames(readRecipe(account.stacks, result.notRun)));
  }
  const rollout = await phase('Roll out to the fleets', () => rollOut(context, fleets));
  const decision = result.decisions.at(-1)?.decision ?? 'needsOperator';
  const status = result.notRun === undefined && decision === 'bake' ? rollout.status : 'none';
  const after = latestId(context);
  const publication = after === before ? null : after;
  return { result, reported: { at, trigger, decision, publication, rollout: { ...rollout, status } } };
}

function latestId({ account, pipeline }: RehearsalContext): string {
  const name = channelParameters(pipeline.parameterPath, 'latest').publication;
  return parseDocument(channelSchema, account.parameters.read(name) ?? '', name).id;
}

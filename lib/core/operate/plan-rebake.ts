import { isBaking, readLease } from '../bake/lease';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { OperateRequest } from '../../contract/documents/operate-request';
import { UsageError } from '../../contract/values/errors';
import type { DocumentStore } from '../ports/document-store';
import type { Executions } from '../ports/executions';
import type { Rebakes } from '../ports/rebakes';
import { nothingToChange, type VerbPlan } from './verb-plan';

/** What starting a rebake works with. */
export interface RebakePorts {
  readonly documents: DocumentStore;
  readonly executions: Executions;
  readonly rebakes: Rebakes;
}

/** A person's wish to look or bake now. */
export type RebakeRequest = Extract<OperateRequest, { readonly verb: 'rebake' }>;

/**
 * Plans to start a rebake. One that only waits gives way to a forced one; a bake that is under way does not. Throws a
 * `UsageError` where an update is asked for without force.
 */
export async function planRebake(
  { documents, executions, rebakes }: RebakePorts,
  { stateMachineArn }: PipelineDescription,
  { by, force, kb, reason }: RebakeRequest,
  now: Date,
): Promise<VerbPlan> {
  if (kb !== undefined && !force) {
    throw new UsageError(`An update is asked for with --force only; got: --kb ${kb} alone.`);
  }
  const lease = await readLease(documents);
  const running = lease !== undefined && (await executions.isRunning(lease.execution)) ? lease : undefined;
  if (running !== undefined && isBaking(running)) {
    const id = running.order?.id ?? '';
    return nothingToChange(
      `The bake ${id} is under way since ${running.at}; cancel it first, or wait for its end.`,
    );
  }
  if (running !== undefined && !force) {
    return nothingToChange(
      `A rebake looks and waits since ${running.at}; --force ends its wait and bakes now.`,
    );
  }
  const name = `by-hand-${now.toISOString().replaceAll(/[^0-9TZ]/g, '')}`;
  const input = { trigger: 'by hand', force, by, reason, ...(kb === undefined ? {} : { kb }) };
  return {
    changes: [force ? `bake now${kb === undefined ? '' : `, with ${kb}`}` : 'look now, and bake what is due'],
    reasons: [
      `${by}: ${reason}`,
      ...(running === undefined ? [] : [`It ends the rebake that waits since ${running.at}.`]),
    ],
    apply: () => rebakes.start(stateMachineArn, name, input),
  };
}

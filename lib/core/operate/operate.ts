import type { CancelPorts } from '../bake/cancel-rebake';
import type { OperateAnswer, OperateRequest } from '../../contract/documents/operate-request';
import type { PipelineDescription } from '../../contract/documents/pipeline-description';
import type { AmiInventory } from '../ports/ami-inventory';
import type { Rebakes } from '../ports/rebakes';
import { applyPlan, describeChange, type ChannelPlan } from '../publish/channel-plan';
import type { DeliveryPorts } from '../publish/deliver';
import { planHold, planPromotionOf, planRollbackOf, planUnhold } from '../publish/operate-channels';
import type { Release } from '../../contract/values/release';
import { planAccept } from './plan-accept';
import { planCancel } from './plan-cancel';
import { planPruneVerb } from './plan-prune-verb';
import { planRebake } from './plan-rebake';
import type { VerbPlan } from './verb-plan';

/** What the verbs work with. */
export interface OperatePorts extends DeliveryPorts, CancelPorts {
  readonly rebakes: Rebakes;
  readonly inventory: AmiInventory;
}

/** The pipeline that is operated, and the release that it bakes. */
export interface OperatedPipeline {
  readonly description: PipelineDescription;
  readonly release: Release;
}

/**
 * Plans what a person orders and, unless it is a dry run, carries it out. The same code serves the operate function and the
 * command line. Throws a `UsageError` for an order that cannot be.
 */
export async function operate(
  ports: OperatePorts,
  pipeline: OperatedPipeline,
  request: OperateRequest,
): Promise<OperateAnswer> {
  const { changes, reasons, apply } = await planOf(ports, pipeline, request);
  const done = !request.dryRun && changes.length > 0;
  if (done) {
    await apply();
  }
  return { verb: request.verb, changes: [...changes], reasons: [...reasons], done };
}

async function planOf(
  ports: OperatePorts,
  { description, release }: OperatedPipeline,
  request: OperateRequest,
): Promise<VerbPlan> {
  const now = ports.now();
  const ofChannels = (plan: ChannelPlan): VerbPlan => ({
    changes: plan.changes.map(describeChange),
    reasons: plan.reasons,
    apply: () => applyPlan(ports, description, plan),
  });
  switch (request.verb) {
    case 'hold':
      return ofChannels(await planHold(ports, description, request, instantOf(request)));
    case 'unhold':
      return ofChannels(await planUnhold(ports, description, request));
    case 'promote': {
      const { by, despiteCanaries = false, reason } = request;
      return ofChannels(await planPromotionOf(ports, description, { by, reason, despiteCanaries }));
    }
    case 'rollback':
      return ofChannels(await planRollbackOf(ports, description, request, instantOf(request)));
    case 'accept':
      return planAccept(ports.documents, release, request, now);
    case 'rebake':
      return planRebake(ports, description, request, now);
    case 'cancel':
      return planCancel(ports, request, now);
    case 'prune':
      return planPruneVerb(ports.inventory, description, now);
  }
}

function instantOf({ until }: { readonly until?: string | undefined }): Date | undefined {
  return until === undefined ? undefined : new Date(until);
}

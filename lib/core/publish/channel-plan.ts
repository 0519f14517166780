import type { OperatorOverride } from '../../contract/documents/overrides';
import { type PipelineDescription, pipelinePath } from '../../contract/documents/pipeline-description';
import type { Channel } from '../../contract/documents/publication';
import { holdParameter, type ChannelName } from '../../contract/names/parameters';
import { homeParameters } from '../ports/stores';
import { deliverEverywhere, type DeliveryPorts } from './deliver';
import { moveChannel } from './move-channel';

/** One change that a plan makes. */
export type PlannedChange =
  | { readonly kind: 'move'; readonly channel: ChannelName; readonly to: Channel }
  | { readonly kind: 'hold'; readonly override: OperatorOverride };

/** What is to be done and why; without changes there is nothing to do, and the reasons say why. */
export interface ChannelPlan {
  readonly changes: readonly PlannedChange[];
  /** Sentences for people. */
  readonly reasons: readonly string[];
}

/** A plan that changes nothing. */
export function nothingToDo(reason: string): ChannelPlan {
  return { changes: [], reasons: [reason] };
}

/** A planned change as a line for people. */
export function describeChange(change: PlannedChange): string {
  if (change.kind === 'move') {
    return `${change.channel} -> ${change.to.id} (${change.to.amiId})`;
  }
  const { by, reason, until, at } = change.override;
  return until === at
    ? `release the hold (${by}: ${reason})`
    : `hold promotion and rollouts until ${until} (${by}: ${reason})`;
}

/** Makes the changes of a plan in the pipeline's own region, in their order; a second run changes nothing more. */
export async function applyAtHome(
  { stores }: Pick<DeliveryPorts, 'stores'>,
  description: PipelineDescription,
  plan: ChannelPlan,
): Promise<void> {
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  for (const change of plan.changes) {
    if (change.kind === 'move') {
      await moveChannel(home, path, change.channel, change.to);
    } else {
      await home.put(holdParameter(path), JSON.stringify(change.override), 'text');
    }
  }
}

/** Makes the changes of a plan, and then makes every account and region say the same; also what an earlier run left over. */
export async function applyPlan(
  ports: DeliveryPorts,
  description: PipelineDescription,
  plan: ChannelPlan,
): Promise<void> {
  await applyAtHome(ports, description, plan);
  await deliverEverywhere(ports, description);
}

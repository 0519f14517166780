import { parseDocument } from '../../contract/documents/document';
import { fleetStateSchema } from '../../contract/documents/fleet-state';
import {
  type PipelineDescription,
  awayTargets,
  homeOf,
  pipelinePath,
} from '../../contract/documents/pipeline-description';
import { fleetParameters } from '../../contract/names/parameters';
import { holdOverride, readHold, releaseOverride, type OperatorNote } from '../bake/hold';
import { homeParameters, type ParameterStores } from '../ports/stores';
import { applyAtHome, nothingToDo, type ChannelPlan } from './channel-plan';
import type { DeliveryPorts } from './deliver';
import { readChannel } from './move-channel';
import {
  fleetVerdict,
  type FleetVerdict,
  planPromotion,
  type PromotionInput,
  type PromotionPlan,
  planRollback,
} from './plan-promotion';

/** What reading a pipeline's channels works with. */
export type ChannelPorts = Pick<DeliveryPorts, 'stores' | 'now'>;

/** Plans to hold promotion; `until` is 14 days from now unless given. Carried out with `applyPlan`, as all plans here. */
export async function planHold(
  { stores, now }: ChannelPorts,
  description: PipelineDescription,
  asked: OperatorNote,
  until?: Date,
): Promise<ChannelPlan> {
  const override = holdOverride(asked, now(), until);
  const home = await homeParameters(stores, description);
  const hold = await readHold(home, pipelinePath(description), now());
  const before = hold === undefined ? [] : [`It replaces the hold of ${hold.by} until ${hold.until}.`];
  return { changes: [{ kind: 'hold', override }], reasons: [`${asked.by}: ${asked.reason}`, ...before] };
}

/** Plans to release the hold that is in force. */
export async function planUnhold(
  { stores, now }: ChannelPorts,
  description: PipelineDescription,
  asked: OperatorNote,
): Promise<ChannelPlan> {
  const home = await homeParameters(stores, description);
  const hold = await readHold(home, pipelinePath(description), now());
  return hold === undefined
    ? nothingToDo('Promotion is not held.')
    : {
        changes: [{ kind: 'hold', override: releaseOverride(asked, now()) }],
        reasons: [`${asked.by}: ${asked.reason}`, `It ends the hold of ${hold.by}: ${hold.reason}`],
      };
}

/** Plans a promotion: the one that is due by the policy, or with `asked` the one that a person wants now. */
export async function planPromotionOf(
  ports: ChannelPorts,
  description: PipelineDescription,
  asked?: PromotionInput['asked'],
): Promise<PromotionPlan> {
  const { stores, now } = ports;
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  const latest = await readChannel(home, path, 'latest');
  const current = await readChannel(home, path, 'current');
  const canaries =
    latest === undefined || latest.id === current?.id
      ? []
      : await Promise.all(
          description.promotion.canaryFleets.map(async (fleet) => ({
            fleet,
            verdict: await verdictOf(stores, description, fleet, latest.id),
          })),
        );
  return planPromotion({
    now: now(),
    policy: description.promotion,
    latest,
    current,
    canaries,
    // Last, so that a hold of this moment is seen.
    hold: await readHold(home, path, now()),
    ...(asked === undefined ? {} : { asked }),
  });
}

/** Promotes in the pipeline's own region where it is due; other regions and accounts are delivered to afterwards. */
export async function promoteWhenDue(
  ports: ChannelPorts,
  description: PipelineDescription,
): Promise<PromotionPlan> {
  const plan = await planPromotionOf(ports, description);
  await applyAtHome(ports, description, plan);
  return plan;
}

/** Plans to take `current` back to `previous`. */
export async function planRollbackOf(
  { stores, now }: ChannelPorts,
  description: PipelineDescription,
  asked: OperatorNote,
  until?: Date,
): Promise<ChannelPlan> {
  const home = await homeParameters(stores, description);
  const path = pipelinePath(description);
  return planRollback({
    now: now(),
    current: await readChannel(home, path, 'current'),
    previous: await readChannel(home, path, 'previous'),
    hold: await readHold(home, path, now()),
    asked,
    ...(until === undefined ? {} : { until }),
  });
}

/** A canary fleet may be in any account and region; one that is found nowhere says nothing. */
async function verdictOf(
  stores: ParameterStores,
  description: PipelineDescription,
  fleet: string,
  publication: string,
): Promise<FleetVerdict> {
  const { state: name } = fleetParameters(description.parameterPrefix, fleet);
  const verdicts = await Promise.all(
    [homeOf(description), ...awayTargets(description)].map(
      async (target): Promise<FleetVerdict | undefined> => {
        try {
          const text = await (await stores.of(target)).get(name);
          return text === undefined
            ? undefined
            : fleetVerdict(parseDocument(fleetStateSchema, text, name), publication);
        } catch {
          return undefined;
        }
      },
    ),
  );
  const known = verdicts.filter((verdict) => verdict !== undefined);
  return known.includes('bad')
    ? 'bad'
    : known.length > 0 && known.every((one) => one === 'well')
      ? 'well'
      : 'waiting';
}

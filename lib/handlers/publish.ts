import type { Metrics } from '../core/ports/notices';
import { publishBake, type FinishedBake, type PublishPorts } from '../core/publish/publish-bake';
import { required } from '../contract/names/environment';
import type { Log } from './log';
import { pipelineOf } from './pipeline';

/** What the state machine gets from `publish`. */
export interface PublishAnswer {
  readonly publication: string;
  readonly mode: string;
  /** Whether the bake was discarded, since the publication that stands holds the same. */
  readonly equal: boolean;
  /** With `equal` the AMIs that nothing uses; the scheduled prune removes them. */
  readonly discarded: Readonly<Record<string, string>>;
  /** Why it was promoted, or was not. */
  readonly promotion: string;
  /** The accounts and regions that something is missing in, with the reason. */
  readonly pending: Readonly<Record<string, string>>;
}

/** Makes the publish function over its ports; its environment is `PublishEnvironment`. */
export function createPublish(
  ports: PublishPorts,
  environment: NodeJS.ProcessEnv,
  log?: Log,
  metrics?: Metrics,
) {
  return async (event: FinishedBake): Promise<PublishAnswer> => {
    const result = await publishBake(
      ports,
      {
        description: pipelineOf(environment),
        instanceRoleId: required(environment, 'WINBAKE_INSTANCE_ROLE_ID'),
      },
      event,
    );
    const { bakeSeconds, deliveries, discarded, endedAt, promotion, publication } = result;
    metrics?.record([{ name: 'BakeDuration', value: bakeSeconds, unit: 'Seconds' }], endedAt);
    const pending = Object.entries(deliveries).flatMap(([target, delivery]) =>
      delivery.pending === null ? [] : [[target, delivery.pending.reason] as const],
    );
    const answer: PublishAnswer = {
      publication: publication.id,
      mode: publication.mode,
      equal: discarded !== undefined,
      discarded: discarded ?? {},
      promotion: promotion.join(' '),
      pending: Object.fromEntries(pending),
    };
    log?.info(answer.equal ? 'Discarded: nothing in it is new' : 'Published', {
      order: event.orderId,
      ...answer,
    });
    return answer;
  };
}

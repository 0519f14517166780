import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { ec2AmiTags, imageBuilderBuilds } from '../aws/image-builder';
import { eventBridgeAnnouncer } from '../aws/notices';
import { accountParameterStores } from '../aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import type { Metrics } from '../core/ports/notices';
import { publishBake, type FinishedBake, type PublishPorts } from '../core/publish/publish-bake';
import { required } from '../contract/names/environment';
import { createLog, embeddedMetrics, withLog, type Log } from './log';
import { pipelineOf } from './pipeline';
import { LAMBDA, type Runtime } from './runtime';

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
    const { bakeSeconds, deliveries, discarded, endedAt, leftOut, promotion, publication } = result;
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
      ...(leftOut.length === 0 ? {} : { leftOut }),
    });
    return answer;
  };
}

/** The publish function on the services of AWS: makes a verified AMI known. */
export function create(environment: NodeJS.ProcessEnv, { now, sleep, write }: Runtime = LAMBDA) {
  const description = pipelineOf(environment);
  const log = createLog({ pipeline: description.pipeline }, write);
  const ports = {
    documents: s3DocumentStore(new S3Client(), description.bucket),
    stores: accountParameterStores({ description, sts: new STSClient(), sleep }),
    builds: imageBuilderBuilds(new ImagebuilderClient()),
    tags: ec2AmiTags((message, error) => {
      log.error(message, error);
    }),
    announcer: eventBridgeAnnouncer(new EventBridgeClient()),
    now,
  };
  const metrics = embeddedMetrics({ Pipeline: description.pipeline }, write);
  return withLog(log, createPublish(ports, environment, log, metrics));
}

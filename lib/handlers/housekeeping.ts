import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { accountAmiInventory } from '../aws/ami-inventory';
import { imageBuilderDocuments, stackDeployments } from '../aws/bake-documents';
import { eventBridgeAnnouncer, snsNotifier } from '../aws/notices';
import { accountParameterStores } from '../aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import { required } from '../contract/names/environment';
import type { HousekeepingPorts } from '../core/housekeeping/memory';
import { runHousekeeping, type HousekeepingPartName } from '../core/housekeeping/housekeeping';
import { createLog, embeddedMetrics, withLog, type Log } from './log';
import { pipelineOf } from './pipeline';
import { LAMBDA, type Runtime } from './runtime';

/** What a poll says of each part. */
export type HousekeepingAnswer = Readonly<Partial<Record<HousekeepingPartName, string>>>;

/**
 * Makes the housekeeping function over its ports; its environment is `HousekeepingEnvironment`, and it needs nothing of its event. Where a
 * part failed the function fails at the end, so that it is tried again and shows in its errors.
 */
export function createHousekeeping(ports: HousekeepingPorts, environment: NodeJS.ProcessEnv, log?: Log) {
  return async (): Promise<HousekeepingAnswer> => {
    const results = await runHousekeeping(ports, pipelineOf(environment));
    const failed = results.filter(({ error }) => error !== undefined);
    for (const { part, error } of failed) {
      log?.error(`Housekeeping failed: ${part}`, error);
    }
    const answer: HousekeepingAnswer = Object.fromEntries(
      results.map(({ part, reported }) => [part, reported]),
    );
    log?.info('Housekeeping done', { parts: answer });
    if (failed.length > 0) {
      throw new Error(failed.map(({ part, reported }) => `${part}: ${reported}`).join('; '));
    }
    return answer;
  };
}

/** The housekeeping function on the services of AWS: takes care of a pipeline, every 15 minutes and after each deployment. */
export function create(environment: NodeJS.ProcessEnv, { now, sleep, write }: Runtime = LAMBDA) {
  const description = pipelineOf(environment);
  const sts = new STSClient();
  const log = createLog({ pipeline: description.pipeline }, write);
  const ports = {
    documents: s3DocumentStore(new S3Client(), description.bucket),
    stores: accountParameterStores({ description, sts, sleep }),
    inventory: accountAmiInventory(description, sts),
    bakeDocuments: imageBuilderDocuments(new ImagebuilderClient(), description.pipeline),
    isDeploying: stackDeployments(new CloudFormationClient(), required(environment, 'WINBAKE_STACK_ID')),
    notifier: snsNotifier(new SNSClient(), required(environment, 'WINBAKE_TOPIC_ARN')),
    announcer: eventBridgeAnnouncer(new EventBridgeClient()),
    metrics: embeddedMetrics({ Pipeline: description.pipeline }, write),
    now,
  };
  return withLog(log, createHousekeeping(ports, environment, log));
}

import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { accountAmiInventory } from '../aws/ami-inventory';
import { imageBuilderDocuments } from '../aws/bake-documents';
import { eventBridgeAnnouncer, snsNotifier } from '../aws/notices';
import { accountParameterStores } from '../aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import { required } from '../contract/names/environment';
import { createHousekeeping } from './housekeeping';
import { embeddedMetrics, createLog, withLog } from './log';
import { pipelineOf } from './pipeline';

const description = pipelineOf(process.env);
const sts = new STSClient();
const log = createLog({ pipeline: description.pipeline });

/** Takes care of a pipeline, every 15 minutes. */
export const handler = withLog(
  log,
  createHousekeeping(
    {
      documents: s3DocumentStore(new S3Client(), description.bucket),
      stores: accountParameterStores({ description, sts }),
      inventory: accountAmiInventory(description, sts),
      bakeDocuments: imageBuilderDocuments(new ImagebuilderClient(), description.pipeline),
      notifier: snsNotifier(new SNSClient(), required(process.env, 'WINBAKE_TOPIC_ARN')),
      announcer: eventBridgeAnnouncer(new EventBridgeClient()),
      metrics: embeddedMetrics({ Pipeline: description.pipeline }),
      now: () => new Date(),
    },
    process.env,
    log,
  ),
);

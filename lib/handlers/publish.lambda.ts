import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { ec2AmiTags, imageBuilderBuilds } from '../aws/image-builder';
import { eventBridgeAnnouncer } from '../aws/notices';
import { accountParameterStores } from '../aws/stores/account-parameter-stores';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import { embeddedMetrics, createLog, withLog } from './log';
import { pipelineOf } from './pipeline';
import { createPublish } from './publish';

const description = pipelineOf(process.env);
const log = createLog({ pipeline: description.pipeline });

/** Makes a verified AMI known. */
export const handler = withLog(
  log,
  createPublish(
    {
      documents: s3DocumentStore(new S3Client(), description.bucket),
      stores: accountParameterStores({ description, sts: new STSClient() }),
      builds: imageBuilderBuilds(new ImagebuilderClient()),
      tags: ec2AmiTags((message, error) => {
        log.error(message, error);
      }),
      announcer: eventBridgeAnnouncer(new EventBridgeClient()),
      now: () => new Date(),
    },
    process.env,
    log,
    embeddedMetrics({ Pipeline: description.pipeline }),
  ),
);

import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { accountParameterStores } from '../aws/account-parameter-stores';
import { ec2AmiTags } from '../aws/ec2-ami-tags';
import { eventBridgeAnnouncer } from '../aws/event-bridge-announcer';
import { imageBuilderBuilds } from '../aws/image-builder-builds';
import { s3DocumentStore } from '../aws/s3-document-store';
import { embeddedMetrics } from './embedded-metrics';
import { createLog } from './log';
import { pipelineOf } from './pipeline';
import { createPublish } from './publish';
import { withLog } from './with-log';

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
    embeddedMetrics(description.pipeline),
  ),
);

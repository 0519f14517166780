import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { imageBuilderControl } from '../aws/image-builder';
import { eventBridgeAnnouncer, snsNotifier } from '../aws/notices';
import { stepFunctionsExecutions } from '../aws/step-functions';
import { s3DocumentStore } from '../aws/stores/s3-document-store';
import { ssmParameterStore } from '../aws/stores/ssm-parameter-store';
import { required } from '../contract/names/environment';
import { createRegistryClient } from '../registry/registry-client';
import { createDecide, type DecideAnswer, type DecideEvent } from './decide';
import { createLog, withLog } from './log';

const ports = {
  documents: s3DocumentStore(new S3Client(), required(process.env, 'WINBAKE_BUCKET')),
  parameters: ssmParameterStore(new SSMClient()),
  executions: stepFunctionsExecutions(new SFNClient()),
  bakes: imageBuilderControl(new ImagebuilderClient()),
  notifier: snsNotifier(new SNSClient(), required(process.env, 'WINBAKE_TOPIC_ARN')),
  announcer: eventBridgeAnnouncer(new EventBridgeClient()),
  now: () => new Date(),
};

/** One poll has this many seconds for all its network work. */
const DEADLINE_SECONDS = 30;

async function decide(event: DecideEvent): Promise<DecideAnswer> {
  const registry = createRegistryClient({
    url: required(process.env, 'WINBAKE_REGISTRY'),
    deadlineSeconds: DEADLINE_SECONDS,
  });
  try {
    return await createDecide({ ...ports, registry }, process.env)(event);
  } finally {
    await registry.close();
  }
}

/** Looks and decides under the lease, and writes the order of a bake that is due. */
export const handler = withLog(
  createLog({ pipeline: required(process.env, 'WINBAKE_PIPELINE') }),
  decide,
  (answer) => ({ ...answer, clientToken: undefined }),
);

import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { s3DocumentStore } from '../aws/s3-document-store';
import { ssmParameterStore } from '../aws/ssm-parameter-store';
import { createRegistryClient } from '../registry/registry-client';
import { createDecide, type DecideEvent } from './decide';
import { required } from './env';

const documents = s3DocumentStore(new S3Client(), required(process.env, 'WINBAKE_BUCKET'));
const parameters = ssmParameterStore(new SSMClient());

/** One look has this many seconds for all its network work. */
const DEADLINE_SECONDS = 30;

/** Looks, decides, and writes the order of a bake that is due. */
export const handler = async (event: DecideEvent) => {
  const registry = createRegistryClient({
    url: required(process.env, 'WINBAKE_REGISTRY'),
    deadlineSeconds: DEADLINE_SECONDS,
  });
  try {
    return await createDecide({ registry, documents, parameters, now: () => new Date() }, process.env)(event);
  } finally {
    await registry.close();
  }
};

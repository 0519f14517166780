import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { S3Client } from '@aws-sdk/client-s3';
import { SSMClient } from '@aws-sdk/client-ssm';
import { ec2AmiTags } from '../aws/ec2-ami-tags';
import { imageBuilderBuilds } from '../aws/image-builder-builds';
import { s3DocumentStore } from '../aws/s3-document-store';
import { ssmParameterStore } from '../aws/ssm-parameter-store';
import { required } from './env';
import { createPublish } from './publish';

/** Makes a verified AMI known. */
export const handler = createPublish(
  {
    documents: s3DocumentStore(new S3Client(), required(process.env, 'WINBAKE_BUCKET')),
    parameters: ssmParameterStore(new SSMClient()),
    builds: imageBuilderBuilds(new ImagebuilderClient()),
    tags: ec2AmiTags(),
    now: () => new Date(),
  },
  process.env,
);

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { amiKeyDescription, logGroupsOf, resourceNameOf } from '../contract/names/resources';
import type { Remains } from '../core/cleanup/orphaned-resources';
import { accountAmiInventory } from './account-ami-inventory';
import { leftBuckets } from './left-buckets';
import { leftImages } from './left-images';
import { leftKeys } from './left-keys';
import { leftLogGroups } from './left-log-groups';
import { leftParameters } from './left-parameters';
import { seeFunctions } from './see-functions';

/** Which pipeline's remains are meant; its region is its own. */
export interface RemainsOptions {
  readonly pipeline: string;
  readonly parameterPrefix: string;
  readonly account: string;
  readonly region: string;
  /** Such as `aws`. */
  readonly partition: string;
  /** A bucket without the pipeline's tag. */
  readonly bucket: string | undefined;
}

/** What is left of a pipeline, found by names and tags, with the rights of whoever's credentials this process has. */
export function pipelineRemains(options: RemainsOptions): Remains {
  const { account, bucket, parameterPrefix, partition, pipeline, region } = options;
  const name = resourceNameOf(pipeline);
  const stateMachineArn = `arn:${partition}:states:${region}:${account}:stateMachine:${name}-rebake`;
  const client = { region };
  const functions = seeFunctions({
    lambda: new LambdaClient(client),
    iam: new IAMClient(client),
    states: new SFNClient(client),
    scheduler: new SchedulerClient(client),
  });
  return {
    ...accountAmiInventory({ account, parameterPrefix, pipeline, stateMachineArn }, new STSClient(client)),
    ...leftParameters(`${parameterPrefix}/${pipeline}`, (place) => new SSMClient({ region: place })),
    ...leftBuckets(new S3Client(client), region, pipeline, bucket),
    ...leftLogGroups(new CloudWatchLogsClient(client), logGroupsOf(pipeline)),
    ...leftImages(new ImagebuilderClient(client), name),
    ...leftKeys(new KMSClient(client), new EC2Client(client), account, amiKeyDescription(pipeline)),
    standing: async () => {
      if ((await functions.functionOf(`${name}-operate`)) !== undefined) {
        return `the function ${name}-operate`;
      }
      const machine = await functions.roleOfStateMachine(stateMachineArn);
      return machine === undefined ? undefined : `the state machine ${name}-rebake`;
    },
  };
}

/** The regions that an account has enabled. */
export async function enabledRegions(region: string): Promise<readonly string[]> {
  const { Regions = [] } = await new EC2Client({ region }).send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => RegionName ?? []);
}

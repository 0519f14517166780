import { PIPELINE_TAG } from '../../contract/names/resources';
import {
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
  ResourceNotFoundException,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  paginateListBuckets,
  S3ServiceException,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Leftovers, OrphanedParameter } from '../../core/cleanup/orphaned-resources';
import { absentWhere } from '../stores/ssm-parameter-store';

/** How S3 says that a bucket has no tag that we may see. */
const NOT_OURS = ['NoSuchTagSet', 'NoSuchBucket', 'AccessDenied'];

/** The buckets of a region with the pipeline's tag, and the one that is named, if any. */
export function orphanedBuckets(
  client: S3Client,
  region: string,
  pipeline: string,
  named: string | undefined,
): Pick<Leftovers, 'buckets' | 'deleteBucket'> {
  return {
    buckets: async () => {
      const found = new Set<string>();
      for await (const page of paginateListBuckets({ client }, { BucketRegion: region })) {
        for (const { Name = '' } of page.Buckets ?? []) {
          if (Name === named || (await pipelineOf(client, Name)) === pipeline) {
            found.add(Name);
          }
        }
      }
      return [...found];
    },
    deleteBucket: async (Bucket) => {
      try {
        await empty(client, Bucket);
        await client.send(new DeleteBucketCommand({ Bucket }));
      } catch (error) {
        if (!(error instanceof NoSuchBucket) && (error as Error).name !== 'NoSuchBucket') {
          throw error;
        }
      }
    },
  };
}

/** A bucket without tags is an error to S3; one whose tags are not for us is somebody else's. */
async function pipelineOf(client: S3Client, Bucket: string): Promise<string | undefined> {
  try {
    const { TagSet = [] } = await client.send(new GetBucketTaggingCommand({ Bucket }));
    return TagSet.find(({ Key }) => Key === PIPELINE_TAG)?.Value;
  } catch (error) {
    if (error instanceof S3ServiceException && NOT_OURS.includes(error.name)) {
      return undefined;
    }
    throw error;
  }
}

/** Every version goes, and every marker of a deletion; a bucket that holds any stays. */
async function empty(client: S3Client, Bucket: string): Promise<void> {
  for (;;) {
    const { DeleteMarkers = [], Versions = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) {
      return;
    }
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined) {
      throw new Error(`${Bucket}/${first.Key ?? ''} cannot be deleted: ${first.Message ?? first.Code ?? ''}`);
    }
  }
}

/** The log groups of these names that are there. */
export function orphanedLogGroups(
  client: CloudWatchLogsClient,
  names: readonly string[],
): Pick<Leftovers, 'logGroups' | 'deleteLogGroup'> {
  return {
    logGroups: async () => {
      const found: string[] = [];
      for (const logGroupNamePrefix of names) {
        for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix })) {
          found.push(...(page.logGroups ?? []).flatMap(({ logGroupName }) => logGroupName ?? []));
        }
      }
      return names.filter((name) => found.includes(name));
    },
    deleteLogGroup: async (logGroupName) => {
      await absentWhere(ResourceNotFoundException, () =>
        client.send(new DeleteLogGroupCommand({ logGroupName })),
      );
    },
  };
}

/** The parameters below a path, such as `/winbake/2022-core`, in the regions of the caller's account. */
export function orphanedParameters(
  path: string,
  ssmIn: (region: string) => SSMClient,
): Pick<Leftovers, 'parametersIn' | 'deleteParameter'> {
  return {
    parametersIn: async (region) => {
      const found: OrphanedParameter[] = [];
      const request = { Path: path, Recursive: true };
      for await (const page of paginateGetParametersByPath({ client: ssmIn(region) }, request)) {
        found.push(
          ...(page.Parameters ?? []).map(({ Name = '', Value = '' }) => ({
            region,
            name: Name,
            value: Value,
          })),
        );
      }
      return found;
    },
    deleteParameter: async ({ name, region }) => {
      await absentWhere(ParameterNotFound, () =>
        ssmIn(region).send(new DeleteParameterCommand({ Name: name })),
      );
    },
  };
}

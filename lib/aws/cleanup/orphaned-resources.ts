import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  ResourceNotFoundException as LogGroupNotFound,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeRegionsCommand,
  EC2Client,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
} from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  DeleteImageCommand,
  ImagebuilderClient,
  paginateListImageBuildVersions,
  paginateListImages,
  ResourceNotFoundException,
} from '@aws-sdk/client-imagebuilder';
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  KMSInvalidStateException,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketTaggingCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  paginateListBuckets,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { amiKeyDescription, logGroupsOf, PIPELINE_TAG, resourceNameOf } from '../../contract/names/resources';
import type { Leftovers, OrphanedImage, OrphanedKey, OrphanedParameter } from '../../core/cleanup/destroy';
import { accountAmiInventory } from '../ami-inventory';
import { imageBuilderDocuments } from '../bake-documents';
import { inspectFunctions } from '../deployed-functions';
import { absentWhere } from '../stores/ssm-parameter-store';

/**
 * The image build versions of a name. Deleting one leaves its AMI.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_DeleteImage.html
 */
export function orphanedImages(
  client: ImagebuilderClient,
  name: string,
): Pick<Leftovers, 'images' | 'deleteImage'> {
  return {
    images: async () => {
      const found: OrphanedImage[] = [];
      const request = { owner: 'Self' as const, filters: [{ name: 'name', values: [name] }] };
      for await (const page of paginateListImages({ client }, request)) {
        for (const { arn: imageVersionArn } of page.imageVersionList ?? []) {
          for await (const builds of paginateListImageBuildVersions({ client }, { imageVersionArn })) {
            found.push(
              ...(builds.imageSummaryList ?? []).map(({ arn = '', outputResources }) => ({
                arn,
                amiIds: (outputResources?.amis ?? []).flatMap(({ image }) => image ?? []),
              })),
            );
          }
        }
      }
      return found;
    },
    deleteImage: async (imageBuildVersionArn) => {
      await absentWhere(ResourceNotFoundException, () =>
        client.send(new DeleteImageCommand({ imageBuildVersionArn })),
      );
    },
  };
}

const DAYS_UNTIL_DELETED = 30;

/** The keys of a description that are not to be deleted yet, with what they encrypt here; `account` is their own. */
function orphanedKeys(
  kms: KMSClient,
  ec2: EC2Client,
  account: string,
  description: string,
): Pick<Leftovers, 'keys' | 'scheduleKeyDeletion'> {
  return {
    keys: async () => {
      const found: OrphanedKey[] = [];
      for await (const page of paginateListKeys({ client: kms }, {})) {
        for (const { KeyId = '' } of page.Keys ?? []) {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          const { Arn = '', Description, KeyState } = KeyMetadata ?? {};
          if (Description === description && KeyState !== 'PendingDeletion') {
            const policy = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
            const accounts = new Set(policy.Policy?.match(/\b\d{12}\b/g) ?? []);
            accounts.delete(account);
            found.push({
              keyId: KeyId,
              encrypts: await encryptedWith(ec2, Arn),
              otherAccounts: [...accounts],
            });
          }
        }
      }
      return found;
    },
    scheduleKeyDeletion: async (KeyId) => {
      const request = { KeyId, PendingWindowInDays: DAYS_UNTIL_DELETED };
      // One that is to be deleted already is not taken a second time.
      await absentWhere(KMSInvalidStateException, () => kms.send(new ScheduleKeyDeletionCommand(request)));
    },
  };
}

async function encryptedWith(client: EC2Client, keyArn: string): Promise<readonly string[]> {
  const found: string[] = [];
  const Filters = [{ Name: 'encrypted', Values: ['true'] }];
  for await (const page of paginateDescribeVolumes({ client }, { Filters })) {
    const volumes = (page.Volumes ?? []).filter(({ KmsKeyId }) => KmsKeyId === keyArn);
    found.push(...volumes.flatMap(({ VolumeId }) => VolumeId ?? []));
  }
  for await (const page of paginateDescribeSnapshots({ client }, { Filters, OwnerIds: ['self'] })) {
    const snapshots = (page.Snapshots ?? []).filter(({ KmsKeyId }) => KmsKeyId === keyArn);
    found.push(...snapshots.flatMap(({ SnapshotId }) => SnapshotId ?? []));
  }
  return found;
}

/** Which pipeline's leftovers are meant; its region is its own. */
interface LeftoversOptions {
  readonly pipeline: string;
  readonly parameterPrefix: string;
  readonly account: string;
  readonly region: string;
  /** Such as `aws`. */
  readonly partition: string;
  /** A bucket without the pipeline's tag. */
  readonly bucket: string | undefined;
}

/** What is left of a pipeline, found by names and tags with this process's credentials. */
export function pipelineLeftovers(options: LeftoversOptions): Leftovers {
  const { account, bucket, parameterPrefix, partition, pipeline, region } = options;
  const name = resourceNameOf(pipeline);
  const stateMachineArn = `arn:${partition}:states:${region}:${account}:stateMachine:${name}-rebake`;
  const client = { region };
  const imageBuilder = new ImagebuilderClient(client);
  const documents = imageBuilderDocuments(imageBuilder, pipeline);
  const functions = inspectFunctions({
    lambda: new LambdaClient(client),
    iam: new IAMClient(client),
    states: new SFNClient(client),
    scheduler: new SchedulerClient(client),
  });
  return {
    ...accountAmiInventory({ account, parameterPrefix, pipeline, stateMachineArn }, new STSClient(client)),
    ...orphanedParameters(`${parameterPrefix}/${pipeline}`, (place) => new SSMClient({ region: place })),
    ...orphanedBuckets(new S3Client(client), region, pipeline, bucket),
    ...orphanedLogGroups(new CloudWatchLogsClient(client), logGroupsOf(pipeline)),
    ...orphanedImages(imageBuilder, name),
    bakeDocuments: () => documents.all(),
    deleteBakeDocument: (arn) => documents.remove(arn),
    ...orphanedKeys(new KMSClient(client), new EC2Client(client), account, amiKeyDescription(pipeline)),
    deployed: async () => {
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

/** How S3 says that a bucket has no tag that we may see. */
const NOT_OURS = ['NoSuchTagSet', 'NoSuchBucket', 'AccessDenied'];

/** The buckets of a region with the pipeline's tag, and the one that is named, if any. */
function orphanedBuckets(
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
function orphanedLogGroups(
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
      await absentWhere(LogGroupNotFound, () => client.send(new DeleteLogGroupCommand({ logGroupName })));
    },
  };
}

/** The parameters below a path, such as `/winbake/2022-core`, in the regions of the caller's account. */
function orphanedParameters(
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

import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import {
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  EC2Client,
  DescribeRegionsCommand,
} from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  DeleteImageCommand,
  ResourceNotFoundException,
  paginateListImageBuildVersions,
  paginateListImages,
  ImagebuilderClient,
} from '@aws-sdk/client-imagebuilder';
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  KMSInvalidStateException,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { amiKeyDescription, logGroupsOf, resourceNameOf } from '../../contract/names/resources';
import type { OrphanedImage, Leftovers, OrphanedKey } from '../../core/cleanup/orphaned-resources';
import { accountAmiInventory } from '../ami-inventory';
import { imageBuilderDocuments } from '../bake-documents';
import { inspectFunctions } from '../inspect-functions';
import { absentWhere } from '../stores/ssm-parameter-store';
import { orphanedBuckets, orphanedLogGroups, orphanedParameters } from './orphaned-storage';

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

/** What is left of a pipeline, found by names and tags, with the rights of whoever's credentials this process has. */
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

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeFastLaunchImagesCommand,
  DescribeRouteTablesCommand,
  type LaunchTemplateBlockDeviceMapping,
  DescribeSubnetsCommand,
  EC2Client,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  paginateDescribeVpcEndpoints,
  type _InstanceType,
  type Instance,
  type Route,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  GetDistributionConfigurationCommand,
  GetImagePipelineCommand,
  GetImageRecipeCommand,
  GetInfrastructureConfigurationCommand,
  ImagebuilderClient,
  ResourceNotFoundException,
  type ImagePipeline,
} from '@aws-sdk/client-imagebuilder';
import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient, NotFoundException } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  ServiceQuotasClient,
  type ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { isStandard } from '../../core/doctor/check-quotas';
import type {
  InspectedFleetVolume,
  InspectedImagePipeline,
  InspectedQuota,
  PipelineInspector,
} from '../../core/doctor/pipeline-inspector';
import { fleetGroups, versionsOfGroup } from '../fleets/group-launch';
import { inspectFunctions } from '../deployed-functions';
import { absentWhere } from '../stores/ssm-parameter-store';
import { inspectGmsa } from './inspect-gmsa';

/** What Image Builder knows of a pipeline; `region` is its own. */
export function inspectImagePipeline(
  client: ImagebuilderClient,
  region: string,
): Pick<PipelineInspector, 'imagePipeline'> {
  return {
    imagePipeline: (imagePipelineArn) =>
      absentWhere(ResourceNotFoundException, async () => {
        const { imagePipeline = {} } = await client.send(new GetImagePipelineCommand({ imagePipelineArn }));
        const { infrastructureConfigurationArn } = imagePipeline;
        const { infrastructureConfiguration: built } = await client.send(
          new GetInfrastructureConfigurationCommand({ infrastructureConfigurationArn }),
        );
        return {
          isEnabled: imagePipeline.status === 'ENABLED',
          instanceTypes: built?.instanceTypes ?? [],
          subnetId: built?.subnetId,
          executionRole: imagePipeline.executionRole,
          instanceProfile: built?.instanceProfileName,
          keys: await keysOf(client, imagePipeline, region),
        };
      }),
  };
}

/** The recipe's key is that of the pipeline's own region, where the distribution names no other. */
async function keysOf(
  client: ImagebuilderClient,
  { distributionConfigurationArn, imageRecipeArn }: ImagePipeline,
  region: string,
): Promise<InspectedImagePipeline['keys']> {
  const { imageRecipe } = await client.send(new GetImageRecipeCommand({ imageRecipeArn }));
  const { distributionConfiguration } = await client.send(
    new GetDistributionConfigurationCommand({ distributionConfigurationArn }),
  );
  const keys = new Map<string, string>();
  for (const { ebs } of imageRecipe?.blockDeviceMappings ?? []) {
    if (ebs?.kmsKeyId !== undefined) {
      keys.set(region, ebs.kmsKeyId);
    }
  }
  for (const one of distributionConfiguration?.distributions ?? []) {
    const keyId = one.amiDistributionConfiguration?.kmsKeyId;
    if (one.region !== undefined && keyId !== undefined) {
      keys.set(one.region, keyId);
    }
  }
  return [...keys].map(([place, keyId]) => ({ region: place, keyId }));
}

/** Keys and AMIs, each in its own region. */
export function inspectKeysAndAmis(
  ec2In = (region: string) => new EC2Client({ region }),
  kmsIn = (region: string) => new KMSClient({ region }),
): Pick<PipelineInspector, 'keyOf' | 'amiState' | 'fastLaunchOf'> {
  return {
    keyOf: (region, keyId) =>
      absentWhere(NotFoundException, async () => {
        const kms = kmsIn(region);
        const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
        const { Policy = '' } = await kms.send(
          new GetKeyPolicyCommand({ KeyId: KeyMetadata?.KeyId, PolicyName: 'default' }),
        );
        return { state: KeyMetadata?.KeyState ?? '', policy: Policy };
      }),
    amiState: async (region, amiId) => {
      // By a filter: asked for by its id an AMI that does not exist is an error.
      const { Images = [] } = await ec2In(region).send(
        new DescribeImagesCommand({
          Filters: [{ Name: 'image-id', Values: [amiId] }],
          IncludeDeprecated: true,
        }),
      );
      return Images[0]?.State;
    },
    fastLaunchOf: async (region, amiId) => {
      const { FastLaunchImages: [found] = [] } = await ec2In(region).send(
        new DescribeFastLaunchImagesCommand({ ImageIds: [amiId] }),
      );
      return found && { state: found.State ?? '', reason: found.StateTransitionReason ?? '' };
    },
  };
}

/** What AWS knows of a pipeline in a region, read with this process's credentials. */
export function pipelineInspector(region: string): PipelineInspector {
  const ec2 = new EC2Client({ region });
  const autoScaling = new AutoScalingClient({ region });
  const iam = new IAMClient({ region });
  return {
    ...inspectFunctions({
      lambda: new LambdaClient({ region }),
      iam,
      states: new SFNClient({ region }),
      scheduler: new SchedulerClient({ region }),
    }),
    ...inspectImagePipeline(new ImagebuilderClient({ region }), region),
    ...inspectNetwork(ec2),
    ...inspectQuotas(new ServiceQuotasClient({ region }), ec2),
    ...inspectFleets(autoScaling, ec2),
    ...inspectGmsa({
      autoScaling,
      ec2,
      iam,
      ecs: new ECSClient({ region }),
      s3: new S3Client({ region }),
      secrets: new SecretsManagerClient({ region }),
      ssm: new SSMClient({ region }),
    }),
    ...inspectKeysAndAmis(),
  };
}

/**
 * How subnets are connected, by their route table, else the VPC's main one, and the VPC's endpoints.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
 */
export function inspectNetwork(ec2: EC2Client): Pick<PipelineInspector, 'networkOf'> {
  return {
    networkOf: async (subnetId) => {
      const filter =
        subnetId === undefined
          ? { Name: 'default-for-az', Values: ['true'] }
          : { Name: 'subnet-id', Values: [subnetId] };
      const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters: [filter] }));
      const [subnet] = Subnets;
      return (
        subnet && {
          subnetId: subnet.SubnetId ?? '',
          defaultRoute: await defaultRouteOf(ec2, subnet),
          endpoints: await endpointsOf(ec2, subnet.VpcId ?? ''),
        }
      );
    },
  };
}

async function defaultRouteOf(ec2: EC2Client, { SubnetId, VpcId }: Subnet): Promise<string | undefined> {
  const tables = async (Filters: { Name: string; Values: string[] }[]) =>
    (await ec2.send(new DescribeRouteTablesCommand({ Filters }))).RouteTables ?? [];
  const own = await tables([{ Name: 'association.subnet-id', Values: [SubnetId ?? ''] }]);
  const [table] =
    own.length > 0
      ? own
      : await tables([
          { Name: 'vpc-id', Values: [VpcId ?? ''] },
          { Name: 'association.main', Values: ['true'] },
        ]);
  const route = table?.Routes?.find(
    ({ DestinationCidrBlock, State }) => DestinationCidrBlock === '0.0.0.0/0' && State !== 'blackhole',
  );
  return route === undefined ? undefined : targetOf(route);
}

function targetOf(route: Route): string {
  return (
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.NetworkInterfaceId ??
    route.VpcPeeringConnectionId ??
    route.GatewayId ??
    'another gateway'
  );
}

async function endpointsOf(client: EC2Client, vpcId: string): Promise<readonly string[]> {
  const names: string[] = [];
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'vpc-endpoint-state', Values: ['available'] },
  ];
  for await (const page of paginateDescribeVpcEndpoints({ client }, { Filters })) {
    names.push(...(page.VpcEndpoints ?? []).flatMap(({ ServiceName }) => ServiceName ?? []));
  }
  return names;
}

/** The groups of fleets, by their tag: those whose launch template asks for a rate of volume initialization, and their subnets. */
export function inspectFleets(
  client: AutoScalingClient,
  ec2: EC2Client,
): Pick<PipelineInspector, 'fleetVolumes' | 'fleetSubnets' | 'fleetsWithRootDevice'> {
  let listed: ReturnType<typeof fleetGroups> | undefined;
  // Several checks ask for them.
  const groups = () => (listed ??= fleetGroups(client));
  return {
    fleetVolumes: async () => {
      const found: InspectedFleetVolume[] = [];
      for (const group of await groups()) {
        const [first] = versionsOfGroup(group);
        const mappings = first === undefined ? [] : await mappingsOf(ec2, ...first);
        const rate = mappings.reduce((sum, { Ebs }) => sum + (Ebs?.VolumeInitializationRate ?? 0), 0);
        if (rate > 0) {
          found.push({
            group: group.AutoScalingGroupName ?? '',
            mebibytesPerSecond: rate,
            maxSize: group.MaxSize ?? 0,
          });
        }
      }
      return found;
    },
    fleetsWithRootDevice: async () => {
      const found: string[] = [];
      for (const group of await groups()) {
        const [first] = versionsOfGroup(group);
        const mappings = first === undefined ? [] : await mappingsOf(ec2, ...first);
        if (mappings.some(({ DeviceName }) => DeviceName === '/dev/sda1')) {
          found.push(group.AutoScalingGroupName ?? '');
        }
      }
      return found;
    },
    fleetSubnets: async () =>
      (await groups()).map(({ AutoScalingGroupName = '', VPCZoneIdentifier = '' }) => ({
        group: AutoScalingGroupName,
        subnetIds: VPCZoneIdentifier.split(',').filter((id) => id !== ''),
      })),
  };
}

async function mappingsOf(
  ec2: EC2Client,
  LaunchTemplateId: string,
  version: string,
): Promise<readonly LaunchTemplateBlockDeviceMapping[]> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  return LaunchTemplateVersions[0]?.LaunchTemplateData?.BlockDeviceMappings ?? [];
}

/** The quotas of a region, and how much of them is used. */
export function inspectQuotas(
  quotas: ServiceQuotasClient,
  ec2: EC2Client,
): Pick<PipelineInspector, 'quotasOf' | 'processorsOf' | 'processorsInUse' | 'countAmis'> {
  return {
    quotasOf: async (ServiceCode) => {
      const found = new Map<string, number>();
      const note = ({ QuotaName, Value }: ServiceQuota) => {
        if (QuotaName !== undefined && Value !== undefined) {
          found.set(QuotaName, Value);
        }
      };
      const client = { client: quotas };
      for await (const page of paginateListAWSDefaultServiceQuotas(client, { ServiceCode })) {
        page.Quotas?.forEach(note);
      }
      // What was changed for the account replaces what all accounts begin with.
      for await (const page of paginateListServiceQuotas(client, { ServiceCode })) {
        page.Quotas?.forEach(note);
      }
      return [...found].map(([name, value]): InspectedQuota => ({ name, value }));
    },
    processorsOf: async (types) => Math.max(0, ...(await processorsByType(ec2, types)).values()),
    processorsInUse: async () => {
      const running: string[] = [];
      const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
      for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters })) {
        const instances = (page.Reservations ?? []).flatMap((one) => one.Instances ?? []);
        running.push(...instances.filter(countsForQuota).flatMap(({ InstanceType }) => InstanceType ?? []));
      }
      const processors = await processorsByType(ec2, [...new Set(running)]);
      return running.reduce((sum, type) => sum + (processors.get(type) ?? 0), 0);
    },
    countAmis: async () => {
      let count = 0;
      const request = { Owners: ['self'], IncludeDeprecated: true, MaxResults: 1000 };
      for await (const page of paginateDescribeImages({ client: ec2 }, request)) {
        count += page.Images?.length ?? 0;
      }
      return count;
    },
  };
}

/** Spot instances have a quota of their own. */
function countsForQuota({ InstanceLifecycle, InstanceType }: Instance): boolean {
  return isStandard(InstanceType ?? '') && InstanceLifecycle !== 'spot';
}

async function processorsByType(
  client: EC2Client,
  types: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  if (types.length > 0) {
    const InstanceTypes = types as _InstanceType[];
    for await (const page of paginateDescribeInstanceTypes({ client }, { InstanceTypes })) {
      for (const { InstanceType, VCpuInfo } of page.InstanceTypes ?? []) {
        found.set(InstanceType ?? '', VCpuInfo?.DefaultVCpus ?? 0);
      }
    }
  }
  return found;
}

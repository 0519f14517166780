import { FLEET_TAG } from '../../contract/names/resources';
import { paginateDescribeAutoScalingGroups, type AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import {
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeInstanceTypes,
  type _InstanceType,
  type Instance,
} from '@aws-sdk/client-ec2';
import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  type ServiceQuota,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { isStandard } from '../../core/doctor/check-quotas';
import type {
  PipelineInspector,
  InspectedFleetVolume,
  InspectedQuota,
} from '../../core/doctor/pipeline-inspector';
import { versionsOfGroup } from '../fleets/group-launch';

/** The groups of fleets, by their tag, whose launch template asks for a rate of volume initialization. */
export function inspectFleetVolumes(
  client: AutoScalingClient,
  ec2: EC2Client,
): Pick<PipelineInspector, 'fleetVolumes'> {
  return {
    fleetVolumes: async () => {
      const found: InspectedFleetVolume[] = [];
      const Filters = [{ Name: 'tag-key', Values: [FLEET_TAG] }];
      for await (const page of paginateDescribeAutoScalingGroups({ client }, { Filters })) {
        for (const group of page.AutoScalingGroups ?? []) {
          const [first] = versionsOfGroup(group);
          const rate = first === undefined ? 0 : await rateOf(ec2, ...first);
          if (rate > 0) {
            found.push({
              group: group.AutoScalingGroupName ?? '',
              mebibytesPerSecond: rate,
              maxSize: group.MaxSize ?? 0,
            });
          }
        }
      }
      return found;
    },
  };
}

async function rateOf(ec2: EC2Client, LaunchTemplateId: string, version: string): Promise<number> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  const mappings = LaunchTemplateVersions[0]?.LaunchTemplateData?.BlockDeviceMappings ?? [];
  return mappings.reduce((sum, { Ebs }) => sum + (Ebs?.VolumeInitializationRate ?? 0), 0);
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

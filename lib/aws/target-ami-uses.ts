import { paginateDescribeAutoScalingGroups, type AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DescribeLaunchTemplateVersionsCommand, paginateDescribeInstances, paginateDescribeLaunchTemplateVersions, type EC2Client } from '@aws-sdk/client-ec2';
import { paginateGetParametersByPath, type SSMClient } from '@aws-sdk/client-ssm';
import { type AmiUse, amisNamedBy } from '../core/ports/amis';
import { versionsOfGroup } from './versions-of-group';

/** The services of one account and region. */
export interface TargetClients {
  readonly ec2: EC2Client;
  readonly autoScaling: AutoScalingClient;
  readonly ssm: SSMClient;
}

/** What uses AMIs in one account and region: instances, launch template versions in use, channels and fleets. */
export async function targetAmiUses(
  { autoScaling, ec2, ssm }: TargetClients,
  region: string,
  parameterPrefix: string,
): Promise<readonly AmiUse[]> {
  const found = [
    ...(await instances(ec2)),
    ...(await newestAndDefaultVersions(ec2)),
    ...(await versionsOfGroups(autoScaling, ec2)),
    ...(await parameters(ssm, parameterPrefix)),
  ];
  return found.map(([amiId, by]) => ({ region, amiId, by }));
}

type Found = readonly [amiId: string, by: string];

async function instances(client: EC2Client): Promise<readonly Found[]> {
  const found: Found[] = [];
  const Filters = [
    {
      Name: 'instance-state-name',
      Values: ['pending', 'running', 'shutting-down', 'stopping', 'stopped'],
    },
  ];
  for await (const page of paginateDescribeInstances({ client }, { Filters })) {
    for (const { ImageId, InstanceId } of (page.Reservations ?? []).flatMap((one) => one.Instances ?? [])) {
      found.push([ImageId ?? '', `instance ${InstanceId ?? ''}`]);
    }
  }
  return found;
}

/** Without a template's id the service tells these two of every template of the region. */
async function newestAndDefaultVersions(client: EC2Client): Promise<readonly Found[]> {
  const found: Found[] = [];
  const request = { Versions: ['$Latest', '$Default'] };
  for await (const page of paginateDescribeLaunchTemplateVersions({ client }, request)) {
    for (const one of page.LaunchTemplateVersions ?? []) {
      const by = `launch template ${one.LaunchTemplateName ?? ''} version ${one.VersionNumber ?? ''}`;
      found.push([one.LaunchTemplateData?.ImageId ?? '', by]);
    }
  }
  return found;
}

async function versionsOfGroups(client: AutoScalingClient, ec2: EC2Client): Promise<readonly Found[]> {
  const found: Found[] = [];
  for await (const page of paginateDescribeAutoScalingGroups({ client }, {})) {
    for (const group of page.AutoScalingGroups ?? []) {
      for (const [LaunchTemplateId, version] of versionsOfGroup(group)) {
        const answer = await ec2.send(
          new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
        );
        const amiId = answer.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId ?? '';
        found.push([amiId, `Auto Scaling group ${group.AutoScalingGroupName ?? ''}`]);
      }
    }
  }
  return found;
}

async function parameters(client: SSMClient, prefix: string): Promise<readonly Found[]> {
  const found: Found[] = [];
  const request = { Path: prefix, Recursive: true };
  for await (const page of paginateGetParametersByPath({ client }, request)) {
    for (const { Name = '', Value = '' } of page.Parameters ?? []) {
      found.push(...amisNamedBy(prefix, Name, Value).map((id): Found => [id, `parameter ${Name}`]));
    }
  }
  return found;
}

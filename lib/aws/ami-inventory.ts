import { PIPELINE_TAG, PUBLICATION_TAG } from '../contract/names/resources';
import { paginateDescribeAutoScalingGroups, AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import {
  DeregisterImageCommand,
  DescribeFastLaunchImagesCommand,
  DescribeImageAttributeCommand,
  DescribeImagesCommand,
  DisableImageCommand,
  EnableImageCommand,
  ModifyImageAttributeCommand,
  DisableFastLaunchCommand,
  EnableImageDeprecationCommand,
  paginateDescribeImages,
  EC2Client,
  type DeleteSnapshotReturnCode,
  type Image,
  DescribeLaunchTemplateVersionsCommand,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import {
  DeleteParameterCommand,
  paginateGetParametersByPath,
  ParameterNotFound,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import { WinbakeError } from '../contract/values/errors';
import type { PipelineDescription, PublicationTarget } from '../contract/documents/pipeline-description';
import { type BakedAmi, type AmiInventory, type AmiUse, amisNamedBy } from '../core/ports/amis';
import { versionsOfGroup } from './fleets/group-launch';
import { assumeAccountRole, inEachRegion, type RegionalConfig } from './stores/account-parameter-stores';

/** The AMIs of one pipeline in the regions of its own account. */
export function ec2PipelineAmis(
  clientIn: (region: string) => EC2Client,
  pipeline: string,
): Pick<AmiInventory, 'amisIn' | 'deprecate' | 'disable' | 'enable' | 'remove'> {
  return {
    amisIn: async (region) => {
      const client = clientIn(region);
      const amis: BakedAmi[] = [];
      const request = {
        Owners: ['self'],
        Filters: [{ Name: `tag:${PIPELINE_TAG}`, Values: [pipeline] }],
        IncludeDeprecated: true,
        IncludeDisabled: true,
      };
      for await (const page of paginateDescribeImages({ client }, request)) {
        for (const image of page.Images ?? []) {
          amis.push(await bakedAmi(client, region, image));
        }
      }
      return amis;
    },
    deprecate: async (region, ImageId, at) => {
      const client = clientIn(region);
      await client.send(new EnableImageDeprecationCommand({ ImageId, DeprecateAt: soon(at) }));
      // Well before it goes: EC2 takes a while to delete its snapshots.
      await disableFastLaunch(client, ImageId);
    },
    disable: async (region, ImageId) => {
      const client = clientIn(region);
      const state = await stateOf(client, ImageId);
      if (state === undefined || state === 'disabled') {
        return;
      }
      await disableFastLaunch(client, ImageId);
      await client.send(new DisableImageCommand({ ImageId }));
    },
    enable: async (region, ImageId, sharedWith) => {
      const client = clientIn(region);
      const state = await stateOf(client, ImageId);
      if (state === undefined) {
        return;
      }
      if (state === 'disabled') {
        await client.send(new EnableImageCommand({ ImageId }));
      }
      // Organizations and what is public were no doing of the pipeline.
      const Add = sharedWith.filter((one) => /^\d{12}$/.test(one)).map((UserId) => ({ UserId }));
      if (Add.length > 0) {
        await client.send(new ModifyImageAttributeCommand({ ImageId, LaunchPermission: { Add } }));
      }
    },
    remove: async (region, ImageId) => {
      try {
        const request = { ImageId, DeleteAssociatedSnapshots: true };
        const client = clientIn(region);
        await disableFastLaunch(client, ImageId);
        const { DeleteSnapshotResults } = await client.send(new DeregisterImageCommand(request));
        requireDeleted(region, ImageId, DeleteSnapshotResults);
      } catch (error) {
        if (!isGone(error)) {
          throw error;
        }
      }
    },
  };
}

/** The state of an AMI, `disabled` among them; undefined for one that is gone. */
async function stateOf(client: EC2Client, ImageId: string): Promise<string | undefined> {
  try {
    const request = new DescribeImagesCommand({ ImageIds: [ImageId], IncludeDisabled: true });
    return (await client.send(request)).Images?.[0]?.State;
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Lets EC2 delete the snapshots that it keeps ready of an AMI: they are no snapshots of the AMI itself, and stay with it or without.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/win-fast-launch-configure.html#win-stop-fast-launch
 */
async function disableFastLaunch(client: EC2Client, ImageId: string): Promise<void> {
  const request = new DescribeFastLaunchImagesCommand({ ImageIds: [ImageId] });
  const { FastLaunchImages = [] } = await client.send(request);
  if (FastLaunchImages.some(({ State }) => State !== 'disabling')) {
    await client.send(new DisableFastLaunchCommand({ ImageId }));
  }
}

/**
 * EC2 deregisters an AMI whose snapshots it does not delete, and says so of each in an answer that is a success. One that another
 * AMI uses is skipped.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshotReturnCode.html
 */
function requireDeleted(
  region: string,
  amiId: string,
  results: readonly DeleteSnapshotReturnCode[] = [],
): void {
  const kept = results.filter(({ ReturnCode }) => ReturnCode !== 'success' && ReturnCode !== 'skipped');
  if (kept.length > 0) {
    const named = kept.map(
      ({ ReturnCode, SnapshotId }) => `${SnapshotId ?? ''} (${ReturnCode ?? 'unknown'})`,
    );
    throw new WinbakeError(
      'AWS_FAILED',
      `${amiId} in ${region} is deregistered, and its snapshots stay: ${named.join(', ')}. Delete them by hand.`,
    );
  }
}

async function bakedAmi(client: EC2Client, region: string, image: Image): Promise<BakedAmi> {
  const amiId = image.ImageId ?? '';
  return {
    region,
    amiId,
    publication: image.Tags?.find(({ Key }) => Key === PUBLICATION_TAG)?.Value,
    createdAt: new Date(image.CreationDate ?? 0),
    deprecatedAt: dateOf(image.DeprecationTime),
    lastLaunchedAt: dateOf(image.LastLaunchedTime),
    // EC2 takes all launch permissions of what it disables.
    sharedWith: image.State === 'disabled' ? [] : await sharedWith(client, amiId),
  };
}

async function sharedWith(client: EC2Client, ImageId: string): Promise<readonly string[]> {
  const { LaunchPermissions = [] } = await client.send(
    new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }),
  );
  return LaunchPermissions.flatMap(
    ({ Group, OrganizationalUnitArn, OrganizationArn, UserId }) =>
      UserId ?? Group ?? OrganizationArn ?? OrganizationalUnitArn ?? [],
  );
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/**
 * The service takes only a moment in the future, to the minute.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html
 */
function soon(at: Date): Date {
  return new Date(at.getTime() + 2 * 60_000);
}

function isGone(error: unknown): boolean {
  return error instanceof Error && ['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'].includes(error.name);
}

/** Takes away the by-revision parameters of a pipeline that name an AMI; `path` is such as `/winbake/2022-core`. */
export async function forgetRevision(client: SSMClient, path: string, amiId: string): Promise<void> {
  const found: string[] = [];
  const request = { Path: `${path}/by-revision`, Recursive: true };
  for await (const page of paginateGetParametersByPath({ client }, request)) {
    for (const { Name = '', Value = '' } of page.Parameters ?? []) {
      if (Value === amiId || Value.includes(`"${amiId}"`)) {
        found.push(Name);
      }
    }
  }
  for (const Name of found) {
    try {
      await client.send(new DeleteParameterCommand({ Name }));
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) {
        throw error;
      }
    }
  }
}

/** The services of one account and region. */
interface TargetClients {
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

/** Without a template's id the service returns these two of every template of the region. */
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

/** What identifies a pipeline, and where it is. */
type PipelineNames = Pick<
  PipelineDescription,
  'account' | 'pipeline' | 'parameterPrefix' | 'stateMachineArn'
>;

/** The AMIs of a pipeline and what uses them, in this account directly and in others through the account's role. */
export function accountAmiInventory(description: PipelineNames, sts: STSClient): AmiInventory {
  const { parameterPrefix, pipeline } = description;
  const own = inEachRegion((region) => clientsWith({ region }));
  const clientsOf = async (target: PublicationTarget) =>
    target.account === description.account
      ? own(target.region)
      : clientsWith({
          region: target.region,
          credentials: await assumeAccountRole(sts, description, target),
        });
  return {
    ...ec2PipelineAmis((region) => own(region).ec2, pipeline),
    usesIn: async (target) => targetAmiUses(await clientsOf(target), target.region, parameterPrefix),
    forget: async (target, amiId) => {
      await forgetRevision((await clientsOf(target)).ssm, `${parameterPrefix}/${pipeline}`, amiId);
    },
  };
}

function clientsWith(config: RegionalConfig): TargetClients {
  return {
    ec2: new EC2Client(config),
    autoScaling: new AutoScalingClient(config),
    ssm: new SSMClient(config),
  };
}

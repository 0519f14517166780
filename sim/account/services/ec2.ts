import { isDeepStrictEqual } from 'node:util';
import {
  type CreateLaunchTemplateVersionCommandInput,
  type CreateLaunchTemplateVersionCommandOutput,
  type DescribeInstancesCommandInput,
  type DescribeInstancesCommandOutput,
  type DescribeLaunchTemplateVersionsCommandInput,
  type DescribeLaunchTemplateVersionsCommandOutput,
  EC2ServiceException,
  type Instance,
  type LaunchTemplateVersion,
} from '@aws-sdk/client-ec2';
import { unmodelled } from '../../aws/cloudformation/environment';
import type {
  LaunchTemplateVersion as SimulatedVersion,
  SimulatedLaunchTemplate,
} from '../../aws/fleet/launch-template';
import type { Place } from '../commands/command-row';
import {
  type Call,
  type Operation,
  operation,
  type SimulatedService,
  undeclared,
} from '../simulated-service';
import { assumed, page, type Provenance, reported } from '../provenance';
import { SimulatedImages } from './ec2-images';
import { fits, listed, paged } from './ec2-requests';
import type { SimulatedFleets } from './fleets';

/** EC2, put together of its parts: AMIs here, instances and templates by whoever simulates fleets. */
export class SimulatedEc2 implements SimulatedService {
  readonly id = 'ec2';
  readonly ServiceException = EC2ServiceException;
  readonly images = new SimulatedImages();
  readonly operations: Readonly<Record<string, Operation>>;

  constructor(others: Readonly<Record<string, Operation>> = {}) {
    this.operations = { ...this.images.operations, ...others };
  }

  tagsOf(arn: string, place: Place): Readonly<Record<string, string>> {
    return this.images.tagsOf(arn, place) ?? {};
  }
}

const API = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/';
const ERRORS = page(`${API}errors-overview.html`);

/** What EC2 answers for the launch templates and instances of fleets; the rest of EC2 is answered elsewhere. */
export function fleetOperations(fleets: SimulatedFleets): Readonly<Record<string, Operation>> {
  return {
    CreateLaunchTemplateVersion: operation<
      CreateLaunchTemplateVersionCommandInput,
      CreateLaunchTemplateVersionCommandOutput
    >(page(`${API}API_CreateLaunchTemplateVersion.html`), (call) => createVersion(call, fleets)),
    DescribeLaunchTemplateVersions: operation<
      DescribeLaunchTemplateVersionsCommandInput,
      DescribeLaunchTemplateVersionsCommandOutput
    >(page(`${API}API_DescribeLaunchTemplateVersions.html`), (call) => describeVersions(call, fleets)),
    DescribeInstances: operation<DescribeInstancesCommandInput, DescribeInstancesCommandOutput>(
      page(`${API}API_DescribeInstances.html`),
      (call) => describeInstances(call, fleets),
    ),
  };
}

/** A version is what its source is but for what the request says; the same request twice makes one. */
function createVersion(
  { input, now, place }: Call<CreateLaunchTemplateVersionCommandInput>,
  fleets: SimulatedFleets,
) {
  const { ClientToken: clientToken, LaunchTemplateData = {}, SourceVersion, VersionDescription } = input;
  const { ImageId, ...others } = LaunchTemplateData;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw unmodelled(`a launch template version with another ${other}`);
  }
  const template = templateOf(input, fleets, place);
  const source = SourceVersion === undefined ? undefined : versionOf(template, SourceVersion);
  const wanted = { amiId: ImageId ?? source?.amiId, userData: source?.userData ?? '' };
  const tokens = fleets.versionTokensAt(place);
  const asked = clientToken === undefined ? undefined : tokens.get(clientToken);
  const same = { ...wanted, templateId: template.id };
  if (asked !== undefined && !isDeepStrictEqual(asked, same)) {
    throw refusal(
      'IdempotentParameterMismatch',
      'The request uses the same client token as a previous, but non-identical request.',
      page('https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html'),
    );
  }
  if (clientToken !== undefined) {
    tokens.set(clientToken, same);
  }
  const before = template.versions.find(
    (one) => clientToken !== undefined && one.clientToken === clientToken,
  );
  const made = before ?? template.add({ ...wanted, clientToken, description: VersionDescription }, now);
  return { LaunchTemplateVersion: describedVersion(template, made) };
}

/** Without a template's id it gives the newest and the first version of each template of the region. */
function describeVersions(
  { input, place }: Call<DescribeLaunchTemplateVersionsCommandInput>,
  fleets: SimulatedFleets,
) {
  const { LaunchTemplateId, LaunchTemplateName, Versions = [] } = input;
  const isOfAll = LaunchTemplateId === undefined && LaunchTemplateName === undefined;
  if (isOfAll && !(Versions.length > 0 && Versions.every((one) => one.startsWith('$')))) {
    throw refusal(
      'MissingParameter',
      'Either launch template ID or launch template name must be specified.',
      assumed('EC2 refuses versions by number without a launch template in these words.'),
    );
  }
  const templates = isOfAll ? [...fleets.templatesAt(place).values()] : [templateOf(input, fleets, place)];
  const found = templates.flatMap((template) => {
    const versions =
      Versions.length === 0 ? template.versions : Versions.map((one) => versionOf(template, one));
    return [...new Set(versions)].map((one) => describedVersion(template, one));
  });
  const { NextToken, shown } = paged(found, input);
  return { LaunchTemplateVersions: [...shown], ...NextToken };
}

function templateOf(
  { LaunchTemplateId: id, LaunchTemplateName: name }: DescribeLaunchTemplateVersionsCommandInput,
  fleets: SimulatedFleets,
  place: Place,
): SimulatedLaunchTemplate {
  const found = [...fleets.templatesAt(place).values()].find((one) => one.id === id || one.name === name);
  if (found === undefined) {
    throw refusal(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${id ?? ''}, does not exist.`,
      reported('https://github.com/getmoto/moto/blob/master/tests/test_ec2/test_launch_templates.py'),
    );
  }
  return found;
}

function versionOf(template: SimulatedLaunchTemplate, version: string): SimulatedVersion {
  const found = template.find(version);
  if (found === undefined) {
    throw refusal(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${version} for the launch template with ID ${template.id}.`,
      reported('https://github.com/eksctl-io/eksctl/issues/7786'),
    );
  }
  return found;
}

function describedVersion(
  { id, name, options: { instanceProfile: Name } }: SimulatedLaunchTemplate,
  { amiId, createdAt, description, number, userData }: SimulatedVersion,
): LaunchTemplateVersion {
  return {
    LaunchTemplateId: id,
    LaunchTemplateName: name,
    VersionNumber: number,
    DefaultVersion: number === 1,
    CreateTime: createdAt,
    LaunchTemplateData: {
      ...(amiId === undefined ? {} : { ImageId: amiId }),
      ...(Name === undefined ? {} : { IamInstanceProfile: { Name } }),
      ...(userData === '' ? {} : { UserData: userData }),
    },
    ...(description === undefined ? {} : { VersionDescription: description }),
  };
}

interface FoundInstance {
  readonly described: Instance;
  readonly tags: Readonly<Record<string, string>>;
}

/** The instances of fleets that have not been terminated. */
function describeInstances({ input, place }: Call<DescribeInstancesCommandInput>, fleets: SimulatedFleets) {
  const { Filters, InstanceIds } = input;
  if (InstanceIds !== undefined && input.MaxResults !== undefined) {
    throw refusal(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
      ERRORS,
    );
  }
  const all = fleets.at(place).flatMap((fleet) => instancesOf(fleet.group, place));
  const missing = InstanceIds?.find((id) => all.every(({ described }) => described.InstanceId !== id));
  if (missing !== undefined) {
    throw refusal(
      'InvalidInstanceID.NotFound',
      `The instance ID '${missing}' does not exist`,
      reported('https://github.com/aws/aws-sdk-java/issues/911'),
    );
  }
  const found = all
    .filter(({ described: { InstanceId = '' } }) => InstanceIds?.includes(InstanceId) ?? true)
    .filter(({ described: { ImageId = '', InstanceId = '', State }, tags }) =>
      fits(Filters, tags, {
        'image-id': ImageId,
        'instance-id': InstanceId,
        'instance-state-name': State?.Name ?? '',
      }),
    );
  const { NextToken, shown } = paged(found, input);
  const Reservations = shown.map(({ described }, index) => ({
    ReservationId: `r-${String(index).padStart(17, '0')}`,
    OwnerId: place.account,
    Instances: [described],
  }));
  return { Reservations, ...NextToken };
}

function instancesOf(
  { instances, isBeingDeleted, name, pool, tags: given }: ReturnType<SimulatedFleets['at']>[number]['group'],
  { region }: Place,
): readonly FoundInstance[] {
  const tags = { ...given, 'aws:autoscaling:groupName': name };
  const warm = (pool?.members ?? []).map(({ instance, isStopped }) => ({ ...instance, isStopped }));
  const all = [...instances.map((one) => ({ ...one, isStopped: false })), ...warm];
  return all.map(({ amiId, id, isStopped, launchedAt, startedAt }) => ({
    tags,
    described: {
      InstanceId: id,
      ImageId: amiId,
      LaunchTime: new Date(startedAt),
      NetworkInterfaces: [
        { Attachment: { DeviceIndex: 0, Status: 'attached', AttachTime: new Date(launchedAt) } },
      ],
      Placement: { AvailabilityZone: `${region}a` },
      State: isBeingDeleted
        ? { Code: 32, Name: 'shutting-down' }
        : isStopped
          ? { Code: 80, Name: 'stopped' }
          : { Code: 16, Name: 'running' },
      Tags: listed(tags),
    },
  }));
}

function refusal(name: string, message: string, provenance: Provenance) {
  return undeclared(EC2ServiceException, { name, message, status: 400 }, provenance);
}

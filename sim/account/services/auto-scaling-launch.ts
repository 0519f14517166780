import type { DesiredConfiguration, LaunchTemplateSpecification } from '@aws-sdk/client-auto-scaling';
import { unmodelled } from '../../aws/cloudformation/environment';
import type { SimulatedLaunchTemplate } from '../../aws/fleet/launch-template';
import type { SimulatedGroup } from '../../aws/fleet/simulated-group';
import type { Place } from '../commands/command-row';
import { assumed, reported } from '../provenance';
import type { Call, Refusal } from '../simulated-service';
import { refusal } from './auto-scaling-requests';
import type { LaunchedImage } from './ec2-images';
import type { SimulatedFleets } from './fleets';

/** What EC2 sees as an AMI is started in an account and region; undefined where it sees none. */
export type LaunchedImages = (amiId: string, place: Place) => LaunchedImage | undefined;

type Launch = Pick<DesiredConfiguration, 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/** What a group starts from a version: one launch template, alone or in its policy of mixed instances. */
export function launchOf({ options, template }: SimulatedGroup, version: string): Launch {
  const LaunchTemplateSpecification = referenceOf(template, version);
  const { mixedInstances } = options;
  if (mixedInstances === undefined) {
    return { LaunchTemplate: LaunchTemplateSpecification };
  }
  const { LaunchTemplate, ...policy } = mixedInstances as NonNullable<Launch['MixedInstancesPolicy']>;
  return {
    MixedInstancesPolicy: { ...policy, LaunchTemplate: { ...LaunchTemplate, LaunchTemplateSpecification } },
  };
}

/** A version as answers name it: by id and name both, of which a request may have one. */
export function referenceOf(
  { id, name }: SimulatedLaunchTemplate,
  Version: string,
): LaunchTemplateSpecification {
  return { LaunchTemplateId: id, LaunchTemplateName: name, Version };
}

/**
 * The version that a request names for a group, or undefined where it names none. Auto Scaling tries the template: what EC2
 * would not start it refuses, and the caller must be allowed what the template asks for.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
 */
export function launchVersion(
  call: Call,
  fleets: SimulatedFleets,
  group: SimulatedGroup,
  { LaunchTemplate, MixedInstancesPolicy }: Launch,
  images: LaunchedImages,
): string | undefined {
  const specification = LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  if (specification === undefined) {
    return undefined;
  }
  const { LaunchTemplateId: id, LaunchTemplateName: name, Version: version = '$Default' } = specification;
  if ((id === undefined) === (name === undefined)) {
    throw refusal(
      'Valid requests must contain either launchTemplateId or LaunchTemplateName',
      reported('https://github.com/terraform-aws-modules/terraform-aws-autoscaling/issues/227'),
    );
  }
  const template = [...fleets.templatesAt(call.place).values()].find(
    (one) => one.id === id || one.name === name,
  );
  const found = template?.find(version);
  if (template === undefined || found === undefined) {
    throw malformed(`Could not find the specified version ${version} for the launch template with ID ${id}.`);
  }
  if (found.amiId === undefined) {
    throw malformed('The request must contain the parameter ImageId');
  }
  const image = images(found.amiId, call.place);
  if (image === undefined) {
    throw malformed(`The image id '[${found.amiId}]' does not exist`);
  }
  // A group may go on to name it; what tries it now is refused.
  if (image.refused !== undefined) {
    throw malformed(image.refused);
  }
  requireLaunch(call, template);
  requireImage(call, template.id, found.amiId, image.owner);
  if (template !== group.template) {
    throw unmodelled(`the group ${group.name} with another launch template than ${group.template.id}`);
  }
  return String(found.number);
}

function requireLaunch({ place, require }: Call, { options }: SimulatedLaunchTemplate): void {
  if (options.instanceRole !== undefined) {
    const context = { 'iam:PassedToService': 'ec2.amazonaws.com' };
    require({ action: 'iam:PassRole', resource: options.instanceRole, context });
  }
  if (options.tagsInstances === true) {
    for (const kind of ['instance', 'volume']) {
      const resource = `arn:aws:ec2:${place.region}:${place.account}:${kind}/*`;
      require({ action: 'ec2:CreateTags', resource, context: { 'ec2:CreateAction': 'RunInstances' } });
    }
  }
}

/**
 * A start needs the right on the AMI, too.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
function requireImage({ place, require }: Call, templateId: string, amiId: string, owner: string): void {
  const { account, region } = place;
  const context = {
    'ec2:LaunchTemplate': `arn:aws:ec2:${region}:${account}:launch-template/${templateId}`,
    'ec2:Owner': owner,
  };
  require({ action: 'ec2:RunInstances', resource: `arn:aws:ec2:${region}::image/${amiId}`, context });
}

/** Auto Scaling hands on what EC2 says to a dry run. */
function malformed(what: string): Refusal {
  return refusal(
    `You must use a valid fully-formed launch template. ${what}`,
    assumed(`Auto Scaling says of a launch template, after its own words: ${what.replaceAll(/'.*'/g, '…')}`),
  );
}

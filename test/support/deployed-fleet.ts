import { createLaunchTemplate } from '../../lib/handlers/launch-template';
import { NAMES, type FleetLab } from './fleet-lab';
import { OMNIPOTENT } from './stack-models';

/** What a template says of a fleet. */
export interface FleetTemplate {
  readonly userData: string;
  readonly maxSize: number;
}

/**
 * CloudFormation's update rules for a launch template, a custom resource and a group: a resource is updated when its
 * properties differ from those of its last update, in the order of their references; a changed launch template gets a new
 * version of what the template says; an updated group gets all its properties anew, its version among them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html
 */
export function deployedFleet(lab: FleetLab) {
  const { group } = lab.fleet;
  const last = new Map<string, string>();
  const attributes = { baseVersion: '', version: '' };
  const ifChanged = async (resource: string, properties: object, update: () => Promise<void> | void) => {
    const text = JSON.stringify(properties);
    if (last.get(resource) !== text) {
      await update();
      last.set(resource, text);
    }
  };
  const control = lab.fleet.control(OMNIPOTENT);
  const launchTemplate = createLaunchTemplate(
    {
      control,
      liveAmi: async () => (await control.describeGroup()).amiId,
      parameters: lab.parameters,
      sleep: (seconds) => lab.clock.waitUntil(new Date(lab.clock.now().getTime() + seconds * 1000)),
    },
    {
      WINBAKE_FLEET: 'shop',
      WINBAKE_CHANNEL_PARAMETER: NAMES.channel,
      WINBAKE_FLEET_STATE_PARAMETER: NAMES.state,
    },
  );
  return {
    /** Deploys; `isNaive` without the hash of the group, as a template would that knows nothing of rollouts. */
    deploy: async ({ userData, maxSize }: FleetTemplate, isNaive = false): Promise<void> => {
      await ifChanged('template', { userData }, () => {
        attributes.baseVersion = group.addVersion('', userData);
      });
      const { baseVersion: BaseVersion } = attributes;
      const Hash = isNaive ? userData : `${userData} ${maxSize}`;
      await ifChanged('clone', { BaseVersion, Hash }, async () => {
        const RequestType = last.has('clone') ? 'Update' : 'Create';
        const answer = await launchTemplate({ RequestType, ResourceProperties: { BaseVersion } });
        attributes.version = answer.Data!.Version;
      });
      await ifChanged('group', { version: attributes.version, maxSize }, () => {
        group.useVersion(attributes.version);
      });
    },
    /** What the group starts new instances with. */
    starts: () => ({ amiId: group.amiOf(group.version), userData: group.userDataOf(group.version) }),
  };
}

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi } from '../../lib/ecs/windows-ami';
import { WindowsCapacityProvider } from '../../lib/ecs/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/ecs/windows-capacity-provider-props';
import { createLaunchTemplate, type LaunchTemplateEvent } from '../../lib/handlers/launch-template';
import { PretendedCloudFormation } from '../../lib/rehearsal/cloudformation/pretended-cloudformation';
import type { Template as AssemblyTemplate } from '../../lib/rehearsal/assembly/read-assembly';
import type { DeployedResource, ResourceHandler } from '../../lib/rehearsal/cloudformation/resource-handler';
import { WindowsOs } from '../../lib/windows-os';
import { resourceOf, type TemplateJson } from './assembly';
import { NAMES, type FleetLab } from './fleet-lab';
import { OMNIPOTENT } from './stack-models';

/** What an app says of its fleet, and what is done to its template before it is deployed. */
export interface FleetDeployment extends Partial<WindowsCapacityProviderProps> {
  /** A line of user data that the app adds. */
  readonly userData?: string;
  readonly change?: (template: TemplateJson) => void;
}

const STACK = 'Shop';

/** How long CloudFormation takes until it changes the group; an assumption. */
const GROUP_SECONDS = 15;

/** The template of a stack with one fleet, synthesized anew. */
export function fleetTemplate({ change, userData, ...props }: FleetDeployment = {}): TemplateJson {
  const stack = new Stack(new App(), STACK);
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  const ami = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE });
  const fleet = new WindowsCapacityProvider(stack, 'Windows', { fleetName: 'shop', cluster, ami, ...props });
  if (userData !== undefined) {
    fleet.autoScalingGroup.addUserData(userData);
  }
  const template = Template.fromStack(stack).toJSON() as TemplateJson;
  change?.(template);
  return template;
}

/**
 * A fleet that CloudFormation deploys from its template: a changed launch template gets a new version of what the template
 * says, and a changed group gets all its properties anew, the version of its launch template among them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html
 */
export function deployedFleet(lab: FleetLab) {
  const { group } = lab.fleet;
  let isThere = false;
  let failsAfter: number | undefined;
  const addVersion = ({ properties }: DeployedResource) => {
    const { ImageId = '', UserData } = properties['LaunchTemplateData'] as Readonly<Record<string, string>>;
    const LatestVersionNumber = group.addVersion(ImageId, String(UserData));
    return Promise.resolve({ attributes: { LatestVersionNumber } });
  };
  const useVersion = async ({ properties }: DeployedResource) => {
    await lab.pass(GROUP_SECONDS);
    group.useVersion((properties['LaunchTemplate'] as { readonly Version: string }).Version);
    isThere = true;
    return undefined;
  };
  const control = lab.fleet.control(OMNIPOTENT);
  const launchTemplate = createLaunchTemplate(
    {
      control,
      live: async () => {
        const { amiId, launchTemplateVersion: version } = await control.describeGroup();
        return isThere ? { amiId, version } : undefined;
      },
      isRollingBack: () => Promise.resolve(formation.isRollingBack(STACK)),
      now: () => lab.clock.now(),
      parameters: lab.parameters,
      sleep: (seconds) => lab.pass(seconds),
    },
    {
      WINBAKE_FLEET: 'shop',
      WINBAKE_CHANNEL_PARAMETER: NAMES.channel,
      WINBAKE_FLEET_STATE_PARAMETER: NAMES.state,
    },
  );
  const clone = (RequestType: LaunchTemplateEvent['RequestType']) => async (resource: DeployedResource) => {
    const ResourceProperties = resource.properties as unknown as LaunchTemplateEvent['ResourceProperties'];
    const { Data, PhysicalResourceId } = await launchTemplate({
      RequestType,
      StackId: STACK,
      ResourceProperties,
    });
    return { reference: PhysicalResourceId, attributes: { ...Data } };
  };
  const replace = ({ reference }: DeployedResource) => Promise.resolve({ reference: `${reference}-again` });
  const handlers: Record<string, ResourceHandler> = {
    'AWS::EC2::LaunchTemplate': { create: addVersion, update: addVersion },
    'AWS::AutoScaling::AutoScalingGroup': { create: useVersion, update: useVersion },
    'AWS::EC2::Subnet': { update: replace },
    'AWS::ECS::CapacityProvider': {
      update: async () => {
        if (failsAfter !== undefined && !formation.isRollingBack(STACK)) {
          await lab.pass(failsAfter);
          throw new Error('The capacity provider is being updated.');
        }
        return undefined;
      },
    },
    'Custom::WinbakeLaunchTemplate': { create: clone('Create'), update: clone('Update') },
  };
  const formation = new PretendedCloudFormation({ handlers, readParameter: () => '30' });
  return {
    /** The capacity provider, which comes after the group, fails after `failsAfterSeconds`, so that all is taken back. */
    deploy: async (deployment?: FleetDeployment, failsAfterSeconds?: number) => {
      failsAfter = failsAfterSeconds;
      await formation.deploy(STACK, fleetTemplate(deployment) as unknown as AssemblyTemplate);
    },
    /** What the deployments since the last call did to resources of a type. */
    done: (type: string) =>
      formation.events
        .splice(0)
        .filter((event) => event.type === type)
        .map(({ action }) => action),
    /** What the group starts new instances with: the AMI, and whether a line of user data is among it. */
    starts: (line: string) => {
      const userData = Buffer.from(group.userDataOf(group.version), 'base64').toString();
      return { amiId: group.amiOf(group.version), hasLine: userData.includes(line) };
    },
  };
}

/** Takes away what makes a deployment clone anew when its group changes. */
export function withoutHash(template: TemplateJson): void {
  const { Properties } = resourceOf(template, 'Custom::WinbakeLaunchTemplate');
  Reflect.deleteProperty(Properties, 'Hash');
  Reflect.deleteProperty(Properties, 'References');
}

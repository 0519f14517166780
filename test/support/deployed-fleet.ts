import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import type { DeletionStep } from '../../lib/core/fleet/fleet-resources';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { createDeleteFleet, type DeleteFleetEvent } from '../../lib/handlers/fleet-resources';
import { createLaunchTemplate, type LaunchTemplateEvent } from '../../lib/handlers/launch-template';
import { createLog } from '../../lib/handlers/log';
import type { Template as AssemblyTemplate } from '../../sim/aws/cloudformation/assembly';
import { sizeOfPool } from '../../sim/rehearsal/roll-out-fleets';
import { fleetDeployment } from '../../lib/aws/fleets/auto-scaling-fleet';
import type { Principal } from '../../sim/account/principal';
import { resourceOf, type TemplateJson } from './assembly';
import type { DeployedResource, ResourceHandler } from '../../sim/deployment/cloudformation/deployment';
import { SimulatedCloudFormation } from '../../sim/deployment/cloudformation/simulated-cloudformation';
import type { FleetLab } from './fleet-lab';
import { actingAs, CLIENTS, everything, STACKS } from './fleet-accounts';

/** What an app says of its fleet, and what is done to its template before it is deployed. */
export interface FleetDeployment extends Partial<WindowsCapacityProviderProps> {
  /** A line of user data that the app adds. */
  readonly userData?: string;
  readonly change?: (template: TemplateJson) => void;
}

const STACK = 'Shop';

const POLL_SECONDS = 15;

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
 * A fleet that CloudFormation deploys from its template and deletes, with the rights of `deletes`: a changed launch template gets a
 * new version of what the template
 * says, and a changed group gets all its properties anew, the version of its launch template among them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-launchtemplate.html
 */
export function deployedFleet(lab: FleetLab, deletes?: Principal) {
  const { fleet, place } = lab;
  const { template: launches } = fleet.group;
  let isThere = false;
  let failsAfter: number | undefined;
  let template = fleetTemplate();
  const addVersion = ({ properties }: DeployedResource) => {
    const { ImageId = '', UserData } = properties['LaunchTemplateData'] as Readonly<Record<string, string>>;
    const amiId = ImageId === '' ? undefined : ImageId;
    const { number } = launches.add({ amiId, userData: String(UserData) }, lab.clock.now());
    return Promise.resolve({ attributes: { LatestVersionNumber: String(number) } });
  };
  const useVersion = async ({ properties }: DeployedResource) => {
    await lab.pass(GROUP_SECONDS);
    const tags = (properties['Tags'] ?? []) as readonly { readonly Key: string; readonly Value: string }[];
    fleet.group.tags = Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
    await lab.ports.control.useLaunchTemplateVersion(
      (properties['LaunchTemplate'] as { readonly Version: string }).Version,
    );
    isThere = true;
    return undefined;
  };
  const { control } = lab.ports;
  const deployment = actingAs(
    {
      ...fleetDeployment(CLIENTS.cloudFormation, control, { group: fleet.group.name, stackId: STACK }),
    },
    everything(place),
    place,
  );
  const launchTemplate = createLaunchTemplate({
    control,
    live: () => (isThere ? deployment.live() : Promise.resolve(undefined)),
    isRollingBack: deployment.isRollingBack,
    now: () => lab.clock.now(),
    parameters: lab.parameters,
    sleep: (seconds) => lab.pass(seconds),
  });
  const clone = (RequestType: LaunchTemplateEvent['RequestType']) => async (resource: DeployedResource) => {
    const ResourceProperties = resource.properties as unknown as LaunchTemplateEvent['ResourceProperties'];
    const { Data, PhysicalResourceId } = await launchTemplate({
      RequestType,
      StackId: STACK,
      ResourceProperties,
    });
    return { reference: PhysicalResourceId, attributes: { ...Data } };
  };
  const log: Readonly<Record<string, unknown>>[] = [];
  const requireEmpty = (refusal: string) => () => {
    if (lab.fleet.instances.length > 0) {
      throw new Error(refusal);
    }
    return Promise.resolve();
  };
  /** The provider's framework: one request, then a poll every 15 s for as long as the template says. */
  const endFleet = async ({ properties, reference: PhysicalResourceId }: DeployedResource) => {
    const ResourceProperties = properties as unknown as DeleteFleetEvent['ResourceProperties'];
    const timeoutSeconds = longestDeletion(template);
    const ports = {
      deletion: lab.deletion,
      log: createLog({}, (line) => log.push(JSON.parse(line) as Readonly<Record<string, unknown>>)),
      now: () => lab.clock.now(),
    };
    const deletion = createDeleteFleet(ports);
    const handler = (event: DeleteFleetEvent) => lab.as(() => deletion(event), deletes);
    const request = { RequestType: 'Delete', PhysicalResourceId, ResourceProperties } as const;
    const poll = { ...request, ...(await handler(request)) };
    for (let waited = 0; waited < timeoutSeconds; waited += POLL_SECONDS) {
      const answer = await handler(poll);
      if ('IsComplete' in answer && answer.IsComplete) {
        return;
      }
      await lab.pass(POLL_SECONDS);
    }
    throw new Error('Operation timed out');
  };
  const putPool = ({ properties }: DeployedResource) => {
    fleet.group.putPool(sizeOfPool(properties));
    return Promise.resolve(undefined);
  };
  const replace = ({ reference }: DeployedResource) => Promise.resolve({ reference: `${reference}-again` });
  const handlers: Record<string, ResourceHandler> = {
    'AWS::EC2::LaunchTemplate': { create: addVersion, update: addVersion },
    'AWS::AutoScaling::AutoScalingGroup': {
      create: useVersion,
      update: useVersion,
      delete: async () => {
        if (isThere && !fleet.group.isGone) {
          await lab.pass(fleet.group.deleteEmpty());
        }
      },
    },
    'AWS::AutoScaling::WarmPool': {
      create: putPool,
      update: putPool,
      delete: () => {
        fleet.group.deletePool();
        return Promise.resolve();
      },
    },
    'Custom::WinbakeFleetDeletion': { delete: endFleet },
    'AWS::Lambda::Function': {
      delete: ({ logicalId }) => {
        if (logicalId.includes('Rollout')) {
          lab.retire();
        }
        return Promise.resolve();
      },
    },
    'AWS::ECS::Cluster': {
      delete: requireEmpty('The Cluster cannot be deleted while Container Instances are active.'),
    },
    'AWS::EC2::SecurityGroup': { delete: requireEmpty('resource sg has a dependent object') },
    'AWS::EC2::Subnet': { update: replace },
    'AWS::ECS::CapacityProvider': {
      update: async () => {
        if (failsAfter !== undefined && formation.status(STACK) === 'UPDATE_IN_PROGRESS') {
          await lab.pass(failsAfter);
          throw new Error('The capacity provider is being updated.');
        }
        return undefined;
      },
    },
    'Custom::WinbakeLaunchTemplate': { create: clone('Create'), update: clone('Update') },
  };
  const formation = new SimulatedCloudFormation({ handlers, readParameter: () => '30' });
  STACKS.add(place, {
    name: STACK,
    arn: `arn:aws:cloudformation:${place.region}:${place.account}:stack/${STACK}/1`,
    createdAt: lab.clock.now(),
    status: () => formation.status(STACK) ?? 'CREATE_IN_PROGRESS',
  });
  return {
    /** The capacity provider, which comes after the group, fails after `failsAfterSeconds`, so that all is taken back. */
    deploy: async (deployment?: FleetDeployment, failsAfterSeconds?: number) => {
      failsAfter = failsAfterSeconds;
      template = fleetTemplate(deployment);
      await formation.deploy(STACK, template as unknown as AssemblyTemplate);
    },
    /** Deletes the stack; gives in minutes how long that took. */
    delete: async () => {
      const begun = lab.clock.now();
      await formation.delete(STACK);
      return (lab.clock.now().getTime() - begun.getTime()) / 60_000;
    },
    /** What the deletion logged of its steps. */
    steps: () => log.map(({ step }) => step as DeletionStep | undefined),
    /** What happened, in order, as action and type. */
    events: formation.events,
    /** What the deployments since the last call did to resources of a type. */
    done: (type: string) =>
      formation.events
        .splice(0)
        .filter((event) => event.type === type)
        .map(({ action }) => action),
    /** What the group starts new instances with: the AMI, and whether a line of user data is among it. */
    starts: (line: string) => {
      const { amiId, userData = '' } = launches.find(fleet.group.version) ?? {};
      return { amiId, hasLine: Buffer.from(userData, 'base64').toString().includes(line) };
    },
  };
}

/** For how long the template polls a deletion. */
function longestDeletion(template: TemplateJson): number {
  const resources = Object.values(template.Resources);
  const waiter = resources.find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine');
  const [, interval = '', attempts = ''] =
    /"IntervalSeconds":(\d+),"MaxAttempts":(\d+)/.exec(JSON.stringify(waiter).replaceAll('\\"', '"')) ?? [];
  return Number(interval) * Number(attempts);
}

/** Takes away what makes a deployment clone anew when its group changes. */
export function withoutHash(template: TemplateJson): void {
  const { Properties } = resourceOf(template, 'Custom::WinbakeLaunchTemplate');
  Reflect.deleteProperty(Properties, 'Hash');
  Reflect.deleteProperty(Properties, 'References');
}

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import { unmodelled, type Environment } from '../aws/cloudformation/environment';
import { SimulatedLaunchTemplate } from '../aws/fleet/launch-template';
import { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import type { DeployedAccount } from './deployed-account';
import { rulesNaming, untilFree, type BalancerInterfaces } from './service-handlers';
import type { SharedClock } from './shared-clock';

/** What instances a group begins with where its template leaves that open. */
const FEWEST_INSTANCES = 2;

/** What happens in an account when the parts of a fleet come, change and go. */
export function fleetHandlers(
  account: DeployedAccount,
  clock: SharedClock,
  interfaces: BalancerInterfaces,
): Readonly<Record<string, ResourceHandler>> {
  return {
    'AWS::EC2::LaunchTemplate': launchTemplate(account),
    'AWS::AutoScaling::AutoScalingGroup': group(account, clock),
    'AWS::EC2::SecurityGroup': needsNoInterface(account, interfaces, 'resource sg has a dependent object'),
    'AWS::EC2::Subnet': needsNoInterface(
      account,
      interfaces,
      'The subnet has dependencies and cannot be deleted.',
    ),
  };
}

function launchTemplate(account: DeployedAccount): ResourceHandler {
  const addVersion = (template: SimulatedLaunchTemplate, { properties }: DeployedResource) => {
    const { ImageId, UserData } = objectIn(properties['LaunchTemplateData']);
    const amiId = typeof ImageId === 'string' ? ImageId : undefined;
    const { number } = template.add({ amiId, userData: String(UserData) }, account.clock.now());
    return Promise.resolve({ attributes: { LatestVersionNumber: String(number) } });
  };
  return {
    create: (resource) => {
      const { IamInstanceProfile, TagSpecifications } = objectIn(resource.properties['LaunchTemplateData']);
      const profile = account
        .living('AWS::IAM::InstanceProfile', resource.environment)
        .find(({ attributes }) => attributes['Arn'] === objectIn(IamInstanceProfile)['Arn']);
      const [roleName] = (profile?.properties['Roles'] ?? []) as readonly string[];
      const role = account
        .living('AWS::IAM::Role', resource.environment)
        .find(({ reference }) => reference === roleName);
      const template = new SimulatedLaunchTemplate({
        id: resource.reference,
        tagsInstances: TagSpecifications !== undefined,
        ...(role === undefined ? {} : { instanceRole: role.attributes['Arn'] ?? '' }),
      });
      account.fleets.addTemplate(resource.environment, template);
      return addVersion(template, resource);
    },
    update: (resource) => addVersion(templateOf(account, resource.environment, resource.reference), resource),
    delete: ({ environment, reference }) => {
      account.fleets.deleteTemplate(environment, reference);
      return Promise.resolve();
    },
  };
}

/**
 * A changed group gets all its properties anew, the version of its launch template among them.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
 */
function group(account: DeployedAccount, clock: SharedClock): ResourceHandler {
  return {
    create: (resource) => {
      const { environment, properties, reference } = resource;
      const { LaunchTemplate, MixedInstancesPolicy } = properties;
      if (MixedInstancesPolicy !== undefined) {
        throw unmodelled('the deployment of a group of mixed instances');
      }
      const [minSize, maxSize] = [Number(properties['MinSize']), Number(properties['MaxSize'])];
      const template = templateOf(account, environment, String(objectIn(LaunchTemplate)['LaunchTemplateId']));
      const fleet = new SimulatedFleet({
        groupName: reference,
        template,
        cluster: clusterOf(template),
        instanceCount: Math.min(maxSize, Math.max(minSize, FEWEST_INSTANCES)),
        minSize,
        maxSize,
        protectsInstances: properties['NewInstancesProtectedFromScaleIn'] === true,
        tags: tagsIn(properties['Tags']),
        clock: account.clock,
        onEvent: ({ kind }) => {
          account.groupEvents.push({ environment, group: reference, kind });
        },
        environment,
      });
      fleet.group.version = String(objectIn(LaunchTemplate)['Version']);
      account.fleets.add(fleet);
      return Promise.resolve(undefined);
    },
    update: async ({ environment, properties, reference }) => {
      const group = account.fleets.groupsAt(environment).find(({ name }) => name === reference);
      if (group === undefined) {
        throw new Error(`AutoScalingGroup name not found - AutoScalingGroup ${reference} not found`);
      }
      group.tags = tagsIn(properties['Tags']);
      const { LaunchTemplateId, Version } = objectIn(properties['LaunchTemplate']) as Record<string, string>;
      const LaunchTemplate = { LaunchTemplateId: LaunchTemplateId ?? '', Version: Version ?? '' };
      await whileThrottled(clock, () =>
        account.as(
          account.administrator,
          () =>
            new AutoScalingClient().send(
              new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: reference, LaunchTemplate }),
            ),
          environment,
        ),
      );
      return undefined;
    },
    delete: async ({ environment, reference }) => {
      const group = account.fleets.groupsAt(environment).find(({ name }) => name === reference);
      if (group !== undefined) {
        await clock.pass(group.deleteEmpty());
      }
    },
  };
}

/** How often, and how long, CloudFormation tries again what is throttled; an assumption. */
const THROTTLED_SECONDS = 20;
const MOST_THROTTLED = 15;

/**
 * That CloudFormation tries again first is assumed; that "Rate exceeded" then fails the resource is its page's.
 * @see https://repost.aws/knowledge-center/cloudformation-rate-exceeded-error
 */
async function whileThrottled(clock: SharedClock, call: () => Promise<unknown>, tries = 1): Promise<void> {
  try {
    await call();
  } catch (error) {
    if ((error as Error).name !== 'Throttling' || tries === MOST_THROTTLED) {
      throw error;
    }
    await clock.pass(THROTTLED_SECONDS);
    await whileThrottled(clock, call, tries + 1);
  }
}

/** The cluster that the user data names. */
function clusterOf({ versions }: SimulatedLaunchTemplate): string {
  const text = Buffer.from(versions.at(-1)?.userData ?? '', 'base64').toString();
  return / -Cluster '([^']+)'/.exec(text)?.[1] ?? '';
}

/**
 * Whoever has an instance is found by the stack of its group; one whose group has gone may be anybody's. A security group is that of
 * instances where a launch template names it, or none is there any more, and is needed by the rules of others, too.
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/20405
 */
function needsNoInterface(
  account: DeployedAccount,
  interfaces: BalancerInterfaces,
  refusal: string,
): ResourceHandler {
  return {
    delete: async (resource) => {
      const { environment, reference, stack, type } = resource;
      const templates = account.living('AWS::EC2::LaunchTemplate', environment);
      const isOfInstances =
        type !== 'AWS::EC2::SecurityGroup' ||
        templates.length === 0 ||
        templates.some(({ properties }) => JSON.stringify(properties).includes(reference));
      const groups = account.living('AWS::AutoScaling::AutoScalingGroup', environment);
      const others = groups.filter((one) => one.stack !== stack).map(({ reference }) => reference);
      const hasInstance = account.fleets
        .at(environment)
        .some(({ group: { name }, instances }) => instances.length > 0 && !others.includes(name));
      if ((isOfInstances && hasInstance) || rulesNaming(account, resource).length > 0) {
        throw new Error(refusal);
      }
      await untilFree(account, () => interfaces.use(resource), refusal);
    },
  };
}

function templateOf(account: DeployedAccount, environment: Environment, id: string): SimulatedLaunchTemplate {
  const template = account.fleets.templatesAt(environment).get(id);
  if (template === undefined) {
    throw new Error(`The specified launch template, with template ID ${id}, does not exist.`);
  }
  return template;
}

function objectIn(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function tagsIn(tags: unknown): Readonly<Record<string, string>> {
  const listed = Array.isArray(tags) ? tags.filter(isJsonObject) : [];
  return Object.fromEntries(listed.map(({ Key, Value }) => [String(Key), String(Value)]));
}

import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { type JsonObject, isJsonObject } from '../../lib/contract/values/json';
import { type Environment, unmodelled } from '../aws/cloudformation/environment';
import { SimulatedLaunchTemplate } from '../aws/fleet/launch-template';
import { SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import type { DeployedAccount } from './deployed-account';
import { type BalancerInterfaces, rulesNaming, untilFree } from './service-handlers';
import type { SharedClock } from './shared-clock';
import { ClusterContainsContainerInstancesException } from '@aws-sdk/client-ecs';
import type { SimulatedCluster } from '../account/services/fleets';

/** How often, and how long, CloudFormation tries to write the providers of a cluster; an assumption. */
const WRITE_SECONDS = 20;
const MOST_WRITES = 12;

/** What happens in an account when a cluster and what is associated with it come, change and go. */
export function clusterHandlers(
  account: DeployedAccount,
  clock: SharedClock,
): Readonly<Record<string, ResourceHandler>> {
  const { clusters } = account.fleets;
  const write = async (
    cluster: string,
    environment: Environment,
    wanted: JsonObject,
    tries = 1,
  ): Promise<void> => {
    const found = clusterNamed(account, cluster, environment);
    try {
      const list = (name: string) => (Array.isArray(wanted[name]) ? wanted[name] : []) as never[];
      const strategy = list('DefaultCapacityProviderStrategy') as readonly Readonly<
        Record<string, unknown>
      >[];
      found.put(
        {
          capacityProviders: list('CapacityProviders'),
          defaultCapacityProviderStrategy: strategy.map((one) => ({
            capacityProvider: String(one['CapacityProvider']),
            weight: Number(one['Weight'] ?? 0),
          })),
        },
        clusters.providersAt(environment),
        clock.now(),
      );
    } catch (error) {
      if (!/busy state|in use/.test(String(error))) {
        throw error;
      }
      if (tries === MOST_WRITES) {
        throw new Error(`Out of retries. Last encountered error was: ${(error as Error).message}`);
      }
      await clock.pass(WRITE_SECONDS);
      await write(cluster, environment, wanted, tries + 1);
    }
  };
  const associate = async ({ environment, properties }: DeployedResource) => {
    await write(String(properties['Cluster']), environment, properties);
    return undefined;
  };
  const provide = ({ environment, properties, reference }: DeployedResource) => {
    const tags = (Array.isArray(properties['Tags']) ? properties['Tags'] : []).filter(isJsonObject);
    clusters.addProvider(environment, reference, {
      tags: Object.fromEntries(tags.map(({ Key, Value }) => [String(Key), String(Value)])),
      activeAt: clock.now(),
    });
    return Promise.resolve(undefined);
  };
  return {
    'AWS::ECS::Cluster': {
      create: ({ environment, reference }) => {
        clusters.add(environment, reference);
        return Promise.resolve(undefined);
      },
      delete: ({ environment, reference }) => {
        const isUsed = account.fleets
          .at(environment)
          .some(({ cluster, instances }) => cluster === reference && instances.length > 0);
        if (isUsed) {
          const message = 'The Cluster cannot be deleted while Container Instances are active.';
          return Promise.reject(new ClusterContainsContainerInstancesException({ message, $metadata: {} }));
        }
        clusters.delete(environment, reference);
        return Promise.resolve();
      },
    },
    'AWS::ECS::CapacityProvider': {
      create: provide,
      update: provide,
      delete: ({ environment, reference }) =>
        Promise.resolve().then(() => {
          clusters.deleteProvider(environment, reference);
        }),
    },
    'AWS::ECS::ClusterCapacityProviderAssociations': {
      create: associate,
      update: associate,
      delete: async ({ environment, properties }) => {
        const cluster = String(properties['Cluster']);
        if (clusters.find(environment, cluster) !== undefined) {
          await write(cluster, environment, {});
        }
      },
    },
  };
}

/** A cluster of a name; throws where there is none. */
export function clusterNamed(
  { fleets }: DeployedAccount,
  cluster: string,
  environment: Environment,
): SimulatedCluster {
  const found = fleets.clusters.find(environment, cluster);
  if (found === undefined) {
    throw new Error('Cluster not found.');
  }
  return found;
}

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
      await account.as(
        account.administrator,
        () =>
          new AutoScalingClient().send(
            new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: reference, LaunchTemplate }),
          ),
        environment,
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

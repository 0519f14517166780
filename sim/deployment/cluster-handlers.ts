import { ClusterContainsContainerInstancesException } from '@aws-sdk/client-ecs';
import { isJsonObject, type JsonObject } from '../../lib/contract/values/json';
import type { Environment } from '../aws/cloudformation/environment';
import type { SimulatedCluster } from '../account/services/fleets';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import type { DeployedAccount } from './deployed-account';
import type { SharedClock } from './shared-clock';

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

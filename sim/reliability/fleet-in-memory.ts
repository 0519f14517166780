/* eslint-disable @typescript-eslint/require-await -- ports are asynchronous, the simulated group is not */
import { createHash } from 'node:crypto';
import type { FleetPorts } from '../../lib/core/fleet/fleet-ports';
import type { ContainerHosts, FleetControl, GroupInstance, HostTask } from '../../lib/core/ports/fleets';
import type { SimulatedInstance } from '../aws/fleet/ami-behaviour';
import { unmodelled } from '../aws/cloudformation/environment';
import { tasksOn, type SimulatedFleet } from '../aws/fleet/simulated-fleet';
import type { SimulatedGroup } from '../aws/fleet/simulated-group';
import type { ParameterStore, VersionedParameters } from '../../lib/core/ports/stores';

/**
 * A fleet's ports straight on the simulated group, for the years that clients of the SDK would be too slow for. A test holds that a
 * rollout takes the same way by both.
 */
export function fleetInMemory(fleet: SimulatedFleet): {
  readonly control: FleetControl;
  readonly hosts: ContainerHosts;
} {
  return { control: controlOf(fleet), hosts: hostsOf(fleet) };
}

function controlOf(fleet: SimulatedFleet): FleetControl {
  const made = new Map<string, string>();
  return {
    ownerOf: async () => {
      throw unmodelled('owners of AMIs without clients of the SDK');
    },
    describeGroup: async () => {
      const { group } = fleet;
      return {
        launchTemplateVersion: group.version,
        amiId: group.amiOf(group.version),
        template: digestOf(group, group.version),
        desiredCapacity: group.desiredCapacity,
        instances: group.instances.map((one) => described(group, one)),
        pool: group.pool?.members.map(({ instance }) => described(group, instance)) ?? [],
      };
    },
    newestRefresh: async () => fleet.group.refresh?.describe(),
    createLaunchTemplateVersion: async (base, amiId, description) => {
      const { template } = fleet.group;
      const token = [base, amiId, description].join(' ');
      const known = made.get(token);
      if (known !== undefined) {
        return known;
      }
      const { userData = '' } = template.find(base) ?? {};
      const version = String(template.add({ amiId, description, userData }, fleet.now).number);
      made.set(token, version);
      return version;
    },
    useLaunchTemplateVersion: async (version) => {
      const { group } = fleet;
      if (group.refresh?.isUnderWay === true) {
        throw new Error('An active instance refresh with a desired configuration exists.');
      }
      group.version = version;
    },
    startRefresh: async (request) => {
      const { group } = fleet;
      if (group.refresh?.isUnderWay === true) {
        throw new Error('An Instance Refresh is already in progress.');
      }
      return group.start(request);
    },
    cancelRefresh: async (request) => {
      fleet.group.cancel(request?.waitsForInstances);
    },
    evictFromPool: async () => {
      throw unmodelled('a warm pool without clients of the SDK');
    },
    rollBackRefresh: async () => {
      const { group } = fleet;
      if (group.active === undefined) {
        throw new Error('No instance refresh is in progress.');
      }
      group.rollBack();
    },
  };
}

function described(
  group: SimulatedGroup,
  { amiId, id, isTerminating, launchedAt, startedAt, version }: SimulatedInstance,
): GroupInstance {
  return {
    id,
    amiId,
    version,
    template: digestOf(group, version),
    launchedAt: new Date(startedAt),
    isFirstStart: startedAt === launchedAt,
    isLeaving: isTerminating,
  };
}

/** All that a version says but for its AMI. */
function digestOf({ template }: SimulatedGroup, version: string): string {
  return createHash('sha256')
    .update(template.find(version)?.userData ?? '')
    .digest('hex');
}

function hostsOf(fleet: SimulatedFleet): ContainerHosts {
  return {
    registered: async (ids) =>
      fleet.instances.flatMap((instance) => {
        const { drainingSince, id, registeredAt } = instance;
        return registeredAt === undefined || !ids.includes(id)
          ? []
          : {
              arn: id,
              instanceId: id,
              registeredAt: new Date(registeredAt),
              upAt: null,
              status: drainingSince === undefined ? 'ACTIVE' : 'DRAINING',
              isConnected: true,
              taskCount: tasksOf(fleet, id).filter(({ status }) => status !== 'STOPPED').length,
            };
      }),
    tasksOn: async (hosts) => hosts.map(({ arn }) => tasksOf(fleet, arn)),
    stopTasks: async (tasks) => {
      const { group } = fleet;
      group.instances
        .filter(({ id }) => tasks.some((task) => task.startsWith(`${id}-`)))
        .forEach((instance) => {
          group.stopTasksOn(instance);
        });
    },
  };
}

function tasksOf(fleet: SimulatedFleet, instanceId: string): readonly HostTask[] {
  const { group, now } = fleet;
  const instance = group.instances.find(({ id }) => id === instanceId);
  return instance === undefined
    ? []
    : tasksOn(group, instance, now).map(
        ({ id, reason, startedAt, status, stopCode, stoppedAt, ...times }) => ({
          id,
          status,
          createdAt: times.createdAt,
          pullStartedAt: times.pullStartedAt ?? null,
          pullStoppedAt: times.pullStoppedAt ?? null,
          startedAt: startedAt ?? null,
          stoppedAt: stoppedAt ?? null,
          stopCode: stopCode ?? null,
          reasons: [
            ...(stopCode === undefined ? [] : ['Task failed to start']),
            ...(reason === undefined ? [] : [reason]),
          ],
          exitCodes: [],
          group: 'service:web',
        }),
      );
}

/** Ports that end the function after some calls, before or after what the last of them does. */
export function cutOff(ports: FleetPorts, callsLeft: number, isDone: boolean): FleetPorts {
  let left = callsLeft;
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get: (target, name, receiver) => {
        const call: unknown = Reflect.get(target, name, receiver);
        return typeof call !== 'function'
          ? call
          : async (...given: unknown[]) => {
              left -= 1;
              if (left < 0 || (left === 0 && !isDone)) {
                throw new Error('The function was ended.');
              }
              const answer: unknown = await (call as (...all: unknown[]) => unknown).apply(target, given);
              if (left === 0) {
                throw new Error('The function was ended.');
              }
              return answer;
            };
      },
    });
  return {
    ...ports,
    control: wrap(ports.control),
    hosts: wrap(ports.hosts),
    parameters: wrap(ports.parameters),
    notifier: wrap(ports.notifier),
  };
}

/** The parameters of one account. */
export class MemoryStore implements ParameterStore, VersionedParameters {
  readonly values = new Map<string, string>();
  private readonly versions = new Map<string, number>();

  get(name: string): Promise<string | undefined> {
    return Promise.resolve(this.values.get(name));
  }

  below(path: string): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve(
      Object.fromEntries([...this.values].filter(([name]) => name.startsWith(`${path}/`))),
    );
  }

  async put(name: string, value: string): Promise<void> {
    await this.write(name, value);
  }

  read(name: string): Promise<{ readonly value: string | undefined; readonly version: number }> {
    return Promise.resolve({ value: this.values.get(name), version: this.versions.get(name) ?? 0 });
  }

  write(name: string, value: string): Promise<number> {
    const version = (this.versions.get(name) ?? 0) + 1;
    this.values.set(name, value);
    this.versions.set(name, version);
    return Promise.resolve(version);
  }
}

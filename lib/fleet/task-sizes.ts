import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { type CfnService, NetworkMode, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { FleetSettings } from './fleet-settings';
import { type AppService, containersOf } from './windows-task-faults';

/** A fleet that tasks are to fit. */
interface FleetOfTasks {
  readonly settings: FleetSettings;
  /** By what a strategy may name its capacity provider. */
  readonly providerNames: readonly string[];
}

/** Warns of services placed on a fleet whose tasks its instances have no room for, as far as their types are known. */
export function warnOfTaskSizes(scope: IConstruct, placed: readonly AppService[], fleet: FleetOfTasks): void {
  placed.forEach((one) => {
    warnOfSize(scope, one, fleet.settings);
  });
  warnOfInterfaces(scope, placed, fleet);
}

/** What the containers of a task take together, as far as that is known; Windows counts no more than that. */
function resourcesOf(task: TaskDefinition): { readonly cpu: number; readonly memory: number } {
  const rendered = containersOf(task).map(
    (one) =>
      Stack.of(task).resolve(one.renderContainerDefinition()) as {
        readonly cpu?: unknown;
        readonly memory?: unknown;
      },
  );
  const sum = (name: 'cpu' | 'memory') =>
    rendered.reduce((all, { [name]: value }) => all + (typeof value === 'number' ? value : 0), 0);
  return { cpu: sum('cpu'), memory: sum('memory') };
}

/** Warns where the containers of a task together take more than any type of the fleet has, if all of these are known. */
function warnOfSize(scope: IConstruct, { service }: AppService, settings: FleetSettings): void {
  const sizes = settings.instanceTypes.map((type) => ({ type, size: hostSize(type) }));
  const { cpu, memory } = resourcesOf(service.taskDefinition);
  const reserved = Number(settings.host.variables?.['ECS_RESERVED_MEMORY'] ?? 0) || 0;
  const fits = ({ size }: (typeof sizes)[number]) =>
    // Windows sees a little less memory than its type has.
    size === undefined || (cpu <= size.vCpus * 1024 && memory < size.memoryMiB - reserved);
  if (!sizes.some(fits)) {
    const offered = sizes.map(
      ({ size, type }) =>
        `${type.toString()} has ${(size?.vCpus ?? 0) * 1024} and ${size?.memoryMiB ?? 0} MiB`,
    );
    Annotations.of(service).addWarningV2(
      'winbake:taskSize',
      `its task takes more than any instance of the fleet ${scope.node.path} has, so that ECS never places it; got: ${cpu} CPU units and ` +
        `${memory} MiB. ${offered.join(', ')}, a little of which Windows keeps: take less "cpu" and "memoryLimitMiB", or larger "instanceTypes".`,
    );
  }
}

/**
 * Warns where the services of a fleet want more tasks with interfaces of their own than its instances can have, if all of their types are
 * known. Windows has no trunks.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html
 */
function warnOfInterfaces(
  scope: IConstruct,
  placed: readonly AppService[],
  { settings, providerNames }: FleetOfTasks,
): void {
  const { instanceTypes, maxCapacity } = settings;
  const most = Math.max(...instanceTypes.map((type) => hostSize(type)?.mostInterfaces ?? Infinity)) - 1;
  const wanted = placed
    .filter(({ service }) => service.taskDefinition.networkMode === NetworkMode.AWS_VPC)
    .filter(({ resource }) => isOnlyPlacedOn(resource, providerNames))
    .reduce((sum, { resource }) => sum + tasksOf(resource, maxCapacity), 0);
  if (wanted > most * maxCapacity) {
    Annotations.of(scope).addWarningV2(
      'winbake:taskInterfaces',
      `Its services want ${wanted} tasks with network interfaces of their own, and ${maxCapacity} instances can have ${most * maxCapacity}, ` +
        `${most} each beside their own; got: "maxCapacity" ${maxCapacity} of ${instanceTypes.join(', ')}. Raise "maxCapacity", name larger ` +
        '"instanceTypes", or take the network of the host by NAT.',
    );
  }
}

function isOnlyPlacedOn(
  { capacityProviderStrategy: all }: CfnService,
  providerNames: readonly string[],
): boolean {
  return (
    Array.isArray(all) &&
    all.every((one) => providerNames.includes((one as { capacityProvider?: string }).capacityProvider ?? ''))
  );
}

/** How many tasks a service wants, as far as that is known. */
function tasksOf({ desiredCount = 1, schedulingStrategy }: CfnService, maxCapacity: number): number {
  if (schedulingStrategy === 'DAEMON') {
    return maxCapacity;
  }
  return Token.isUnresolved(desiredCount) ? 0 : desiredCount;
}

/** What an instance of a type has. */
export interface HostSize {
  readonly vCpus: number;
  readonly memoryMiB: number;
  /** The most network interfaces that it can have, its own among them. */
  readonly mostInterfaces: number;
}

/** GiB of memory for each vCPU, by family. */
const MEMORY: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** A burstable type has 0.5 GiB, and twice as much with each size. */
const BURSTABLE = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'];

/**
 * What the name of a type says of its size; undefined where it is not of the families C, M and R from the fifth to the eighth generation, or
 * T2 and T3, whose sizes follow one rule: an `xlarge` has 4 vCPUs, and c5n alone has more memory than its family.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/co.html
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/mo.html
 */
export function hostSize(type: InstanceType): HostSize | undefined {
  const [family = '', size = ''] = type.toString().split('.');
  const [, kind = '', generation = ''] = /^([cmr])([5-8])[a-z]*(?:-flex)?$/.exec(family) ?? [];
  const vCpus = vCpusOf(size);
  if (kind !== '' && vCpus !== undefined) {
    const memory = family === 'c5n' ? 2.625 : (MEMORY[kind] ?? Infinity);
    return {
      vCpus,
      memoryMiB: vCpus * memory * 1024,
      mostInterfaces: mostInterfaces(vCpus, Number(generation)),
    };
  }
  const step = BURSTABLE.indexOf(size);
  if (/^t(?:2|3a?)$/.test(family) && step !== -1) {
    const burstable = Math.max(2, vCpusOf(size) ?? 0);
    return { vCpus: burstable, memoryMiB: 512 * 2 ** step, mostInterfaces: mostInterfaces(burstable, 3) };
  }
  return undefined;
}

function vCpusOf(size: string): number | undefined {
  if (size === 'medium' || size === 'large') {
    return size === 'large' ? 2 : 1;
  }
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  return times === undefined ? undefined : 4 * Number(times === '' ? 1 : times);
}

/** The eighth generation has more of them, and no two of its families the same: this is the most of any. */
function mostInterfaces(vCpus: number, generation: number): number {
  if (vCpus <= 2) {
    return generation < 8 ? 3 : 4;
  }
  if (vCpus <= 8) {
    return 4;
  }
  return vCpus <= 36 ? 10 : 24;
}

import { Annotations, Stack, Token } from 'aws-cdk-lib';
import type { InstanceType } from 'aws-cdk-lib/aws-ec2';
import {
  type CfnService,
  type CfnTaskDefinition,
  Ec2Service,
  type ICluster,
  NetworkMode,
  type TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { onceWhole } from '../internal/validate';
import type { FleetSettings } from './fleet-settings';
import { WindowsTaskDefinition } from './windows-task-definition';
import {
  type AppService,
  appServices,
  containersOf,
  isPlacedOn,
  launchVolumes,
  plainServiceFaults,
} from './windows-task-faults';

/** A fleet on which services are placed. */
interface FleetOfServices {
  readonly cluster: ICluster;
  readonly ami: WindowsAmi;
  /** By what a strategy may name its capacity provider. */
  readonly providerNames: readonly string[];
  readonly settings: FleetSettings;
}

/** Ends synthesis where a service of the app could never run on the fleet that it is placed on, whatever stack it is in. */
export function holdServicesToFleet(scope: IConstruct, fleet: FleetOfServices): void {
  scope.node.addValidation({
    validate: () =>
      appServices(scope).flatMap((one) => {
        const path = `Service ${one.service.node.path}`;
        return faultsOf(one, fleet).map((fault) => `${path}: ${fault}`);
      }),
  });
  onceWhole(scope, () => {
    warnOfExactRevisions(scope, fleet);
    const services = appServices(scope);
    const placed = services.filter((one) => isPlacedOn(one, fleet.providerNames));
    placed.forEach(warnOfLaunchVolumes);
    warnOfTaskSizes(scope, placed, fleet);
    // The cluster may have hosts that offer it.
    services
      .filter((one) => one.service.taskDefinition instanceof WindowsTaskDefinition)
      .filter((one) => mayRunOn(one, fleet) && windowsFaults(one, fleet).length === 0)
      .forEach((one) => {
        agentFaults(one, fleet).forEach((fault) => {
          const sentence = `on hosts of the fleet ${scope.node.path}, where the cluster may place it, ${fault}`;
          Annotations.of(one.service).addWarningV2('winbake:hostsOfCluster', sentence);
        });
      });
  });
}

function faultsOf(one: AppService, fleet: FleetOfServices): readonly string[] {
  if (isPlacedOn(one, fleet.providerNames)) {
    const isForWindows = one.service.taskDefinition instanceof WindowsTaskDefinition;
    const plain = isForWindows ? [] : plainServiceFaults(one, fleet.ami.os);
    return [...windowsFaults(one, fleet), ...plain, ...hostFaults(one, fleet), ...agentFaults(one, fleet)];
  }
  // One without a strategy runs where the cluster places it, which may have hosts of another Windows besides.
  return mayRunOn(one, fleet) && windowsFaults(one, fleet).length === 0 ? hostFaults(one, fleet) : [];
}

function mayRunOn({ resource, service }: AppService, { cluster }: FleetOfServices): boolean {
  return (
    service instanceof Ec2Service &&
    resource.capacityProviderStrategy === undefined &&
    service.cluster.clusterName === cluster.clusterName
  );
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html#runtime-platform_ec2 */
function windowsFaults({ service }: AppService, { ami }: FleetOfServices): readonly string[] {
  const { taskDefinition: task } = service;
  const { runtimePlatform } = task.node.defaultChild as CfnTaskDefinition;
  const family = (runtimePlatform as CfnTaskDefinition.RuntimePlatformProperty | undefined)
    ?.operatingSystemFamily;
  const own = `WINDOWS_${ami.os.name}`;
  if (family !== undefined && family !== own) {
    return [
      `its task is of ${family} and this fleet of ${own}, so that ECS never places it. Give the task the fleet's os, or the ` +
        "service a fleet of the task's.",
    ];
  }
  const { _revision: revision } = ami;
  if (!(task instanceof WindowsTaskDefinition) || revision === undefined || Token.isUnresolved(revision)) {
    return [];
  }
  const { exact, minimum } = task._revisions;
  const never = (needed: string, wayOut: string) =>
    `its task needs revision ${needed} and this fleet stays at ${revision}, so that ECS never places it. ${wayOut}`;
  const follow = 'or let the fleet follow a channel.';
  return [
    ...(minimum !== undefined && minimum > revision
      ? [never(`${minimum} or later`, `Lower "minimumRevision", ${follow}`)]
      : []),
    ...(exact !== undefined && exact !== revision
      ? [never(String(exact), `Say "exactRevision: ${revision}", or let the fleet stay at ${exact}.`)]
      : []),
  ];
}

/**
 * What hosts of the fleet do not offer a task.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_IAM_roles.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tutorial-gmsa-windows.html#tutorial-gmsa-windows-step11
 */
function hostFaults({ service }: AppService, { settings: { host } }: FleetOfServices): readonly string[] {
  const taskRoles = host.taskRoles !== false;
  const { networkMode, node } = service.taskDefinition;
  const { taskRoleArn } = node.defaultChild as CfnTaskDefinition;
  const hasRole = Stack.of(service.taskDefinition).resolve(taskRoleArn) !== undefined;
  const ofRole =
    hasRole && !taskRoles
      ? [
          'its task has a role, and hosts of this fleet offer none ("taskRoles: false"), so that ECS never places it. Leave "taskRoles" out; a ' +
            'WindowsTaskDefinition whose role allows nothing has none.',
        ]
      : [];
  const ofContainers = containersOf(service.taskDefinition).flatMap(
    ({ containerName, credentialSpecs = [], portMappings }) => [
      ...(taskRoles && networkMode === NetworkMode.NAT && portMappings.some(({ hostPort }) => hostPort === 80)
        ? [
            `container ${containerName} asks for port 80 of the host, which the credential proxy of task roles holds. Leave "hostPort" out ` +
              'and put a load balancer before it, or give the fleet "taskRoles: false".',
          ]
        : []),
      ...(credentialSpecs.length > 0 && host.variables?.['ECS_GMSA_SUPPORTED'] !== 'true'
        ? [
            `container ${containerName} has a credential spec, and the agent of this fleet offers no gMSA, so that ECS never places it. ` +
              'Say "gmsa: true".',
          ]
        : []),
    ],
  );
  return [...ofRole, ...ofContainers];
}

/**
 * What the agent of the fleet does not offer a task, for which ECS then has no host.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
 */
function agentFaults({ service }: AppService, { settings: { host } }: FleetOfServices): readonly string[] {
  const { loggingDrivers = [], taskInterfaces = true } = host;
  const ofNetwork =
    service.taskDefinition.networkMode === NetworkMode.AWS_VPC && !taskInterfaces
      ? [
          "its task has a network interface of its own, and the agent of this fleet offers none, so that ECS never places it; got: 'awsvpc'. " +
            'Leave "taskInterfaces" of the fleet out, which Windows Server 2016 has not, or take the network of the host by NAT.',
        ]
      : [];
  const ofDrivers = containersOf(service.taskDefinition).flatMap(({ containerName, logDriverConfig }) => {
    const { logDriver = '' } = logDriverConfig ?? {};
    return logDriver === '' || Token.isUnresolved(logDriver) || loggingDrivers.includes(logDriver)
      ? []
      : [
          `container ${containerName} logs by a driver that the agent of this fleet does not offer, so that ECS never places it; got: ` +
            `'${logDriver}'. Add it to "loggingDrivers" of the fleet, which are ${loggingDrivers.join(', ')}, or name one of these.`,
        ];
  });
  return [...ofNetwork, ...ofDrivers];
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html */
function warnOfLaunchVolumes(one: AppService): void {
  for (const { fileSystem, name } of launchVolumes(one)) {
    if (fileSystem === undefined) {
      Annotations.of(one.service).addWarningV2(
        'winbake:fileSystemType',
        `volume ${name} names no file system, for which ECS takes xfs by its reference, and Windows mounts NTFS alone; got: none. Say ` +
          '"fileSystemType: FileSystemType.NTFS".',
      );
    }
  }
}

function warnOfExactRevisions(scope: IConstruct, fleet: FleetOfServices): void {
  const { _pointer: pointer, _revision: revision } = fleet.ami;
  for (const one of appServices(scope).filter(
    (each) => revision === undefined && isPlacedOn(each, fleet.providerNames),
  )) {
    const { taskDefinition: task } = one.service;
    if (task instanceof WindowsTaskDefinition && task._revisions.exact !== undefined) {
      Annotations.of(one.service).addWarningV2(
        'winbake:exactRevision',
        `its task needs revision ${task._revisions.exact} and the fleet ${scope.node.path} follows ${pointer}: once it has moved on, no ` +
          'task is placed any more. Say "minimumRevision", or let the fleet stay by WindowsAmi.fromRevision.',
      );
    }
  }
}

/** Warns of services placed on a fleet whose tasks its instances have no room for, as far as their types are known. */
function warnOfTaskSizes(scope: IConstruct, placed: readonly AppService[], fleet: FleetOfServices): void {
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
  { settings, providerNames }: FleetOfServices,
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

import { Stack } from 'aws-cdk-lib';
import {
  BaseService,
  CfnService,
  type CfnTaskDefinition,
  ContainerDefinition,
  NetworkMode,
  type CredentialSpecConfig,
  type Ec2TaskDefinitionProps,
  type TaskDefinition,
  type Volume,
} from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';
import type { WindowsOs } from '../ami/windows-os';
import { imageOfOtherWindows } from './image-windows';

/** A parameter of a container, when it is wrong, and the way out. */
type Rule = readonly [parameter: string, isWrong: (value: unknown) => boolean, wayOut: string];

const isThere = (value: unknown): boolean => value !== undefined;
const isTrue = (value: unknown): boolean => value === true;
const hasEntries = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

/**
 * What ECS does not support for Windows containers.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
const LINUX_ONLY: readonly Rule[] = [
  ['linuxParameters', isThere, 'Leave it out.'],
  ['privileged', isTrue, 'Leave it out; Windows has no such containers.'],
  ['readonlyRootFilesystem', isTrue, 'Leave it out.'],
  ['disableNetworking', isTrue, 'Leave it out.'],
  ['ulimits', hasEntries, 'Leave it out; "cpu" and "memoryLimitMiB" limit a container.'],
  ['systemControls', hasEntries, 'Leave it out.'],
  ['dnsServers', hasEntries, "Leave it out; containers take the VPC's."],
  ['dnsSearchDomains', hasEntries, "Leave it out; containers take the VPC's."],
  ['extraHosts', hasEntries, 'Leave it out, and use a private hosted zone.'],
  ['firelensConfiguration', isThere, 'Leave the log router out; the awslogs driver needs none.'],
];

/**
 * Log drivers that Windows hosts do not have: Docker has no journald there, and the agent offers no FireLens.
 *
 * @see https://github.com/moby/moby/blob/master/daemon/logdrivers_windows.go
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/app/agent_capability_windows.go
 */
export const LINUX_LOG_DRIVERS: readonly (string | undefined)[] = ['awsfirelens', 'journald'];

/** Why a container cannot run on an os, one sentence a fault. */
export function windowsContainerFaults(container: ContainerDefinition, os: WindowsOs): readonly string[] {
  const name = `Container ${container.containerName}`;
  const rendered = Stack.of(container).resolve(container.renderContainerDefinition()) as Readonly<
    Record<string, unknown>
  >;
  const faults = LINUX_ONLY.flatMap(([parameter, isWrong, wayOut]) =>
    isWrong(rendered[parameter]) ? [`${name}: "${parameter}" is not supported on Windows. ${wayOut}`] : [],
  );
  const driver = container.logDriverConfig?.logDriver;
  return [
    ...faults,
    ...(LINUX_LOG_DRIVERS.includes(driver)
      ? [
          `${name}: the log driver is not there on Windows; got: '${driver ?? ''}'. Take awslogs, as a WindowsTaskDefinition does without "logging".`,
        ]
      : []),
    ...memoryFaults(name, rendered),
    ...directoryFaults(name, container, os),
    ...imageFaults(name, container, os),
  ];
}

function imageFaults(name: string, { imageName }: ContainerDefinition, os: WindowsOs): readonly string[] {
  const found = imageOfOtherWindows(imageName, os);
  return found?.isCertain === true ? [`${name}: ${found.sentence}`] : [];
}

/** @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/config/config_windows.go */
function directoryFaults(
  name: string,
  { credentialSpecs = [] }: ContainerDefinition,
  { release }: WindowsOs,
): readonly string[] {
  return release === '2016' && credentialSpecs.some(isDomainless)
    ? [
        `${name}: domainless gMSA is not there on Windows Server 2016. Join the hosts to the domain, or use a later release.`,
      ]
    : [];
}

/** Whether a credential spec needs no host that is joined to the domain. */
function isDomainless({ typePrefix }: CredentialSpecConfig): boolean {
  return typePrefix === 'credentialspecdomainless';
}

/**
 * Docker on Windows refuses to start a container that reserves memory, and ECS ignores a task's own limits there.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
function memoryFaults(
  name: string,
  { memory, memoryReservation }: Readonly<Record<string, unknown>>,
): readonly string[] {
  return [
    ...(memoryReservation === undefined
      ? []
      : [`${name}: "memoryReservationMiB" does not start on Windows. Say "memoryLimitMiB" in its place.`]),
    ...(memory === undefined
      ? [`${name}: "memoryLimitMiB" is needed on Windows. Say how many MiB it may take.`]
      : []),
  ];
}

/** The rest of a sentence about a prop that cannot be used: its name, the rule, what was said, the way out. */
type Fault = readonly [prop: string, rule: string, got: string, wayOut: string];

/**
 * Why a volume cannot be mounted on Windows.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
 */
export function windowsVolumeFault({
  dockerVolumeConfiguration,
  efsVolumeConfiguration,
  name,
}: Volume): Fault | undefined {
  const driver = dockerVolumeConfiguration?.driver ?? 'local';
  if (efsVolumeConfiguration !== undefined) {
    const wayOut =
      'Windows cannot mount it; name a share of FSx for Windows File Server in "fsxVolumes" of a WindowsTaskDefinition.';
    return ['volumes', 'must not be on EFS', `'${name}'`, wayOut];
  }
  return driver === 'local'
    ? undefined
    : [
        'volumes',
        'must have the driver local on Windows',
        `'${driver}' of '${name}'`,
        'A bind mount has no driver.',
      ];
}

/** The networks that Windows has; NAT is written as none at all. */
const NETWORK_MODES: readonly NetworkMode[] = [NetworkMode.NAT, NetworkMode.AWS_VPC];

/**
 * Why a task cannot run on Windows.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
 */
export function windowsTaskFault(
  os: WindowsOs,
  { ipcMode, networkMode = NetworkMode.NAT, pidMode }: Ec2TaskDefinitionProps,
): Fault | undefined {
  const notThere = 'is not supported on Windows';
  if (pidMode !== undefined) {
    return ['pidMode', notThere, `'${pidMode}'`, 'Leave it out.'];
  }
  if (ipcMode !== undefined) {
    return ['ipcMode', notThere, `'${ipcMode}'`, 'Leave it out.'];
  }
  if (!NETWORK_MODES.includes(networkMode)) {
    const wayOut = "Take the host's nat network by NAT, or give each task an interface by AWS_VPC.";
    return ['networkMode', 'must be NAT or AWS_VPC on Windows', `'${networkMode}'`, wayOut];
  }
  return networkMode === NetworkMode.AWS_VPC && os.release === '2016'
    ? [
        'networkMode',
        'must be NAT on Windows Server 2016',
        `'${networkMode}'`,
        'Later releases have AWS_VPC.',
      ]
    : undefined;
}

/** A service of the app, and what it is in the template. */
export interface AppService {
  readonly service: BaseService;
  readonly resource: CfnService;
}

/** All services of the app that a construct is in. */
export function appServices({ node }: IConstruct): readonly AppService[] {
  return node.root.node
    .findAll()
    .filter((one) => one instanceof BaseService)
    .flatMap((service) => {
      const resource = service.node.children.find((one) => one instanceof CfnService);
      return resource === undefined ? [] : [{ service, resource }];
    });
}

/** The containers of a task, however it was made. */
export function containersOf({ node }: TaskDefinition): readonly ContainerDefinition[] {
  return node.children.filter((one) => one instanceof ContainerDefinition);
}

/** Whether a strategy of a service names one of these capacity providers. */
export function isPlacedOn({ resource }: AppService, providerNames: readonly string[]): boolean {
  const { capacityProviderStrategy: strategies = [] } = resource;
  return (
    Array.isArray(strategies) &&
    strategies.some((one) =>
      providerNames.includes((one as { capacityProvider?: string }).capacityProvider ?? ''),
    )
  );
}

/**
 * Why a service could not be deployed for Windows: the proxy of Service Connect has no image for it.
 *
 * @see https://github.com/aws/copilot-cli/issues/5696
 */
function serviceConnectFaults({ resource, service }: AppService): readonly string[] {
  const config = Stack.of(service).resolve(resource.serviceConnectConfiguration) as
    { readonly enabled?: unknown } | undefined;
  return config?.enabled === true
    ? [
        'Service Connect is not there on Windows. Leave "serviceConnectConfiguration" out, and use "cloudMapOptions" or a load balancer.',
      ]
    : [];
}

/** The volumes that a service gives to each of its tasks, with the file system where one is named. */
export function launchVolumes({ resource, service }: AppService) {
  const volumes = (Stack.of(service).resolve(resource.volumeConfigurations) ??
    []) as readonly CfnService.ServiceVolumeConfigurationProperty[];
  return volumes.map(({ managedEbsVolume, name }) => {
    const { filesystemType: fileSystem } = (managedEbsVolume ??
      {}) as Partial<CfnService.ServiceManagedEBSVolumeConfigurationProperty>;
    return { name, fileSystem };
  });
}

/**
 * Why a volume that a service gives to each of its tasks could not be mounted on Windows, which has NTFS alone.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html
 */
function launchVolumeFaults(one: AppService): readonly string[] {
  return launchVolumes(one).flatMap(({ fileSystem = '', name }) =>
    ['ext3', 'ext4', 'xfs'].includes(fileSystem)
      ? [
          `volume ${name} must have the file system NTFS on Windows; got: '${fileSystem}'. Say "fileSystemType: FileSystemType.NTFS", and ` +
            'take a snapshot of a Windows volume where it is made from one.',
        ]
      : [],
  );
}

/** Why services of a task could not be deployed for Windows, one sentence a fault. */
export function taskServiceFaults(task: TaskDefinition): readonly string[] {
  return appServices(task)
    .filter(({ service }) => service.taskDefinition === task)
    .flatMap((one) =>
      [...serviceConnectFaults(one), ...launchVolumeFaults(one)].map(
        (fault) => `Service ${one.service.node.path}: ${fault}`,
      ),
    );
}

/** Why a service whose task definition is not made for Windows could not run there, one sentence a fault. */
export function plainServiceFaults(one: AppService, os: WindowsOs): readonly string[] {
  const { taskDefinition: task } = one.service;
  const { ipcMode, pidMode, volumes } = task.node.defaultChild as CfnTaskDefinition;
  const rendered = Stack.of(task).resolve({ ipcMode, pidMode, volumes }) as Pick<
    Ec2TaskDefinitionProps,
    'ipcMode' | 'pidMode' | 'volumes'
  >;
  const faults = [
    windowsTaskFault(os, { ...rendered, networkMode: task.networkMode }),
    ...(rendered.volumes ?? []).map(windowsVolumeFault),
  ].filter((fault) => fault !== undefined);
  return [
    ...faults.map(([prop, rule, got, wayOut]) => `"${prop}" of its task ${rule}; got: ${got}. ${wayOut}`),
    ...containersOf(task).flatMap((container) => windowsContainerFaults(container, os)),
    ...serviceConnectFaults(one),
    ...launchVolumeFaults(one),
  ];
}

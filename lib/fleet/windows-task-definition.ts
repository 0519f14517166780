import { Annotations, Stack } from 'aws-cdk-lib';
import {
  type Ec2TaskDefinitionProps,
  Ec2TaskDefinition,
  LogDriver,
  NetworkMode,
  PlacementConstraint,
  type CfnTaskDefinition,
  type ContainerDefinition,
  type ContainerDefinitionOptions,
  type Volume,
} from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { WindowsOs } from '../ami/windows-os';
import { checkNumber, refuse } from '../internal/validate';

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
];

/**
 * Log drivers that Windows hosts do not have.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html
 */
const LINUX_LOG_DRIVERS: readonly unknown[] = ['awsfirelens', 'journald'];

/** Why a container cannot run on Windows, one sentence a fault. */
export function windowsContainerFaults(container: ContainerDefinition): readonly string[] {
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
          `${name}: the log driver is not there on Windows; got: '${driver ?? ''}'. Leave "logging" out to take awslogs.`,
        ]
      : []),
    ...memoryFaults(name, rendered),
  ];
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
    const wayOut = 'Windows cannot mount it; FSx for Windows File Server is there for it.';
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
    const wayOut =
      "Leave it out to take the host's nat network, or give each task an interface with AWS_VPC.";
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

/** A task definition for Windows: that of EC2, without what only Linux has. */
export interface WindowsTaskDefinitionProps extends Ec2TaskDefinitionProps {
  /** The Windows that the containers are made for, which is the os of the fleet that they run on. */
  readonly os: WindowsOs;

  /**
   * The least revision of hosts that tasks are placed on, the fourth number of an OS version. Where a task needs what an
   * update brought; tasks wait for a fleet that has not come so far.
   *
   * @default - any host of the os
   */
  readonly minimumRevision?: number;

  /**
   * The only revision of hosts that tasks are placed on, for containers whose base image must equal its host. A fleet that
   * moves on, or back, has no place for them any more: use it with `WindowsAmi.fromRevision`, and `minimumRevision` otherwise.
   *
   * @default - any host of the os
   */
  readonly exactRevision?: number;

  /**
   * How long the logs of containers are kept that name no logging of their own.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;
}

/**
 * A task definition for Windows containers on EC2. It says its Windows to ECS, which places tasks on hosts of that release and
 * edition only; its containers log to CloudWatch unless they say otherwise; and what ECS does not support on Windows ends
 * synthesis. Tasks share Docker's `nat` network of their host unless `networkMode` is `AWS_VPC`.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html
 */
export class WindowsTaskDefinition extends Ec2TaskDefinition {
  /** The Windows that the containers are made for. */
  public readonly os: WindowsOs;

  private readonly logRetention: RetentionDays;

  constructor(scope: Construct, id: string, props: WindowsTaskDefinitionProps) {
    const { os, minimumRevision, exactRevision, logRetention, ...rest } = props;
    super(scope, id, { ...rest, networkMode: rest.networkMode ?? NetworkMode.NAT });
    this.os = os;
    this.logRetention = logRetention ?? RetentionDays.THIRTEEN_MONTHS;
    const fault = windowsTaskFault(os, { ...rest, networkMode: this.networkMode });
    if (fault !== undefined) {
      refuse(this, ...fault);
    }
    // aws-cdk-lib renders it for Fargate only.
    (this.node.defaultChild as CfnTaskDefinition).runtimePlatform = {
      cpuArchitecture: 'X86_64',
      operatingSystemFamily: `WINDOWS_${os.name}`,
    };
    this.placeOn('minimumRevision', '>=', minimumRevision);
    this.placeOn('exactRevision', '==', exactRevision);
    this.node.addValidation({ validate: () => this.containers.flatMap(windowsContainerFaults) });
  }

  /** Adds a container; without `logging` it writes to a log group of its own. */
  public override addContainer(id: string, props: ContainerDefinitionOptions): ContainerDefinition {
    const { logRetention } = this;
    const container = super.addContainer(id, {
      ...props,
      logging: props.logging ?? LogDriver.awsLogs({ streamPrefix: id, logRetention }),
    });
    if ((props.cpu ?? 0) === 0) {
      Annotations.of(container).addWarningV2(
        'winbake:noCpu',
        'Without "cpu" a container on Windows gets 1 % of one CPU, so that it may not start in time. Say how many units it ' +
          'may take; a vCPU has 1024.',
      );
    }
    return container;
  }

  /** Adds a volume that Windows can mount. */
  public override addVolume(volume: Volume): void {
    const fault = windowsVolumeFault(volume);
    if (fault !== undefined) {
      refuse(this, ...fault);
    }
    super.addVolume(volume);
  }

  /**
   * ECS compares the numbers of attributes as numbers.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
   */
  private placeOn(prop: string, operator: '>=' | '==', revision: number | undefined): void {
    if (revision === undefined) {
      return;
    }
    const wayOut = `It is the fourth number of an OS version, such as 4294 of 10.0.${this.os.buildNumber}.4294.`;
    checkNumber(this, prop, revision, { least: 1, most: 999_999_999, wayOut });
    const build = `attribute:winbake.build == ${this.os.buildNumber}`;
    this.addPlacementConstraint(
      PlacementConstraint.memberOf(`${build} and attribute:winbake.revision ${operator} ${revision}`),
    );
  }
}

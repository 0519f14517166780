import { Annotations } from 'aws-cdk-lib';
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
import { windowsContainerFaults, windowsTaskFault, windowsVolumeFault } from './windows-task-faults';

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

import { Annotations, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type CredentialSpecConfig,
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
import { CfnManagedPolicy, CfnPolicy, type CfnRole, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays, type LogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { WindowsOs } from '../ami/windows-os';
import { checkNumber, refuse } from '../internal/validate';
import { imageOfOtherWindows } from './image-windows';
import {
  taskServiceFaults,
  windowsContainerFaults,
  windowsTaskFault,
  windowsVolumeFault,
} from './windows-task-faults';

/**
 * A share of FSx for Windows File Server that a task mounts, on hosts that are joined to its domain.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html
 */
export interface FsxWindowsFileServerVolume {
  /** The name by which mount points refer to it. */
  readonly name: string;

  /** The file system, such as `fs-0123456789abcdef0`. */
  readonly fileSystemId: string;

  /** The directory that is mounted, such as `share\\orders`. */
  readonly rootDirectory: string;

  /** The `username` and `password` that it is mounted with; the task's execution role may then read them. */
  readonly credentials: ISecret;

  /** The fully qualified name of the Active Directory domain. */
  readonly domain: string;
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
   * Shares of FSx for Windows File Server, which `volumes` of aws-cdk-lib cannot say.
   *
   * @default - no shares
   */
  readonly fsxVolumes?: FsxWindowsFileServerVolume[];

  /**
   * The `username`, `password` and `domainName` with which containers join a domain that their host is not in, where their
   * `credentialSpecs` name this secret (domainless gMSA); the task's execution role may then read it.
   *
   * @default - no secret
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html
   */
  readonly domainlessUserCredentials?: ISecret;

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

  /**
   * The revisions of hosts that it is placed on.
   *
   * @internal
   */
  public readonly _revisions: { readonly minimum: number | undefined; readonly exact: number | undefined };

  private readonly logRetention: RetentionDays;
  private readonly shares = new Map<string, FsxWindowsFileServerVolume>();

  constructor(scope: Construct, id: string, props: WindowsTaskDefinitionProps) {
    const {
      os,
      minimumRevision,
      exactRevision,
      logRetention,
      domainlessUserCredentials,
      fsxVolumes,
      ...rest
    } = props;
    super(scope, id, { ...rest, networkMode: rest.networkMode ?? NetworkMode.NAT });
    this.os = os;
    this.logRetention = logRetention ?? RetentionDays.THIRTEEN_MONTHS;
    const fault = windowsTaskFault(os, { ...rest, networkMode: this.networkMode });
    if (fault !== undefined) {
      refuse(this, ...fault);
    }
    const cfnTaskDefinition = this.node.defaultChild as CfnTaskDefinition;
    // aws-cdk-lib renders it for Fargate only.
    cfnTaskDefinition.runtimePlatform = {
      cpuArchitecture: 'X86_64',
      operatingSystemFamily: `WINDOWS_${os.name}`,
    };
    if (rest.taskRole === undefined) {
      // One that allows nothing would only keep the task off hosts whose agent offers no roles.
      const { taskRole } = this;
      cfnTaskDefinition.taskRoleArn = Lazy.string({
        produce: () => (allowsNothing(taskRole) ? undefined : taskRole.roleArn),
      });
    }
    this.renderShares(cfnTaskDefinition);
    this._revisions = { minimum: minimumRevision, exact: exactRevision };
    fsxVolumes?.forEach((volume) => {
      this.addFsxVolume(volume);
    });
    domainlessUserCredentials?.grantRead(this.obtainExecutionRole());
    this.placeOn('minimumRevision', '>=', minimumRevision);
    this.placeOn('exactRevision', '==', exactRevision);
    this.node.addValidation({
      validate: () => [
        ...this.containers.flatMap((container) => windowsContainerFaults(container, os)),
        ...taskServiceFaults(this),
      ],
    });
  }

  /** Adds a container; without `logging` it writes to a log group of its own. */
  public override addContainer(id: string, props: ContainerDefinitionOptions): ContainerDefinition {
    const { logRetention } = this;
    const container = super.addContainer(id, {
      ...props,
      logging: props.logging ?? LogDriver.awsLogs({ streamPrefix: id, logRetention }),
    });
    if (props.logging === undefined) {
      // aws-cdk-lib's own would stay behind after a first deployment that was taken back, too.
      const logGroup = container.node.findChild('LogGroup') as LogGroup;
      logGroup.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    }
    container.credentialSpecs?.forEach((spec) => {
      this.allowSpec(spec);
    });
    const image = imageOfOtherWindows(container.imageName, this.os);
    if (image?.isCertain === false) {
      Annotations.of(container).addWarningV2('winbake:otherWindows', `Container ${id}: ${image.sentence}`);
    }
    if (this.networkMode === NetworkMode.NAT && props.portMappings?.some(({ hostPort }) => hostPort === 80)) {
      Annotations.of(container).addWarningV2(
        'winbake:hostPort80',
        '"hostPort" 80 is that of the credential proxy on hosts whose tasks may have roles, and a task that asks for it does not ' +
          'start there. Leave "hostPort" out and put a load balancer before it; on a fleet with "taskRoles: false" acknowledge this warning.',
      );
    }
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
    this.node.addValidation({ validate: () => [...this.dropped(volume)] });
  }

  /** Adds a share of FSx for Windows File Server, with what the execution role needs to mount it. */
  public addFsxVolume(volume: FsxWindowsFileServerVolume): void {
    const { credentials, fileSystemId, name } = volume;
    if (this.os.release === '2016') {
      refuse(
        this,
        'fsxVolumes',
        'must not be used on Windows Server 2016',
        `'${name}'`,
        'Later releases have them.',
      );
    }
    super.addVolume({ name });
    this.shares.set(name, volume);
    credentials.grantRead(this.obtainExecutionRole());
    this.addToExecutionRolePolicy(
      new PolicyStatement({
        actions: ['fsx:DescribeFileSystems'],
        resources: [
          Stack.of(this).formatArn({ service: 'fsx', resource: 'file-system', resourceName: fileSystemId }),
        ],
      }),
    );
  }

  /** What aws-cdk-lib gives to the template, with what it knows nothing of. */
  private renderShares(cfnTaskDefinition: CfnTaskDefinition): void {
    const rendered = cfnTaskDefinition.volumes;
    cfnTaskDefinition.volumes = Lazy.uncachedAny({
      produce: (context) =>
        (context.resolve(rendered) as CfnTaskDefinition.VolumeProperty[] | undefined)?.map((volume) => {
          const share = this.shares.get(volume.name ?? '');
          return share === undefined
            ? volume
            : {
                ...volume,
                fSxWindowsFileServerVolumeConfiguration: {
                  fileSystemId: share.fileSystemId,
                  rootDirectory: share.rootDirectory,
                  authorizationConfig: {
                    credentialsParameter: share.credentials.secretArn,
                    domain: share.domain,
                  },
                },
              };
        }),
    });
  }

  private dropped(volume: Volume): readonly string[] {
    if (Construct.isConstruct(volume)) {
      // A ServiceManagedVolume: the rest of it is the service's.
      return [];
    }
    const { volumes } = this.node.defaultChild as CfnTaskDefinition;
    const all = Stack.of(this).resolve(volumes) as readonly Readonly<Record<string, unknown>>[];
    const rendered = all.find(({ name }) => name === volume.name) ?? {};
    return Object.entries(volume).flatMap(([key, value]) =>
      value === undefined || rendered[key] !== undefined
        ? []
        : [
            `Volume ${volume.name}: aws-cdk-lib would drop "${key}". Name the share in "fsxVolumes", or add to the task ` +
              'definition by an escape hatch what aws-cdk-lib does not know.',
          ],
    );
  }

  /** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html#windows-gmsa-credentialspec */
  private allowSpec({ location }: CredentialSpecConfig): void {
    if (!location.startsWith('file://')) {
      const isParameter = JSON.stringify(Stack.of(this).resolve(location)).includes(':ssm:');
      this.addToExecutionRolePolicy(
        new PolicyStatement({
          actions: [isParameter ? 'ssm:GetParameters' : 's3:GetObject'],
          resources: [location],
        }),
      );
    }
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

/** Whether no policy of the app is a role's, which may come from anywhere in it. */
function allowsNothing(role: IRole): boolean {
  const stack = Stack.of(role);
  const isEmpty = (list: unknown) => list === undefined || (Array.isArray(list) && list.length === 0);
  const { managedPolicyArns, policies } = role.node.defaultChild as CfnRole;
  const name = JSON.stringify(stack.resolve(role.roleName));
  const isOfRole = (policy: CfnPolicy | CfnManagedPolicy) =>
    JSON.stringify(stack.resolve(policy.roles) ?? []).includes(name);
  return (
    isEmpty(stack.resolve(managedPolicyArns)) &&
    isEmpty(stack.resolve(policies)) &&
    !role.node.root.node
      .findAll()
      .some((one) => (one instanceof CfnPolicy || one instanceof CfnManagedPolicy) && isOfRole(one))
  );
}

import { readFileSync } from 'node:fs';
import type { Duration } from 'aws-cdk-lib';
import { type ExecuteFileOptions, type S3DownloadOptions, UserData } from 'aws-cdk-lib/aws-ec2';
import { startContainerHost, type ContainerHostStart } from '../core/fleet/start-container-host';
import { containerHostScript } from '../internal/handler-function';

/**
 * What `ecs.Cluster` adds to the user data of a Windows group: it starts the agent without task roles and without task
 * network interfaces, so these very lines are dropped and the fleet's own start takes their place.
 *
 * @see https://github.com/aws/aws-cdk/issues/20784
 * @see https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ecs/lib/cluster.ts - configureWindowsAutoScalingGroup
 */
function addedByCluster(clusterName: string): readonly string[] {
  const variable = (name: string, value: string) =>
    `[Environment]::SetEnvironmentVariable("${name}", ${value}, "Machine")`;
  return [
    'Remove-Item -Recurse C:\\ProgramData\\Amazon\\ECS\\Cache',
    'Import-Module ECSTools',
    variable('ECS_CLUSTER', `"${clusterName}"`),
    variable('ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE', '"true"'),
    variable('ECS_AVAILABLE_LOGGING_DRIVERS', `'["json-file","awslogs"]'`),
    `Initialize-ECSAgent -Cluster '${clusterName}'`,
  ];
}

/** Whether a command starts the agent. */
export function startsAgent(command: string): boolean {
  return /\bInitialize-ECSAgent\b/i.test(command);
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const MOST_BYTES = 16 * 1024;

/** How the instances of a fleet join their cluster, and what runs before and after. Names may be tokens. */
export interface FleetUserDataProps extends Omit<ContainerHostStart, 'agentSeconds'> {
  /** PowerShell that runs before the agent starts, at each start of the instance. */
  readonly before?: readonly string[];
  /** PowerShell that runs once the instance is registered and its launch completed, at each start of the instance. */
  readonly after?: readonly string[];
  /** How long the agent may take to register. Left out, 15 minutes. The hook's heartbeat has to be longer. */
  readonly agentTimeout?: Duration;
}

/**
 * The user data of a fleet: what others add, then the one start of the ECS agent, then what comes after it. It runs at
 * each start of an instance: Windows does not start the agent by itself, and task roles need its initialization again.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_IAM_roles.html
 */
export class FleetUserData extends UserData {
  private readonly additions: ((data: UserData) => void)[];

  constructor(private readonly props: FleetUserDataProps) {
    super();
    const { before = [] } = props;
    this.additions = [
      (data) => {
        data.addCommands(...before);
      },
    ];
  }

  /** Throws where a command starts the ECS agent, which would then not be the fleet's start. */
  public override addCommands(...commands: string[]): void {
    const dropped = addedByCluster(this.props.clusterName);
    const kept = commands.filter((command) => !dropped.includes(command));
    const start = kept.find(startsAgent);
    if (start !== undefined) {
      throw new Error(
        `The user data of a fleet must not start the ECS agent, which the fleet does; got: '${start}'. Leave the line out: ` +
          '"taskRoles", "taskInterfaces", "loggingDrivers" and "agentVariables" say how it starts.',
      );
    }
    this.additions.push((data) => {
      data.addCommands(...kept);
    });
  }

  public override addOnExitCommands(...commands: string[]): void {
    this.additions.push((data) => {
      data.addOnExitCommands(...commands);
    });
  }

  public override addS3DownloadCommand(params: S3DownloadOptions): string {
    this.additions.push((data) => data.addS3DownloadCommand(params));
    return UserData.forWindows().addS3DownloadCommand(params);
  }

  public override addExecuteFileCommand(params: ExecuteFileOptions): void {
    this.additions.push((data) => {
      data.addExecuteFileCommand(params);
    });
  }

  public override addSignalOnExitCommand(resource: Parameters<UserData['addSignalOnExitCommand']>[0]): void {
    this.additions.push((data) => {
      data.addSignalOnExitCommand(resource);
    });
  }

  public override render(): string {
    const data = UserData.forWindows({ persist: true });
    for (const add of this.additions) {
      add(data);
    }
    const { after = [], warmPool = false } = this.props;
    // On its way into a warm pool the instance does not join, and is stopped a minute after user data.
    const unlessWarming =
      warmPool && after.length > 0 ? ["if ($env:WINBAKE_WARMING -ne 'true') {", ...after, '}'] : after;
    const { agentTimeout, ...host } = this.props;
    const start = startContainerHost(readFileSync(containerHostScript(), 'utf8'), {
      ...host,
      ...(agentTimeout === undefined ? {} : { agentSeconds: agentTimeout.toSeconds() }),
    });
    data.addCommands(start, ...unlessWarming);
    const text = data.render();
    const bytes = Buffer.byteLength(text);
    if (bytes > MOST_BYTES) {
      throw new Error(
        `The user data of a fleet may have ${MOST_BYTES} bytes; got: ${bytes}. Put what you add into the AMI or a file in S3.`,
      );
    }
    return text;
  }
}

import { UserData, type ExecuteFileOptions, type S3DownloadOptions } from 'aws-cdk-lib/aws-ec2';

/**
 * What `ecs.Cluster` adds to the user data of a Windows group: it starts the agent without task roles and without task
 * network interfaces, so it is dropped and the fleet's own start takes its place.
 *
 * @see https://github.com/aws/aws-cdk/issues/20784
 */
const ADDED_BY_CLUSTER = /ECSTools|Initialize-ECSAgent|\\ECS\\Cache|"ECS_(CLUSTER|ENABLE|AVAILABLE)_?\w*"/;

/** The user data of a fleet: what others add, and then the one start of the ECS agent. */
export class FleetUserData extends UserData {
  private readonly inner = UserData.forWindows();

  /** `clusterName` may be a token. */
  constructor(private readonly clusterName: string) {
    super();
  }

  public override addCommands(...commands: string[]): void {
    this.inner.addCommands(...commands.filter((command) => !ADDED_BY_CLUSTER.test(command)));
  }

  public override addOnExitCommands(...commands: string[]): void {
    this.inner.addOnExitCommands(...commands);
  }

  public override addS3DownloadCommand(params: S3DownloadOptions): string {
    return this.inner.addS3DownloadCommand(params);
  }

  public override addExecuteFileCommand(params: ExecuteFileOptions): void {
    this.inner.addExecuteFileCommand(params);
  }

  public override addSignalOnExitCommand(resource: Parameters<UserData['addSignalOnExitCommand']>[0]): void {
    this.inner.addSignalOnExitCommand(resource);
  }

  public override render(): string {
    const start = agentStart(this.clusterName).join('\n');
    return this.inner.render().replace('</powershell>', () => `\n${start}</powershell>`);
  }
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bootstrap_windows_container_instance.html */
function agentStart(clusterName: string): readonly string[] {
  return [
    '$windows = Get-ItemProperty -Path "HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"',
    '$attributes = \'{"winbake.build":"\' + $windows.CurrentBuild + \'","winbake.revision":"\' + $windows.UBR + \'"}\'',
    '[Environment]::SetEnvironmentVariable("ECS_INSTANCE_ATTRIBUTES", $attributes, "Machine")',
    '[Environment]::SetEnvironmentVariable("ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE", "true", "Machine")',
    'Import-Module ECSTools',
    `Initialize-ECSAgent -Cluster '${clusterName}' -EnableTaskIAMRole -EnableTaskENI -AwsvpcBlockIMDS -LoggingDrivers '["json-file","awslogs"]'`,
  ];
}

import { readFileSync } from 'node:fs';
import { Duration, Token } from 'aws-cdk-lib';
import { type ExecuteFileOptions, type S3DownloadOptions, UserData } from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import { type ContainerHostStart, startContainerHost } from '../core/fleet/start-container-host';
import { OWN_IMAGE_SCRIPT, WORK_FOLDER } from '../core/image-builder/component-steps';
import { ecrRegion } from '../core/images/own-image';
import { parseDockerImageName } from '../core/oci/image-reference';
import { containerHostScript } from '../internal/handler-function';
import { checkMinutes, refuse } from '../internal/validate';

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
  /** PowerShell that runs after that, known once the app is whole. */
  readonly fetch?: () => readonly string[];
  /** PowerShell that runs once the instance is registered and its launch completed, at each start of the instance. */
  readonly after?: readonly string[];
  /** Whether the cluster adds lines of its own, which the fleet's start takes the place of. */
  readonly isOfCluster?: boolean;
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
  /** What the cluster has yet to add: the same line of a user stays. */
  private readonly ofCluster: string[];

  constructor(private readonly props: FleetUserDataProps) {
    super();
    const { before = [], fetch = () => [], isOfCluster = true } = props;
    this.ofCluster = isOfCluster ? [...addedByCluster(props.clusterName)] : [];
    this.additions = [
      (data) => {
        data.addCommands(...before, ...fetch());
      },
    ];
  }

  /** Throws where a command starts the ECS agent, which would then not be the fleet's start. */
  public override addCommands(...commands: string[]): void {
    const kept = commands.filter((command) => {
      const index = this.ofCluster.indexOf(command);
      if (index !== -1) {
        this.ofCluster.splice(index, 1);
      }
      return index === -1;
    });
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

/** Where a bake leaves the script by which hosts fetch what has moved. */
const SCRIPT = `${WORK_FOLDER}\\${OWN_IMAGE_SCRIPT}`;

/** What boot, Docker and the agent may take of the time for a launch, in minutes. */
const BOOT_MINUTES = 30;

/** How long a host takes at most to fetch what has moved, unless something else is said, in minutes. */
const FETCH_MINUTES = 10;

/** What decides whether hosts fetch own images, and which. */
interface FetchedImages {
  readonly ami: WindowsAmi;
  readonly ownImageTimeout?: Duration | undefined;
  /** Secrets by the hosts of registries. */
  readonly ownImageCredentials?: Readonly<Record<string, ISecret>> | undefined;
}

/**
 * The commands of user data by which a host fetches, before it joins its cluster, what the tags of own images have moved to since its AMI was
 * baked; none where no time is given to it. Whether the pipeline has such images is known once the app is whole. Ends synthesis where it would
 * take what a launch needs, and where secrets are for nothing.
 */
export function fetchOwnImages(
  scope: IConstruct,
  { ami, ownImageCredentials = {}, ownImageTimeout }: FetchedImages,
  launchTimeout: Duration,
): () => readonly string[] {
  const secrets = Object.entries(ownImageCredentials);
  const most = launchTimeout.isUnresolved()
    ? FETCH_MINUTES
    : launchTimeout.toMinutes({ integral: false }) - BOOT_MINUTES;
  const limit = ownImageTimeout ?? Duration.minutes(Math.min(FETCH_MINUTES, most));
  if (ownImageTimeout !== undefined) {
    checkMinutes(scope, 'ownImageTimeout', ownImageTimeout, {
      least: 0,
      most,
      wayOut: `Booting and joining may take ${BOOT_MINUTES} minutes of "launchTimeout"; raise that, or fetch for less long.`,
    });
  }
  secrets.forEach(([registry]) => {
    checkRegistry(scope, registry);
  });
  if (limit.toSeconds() === 0 && secrets.length > 0) {
    refuse(
      scope,
      'ownImageCredentials',
      'must not be said where hosts have no time to fetch own images, since they would read secrets for nothing',
      secrets.map(([registry]) => registry).join(', '),
      'Leave it out, or raise "ownImageTimeout" or "launchTimeout".',
    );
  }
  const isWanted = ownImageTimeout !== undefined || secrets.length > 0;
  return () => {
    const seconds = isWanted || ami._pipelineFor(scope)?._hasOwnImages === true ? limit.toSeconds() : 0;
    return seconds === 0 ? [] : [`try { ${fetching(seconds, secrets)} } catch { Write-Host "Winbake: $_" }`];
  };
}

/** A registry is named as the AMI's manifest names it: as docker does. */
function checkRegistry(scope: IConstruct, registry: string): void {
  if (Token.isUnresolved(registry) || registryOf(registry) !== registry) {
    refuse(
      scope,
      'ownImageCredentials',
      "must name registries by their hosts as image names begin with, the Docker Hub as 'docker.io'",
      `'${Token.isUnresolved(registry) ? 'a token' : registry}'`,
      "It is such as 'shop.azurecr.io', without a scheme and a path.",
    );
  }
  if (ecrRegion(registry) !== undefined) {
    refuse(
      scope,
      'ownImageCredentials',
      'must not name Amazon ECR, which hosts read by their role',
      `'${registry}'`,
      "Leave it out, and let the repository's policy have the role of the hosts pull.",
    );
  }
}

function registryOf(host: string): string | undefined {
  try {
    return parseDockerImageName(`${host}/own/image`).registry;
  } catch {
    return undefined;
  }
}

/** Only an AMI with own images has the script, and that of an older Winbake knows no secrets. */
function fetching(seconds: number, secrets: readonly (readonly [string, ISecret])[]): string {
  if (secrets.length === 0) {
    return `if (Test-Path -LiteralPath '${SCRIPT}') { & '${SCRIPT}' -Seconds ${seconds} }`;
  }
  const pairs = secrets.map(([registry, { secretArn }]) => `${registry}=${secretArn}`).join(',');
  return [
    `if (-not (Test-Path -LiteralPath '${SCRIPT}')) { Write-Host 'Winbake: this AMI has no own images.' }`,
    `elseif ((Get-Command -Name '${SCRIPT}').Parameters.ContainsKey('Secrets')) { & '${SCRIPT}' -Seconds ${seconds} -Secrets '${pairs}' }`,
    `else { Write-Host 'Winbake: this AMI is of before hosts read secrets; only what lies in ECR is fetched.'; & '${SCRIPT}' -Seconds ${seconds} }`,
  ].join(' ');
}

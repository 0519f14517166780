import { Annotations, Size, Stack, Token } from 'aws-cdk-lib';
import { type BlockDevice, BlockDeviceVolume, EbsDeviceVolumeType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { letEc2Use } from '../internal/keys';
import { checkNumber, refuse } from '../internal/validate';

/** The root volume of a fleet's instances, gp3 and always encrypted. */
export interface FleetVolume {
  /**
   * Its size, at least the AMI's.
   *
   * @default Size.gibibytes(100)
   */
  readonly size?: Size;

  /**
   * Its throughput in MiB a second, 125 to 2000, at most a quarter of `iops`.
   *
   * @default 250
   */
  readonly throughput?: number;

  /**
   * Its operations a second, 3000 to 80000.
   *
   * @default 3000
   */
  readonly iops?: number;

  /**
   * How much of the AMI's snapshot is loaded a second, 100 to 300 MiB. Without it the cached images are read from S3 at their
   * first use, which can be slower than a pull; recommended, and charged for each volume by the snapshot's data and the rate: about
   * 0.0012 USD for a GiB at 100 MiB and 0.0036 USD at 300 in us-east-1, see docs/costs.md.
   *
   * @see https://docs.aws.amazon.com/ebs/latest/userguide/initalize-volume.html
   * @default - loaded when read
   */
  readonly volumeInitializationRate?: Size;

  /**
   * The key that it is encrypted with. A key of the app lets EC2 use it for this account, Auto Scaling included; the policy of an imported
   * one must do so already, and one of another account needs a grant, too.
   *
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
   * @default - the account's default key of EBS
   */
  readonly encryptionKey?: IKey;
}

/** The root device of a fleet's launch template; undefined where it names none, so that EC2 starts from the snapshots of Fast Launch. */
export function rootDevice(
  scope: IConstruct,
  {
    fastLaunch = false,
    volume,
  }: { readonly fastLaunch?: boolean | undefined; readonly volume?: FleetVolume | undefined },
  maxCapacity: number,
): BlockDevice | undefined {
  if (fastLaunch && volume !== undefined) {
    refuse(
      scope,
      'volume',
      'must be left out with "fastLaunch", which no instance uses whose launch template names a root device',
      Object.keys(volume).join(', '),
      'Say it of the pipeline: its volume is then the one of instances.',
    );
  }
  return fastLaunch ? undefined : fleetVolume(scope, volume, maxCapacity);
}

/** What all volumes of a region may load in a second together; a launch beyond it fails. */
const REGION_MEBIBYTES = 5000;

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
function fleetVolume(scope: IConstruct, volume: FleetVolume = {}, maxCapacity: number): BlockDevice {
  const { encryptionKey, volumeInitializationRate, iops = 3000, throughput = 250 } = volume;
  const size = (volume.size ?? Size.gibibytes(100)).toGibibytes();
  checkNumber(scope, 'volume.size', size, {
    least: 50,
    most: 16384,
    wayOut: "It is counted in GiB, and must be at least the pipeline's.",
  });
  checkNumber(scope, 'volume.iops', iops, {
    least: 3000,
    most: 80_000,
    wayOut: 'Leave it out to take what gp3 has by itself.',
  });
  checkNumber(scope, 'volume.throughput', throughput, {
    least: 125,
    most: Math.min(2000, iops / 4),
    wayOut: 'gp3 gives a quarter of a MiB a second for each operation; raise "volume.iops".',
  });
  if (volumeInitializationRate !== undefined) {
    checkRate(scope, volumeInitializationRate, maxCapacity);
  }
  if (encryptionKey !== undefined) {
    letInstancesUse(scope, encryptionKey);
  }
  return {
    deviceName: '/dev/sda1',
    volume: BlockDeviceVolume.ebs(size, {
      volumeType: EbsDeviceVolumeType.GP3,
      encrypted: true,
      throughput,
      ...(volume.iops === undefined ? {} : { iops }),
      ...(volumeInitializationRate === undefined ? {} : { volumeInitializationRate }),
      ...(encryptionKey === undefined ? {} : { kmsKey: encryptionKey }),
    }),
  };
}

/** What the service-linked role of Auto Scaling does with a key of another account, by a grant of its own account. */
const GRANTED =
  'Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant';

/**
 * Lets instances of the fleet start with a key, or says what has to: the role of Auto Scaling, which starts them, cannot be given policies, and a
 * policy of another account's key alone allows it nothing.
 *
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html#policy-example-cmk-cross-account-access
 */
function letInstancesUse(scope: IConstruct, key: IKey): void {
  const { account } = Stack.of(scope);
  const owner = key.env.account;
  const [, partition = '', , region = ''] = key.keyArn.split(':');
  const isKnown = letEc2Use(scope, key);
  if (!Token.isUnresolved(owner) && !Token.isUnresolved(account) && owner !== account) {
    Annotations.of(scope).addWarningV2(
      'winbake:volumeKeyGrant',
      `"volume.encryptionKey" is a key of account ${owner}: no instance starts unless its policy lets account ${account} use it and create grants, ` +
        `and Auto Scaling has a grant that is made in account ${account}; got: ${key.keyArn}. Once: aws kms create-grant --region ${region} ` +
        `--key-id ${key.keyArn} --grantee-principal arn:${partition}:iam::${account}:role/aws-service-role/` +
        `autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling --operations ${GRANTED}`,
    );
    return;
  }
  if (!isKnown) {
    Annotations.of(scope).addWarningV2(
      'winbake:volumeKeyPolicy',
      'The policy of "volume.encryptionKey" belongs to somebody else; unless it lets AWSServiceRoleForAutoScaling of this account use it, as ' +
        'docs/fleets.md says, no instance starts.',
    );
  }
}

function checkRate(scope: IConstruct, rate: Size, maxCapacity: number): void {
  const mebibytes = rate.toMebibytes();
  checkNumber(scope, 'volume.volumeInitializationRate', mebibytes, {
    least: 100,
    most: 300,
    wayOut: 'It is counted in MiB a second; leave it out to load what is read.',
  });
  if (mebibytes * maxCapacity > REGION_MEBIBYTES) {
    Annotations.of(scope).addWarningV2(
      'winbake:initializationRate',
      `"volume.volumeInitializationRate" of ${mebibytes} MiB/s on ${maxCapacity} instances is ${mebibytes * maxCapacity} MiB/s, and a region ` +
        `has ${REGION_MEBIBYTES} MiB/s unless its quota was raised; launches beyond it fail. Lower the rate or "maxCapacity".`,
    );
  }
}

/** Who may read the metadata of a fleet's instances, always by session (IMDSv2). */
export interface InstanceMetadata {
  /**
   * How many hops an answer may take, 1 to 64. The ECS agent of Windows runs on the instance itself and needs one; containers
   * behind the instance's own network need two.
   *
   * @default 1
   */
  readonly httpPutResponseHopLimit?: number;

  /**
   * Whether tasks with network interfaces of their own reach it.
   *
   * @default false
   */
  readonly taskAccess?: boolean;

  /**
   * Whether it shows the instance's tags.
   *
   * @default false
   */
  readonly instanceMetadataTags?: boolean;
}

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
export function instanceMetadata(
  scope: IConstruct,
  metadata: InstanceMetadata = {},
): Required<InstanceMetadata> {
  const { httpPutResponseHopLimit = 1, instanceMetadataTags = false, taskAccess = false } = metadata;
  checkNumber(scope, 'metadata.httpPutResponseHopLimit', httpPutResponseHopLimit, {
    least: 1,
    most: 64,
    wayOut: 'Leave it out to let only the instance itself read it.',
  });
  return { httpPutResponseHopLimit, instanceMetadataTags, taskAccess };
}

/** What the value of a variable must look like, as a pattern and for people. */
type Kind = readonly [pattern: RegExp, form: string];

const BOOLEAN: Kind = [/^(true|false)$/, "'true' or 'false'"];
const COUNT: Kind = [/^\d+$/, 'a whole number'];
const DURATION: Kind = [
  /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/,
  "a duration as Go writes it, such as '90s' or '1h30m'",
];
const LIST: Kind = [/^\[.*\]$/, "a JSON array, such as '[8080]'"];
const OBJECT: Kind = [/^\{.*\}$/, 'a JSON object'];
const TEXT: Kind = [/./, 'a text'];

const kinds = (kind: Kind, ...names: readonly string[]) => names.map((name) => [name, kind] as const);

/**
 * The variables that the agent of Windows reads and that a fleet leaves to its owner.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/README.md#environment-variables
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
 */
const KNOWN: ReadonlyMap<string, Kind> = new Map([
  ...kinds(
    BOOLEAN,
    'ECS_CHECKPOINT',
    'ECS_DISABLE_DOCKER_HEALTH_CHECK',
    'ECS_DISABLE_IMAGE_CLEANUP',
    'ECS_DISABLE_METRICS',
    'ECS_ENABLE_CONTAINER_METADATA',
    'ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND',
    'ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND',
    'ECS_ENABLE_RUNTIME_STATS',
    'ECS_ENABLE_TASK_CPU_MEM_LIMIT',
    'ECS_EXCLUDE_IPV6_PORTBINDING',
    'ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED',
    'ECS_POLL_METRICS',
    'ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT',
    'ECS_SHARED_VOLUME_MATCH_FULL_CONFIG',
    'ECS_UPDATES_ENABLED',
  ),
  ...kinds(
    COUNT,
    'ECS_LOG_MAX_FILE_SIZE_MB',
    'ECS_LOG_MAX_ROLL_COUNT',
    'ECS_NUM_IMAGES_DELETE_PER_CYCLE',
    'ECS_RESERVED_MEMORY',
  ),
  ...kinds(
    DURATION,
    'ECS_CONTAINER_CREATE_TIMEOUT',
    'ECS_CONTAINER_START_TIMEOUT',
    'ECS_CONTAINER_STOP_TIMEOUT',
    'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION',
    'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER',
    'ECS_IMAGE_CLEANUP_INTERVAL',
    'ECS_IMAGE_MINIMUM_CLEANUP_AGE',
    'ECS_IMAGE_PULL_INACTIVITY_TIMEOUT',
    'ECS_IMAGE_PULL_TIMEOUT',
    'ECS_MANIFEST_PULL_TIMEOUT',
    'ECS_POLLING_METRICS_WAIT_DURATION',
    'NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE',
  ),
  ...kinds(LIST, 'ECS_RESERVED_PORTS', 'ECS_RESERVED_PORTS_UDP'),
  ...kinds(OBJECT, 'ECS_CONTAINER_INSTANCE_TAGS'),
  ...kinds(
    TEXT,
    'ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM',
    'ECS_DYNAMIC_HOST_PORT_RANGE',
    'ECS_EXCLUDE_UNTRACKED_IMAGE',
    'ECS_LOGFILE',
    'ECS_LOGLEVEL',
    'ECS_LOGLEVEL_ON_INSTANCE',
    'ECS_LOG_OUTPUT_FORMAT',
    'ECS_LOG_ROLLOVER_TYPE',
    'ECS_TASK_METADATA_RPS_LIMIT',
    'HTTP_PROXY',
    'NO_PROXY',
  ),
]);

const NEEDED = 'Cached images and rollouts need it as it is.';

/** What the start of a host sets itself, and the way out. */
const OWN: Readonly<Record<string, string>> = {
  ECS_AVAILABLE_LOGGING_DRIVERS: 'Say "loggingDrivers".',
  ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES: 'Say "awsvpcAdditionalLocalRoutes".',
  ECS_AWSVPC_BLOCK_IMDS: 'Say "metadata.taskAccess".',
  ECS_CLUSTER: 'Say "cluster".',
  ECS_DATADIR: NEEDED,
  ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE: 'Tasks with an execution role need it to log.',
  ECS_ENABLE_SPOT_INSTANCE_DRAINING: 'Say "spot".',
  ECS_ENABLE_TASK_ENI: 'Say "taskInterfaces".',
  ECS_ENABLE_TASK_IAM_ROLE: 'Say "taskRoles".',
  ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP: NEEDED,
  ECS_GMSA_SUPPORTED: 'Say "gmsa".',
  ECS_IMAGE_PULL_BEHAVIOR: NEEDED,
  ECS_INSTANCE_ATTRIBUTES: 'Say "attributes".',
  ECS_WARM_POOLS_CHECK: NEEDED,
};

/** What an agent behind a proxy must reach without it. */
const WITHOUT_PROXY = ['169.254.169.254', '169.254.170.2', '\\\\.\\pipe\\docker_engine'];

/**
 * The variables of the agent, checked; warns of one that the agent of Windows is not known to read.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/http_proxy_config.html
 */
export function agentVariables(
  scope: IConstruct,
  variables: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(variables)) {
    checkVariable(scope, name, value);
  }
  const { HTTP_PROXY, NO_PROXY = '' } = variables;
  const missing = Token.isUnresolved(NO_PROXY)
    ? undefined
    : WITHOUT_PROXY.find((one) => !NO_PROXY.split(',').includes(one));
  if (HTTP_PROXY !== undefined && missing !== undefined) {
    refuse(
      scope,
      'agentVariables',
      `must have '${missing}' in NO_PROXY where HTTP_PROXY is set`,
      `'${NO_PROXY}'`,
      `Say NO_PROXY: '${WITHOUT_PROXY.join(',')}'; the agent reaches metadata, credentials and Docker without a proxy.`,
    );
  }
  return variables;
}

function checkVariable(scope: IConstruct, name: string, value: string): void {
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  if (own !== undefined) {
    refuse(scope, 'agentVariables', 'must leave out what the fleet sets itself', `'${name}'`, own);
  }
  const kind = KNOWN.get(name);
  if (kind === undefined) {
    warnOrRefuse(scope, name);
    return;
  }
  const [pattern, form] = kind;
  if (!Token.isUnresolved(value) && !pattern.test(value)) {
    refuse(
      scope,
      'agentVariables',
      `must have ${form} for ${name}`,
      `'${value}'`,
      "It is described in the agent's README, github.com/aws/amazon-ecs-agent.",
    );
  }
}

function warnOrRefuse(scope: IConstruct, name: string): void {
  if (!/^ECS_[A-Z0-9_]+$/.test(name)) {
    refuse(
      scope,
      'agentVariables',
      'must name variables of the ECS agent: ECS_..., HTTP_PROXY with NO_PROXY, or NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE',
      `'${name}'`,
      'Set others in "userDataBefore"; secrets belong in neither.',
    );
  }
  Annotations.of(scope).addWarningV2(
    `winbake:agentVariable:${name}`,
    `"agentVariables" has ${name}, which the ECS agent of Windows is not known to read. Look for it in the agent's README, ` +
      'github.com/aws/amazon-ecs-agent; acknowledge this warning for one that is newer than this version of Winbake.',
  );
}

import { Annotations, Duration, Token } from 'aws-cdk-lib';
import type { InstancesDistribution } from 'aws-cdk-lib/aws-autoscaling';
import { type BlockDevice, InstanceClass, InstanceSize, InstanceType, type IVpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { fleetGroupName } from '../contract/names/resources';
import type { RolloutPolicy } from '../contract/values/rollout-policy';
import { longestClosedHours } from '../contract/values/weekly-window';
import { plannedBakeHours } from '../core/image-builder/workflows';
import { checkFleetName } from '../internal/names';
import { checkHours, checkMinutes, checkNumber, checkPlace, refuse } from '../internal/validate';
import { agentVariables, instanceMetadata, type InstanceMetadata, rootDevice } from './host-options';
import { instancesDistribution, managedScaling } from './capacity-options';
import { fetchOwnImages, type FleetUserDataProps, startsAgent } from './fleet-user-data';
import { rolloutPolicy } from './rollout-options';
import { LINUX_LOG_DRIVERS } from './windows-task-faults';
import { checkWarmPool, type FleetWarmPool } from './warm-pool';
import type { WindowsCapacityProviderProps } from './windows-capacity-provider-props';

/** What a pipeline takes of the budget where it says nothing else: the wait for images, and a bake. */
const PIPELINE_HOURS = 36 + plannedBakeHours({ scans: false });

/**
 * The budget from Microsoft's release to the last instance. Ends synthesis where what the fleet may take is more than all of
 * it, and warns where a pipeline with the defaults leaves too little of it.
 */
function fleetBudget(
  scope: IConstruct,
  patchWithin: Duration | undefined,
  policy: Omit<RolloutPolicy, 'patchWithinSeconds'>,
): number {
  const budget = patchWithin ?? Duration.hours(72);
  const shares: readonly (readonly [string, number])[] = [
    ['"rollout.delay"', policy.delaySeconds / 3600],
    ['the time between "rollout.windows"', longestClosedHours(policy.windows)],
    ['"rollout.watch"', policy.watchSeconds / 3600],
    policy.drainLimitSeconds === null
      ? ['"rollout.stallLimit"', policy.stallSeconds / 3600]
      : ['"rollout.drainLimit"', policy.drainLimitSeconds / 3600],
  ];
  const hours = shares.reduce((sum, [, share]) => sum + share, 0);
  const parts = shares.map(([name, share]) => `${name} ${share} h`).join(', ');
  const longest = [...shares].sort(([, one], [, other]) => other - one)[0]?.[0] ?? '';
  const all = budget.toHours({ integral: false });
  if (hours > all) {
    refuse(
      scope,
      'patchWithin',
      `must hold what the fleet may take of it: ${parts}, ${hours} h in all`,
      budget.toHumanString(),
      `Shorten ${longest}, or allow more time.`,
    );
  }
  if (hours + PIPELINE_HOURS > all) {
    Annotations.of(scope).addWarningV2(
      'winbake:patchWithin',
      `"patchWithin" is ${budget.toHumanString()}, of which a pipeline with the defaults may take ${PIPELINE_HOURS} h and this fleet ${hours} h ` +
        `(${parts}). Shorten ${longest}, or allow more time.`,
    );
  }
  return budget.toSeconds();
}

/** How an instance joins its cluster, but for the names of cluster and group. */
type HostSettings = Omit<FleetUserDataProps, 'clusterName' | 'lifecycleHook' | 'agentTimeout'>;

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html */
const ATTRIBUTE_NAME = /^(?!ecs\.|winbake\.)[A-Za-z0-9._/-]{1,128}$/;
const ATTRIBUTE_VALUE = /^(?! )[A-Za-z0-9._:/@\\ -]{1,128}(?<! )$/;
const DRIVER = /^[a-z][a-z0-9-]*$/;

/** Fills in the defaults, and ends synthesis where a value cannot be used. */
function hostSettings(
  scope: IConstruct,
  props: WindowsCapacityProviderProps,
  launchTimeout: Duration,
): HostSettings {
  const { attributes = {}, loggingDrivers = ['json-file', 'awslogs'] } = props;
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTE_NAME.test(name) || !(Token.isUnresolved(value) || ATTRIBUTE_VALUE.test(value))) {
      refuse(
        scope,
        'attributes',
        'must have names of letters, digits and ._/- that begin with neither "ecs." nor "winbake.", and values of letters, digits, ._:/@\\- and inner spaces, of 128 at most',
        `'${name}=${value}'`,
        'Choose another name or value.',
      );
    }
  }
  const strange = loggingDrivers.find((driver) => !DRIVER.test(driver));
  if (loggingDrivers.length === 0 || strange !== undefined) {
    refuse(
      scope,
      'loggingDrivers',
      'must name drivers of Docker, at least one',
      strange === undefined ? '[]' : `'${strange}'`,
      "Leave it out to take 'json-file' and 'awslogs'.",
    );
  }
  const linux = loggingDrivers.find((driver) => LINUX_LOG_DRIVERS.includes(driver));
  if (linux !== undefined) {
    refuse(
      scope,
      'loggingDrivers',
      'must leave out what Windows hosts do not have',
      `'${linux}'`,
      'Docker has awslogs, fluentd, gelf, json-file, splunk and syslog there.',
    );
  }
  const { userDataBefore: before = [], userDataAfter: after = [] } = props;
  const start = [...before, ...after].find(startsAgent);
  if (start !== undefined) {
    refuse(
      scope,
      before.includes(start) ? 'userDataBefore' : 'userDataAfter',
      'must not start the ECS agent, which the fleet does',
      `'${start}'`,
      'Leave the line out: "taskRoles", "taskInterfaces", "loggingDrivers" and "agentVariables" say how it starts.',
    );
  }
  // An agent that cannot offer them does not start, and no instance would ever be ready.
  const taskInterfaces = props.taskInterfaces ?? props.ami.os.release !== '2016';
  return {
    taskRoles: props.taskRoles ?? true,
    taskInterfaces,
    localRoutes: localRoutes(scope, props.awsvpcAdditionalLocalRoutes, taskInterfaces),
    variables: {
      ...agentVariables(scope, props.agentVariables),
      ...(props.gmsa === true ? { ECS_GMSA_SUPPORTED: 'true' } : {}),
    },
    blockMetadata: props.metadata?.taskAccess !== true,
    drainSpot: props.spot !== undefined,
    warmPool: props.warmPool !== undefined,
    loggingDrivers,
    attributes,
    before,
    fetch: fetchOwnImages(scope, props, launchTimeout),
    after,
  };
}

const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;

function localRoutes(
  scope: IConstruct,
  routes: readonly string[] = [],
  taskInterfaces: boolean,
): readonly string[] {
  const strange = routes.find((route) => !Token.isUnresolved(route) && !CIDR.test(route));
  if (strange !== undefined) {
    refuse(
      scope,
      'awsvpcAdditionalLocalRoutes',
      'must name networks of IPv4',
      `'${strange}'`,
      "It is such as '10.0.15.0/24'.",
    );
  }
  if (routes.length > 0 && !taskInterfaces) {
    refuse(
      scope,
      'awsvpcAdditionalLocalRoutes',
      'must not be said where "taskInterfaces" is false',
      routes.join(', '),
      'Leave it out: such tasks have the network of their host.',
    );
  }
  return routes;
}

/** The props of a fleet with every default filled in and every value checked. */
export interface FleetSettings {
  readonly fleetName: string;
  /** The fixed name of the Auto Scaling group. */
  readonly groupName: string;
  readonly vpc: IVpc;
  readonly instanceTypes: readonly InstanceType[];
  /** Undefined where all instances are of one type and on demand. */
  readonly distribution: InstancesDistribution | undefined;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly warmPool: FleetWarmPool | undefined;
  /** Undefined where the volume is the AMI's. */
  readonly volume: BlockDevice | undefined;
  readonly metadata: Required<InstanceMetadata>;
  readonly scaling: ReturnType<typeof managedScaling>;
  readonly enableManagedTerminationProtection: boolean;
  readonly enableManagedDraining: boolean;
  readonly allowServiceTraffic: boolean;
  readonly associate: boolean;
  readonly host: HostSettings;
  /** What the instances may read, for registries of own images. */
  readonly registrySecrets: readonly ISecret[];
  readonly launchTimeout: Duration;
  readonly deleteDrain: Duration;
  readonly policy: RolloutPolicy;
  readonly logRetention: RetentionDays;
}

/** Fills in the defaults, and ends synthesis where a prop cannot be used. */
export function fleetSettings(scope: IConstruct, props: WindowsCapacityProviderProps): FleetSettings {
  const { cluster, ami, minCapacity = 0, maxCapacity = 10, spot, warmPool } = props;
  const fleetName = props.fleetName ?? `${slug(cluster.node.id)}-${ami.pipelineName}`;
  const instanceTypes = props.instanceTypes ?? [InstanceType.of(InstanceClass.M6I, InstanceSize.XLARGE)];
  const launchTimeout = props.launchTimeout ?? Duration.minutes(45);
  const deleteDrain = props.deleteDrain ?? Duration.minutes(10);
  checkFleetName(scope, fleetName);
  checkNumber(scope, 'maxCapacity', maxCapacity, {
    least: 1,
    most: 1000,
    wayOut: 'A fleet that may have no instance cannot run a task.',
  });
  checkNumber(scope, 'minCapacity', minCapacity, {
    least: 0,
    most: maxCapacity,
    wayOut: 'Raise "maxCapacity", or leave it out to take 0.',
  });
  checkHours(scope, 'launchTimeout', launchTimeout, {
    least: 0.5,
    most: 2,
    wayOut:
      'Windows boots for some ten minutes, Docker may take five more, and the agent a quarter of an hour.',
  });
  checkMinutes(scope, 'deleteDrain', deleteDrain, {
    least: 0,
    most: 45,
    wayOut: 'CloudFormation waits an hour for a deletion; stop longer tasks before it.',
  });
  checkTypes(scope, instanceTypes);
  if (warmPool !== undefined) {
    checkWarmPool(scope, warmPool, { hasSpot: spot !== undefined, maxCapacity });
  }
  if ((props.securityGroups ?? []).length > 4) {
    refuse(
      scope,
      'securityGroups',
      'must be four at most',
      String(props.securityGroups?.length),
      "A network interface takes five, and one is the fleet's own.",
    );
  }
  if (props.fleetName === undefined) {
    Annotations.of(scope).addInfo(`"fleetName" is ${fleetName}; the fleet keeps its state under it.`);
  }
  checkPlace(
    scope,
    'cluster',
    props.cluster,
    'Its hosts join a cluster of their own place: make the fleet in a stack there.',
  );
  const policy = rolloutPolicy(scope, props.rollout);
  return {
    fleetName,
    groupName: fleetGroupName(fleetName),
    vpc: props.vpc ?? vpcOf(scope, props),
    instanceTypes,
    distribution:
      spot === undefined && instanceTypes.length === 1 ? undefined : instancesDistribution(scope, spot),
    minCapacity,
    maxCapacity,
    warmPool,
    volume: rootDevice(scope, props, maxCapacity),
    metadata: instanceMetadata(scope, props.metadata),
    scaling: managedScaling(scope, props.scaling),
    enableManagedTerminationProtection: props.enableManagedTerminationProtection ?? true,
    enableManagedDraining: props.enableManagedDraining ?? true,
    allowServiceTraffic: props.allowServiceTraffic ?? true,
    associate: props.associate ?? true,
    host: hostSettings(scope, props, launchTimeout),
    registrySecrets: Object.values(props.ownImageCredentials ?? {}),
    launchTimeout,
    deleteDrain,
    policy: { ...policy, patchWithinSeconds: fleetBudget(scope, props.patchWithin, policy) },
    logRetention: props.logRetention ?? RetentionDays.THIRTEEN_MONTHS,
  };
}

/** AMIs of Winbake are for x86-64, as all of Windows that ECS runs. */
function checkTypes(scope: IConstruct, types: readonly InstanceType[]): void {
  if (types.length === 0) {
    refuse(scope, 'instanceTypes', 'must name at least one type', '[]', 'Leave it out to take the default.');
  }
  const names = types.map((type) => type.toString());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    refuse(scope, 'instanceTypes', 'must name each once', `'${twice}' twice`, 'Take one of the two away.');
  }
  const arm = names.find((name) => !Token.isUnresolved(name) && /^[a-z]+\d+g/.test(name));
  if (arm !== undefined) {
    refuse(scope, 'instanceTypes', 'must be of x86-64', `'${arm}'`, 'Windows does not run on Graviton.');
  }
}

function vpcOf(scope: IConstruct, { cluster }: WindowsCapacityProviderProps): IVpc {
  try {
    return cluster.vpc;
  } catch {
    return refuse(
      scope,
      'vpc',
      'must be given for a cluster that is known by its ARN alone',
      'none',
      'Name the VPC, or import the cluster with its attributes.',
    );
  }
}

function slug(id: string): string {
  return id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** The schema of a file of recorded calls. */
export const TRANSCRIPT_SCHEMA = 'winbake.transcript/1';

/** A call to a service, named as its client's package is, and what came of it. */
export interface RecordableCall {
  readonly service: string;
  /** Such as `GetImage`. */
  readonly operation: string;
  readonly input: object;
  readonly output?: object;
  readonly error?: { readonly name: string; readonly message: string; readonly status: number };
}

/** Whose calls they are: everything by which a reader could know that. */
export interface RecordedPlace {
  readonly account: string;
  readonly region: string;
  readonly pipeline: string;
  readonly bucket: string;
  readonly fleets: readonly string[];
  readonly clusters: readonly string[];
  readonly at: Date;
  /** Takes secrets out of a text. */
  readonly hide: (text: string) => string;
}

const GROUP = 'AutoScalingGroupName LaunchTemplate LaunchTemplateId Version';
const INSTANCES = 'Instances InstanceId AvailabilityZone HealthStatus LifecycleState ProtectedFromScaleIn';
const POOL = 'WarmPoolConfiguration MaxGroupPreparedCapacity MinSize PoolState';

/**
 * The members of an answer that are kept, at whatever depth, by service and operation. What is not named here leaves no trace: user
 * data, names of others, documents, and the operations that list what is not the pipeline's.
 */
const KEPT: Readonly<Record<string, string>> = {
  'imagebuilder.ListImagePipelineImages': 'imageSummaryList arn dateCreated state status reason tags',
  'imagebuilder.GetImage': 'image arn type platform dateCreated state status reason tags',
  'imagebuilder.ListWorkflowExecutions':
    'workflowExecutions type status message startTime endTime workflowBuildVersionArn workflowExecutionId totalStepCount',
  'imagebuilder.ListWorkflowStepExecutions':
    'steps name action status message outputs stepExecutionId startTime endTime',
  'imagebuilder.ListComponentBuildVersions': 'componentSummaryList arn tags',
  'imagebuilder.ListWorkflowBuildVersions': 'workflowSummaryList arn tags',
  'auto-scaling.DescribeAutoScalingGroups':
    `AutoScalingGroups MaxSize DesiredCapacity CreatedTime DefaultCooldown AvailabilityZones HealthCheckType ` +
    `NewInstancesProtectedFromScaleIn ${GROUP} ${INSTANCES} ${POOL}`,
  'auto-scaling.DescribeInstanceRefreshes':
    `InstanceRefreshes InstanceRefreshId Status StatusReason Strategy StartTime EndTime InstancesToUpdate ` +
    `PercentageComplete ProgressDetails LivePoolProgress WarmPoolProgress DesiredConfiguration ${GROUP} ` +
    `Preferences AutoRollback BakeTime CheckpointDelay CheckpointPercentages MaxHealthyPercentage ` +
    `MinHealthyPercentage ScaleInProtectedInstances SkipMatching`,
  'auto-scaling.DescribeScalingActivities':
    'Activities ActivityId AutoScalingGroupName Cause Description Progress StartTime EndTime StatusCode StatusMessage',
  'auto-scaling.DescribeWarmPool': `${INSTANCES} ${POOL}`,
  'ec2.DescribeLaunchTemplateVersions':
    'LaunchTemplateVersions LaunchTemplateId VersionNumber LaunchTemplateData ImageId',
  'ec2.DescribeInstances': 'Reservations Instances ImageId InstanceId LaunchTime',
  'ec2.DescribeImages': 'Images BlockDeviceMappings DeviceName Ebs SnapshotId ImageId State Tags',
  'ec2.DescribeSnapshots': 'Snapshots Encrypted SnapshotId Tags',
  'ecs.ListContainerInstances': 'containerInstanceArns',
  'ecs.DescribeContainerInstances':
    'containerInstances agentConnected attributes containerInstanceArn ec2InstanceId pendingTasksCount ' +
    'registeredAt runningTasksCount status',
  'ecs.ListTasks': 'taskArns',
  'ecs.DescribeTasks':
    'tasks clusterArn containerInstanceArn desiredStatus lastStatus taskArn startedAt stoppedAt stopCode stoppedReason',
  'cloudwatch-logs.FilterLogEvents': 'events message timestamp',
  'service-quotas.ListAWSDefaultServiceQuotas': 'Quotas QuotaName ServiceCode',
};

/**
 * A transcript of calls that names neither account nor people: of each answer what the table names, with ids and names replaced by
 * others of the same form, the same everywhere.
 */
export function transcriptOf(calls: readonly RecordableCall[], place: RecordedPlace): string {
  const rename = renaming(place);
  const recorded = calls.flatMap(({ error, input, operation, output, service }) => {
    const kept = KEPT[`${service}.${operation}`];
    const answer =
      error === undefined
        ? { output: renamed(keptOf(output ?? {}, (kept ?? '').split(' ')), rename) }
        : { error: { ...error, message: withoutArns(rename(error.message)) } };
    return kept === undefined
      ? []
      : { service, operation, input: renamed(withoutTokens(input), rename), ...answer };
  });
  const recordedAt = place.at.toISOString().slice(0, 10);
  return `${JSON.stringify({ schema: TRANSCRIPT_SCHEMA, recordedAt, calls: recorded }, null, 2)}\n`;
}

/** Instants differ from call to call, and tokens of pages are of the account. */
function withoutTokens(input: object): object {
  const varying = ['startTime', 'nextToken', 'NextToken'];
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== undefined && !varying.includes(name)),
  );
}

function keptOf(value: unknown, kept: readonly string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((one) => keptOf(one, kept)).filter((one) => one !== undefined);
  }
  if (typeof value !== 'object' || value === null || value instanceof Date) {
    return value;
  }
  const members = Object.entries(value)
    .filter(([name, one]) => kept.includes(name) && one !== undefined)
    .map(([name, one]) => {
      const part = name === 'stoppedReason' ? codeIn(String(one)) : (special(name, one) ?? keptOf(one, kept));
      return [name, part] as const;
    });
  const result: Readonly<Record<string, unknown>> = Object.fromEntries(members);
  return 'timestamp' in result ? keptEvent(result) : result;
}

/** Of an event of a log: what Windows Update offered, and of the state machine's entries the form alone. */
function keptEvent({ message, timestamp }: Readonly<Record<string, unknown>>): object | undefined {
  const text = String(message);
  if (text.trimStart().startsWith('{')) {
    const [, type] = /"type"\s*:\s*"(\w+)"/.exec(text) ?? [];
    const [, name] = /"details"\s*:\s*\{[^{}]*?"name"\s*:\s*"([^"]+)"/.exec(text) ?? [];
    return { timestamp, message: JSON.stringify({ type, details: { name } }) };
  }
  const line = /\b(?:Takes|Leaves) .*/.exec(text)?.[0];
  return line === undefined ? undefined : { timestamp, message: line };
}

/** The code of why a task stopped, such as `CannotPullContainerError`; behind it stand names of images, services and people. */
function codeIn(reason: string): string | undefined {
  return /^[A-Z]\w+(?=:)/.exec(reason)?.[0];
}

/** What is a list of anybody's, of which some is ours. */
function special(name: string, value: unknown): object | undefined {
  switch (name) {
    case 'tags':
      return Object.fromEntries(Object.entries(value as object).filter(([key]) => isOwnTag(key)));
    case 'Tags':
      return (value as readonly { readonly Key?: string }[]).filter(({ Key = '' }) => isOwnTag(Key));
    case 'attributes':
      return (value as readonly { readonly name?: string }[])
        .filter(({ name: own = '' }) => /^(?:ecs|winbake)\./.test(own))
        .map(({ name: own }) => ({ name: own }));
    default:
      return undefined;
  }
}

function isOwnTag(key: string): boolean {
  return key.startsWith('winbake:') || key === 'CreatedBy';
}

function renamed(value: unknown, rename: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return withoutArns(rename(value));
  }
  if (value instanceof Date) {
    return { $date: value.toISOString() };
  }
  if (Array.isArray(value)) {
    return value.map((one) => renamed(one, rename));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, one]) => one !== undefined)
          .map(([key, one]) => [key, renamed(one, rename)]),
      )
    : value;
}

/** The services whose ARNs hold only ids and the names that were replaced. */
const KNOWN_ARN = /^arn:aws[\w-]*:(?:imagebuilder|ecs|autoscaling):/;

function withoutArns(text: string): string {
  return text
    .replaceAll(/arn:aws[\w-]*:[\w-]+:[^\s"',;)\]]+/g, (arn) => (KNOWN_ARN.test(arn) ? arn : 'arn:aws:other'))
    .replaceAll(/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, 'somebody')
    .replaceAll(/\b[a-z]+:\/\/[^\s"')]+/g, 'address')
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b(?!\.)/g, 'address');
}

const ID = /\b(i|ami|snap|lt|vol|eni|sg|subnet|vpc)-[0-9a-f]{8,17}\b/g;
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;
const HEX = /\b[0-9a-f]{32}\b/g;

/** Replaces what names somebody, everywhere by the same. */
function renaming({
  account,
  bucket,
  clusters,
  fleets,
  hide,
  pipeline,
  region,
}: RecordedPlace): (text: string) => string {
  const numbered = (names: readonly string[], kind: string) =>
    names.map((name, index) => [name, `${kind}-${index + 1}`] as const);
  const names = [
    ...numbered([bucket], 'bucket'),
    ...numbered([pipeline], 'pipeline'),
    ...numbered([...new Set(fleets)], 'fleet'),
    ...numbered([...new Set(clusters)], 'cluster'),
  ].sort(([one], [other]) => other.length - one.length);
  const patterns = names.map(
    ([name, other]) =>
      [
        new RegExp(`(?<![A-Za-z0-9])${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![A-Za-z0-9])`, 'g'),
        other,
      ] as const,
  );
  const ids = new Map<string, string>();
  const idFor = (id: string, make: (number: string) => string) => {
    const known = ids.get(id) ?? make((ids.size + 1).toString(16));
    ids.set(id, known);
    return known;
  };
  return (text) => {
    const named = patterns.reduce((rest, [pattern, other]) => rest.replaceAll(pattern, other), hide(text));
    return named
      .replaceAll(UUID, (id) => idFor(id, (number) => `00000000-0000-4000-8000-a${number.padStart(11, '0')}`))
      .replaceAll(ID, (id, kind: string) => idFor(id, (number) => `${kind}-${number.padStart(17, '0')}`))
      .replaceAll(HEX, (id) => idFor(id, (number) => number.padStart(32, 'f')))
      .replaceAll(account, '${account}')
      .replaceAll(/\b\d{12}\b/g, '${account}')
      .replaceAll(region, '${region}');
  };
}

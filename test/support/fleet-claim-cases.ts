import {
  ATTRIBUTES,
  NO_HOSTS,
  MACHINE,
  QUOTAS,
  atCheckpoint,
  deny,
  documents,
  full,
  group,
  lessCapacity,
  lines,
  mixed,
  os,
  quotas,
  refreshes,
  refuse,
  versions,
  type ClaimCase,
} from './claim-case';
import { changed, denied, type Answers, type AwsValue, type ProvenDeployment } from './proven-deployment';

const noRefreshes = deny('auto-scaling.DescribeInstanceRefreshes');
const noActivities = deny('auto-scaling.DescribeScalingActivities');
const noHosts = deny('ecs.DescribeContainerInstances');

function startsText(registered: number): string {
  const start = { instance: 'i-1', publication: null, launched: '2025-07-11T00:00:00.000Z', again: false };
  const starts = [{ ...start, up: null, registered, pull: null, firstTask: null }];
  return JSON.stringify({ schema: 'winbake.host-starts/1', fleet: 'web', starts });
}

/** How AWS shows what fleets and other services prove, by the id of the claim. */
export function fleetClaimCases({ world }: ProvenDeployment): Readonly<Record<string, ClaimCase>> {
  const [fleet] = world.fleets;
  const own = fleet!.deployed.fleet.group;
  const [first, newest] = [own.refreshes[0]!, own.refreshes.at(-1)!].map((one) => one.describe().startedAt);
  const activitiesFrom = (
    begun: Date,
    ...all: readonly (readonly [what: 'Launching' | 'Terminating', message?: string])[]
  ): Answers => ({
    'auto-scaling.DescribeScalingActivities': () => ({
      // The first is of before.
      Activities: ([['Launching'], ...all] as typeof all).map(([what, StatusMessage], index) => ({
        ActivityId: `00000000-0000-4000-8000-00000000000${index}`,
        AutoScalingGroupName: own.name,
        Cause: 'At 2025-07-11T00:00:00Z an instance was replaced in an instance refresh.',
        Description: `${what} a new EC2 instance: i-0${index}`,
        StartTime: new Date(begun.getTime() + (index * 2 - 1) * 1000),
        StatusCode: StatusMessage === undefined ? 'Successful' : 'Failed',
        ...(StatusMessage === undefined ? {} : { StatusMessage }),
      })),
    }),
  });
  const activities = (...all: readonly (readonly [what: 'Launching' | 'Terminating', message?: string])[]) =>
    activitiesFrom(newest!, ...all);
  const launches = (count: number) =>
    activitiesFrom(first!, ...Array.from({ length: count }, () => ['Launching'] as const));
  const abandoned = {
    ...NO_HOSTS,
    ...activities(['Launching', 'The lifecycle action was abandoned: ABANDON']),
  };

  const ofOne = refreshes(({ Preferences }) => {
    Preferences.CheckpointPercentages = [10];
  });
  const ofStarts = (answer: (input: Readonly<Record<string, unknown>>) => object): Answers => ({
    'ssm.GetParameter': (input, simulated) =>
      String(input['Name']).endsWith('/log/starts') ? answer(input) : simulated(),
  });
  const startsAfter = (registered: number): Answers =>
    ofStarts(({ Name }) => ({
      Parameter: { Name, Type: 'String', Version: 1, Value: startsText(registered) },
    }));

  return {
    'lists-of-builds-hold-tags': {
      holds: {},
      fails: {
        'imagebuilder.ListComponentBuildVersions': changed((output) =>
          output.componentSummaryList.forEach((one: AwsValue) => {
            delete one.tags;
          }),
        ),
      },
      withheld: deny('imagebuilder.ListComponents'),
    },
    'snapshots-name-image-builder': {
      holds: {},
      fails: {
        'ec2.DescribeSnapshots': changed((output) =>
          output.Snapshots.forEach((one: AwsValue) => {
            one.Tags = [];
          }),
        ),
      },
      withheld: deny('ec2.DescribeSnapshots'),
    },
    'quotas-have-these-names': {
      holds: quotas(...QUOTAS),
      fails: quotas(...QUOTAS.slice(1)),
      withheld: deny('service-quotas.ListAWSDefaultServiceQuotas'),
    },
    'state-machine-logs-match-filter': {
      holds: {
        ...MACHINE,
        ...lines(true, '{"id":"1","type":"TaskStateEntered","details":{"name":"Decide"}}'),
      },
      fails: { ...MACHINE, ...lines(true, '{"detail":{"type":"TaskStateEntered","name":"Decide"}}') },
      withheld: { ...MACHINE, ...deny('cloudwatch-logs.FilterLogEvents') },
    },
    'events-source-is-a-condition': {
      holds: {},
      fails: documents('publications/deliveries.json', (one) => {
        one.announced = null;
      }),
      withheld: deny('s3.GetObject'),
    },
    'shared-ami-passes-the-check': {
      holds: {},
      fails: documents('publications/deliveries.json', ({ targets }) => {
        targets['222222222222/eu-central-1'].pending = {
          since: '2025-07-10T19:00:00.000Z',
          reason: 'The parameter ami-id does not show the AMI.',
        };
      }),
      withheld: deny('s3.GetObject'),
    },
    'ecs-filters-by-a-hundred-ids': {
      holds: {},
      fails: { 'ecs.ListContainerInstances': refuse('InvalidParameterException', 'The filter is too long.') },
      withheld: deny('ecs.ListContainerInstances'),
    },
    'ec2-words-of-versions-by-number': {
      holds: {},
      fails: { 'ec2.DescribeLaunchTemplateVersions': refuse('MissingParameter', 'Name a launch template.') },
      withheld: deny('ec2.DescribeLaunchTemplateVersions'),
    },
    'buckets-are-listed-by-region': {
      holds: {},
      fails: { 's3.ListBuckets': () => ({ Buckets: [] }) },
      withheld: deny('s3.ListBuckets'),
    },
    'versions-equal-their-source': {
      holds: versions((all) => {
        all.push({ ...all[1], VersionNumber: 9 });
      }),
      fails: versions((all) => {
        all[1] = { ...all[1], LaunchTemplateData: { ...all[1].LaunchTemplateData, KeyName: 'other' } };
      }),
      withheld: deny('ec2.DescribeLaunchTemplateVersions'),
    },
    'refresh-reason-holds-the-code': {
      holds: {
        ...lessCapacity('Could not launch: InsufficientInstanceCapacity.'),
        ...activities(['Launching', 'InsufficientInstanceCapacity: there is none.']),
      },
      fails: {
        ...lessCapacity('It failed.'),
        ...activities(['Launching', 'InsufficientInstanceCapacity: there is none.']),
      },
      withheld: { ...lessCapacity('Could not launch: InsufficientInstanceCapacity.'), ...noActivities },
    },
    'refresh-takes-protected-instances': {
      holds: activities(['Launching'], ['Terminating']),
      fails: refreshes((one) => {
        Object.assign(one, { Status: 'Failed', StatusReason: 'Instances are protected from scale-in.' });
      }),
      withheld: noRefreshes,
    },
    'lone-checkpoint-ends-successful': {
      holds: refreshes((one) => {
        atCheckpoint(one, 50);
      }),
      fails: refreshes((one) => {
        atCheckpoint(one, 100);
      }),
      withheld: noRefreshes,
    },
    'small-group-pauses-at-one': {
      holds: { ...ofOne, ...launches(1) },
      fails: { ...ofOne, ...launches(3) },
      withheld: { ...ofOne, ...noActivities },
    },
    'instance-takes-what-rehearsals-say': {
      holds: startsAfter(600),
      fails: startsAfter(3000),
      withheld: ofStarts(denied),
    },
    'mixed-policy-goes-back-whole': {
      holds: {
        ...group(mixed('lowest-price')),
        ...refreshes(({ DesiredConfiguration }) => {
          mixed('lowest-price')(DesiredConfiguration);
        }),
      },
      fails: {
        ...group(mixed('lowest-price')),
        ...refreshes(({ DesiredConfiguration }) => {
          mixed('prioritized')(DesiredConfiguration);
        }),
      },
      withheld: { ...group(mixed('lowest-price')), ...noRefreshes },
    },
    'launches-first-at-maximum': {
      holds: { ...full(), ...activities(['Launching'], ['Terminating']) },
      fails: { ...full(), ...activities(['Terminating'], ['Launching']) },
      withheld: { ...full(), ...noActivities },
    },
    'second-refresh-skips-the-new': { holds: launches(2), fails: launches(5), withheld: noActivities },
    'agent-takes-the-switches': { holds: ATTRIBUTES, fails: abandoned, withheld: noHosts },
    'ec2launch-v2-is-ready-again': { holds: ATTRIBUTES, fails: abandoned, withheld: noHosts },
    'ec2launch-v1-is-ready-again': {
      holds: { ...os('SERVER_2019_CORE'), ...ATTRIBUTES },
      fails: { ...os('SERVER_2019_CORE'), ...abandoned },
      withheld: { ...os('SERVER_2019_CORE'), ...noHosts },
    },
    'ecs-policy-is-enough': {
      holds: {},
      fails: {
        'ecs.DescribeTasks': changed((output) =>
          output.tasks.forEach((one: AwsValue) => {
            one.stoppedReason = 'arn:aws:sts::1:x is not authorized to perform: logs:PutLogEvents';
          }),
        ),
      },
      withheld: noHosts,
    },
    'pool-registers-in-service-only': {
      holds: {},
      fails: {
        'auto-scaling.DescribeWarmPool': changed((output) => {
          output.Instances[0].InstanceId = own.instances[0]!.id;
        }),
      },
      withheld: deny('auto-scaling.DescribeWarmPool'),
    },
    'pool-is-described': {
      holds: {},
      fails: group((one) => {
        delete one.WarmPoolConfiguration;
      }),
      withheld: deny('auto-scaling.DescribeWarmPool'),
    },
  };
}

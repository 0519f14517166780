import { App, Duration, Size, Stack, Stage, TimeZone, Token, type Environment } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import {
  DayOfWeek,
  WindowsAmi,
  WindowsCapacityProvider,
  WindowsOs,
  type WindowsCapacityProviderProps,
} from '../../lib/index';

const os = WindowsOs.SERVER_2022_CORE;

function fleetOf(props: Partial<WindowsCapacityProviderProps>): Stack {
  const stack = new Stack(new App(), 'Shop');
  const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
  new WindowsCapacityProvider(stack, 'Windows', { cluster, ami: WindowsAmi.fromChannel({ os }), ...props });
  return stack;
}

const elsewhere = new Stack();
const securityGroups = Array.from({ length: 5 }, (_, n) =>
  SecurityGroup.fromSecurityGroupId(elsewhere, `Group${n}`, `sg-${n}`),
);
const alarms = Array.from({ length: 11 }, (_, n) =>
  Alarm.fromAlarmArn(elsewhere, `Alarm${n}`, `arn:aws:cloudwatch:eu-west-1:111111111111:alarm:a${n}`),
);
const nightly = { days: [DayOfWeek.MONDAY], startHour: 22, endHour: 4, timeZone: TimeZone.ETC_UTC };

test.each<[Partial<WindowsCapacityProviderProps>, string]>([
  [{ fleetName: 'shop_1' }, `[Shop/Windows] "fleetName" must have 3 to 40 lower-case letters`],
  [{ maxCapacity: 0 }, `"maxCapacity" must be 1 to 1000; got: 0.`],
  [{ minCapacity: 3, maxCapacity: 2 }, `"minCapacity" must be 0 to 2; got: 3. Raise "maxCapacity"`],
  [{ instanceTypes: [] }, `"instanceTypes" must name at least one type; got: [].`],
  [
    { instanceTypes: [new InstanceType('m6i.large'), new InstanceType('m6i.large')] },
    `"instanceTypes" must name each once; got: 'm6i.large' twice.`,
  ],
  [
    { instanceTypes: [new InstanceType('m7g.large')] },
    `"instanceTypes" must be of x86-64; got: 'm7g.large'. Windows does not run on Graviton.`,
  ],
  [{ spot: { onDemandBaseCapacity: -1 } }, `"spot.onDemandBaseCapacity" must be 0 to 1000; got: -1.`],
  [
    { spot: { onDemandPercentageAboveBaseCapacity: 101 } },
    `"spot.onDemandPercentageAboveBaseCapacity" must be 0 to 100; got: 101.`,
  ],
  [{ securityGroups }, `"securityGroups" must be four at most; got: 5.`],
  [{ volume: { size: Size.gibibytes(10) } }, `"volume.size" must be 50 to 16384; got: 10.`],
  [{ volume: { iops: 1000 } }, `"volume.iops" must be 3000 to 80000; got: 1000.`],
  [{ volume: { throughput: 1000 } }, `"volume.throughput" must be 125 to 750; got: 1000.`],
  [
    { volume: { volumeInitializationRate: Size.mebibytes(400) } },
    `"volume.volumeInitializationRate" must be 100 to 300; got: 400.`,
  ],
  [{ scaling: { targetCapacityPercent: 0 } }, `"scaling.targetCapacityPercent" must be 1 to 100; got: 0.`],
  [
    { scaling: { maximumScalingStepSize: 20_000 } },
    `"scaling.maximumScalingStepSize" must be 1 to 10000; got: 20000.`,
  ],
  [
    { scaling: { minimumScalingStepSize: 5, maximumScalingStepSize: 4 } },
    `"scaling.minimumScalingStepSize" must be 1 to 4; got: 5. Raise "scaling.maximumScalingStepSize"`,
  ],
  [
    { scaling: { instanceWarmupPeriod: Duration.hours(3) } },
    `"scaling.instanceWarmupPeriod" must be 0 to 10000; got: 10800.`,
  ],
  [
    { metadata: { httpPutResponseHopLimit: 0 } },
    `"metadata.httpPutResponseHopLimit" must be 1 to 64; got: 0.`,
  ],
  ...['journald', 'awsfirelens'].map((driver): [Partial<WindowsCapacityProviderProps>, string] => [
    { loggingDrivers: ['awslogs', driver] },
    `"loggingDrivers" must leave out what Windows hosts do not have; got: '${driver}'. Docker has awslogs, fluentd, gelf, json-file, splunk and ` +
      'syslog there.',
  ]),
  [{ loggingDrivers: [] }, `"loggingDrivers" must name drivers of Docker, at least one; got: [].`],
  [
    { loggingDrivers: ['AWS logs'] },
    `"loggingDrivers" must name drivers of Docker, at least one; got: 'AWS logs'.`,
  ],
  [{ attributes: { 'winbake.build': '1' } }, `"attributes" must have names of letters`],
  [{ attributes: { zone: 'a;b' } }, `got: 'zone=a;b'. Choose another name or value.`],
  [
    { userDataBefore: ['Write-Host 1', 'Initialize-ECSAgent -Cluster shop'] },
    `"userDataBefore" must not start the ECS agent, which the fleet does; got: 'Initialize-ECSAgent -Cluster shop'.`,
  ],
  [
    { awsvpcAdditionalLocalRoutes: ['10.0.15.1'] },
    `"awsvpcAdditionalLocalRoutes" must name networks of IPv4; got: '10.0.15.1'.`,
  ],
  [
    { awsvpcAdditionalLocalRoutes: ['10.0.15.0/24'], taskInterfaces: false },
    `"awsvpcAdditionalLocalRoutes" must not be said where "taskInterfaces" is false; got: 10.0.15.0/24.`,
  ],
  [
    { agentVariables: { ECS_CLUSTER: 'other' } },
    `"agentVariables" must leave out what the fleet sets itself; got: 'ECS_CLUSTER'. Say "cluster".`,
  ],
  [{ agentVariables: { ECS_GMSA_SUPPORTED: 'true' } }, `got: 'ECS_GMSA_SUPPORTED'. Say "gmsa".`],
  [
    { agentVariables: { ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached' } },
    `got: 'ECS_IMAGE_PULL_BEHAVIOR'. Cached images and rollouts need it as it is.`,
  ],
  [
    { agentVariables: { AWS_SECRET_ACCESS_KEY: 'x' } },
    `must name variables of the ECS agent: ECS_..., HTTP_PROXY with NO_PROXY, or NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE; got: 'AWS_SECRET_ACCESS_KEY'.`,
  ],
  [
    { agentVariables: { ECS_CONTAINER_START_TIMEOUT: '10 minutes' } },
    `must have a duration as Go writes it, such as '90s' or '1h30m' for ECS_CONTAINER_START_TIMEOUT; got: '10 minutes'.`,
  ],
  [
    { agentVariables: { ECS_DISABLE_METRICS: '1' } },
    `must have 'true' or 'false' for ECS_DISABLE_METRICS; got: '1'.`,
  ],
  [{ agentVariables: { ECS_RESERVED_PORTS: '80' } }, `must have a JSON array, such as '[8080]'`],
  [
    { agentVariables: { HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '169.254.169.254' } },
    `must have '169.254.170.2' in NO_PROXY where HTTP_PROXY is set; got: '169.254.169.254'.`,
  ],
  [{ launchTimeout: Duration.minutes(10) }, `"launchTimeout" must be 0.5 to 2 hours; got: 10 minutes.`],
  [
    { deleteDrain: Duration.minutes(46) },
    `"deleteDrain" must be 0 to 45 minutes; got: 46 minutes. CloudFormation waits an hour for a deletion`,
  ],
  [{ rollout: { canaryPercentage: 0 } }, `"rollout.canaryPercentage" must be 1 to 100; got: 0.`],
  [
    { rollout: { maxHealthyPercentage: 100 } },
    `"rollout.maxHealthyPercentage" must be 101 to 200; got: 100. A new instance is launched before an old one goes`,
  ],
  [
    { rollout: { maxFirstTaskSlowdown: 1 } },
    `"rollout.maxFirstTaskSlowdown" must be 1.2 to 100; got: 1. Starts differ by themselves`,
  ],
  [{ rollout: { watch: Duration.minutes(5) } }, `"rollout.watch" must be 0.25 to 24 hours; got: 5 minutes.`],
  [{ rollout: { delay: Duration.days(15) } }, `"rollout.delay" must be 0 to 336 hours; got: 15 days.`],
  [
    { rollout: { drainLimit: Duration.hours(49) } },
    `"rollout.drainLimit" must be 0.25 to 48 hours; got: 2 days 1 hour.`,
  ],
  [
    { rollout: { alarms } },
    `"rollout.alarms" must be ten at most; got: 11. Put several into one composite alarm.`,
  ],
  [
    { rollout: { alarms: alarms.slice(0, 10), alarmNames: ['web-errors'] } },
    `"rollout.alarms" must be ten at most; got: 11. Put several into one composite alarm.`,
  ],
  [
    { rollout: { alarmNames: [''] } },
    `"rollout.alarmNames" must hold names of 1 to 255 characters; got: ''. Take the name that CloudWatch shows.`,
  ],
  [{ rollout: { ring: 1.5 } }, `"rollout.ring" must be a whole number; got: 1.5. The first ring is 0.`],
  [{ rollout: { ring: -1 } }, `"rollout.ring" must be 0 to 9; got: -1. Leave it out for a fleet`],
  [
    { rollout: { ringLimit: Duration.minutes(5) } },
    `"rollout.ringLimit" must be 1 to 336 hours; got: 5 minutes.`,
  ],
  [
    { rollout: { stallLimit: Duration.minutes(5) } },
    `"rollout.stallLimit" must be 0.5 to 48 hours; got: 5 minutes.`,
  ],
  [{ rollout: { windows: [{ ...nightly, days: [] }] } }, `"rollout.windows" must name days; got: [].`],
  [
    { rollout: { windows: [{ ...nightly, startHour: 24 }] } },
    `"rollout.windows.startHour" must be 0 to 23; got: 24.`,
  ],
  [
    { rollout: { windows: [{ ...nightly, endHour: 0 }] } },
    `"rollout.windows.endHour" must be 1 to 24; got: 0.`,
  ],
  [
    { rollout: { windows: [nightly] } },
    `"patchWithin" must hold what the fleet may take of it: "rollout.delay" 0 h, the time between "rollout.windows" 162 h, ` +
      `"rollout.watch" 0.5 h, "rollout.stallLimit" 4 h, 166.5 h in all; got: 3 days. Shorten the time between "rollout.windows", or allow more time.`,
  ],
  [
    { rollout: { delay: Duration.hours(10) }, patchWithin: Duration.hours(12) },
    `14.5 h in all; got: 12 hours. Shorten "rollout.delay", or allow more time.`,
  ],
])('%#', (props, message) => {
  expect(() => fleetOf(props)).toThrow(message);
});

test('a cluster that is known by its ARN alone needs a VPC', () => {
  const arn = 'arn:aws:ecs:eu-central-1:111111111111:cluster/shop';
  expect(() =>
    fleetOf({ cluster: Cluster.fromClusterArn(elsewhere, 'Cluster', arn), fleetName: 'web' }),
  ).toThrow(`"vpc" must be given for a cluster that is known by its ARN alone; got: none.`);
});

test('two fleets of one name', () => {
  const stack = fleetOf({ fleetName: 'shop' });
  const cluster = new Cluster(stack, 'Other', { vpc: new Vpc(stack, 'OtherVpc') });
  const props = { cluster, ami: WindowsAmi.fromChannel({ os }), fleetName: 'shop' };
  expect(() => new WindowsCapacityProvider(stack, 'Second', props)).toThrow(
    `"fleetName" must be unique; got: 'shop'. Shop/Windows has it already; name one of the two.`,
  );
});

describe('a second fleet with the default name', () => {
  const fleetIn = (scope: Construct, env?: Environment) => {
    const stack = new Stack(scope, 'Shop', env === undefined ? {} : { env });
    const cluster = new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
    const ami = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2022_CORE });
    new WindowsCapacityProvider(stack, 'Windows', { cluster, ami });
    return stack;
  };
  const PLACE = { account: '111122223333', region: 'eu-central-1' };

  test('synthesizes in another stage without env, with a warning', () => {
    const app = new App();
    fleetIn(new Stage(app, 'Dev'));
    const prod = fleetIn(new Stage(app, 'Prod'));
    Annotations.fromStack(prod).hasWarning(
      '/Prod/Shop/Windows',
      Match.stringLikeRegexp(
        'Dev/Shop/Windows is a fleet cluster-2022-core, too: deploy the two to different',
      ),
    );
  });

  test('synthesizes in another account without one', () => {
    const app = new App();
    fleetIn(new Stage(app, 'Dev'), PLACE);
    const prod = fleetIn(new Stage(app, 'Prod'), { ...PLACE, account: '444455556666' });
    Annotations.fromStack(prod).hasNoWarning('*', Match.stringLikeRegexp('is a fleet'));
  });

  test('is refused in the same account and region', () => {
    const app = new App();
    fleetIn(new Stage(app, 'Dev'), PLACE);
    expect(() => fleetIn(new Stage(app, 'Prod'), PLACE)).toThrow('Dev/Shop/Windows has it already');
  });
});

test('a budget that a pipeline with the defaults leaves too little of is warned of', () => {
  Annotations.fromStack(fleetOf({ rollout: { delay: Duration.hours(30) } })).hasWarning(
    '/Shop/Windows',
    Match.stringLikeRegexp(
      'a pipeline with the defaults may take 44 h and this fleet 34.5 h .*Shorten "rollout.delay"',
    ),
  );
});

test('a token is let through', () => {
  const token = Token.asString({ Ref: 'Given' });
  expect(() =>
    fleetOf({ attributes: { zone: token }, instanceTypes: [new InstanceType(token)] }),
  ).not.toThrow();
});

test('a variable that the agent of Windows is not known to read is warned of', () => {
  const known = fleetOf({
    agentVariables: {
      ECS_CONTAINER_START_TIMEOUT: '10m',
      HTTP_PROXY: 'http://proxy:3128',
      NO_PROXY: 'localhost,169.254.169.254,169.254.170.2,\\\\.\\pipe\\docker_engine',
    },
  });
  Annotations.fromStack(known).hasNoWarning('/Shop/Windows', Match.stringLikeRegexp('agentVariables'));
  const other = fleetOf({ agentVariables: { ECS_ENABLE_GPU_SUPPORT: 'true' } });
  Annotations.fromStack(other).hasWarning(
    '/Shop/Windows',
    Match.stringLikeRegexp('has ECS_ENABLE_GPU_SUPPORT, which the ECS agent of Windows is not known to read'),
  );
});

test.each<[string, (scope: Stack) => Partial<WindowsCapacityProviderProps>]>([
  [
    'rollout.alarms',
    (scope) => ({
      rollout: {
        alarms: [
          Alarm.fromAlarmArn(scope, 'Errors', 'arn:aws:cloudwatch:us-east-1:111111111111:alarm:errors'),
        ],
      },
    }),
  ],
  [
    'cluster',
    (scope) => ({
      cluster: Cluster.fromClusterArn(scope, 'There', 'arn:aws:ecs:us-east-1:111111111111:cluster/x'),
    }),
  ],
])('"%s" of another region is refused', (prop, propsOf) => {
  const stack = new Stack(new App(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const cluster = new Cluster(stack, 'Cluster', { vpc });
  const make = () =>
    new WindowsCapacityProvider(stack, 'Windows', {
      ...{ cluster, vpc, ami: WindowsAmi.fromChannel({ os }) },
      ...propsOf(stack),
    });
  expect(make).toThrow(
    `"${prop}" must be of the account and region of its stack; got: 111111111111/us-east-1.`,
  );
});

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { policyStatements, type PolicyStatement } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const os = WindowsOs.SERVER_2022_CORE;

interface Fleets {
  /** Whether each has a cluster of its own. */
  readonly clusters?: boolean;
  readonly props?: (index: number) => Partial<WindowsCapacityProviderProps>;
}

function stackOf(count: number, { clusters = false, props = () => ({}) }: Fleets = {}) {
  const stack = new Stack(new App(), 'Shop');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const first = new Cluster(stack, 'Cluster', { vpc });
  const fleets = Array.from({ length: count }, (_, index) => {
    const cluster = clusters && index > 0 ? new Cluster(stack, `Cluster${index}`, { vpc }) : first;
    const own = {
      fleetName: `fleet-${index}`,
      cluster,
      ami: WindowsAmi.fromChannel({ os }),
      ...props(index),
    };
    return new WindowsCapacityProvider(stack, `Fleet${index}`, own);
  });
  return { stack, fleets };
}

type Resources = Readonly<Record<string, { readonly Type: string }>>;

function resourcesOf(count: number, fleets?: Fleets): Resources {
  return Template.fromStack(stackOf(count, fleets).stack).toJSON().Resources as Resources;
}

/** Types of what the second template has and the first has not, but for clusters and what is the user's own with them. */
function added(before: Resources, after: Resources): readonly string[] {
  return Object.entries(after)
    .filter(([id, { Type }]) => !(id in before) && !/::Cluster/.test(Type))
    .map(([, { Type }]) => Type);
}

describe.each([
  ['in one cluster', {}],
  ['in clusters of their own', { clusters: true }],
])('a further fleet %s', (_, fleets) => {
  const of = [1, 2, 3].map((count) => resourcesOf(count, fleets));
  const further = [added(of[0]!, of[1]!), added(of[1]!, of[2]!)];

  test('adds at most 12 resources, and takes none away', () => {
    further.forEach((types) => {
      expect(types.length).toBeLessThanOrEqual(12);
    });
    expect(Object.keys(of[2]!)).toEqual(expect.arrayContaining(Object.keys(of[0]!)));
  });

  test.each([
    'AWS::Lambda::Function',
    'AWS::StepFunctions::StateMachine',
    'AWS::Events::Rule',
    'AWS::CloudWatch::Alarm',
    'AWS::SNS::Topic',
    'AWS::SQS::Queue',
    'AWS::KMS::Key',
    'AWS::Logs::LogGroup',
  ])('adds no %s', (type) => {
    further.forEach((types) => {
      expect(types).not.toContain(type);
    });
  });
});

test.each([
  [19, false],
  [10, true],
])(
  '%i fleets are within what IAM takes of a role and EventBridge of a rule; own clusters: %s',
  (count, clusters) => {
    const long = {
      clusters,
      props: (index: number) => ({ fleetName: `${'a'.repeat(38)}${String(index).padStart(2, '0')}` }),
    };
    const template = Template.fromStack(stackOf(count, long).stack);
    const inline: Record<string, number> = {};
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::Policy'))) {
      for (const { Ref } of Properties.Roles) {
        inline[Ref] = (inline[Ref] ?? 0) + deployedBytes(Properties.PolicyDocument);
      }
    }
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    expect(Math.max(...Object.values(inline))).toBeLessThanOrEqual(10_240);
    const attached: Record<string, number> = {};
    for (const { Properties } of Object.values(template.findResources('AWS::IAM::ManagedPolicy'))) {
      expect(deployedBytes(Properties.PolicyDocument)).toBeLessThanOrEqual(6144);
      for (const { Ref } of Properties.Roles ?? []) {
        attached[Ref] = (attached[Ref] ?? 0) + 1;
      }
    }
    expect(Math.max(0, ...Object.values(attached))).toBeLessThanOrEqual(10);
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    for (const { Properties } of Object.values(template.findResources('AWS::Events::Rule'))) {
      expect(deployedBytes(Properties.EventPattern ?? {})).toBeLessThanOrEqual(2048);
    }
    expect(Object.keys(template.toJSON().Resources).length).toBeLessThanOrEqual(500);
  },
);

/** A document with references as long as what they become in the longest region. */
function deployedBytes(document: unknown): number {
  const replaced = JSON.stringify(document, (_, value: unknown) => {
    const [[name, argument] = ['']] = Object.entries((value ?? {}) as Record<string, unknown>);
    switch (typeof value === 'object' ? name : '') {
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown[]];
        return parts
          .map((part) => (typeof part === 'string' ? part : 'x'.repeat(lengthOf(part))))
          .join(separator);
      }
      case 'Fn::GetAtt':
        return 'x'.repeat(120);
      default:
        return value;
    }
  });
  return Buffer.byteLength(replaced);
}

function lengthOf(part: unknown): number {
  const { Ref } = part as { readonly Ref?: string };
  return { 'AWS::Partition': 3, 'AWS::Region': 14, 'AWS::AccountId': 12 }[Ref ?? ''] ?? 40;
}

test.each([
  [20, false, 'fleet 20 in cluster 1'],
  [11, true, 'fleet 11 in cluster 11'],
])('%i are refused in one sentence with the way out; own clusters: %s', (count, clusters, got) => {
  expect(() => stackOf(count, { clusters })).toThrow(
    new RegExp(`"cluster" must leave at most 20 fleets and clusters in a stack.*got: ${got}.*another stack`),
  );
});

describe('the rights of what fleets share', () => {
  const template = Template.fromStack(stackOf(3).stack);
  const statements = policyStatements(template);
  const of = (name: RegExp): readonly PolicyStatement[] =>
    Object.entries(statements).find(([id]) => name.test(id))![1];
  const resourcesFor = (name: RegExp, action: string) =>
    of(name)
      .filter(({ Action }) => [Action].flat().includes(action))
      .flatMap(({ Resource }) => [Resource].flat())
      .map(resolvedText);

  const GROUPS = [0, 1, 2].map((index) => `autoScalingGroupName/winbake-fleet-${index}`);

  test.each([
    [/RolloutRole/, 'autoscaling:StartInstanceRefresh', GROUPS],
    [/RolloutRole/, 'autoscaling:UpdateAutoScalingGroup', GROUPS],
    [/ResourcesHandlerRole/, 'autoscaling:DeleteAutoScalingGroup', GROUPS],
  ])('%s may %s each of the stack by its name, and no other', (role, action, names) => {
    const resources = resourcesFor(role, action);
    expect(resources.map((arn) => arn.split(':*:')[1])).toEqual(names);
  });

  test('the rollout writes state, lease and log of each, and nothing that people or the stack write', () => {
    const written = resourcesFor(/RolloutRole/, 'ssm:PutParameter').map((arn) => arn.split('/fleets/')[1]);
    const names = [0, 1, 2].flatMap((index) =>
      ['state', 'lease', 'log/*'].map((one) => `fleet-${index}/${one}`),
    );
    expect([...written].sort()).toEqual([...names].sort());
  });

  test('instances are started from the templates of the fleets alone', () => {
    const started = of(/RolloutRole/).filter(({ Action }) => Action === 'ec2:RunInstances');
    const templates = started.flatMap(({ Condition }) => Object.values(Condition!['ArnEquals'] as object));
    expect(new Set(templates.map((one) => resolvedText(one).split('/')[1])).size).toBe(3);
  });
});

test('a rule is for what any of the fleets follows, each once', () => {
  const other = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2019_CORE });
  const { stack } = stackOf(3, { props: (index) => (index === 1 ? { ami: other } : {}) });
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      detail: {
        name: ['/winbake/2022-core/current/publication', '/winbake/2019-core/current/publication'],
        operation: ['Create', 'Update'],
      },
    },
  });
});

test('the topic is made for whoever was given none; who looks at nothing is told to each', () => {
  const { fleets, stack } = stackOf(3, { props: () => ({}) });
  expect(new Set(fleets.map(({ topic }) => topic)).size).toBe(1);
  Template.fromStack(stack).resourceCountIs('AWS::SNS::Topic', 1);

  const own = new App();
  const shop = new Stack(own, 'Shop');
  const cluster = new Cluster(shop, 'Cluster', { vpc: new Vpc(shop, 'Vpc', { maxAzs: 2 }) });
  const ami = WindowsAmi.fromChannel({ os });
  const topics = [0, 1].map((index) => new Topic(shop, `Topic${index}`));
  topics.forEach((notificationTopic, index) => {
    new WindowsCapacityProvider(shop, `Fleet${index}`, {
      fleetName: `fleet-${index}`,
      cluster,
      ami,
      notificationTopic,
    });
  });
  const template = Template.fromStack(shop);
  template.resourceCountIs('AWS::SNS::Topic', 2);
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'winbake-fleets-Shop-NothingMeasured',
    AlarmActions: topics.map((topic) => shop.resolve(topic.topicArn) as object),
  });
});

test.each([
  [[RetentionDays.ONE_WEEK, RetentionDays.ONE_YEAR], 365],
  [[RetentionDays.INFINITE, RetentionDays.ONE_YEAR], undefined],
])('logs of %j days are kept for the longest', (days, kept) => {
  const { stack } = stackOf(2, { props: (index) => ({ logRetention: days[index]! }) });
  const groups = Object.values(Template.fromStack(stack).findResources('AWS::Logs::LogGroup'));
  expect(groups).not.toEqual([]);
  groups.forEach(({ Properties }) => {
    expect(Properties?.RetentionInDays).toBe(kept);
  });
});

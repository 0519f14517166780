import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { referred, type Rule } from './rule';
import {
  at,
  flag,
  has,
  list,
  mustBeOneOf,
  mustLieIn,
  mustMatch,
  number,
  shown,
  text,
  twice,
  when,
} from './values';

const API = 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html';
const TWO_DAYS = 172_800;

const TEMPLATE = { LaunchTemplateId: 'lt-0123456789abcdef0', Version: '7' };

/** A request for an instance refresh that is accepted. */
export const REFRESH_EXAMPLE: JsonObject = {
  Strategy: 'Rolling',
  DesiredConfiguration: { LaunchTemplate: TEMPLATE },
  Preferences: {
    MinHealthyPercentage: 100,
    MaxHealthyPercentage: 110,
    CheckpointPercentages: [10, 100],
    CheckpointDelay: 3600,
    AutoRollback: true,
  },
};

const preferences = (change: JsonObject): JsonObject => ({ Preferences: change });

/** The two limits of health, as a refresh and the maintenance policy of a group have them. */
function wrongHealth(owner: unknown, name: string): readonly string[] {
  const [least, most] = ['MinHealthyPercentage', 'MaxHealthyPercentage'].map((one) => number(owner, one));
  return [
    ...mustLieIn(owner, 'MinHealthyPercentage', least === -1 ? -1 : 0, 100),
    ...mustLieIn(owner, 'MaxHealthyPercentage', most === -1 ? -1 : 100, 200),
    ...when(
      has(owner, 'MaxHealthyPercentage') && !has(owner, 'MinHealthyPercentage'),
      `${name} with MaxHealthyPercentage must have MinHealthyPercentage too; got: nothing`,
    ),
    ...when(
      least !== undefined && most !== undefined && most - least > 100,
      `MaxHealthyPercentage can be at most 100 above MinHealthyPercentage; got: ${least ?? ''} and ${most ?? ''}`,
    ),
  ];
}

/** What `StartInstanceRefresh` refuses. */
export const REFRESH_RULES: readonly Rule[] = [
  {
    id: 'refresh/strategy',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html',
    wayOut: 'Rolling is the usual one.',
    refused: { Strategy: 'rolling' },
    check: (document) => mustBeOneOf(document, 'Strategy', ['Rolling', 'ReplaceRootVolume']),
  },
  {
    id: 'refresh/health',
    source: API,
    wayOut: 'Give both, at most 100 apart.',
    refused: preferences({ MinHealthyPercentage: 50, MaxHealthyPercentage: 200 }),
    check: (document) => wrongHealth(at(document, 'Preferences'), 'Preferences'),
  },
  {
    id: 'refresh/checkpoints',
    source: API,
    wayOut: 'Name each percentage once, in ascending order; the last is 100 where all are to be replaced.',
    refused: preferences({ CheckpointPercentages: [100, 100] }),
    check: (document) => {
      const asked = list(at(document, 'Preferences'), 'CheckpointPercentages');
      const known = asked.flatMap((one) => (typeof one === 'symbol' ? [] : Number(one)));
      return [
        ...known
          .filter((one) => !Number.isInteger(one) || one < 1 || one > 100)
          .map((one) => `CheckpointPercentages must be whole numbers from 1 to 100; got: ${one}`),
        ...twice(known.map(String)).map((one) => `CheckpointPercentages must be unique; got: ${one} twice`),
        ...when(
          known.some((one, index) => one < (known[index - 1] ?? 0)),
          `CheckpointPercentages must ascend; got: ${shown(known)}`,
        ),
      ];
    },
  },
  {
    id: 'refresh/checkpoint-delay',
    source: API,
    wayOut: 'Wait at most two days, at checkpoints that are named.',
    refused: preferences({ CheckpointDelay: 3600 }),
    check: (document) => {
      const asked = at(document, 'Preferences');
      return [
        ...mustLieIn(asked, 'CheckpointDelay', 0, TWO_DAYS),
        ...when(
          has(asked, 'CheckpointDelay') && !has(asked, 'CheckpointPercentages'),
          'CheckpointDelay needs CheckpointPercentages; got: nothing',
        ),
      ];
    },
  },
  {
    id: 'refresh/times',
    source: API,
    wayOut: 'Bake for at most two days; leave the warmup out for that of the group.',
    refused: preferences({ BakeTime: 172_801 }),
    check: (document) => [
      ...mustLieIn(at(document, 'Preferences'), 'BakeTime', 0, TWO_DAYS),
      ...mustLieIn(at(document, 'Preferences'), 'InstanceWarmup', -1, 2_147_483_647),
    ],
  },
  {
    id: 'refresh/protected',
    source: API,
    wayOut: 'Spell it as the service does.',
    refused: preferences({ ScaleInProtectedInstances: 'Terminate' }),
    check: (document) => [
      ...mustBeOneOf(at(document, 'Preferences'), 'ScaleInProtectedInstances', ['Refresh', 'Ignore', 'Wait']),
      ...mustBeOneOf(at(document, 'Preferences'), 'StandbyInstances', ['Terminate', 'Ignore', 'Wait']),
    ],
  },
  {
    id: 'refresh/rollback',
    source: 'https://github.com/hashicorp/terraform-provider-aws/issues/29830',
    wayOut: 'Name the launch template with the number of its version as the desired configuration.',
    refused: { DesiredConfiguration: undefined },
    check: (document) => {
      const wanted = at(document, 'DesiredConfiguration');
      const version = text(templateOf(wanted), 'Version');
      return flag(at(document, 'Preferences'), 'AutoRollback') === true
        ? [
            ...when(
              wanted === undefined || (isJsonObject(wanted) && Object.keys(wanted).length === 0),
              'AutoRollback cannot be true when DesiredConfiguration is empty; got: nothing',
            ),
            ...when(
              version !== undefined && /^\$(Latest|Default)$/.test(version),
              `AutoRollback needs a numbered version of the launch template; got: ${version ?? ''}`,
            ),
          ]
        : [];
    },
  },
  {
    id: 'refresh/desired',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DesiredConfiguration.html',
    wayOut: 'Name one launch template, by its id or its name.',
    refused: {
      DesiredConfiguration: { LaunchTemplate: { ...TEMPLATE, LaunchTemplateName: 'hosts' } },
    },
    check: (document) => {
      const wanted = at(document, 'DesiredConfiguration');
      return [
        ...when(
          has(wanted, 'LaunchTemplate') && has(wanted, 'MixedInstancesPolicy'),
          'DesiredConfiguration takes LaunchTemplate or MixedInstancesPolicy; got: both',
        ),
        ...wrongTemplate(templateOf(wanted)),
      ];
    },
  },
  {
    id: 'refresh/alarms',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AlarmSpecification.html',
    wayOut: 'Watch at most ten; a composite alarm stands for several.',
    refused: preferences({
      AlarmSpecification: { Alarms: Array.from({ length: 11 }, (_, i) => `alarm-${i}`) },
    }),
    check: (document) => {
      const { length } = list(at(at(document, 'Preferences'), 'AlarmSpecification'), 'Alarms');
      return when(length > 10, `Alarms must be at most ten; got: ${length}`);
    },
  },
];

function templateOf(wanted: unknown): unknown {
  return (
    at(wanted, 'LaunchTemplate') ??
    at(at(at(wanted, 'MixedInstancesPolicy'), 'LaunchTemplate'), 'LaunchTemplateSpecification')
  );
}

/** A launch template is named by its id or by its name. */
function wrongTemplate(template: unknown): readonly string[] {
  return isJsonObject(template)
    ? [
        ...when(
          has(template, 'LaunchTemplateId') === has(template, 'LaunchTemplateName'),
          'a launch template needs LaunchTemplateId or LaunchTemplateName, and not both',
        ),
        ...mustMatch(template, 'LaunchTemplateId', /^lt-/, 'the id of a launch template, not its name'),
      ]
    : [];
}

/** An Auto Scaling group that is accepted. */
export const GROUP_EXAMPLE: JsonObject = {
  MinSize: '1',
  MaxSize: '10',
  LaunchTemplate: TEMPLATE,
  VPCZoneIdentifier: ['subnet-0123456789abcdef0'],
};

/** What `CreateAutoScalingGroup` refuses. */
export const GROUP_RULES: readonly Rule[] = [
  {
    id: 'group/sizes',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html',
    wayOut: 'Keep the desired capacity between the two.',
    refused: { MinSize: '5', MaxSize: '2' },
    check: (document) => {
      const [least, most, wanted] = ['MinSize', 'MaxSize', 'DesiredCapacity'].map((one) =>
        number(document, one),
      );
      return [
        ...when(
          least !== undefined && most !== undefined && least > most,
          `MinSize must not be above MaxSize; got: ${least ?? ''} and ${most ?? ''}`,
        ),
        ...when(
          wanted !== undefined && (wanted < (least ?? wanted) || wanted > (most ?? wanted)),
          `DesiredCapacity must be between MinSize and MaxSize; got: ${wanted ?? ''}`,
        ),
      ];
    },
  },
  {
    id: 'group/template',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html',
    wayOut: 'Name one source of instances, and a launch template by its id or its name.',
    refused: { LaunchConfigurationName: 'hosts' },
    check: (document) => {
      const sources = ['LaunchTemplate', 'LaunchConfigurationName', 'MixedInstancesPolicy', 'InstanceId'];
      const given = sources.filter((name) => has(document, name));
      return [
        ...when(given.length !== 1, `one of ${sources.join(', ')} is needed; got: ${given.join(', ')}`),
        ...wrongTemplate(at(document, 'LaunchTemplate')),
        ...wrongTemplate(templateOf({ MixedInstancesPolicy: at(document, 'MixedInstancesPolicy') })),
      ];
    },
  },
  {
    id: 'group/market',
    source: 'https://github.com/kubernetes/kops/issues/10104',
    wayOut: 'Leave it to the policy of the group: its InstancesDistribution says how much is Spot.',
    refused: {
      LaunchTemplate: undefined,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: TEMPLATE,
          LaunchTemplateData: { InstanceMarketOptions: { MarketType: 'spot' } },
        },
      },
    },
    check: (document, neighbours) => {
      const mixed = templateOf({ MixedInstancesPolicy: at(document, 'MixedInstancesPolicy') });
      const found =
        referred(at(mixed, 'LaunchTemplateId'), 'launch-template', neighbours) ??
        at(at(document, 'MixedInstancesPolicy'), 'LaunchTemplate');
      return when(
        has(at(found, 'LaunchTemplateData'), 'InstanceMarketOptions'),
        'a group with a mixed instances policy cannot use a launch template with InstanceMarketOptions; got: one',
      );
    },
  },
  {
    id: 'group/maintenance',
    source: 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceMaintenancePolicy.html',
    wayOut: 'Give both, at most 100 apart.',
    refused: { InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 210 } },
    check: (document) => wrongHealth(at(document, 'InstanceMaintenancePolicy'), 'InstanceMaintenancePolicy'),
  },
  {
    id: 'group/update-policies',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html',
    wayOut: 'Keep one of them.',
    refused: { UpdatePolicy: { AutoScalingInstanceRefresh: {}, AutoScalingRollingUpdate: {} } },
    check: (document) => {
      const policy = at(document, 'UpdatePolicy');
      return when(
        has(policy, 'AutoScalingInstanceRefresh') && has(policy, 'AutoScalingRollingUpdate'),
        'a group has AutoScalingInstanceRefresh or AutoScalingRollingUpdate; got: both',
      );
    },
  },
];

import type { JsonObject } from '../../../lib/contract/values/json';
import { checkTemplate } from '../../../lib/core/aws-rules/check-template';
import { missingProperties } from '../../../lib/core/aws-rules/resource-rules';
import { checkDocument, EXAMPLES, TYPES } from '../../../lib/core/aws-rules/rules';

function refused(Type: string, Properties: JsonObject | undefined, others: JsonObject = {}) {
  return checkTemplate({ ...others, Resources: { One: { Type, Properties } } })
    .filter(({ rule }) => rule === 'resource/required')
    .map(({ what }) => what.replace('Properties validation failed with message: ', ''));
}

const RECIPE = { Name: 'golden', Version: '1.0.x', ParentImage: 'ami-0123456789abcdef0' };

test.each<[string, string, JsonObject | undefined, readonly string[]]>([
  [
    'the resource itself',
    'AWS::ImageBuilder::ImageRecipe',
    { Name: 'golden', ParentImage: RECIPE.ParentImage },
    ['#: required key [Version] not found; got: Name, ParentImage'],
  ],
  [
    'a resource without properties',
    'AWS::SQS::QueuePolicy',
    undefined,
    [
      '#: required key [PolicyDocument] not found; got: nothing',
      '#: required key [Queues] not found; got: nothing',
    ],
  ],
  [
    'an entry of a list',
    'AWS::ImageBuilder::DistributionConfiguration',
    { Name: 'golden', Distributions: [{ Region: 'eu-west-1' }, { FastLaunchConfigurations: [] }] },
    ['#/Distributions/1: required key [Region] not found; got: FastLaunchConfigurations'],
  ],
  [
    'a part of a part',
    'AWS::Scheduler::Schedule',
    { FlexibleTimeWindow: {}, ScheduleExpression: 'rate(1 day)', Target: { Arn: 'a', RoleArn: 'b' } },
    ['#/FlexibleTimeWindow: required key [Mode] not found; got: nothing'],
  ],
  [
    'an inline policy, which has a name',
    'AWS::IAM::Policy',
    { PolicyDocument: {} },
    ['#: required key [PolicyName] not found; got: PolicyDocument'],
  ],
  [
    'what every alternative requires',
    'AWS::ImageBuilder::ImagePipeline',
    { ImageRecipeArn: 'a', InfrastructureConfigurationArn: 'b' },
    ['#: required key [Name] not found; got: ImageRecipeArn, InfrastructureConfigurationArn'],
  ],
  [
    'a reference to nothing',
    'AWS::ImageBuilder::ImageRecipe',
    { ...RECIPE, Version: { Ref: 'AWS::NoValue' } },
    ['#: required key [Version] not found; got: Name, ParentImage'],
  ],
])(
  '%s is refused without what it requires, in the words of CloudFormation',
  (_what, type, given, expected) => {
    expect(refused(type, given)).toEqual(expected);
  },
);

test.each<[string, JsonObject, JsonObject]>([
  ['an if', { ...RECIPE, Version: { 'Fn::If': ['A', '1.0.0', { Ref: 'AWS::NoValue' }] } }, {}],
  ['a transform beside properties', { Name: 'golden', 'Fn::Transform': { Name: 'AWS::Include' } }, {}],
  ['a macro of the user', { Name: 'golden' }, { Transform: ['AWS::LanguageExtensions', 'Defaults'] }],
])('what %s gives in the account is not missed', (_what, properties, others) => {
  expect(refused('AWS::ImageBuilder::ImageRecipe', properties, others)).toEqual([]);
});

test("AWS's own transforms make no resource whole", () => {
  const others = { Transform: 'AWS::Serverless-2016-10-31' };
  expect(refused('AWS::SSM::Parameter', { Type: 'String' }, others)).toHaveLength(1);
});

test('of types that Winbake does not make nothing is required', () => {
  expect(refused('AWS::DynamoDB::Table', {})).toEqual([]);
  expect(missingProperties('constructor', {})).toEqual([]);
});

describe.each(Object.entries(TYPES))('of the example of a %s', (kind, type) => {
  const example = EXAMPLES[kind as keyof typeof TYPES];
  const names = missingProperties(type, {}).map(({ what }) => /\[(.*)\]/.exec(what)?.[1] ?? '');

  test('everything that is required is missed', () => {
    for (const name of names) {
      const rest = { ...example, [name]: undefined };
      const rules = checkDocument(kind as keyof typeof TYPES, rest).map(({ rule }) => rule);
      expect([name, rules]).toEqual([name, expect.arrayContaining(['resource/required'])]);
    }
  });
});

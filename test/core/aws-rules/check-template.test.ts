import type { JsonObject } from '../../../lib/contract/values/json';
import { checkTemplate } from '../../../lib/core/aws-rules/check-template';

const ROLE = 'arn:aws:iam::111122223333:role/bake';

function broken(resources: JsonObject, others: JsonObject = {}): readonly string[] {
  return checkTemplate({ ...others, Resources: resources }).map(
    ({ logicalId, rule }) => `${logicalId} ${rule}`,
  );
}

function component(data: string): JsonObject {
  return {
    Type: 'AWS::ImageBuilder::Component',
    Properties: { Name: 'agent', Version: '1.0.0', Platform: 'Linux', Data: data },
  };
}

const DECLARES = [
  'schemaVersion: 1.0',
  'parameters:',
  '  - Folder:',
  '      type: string',
  'phases:',
  '  - name: build',
  '    steps:',
  '      - name: Run',
  '        action: ExecuteBash',
  '        inputs:',
  "          commands: ['cd {{ Folder }}']",
].join('\n');

function recipe(parameters: readonly JsonObject[]): JsonObject {
  return {
    Type: 'AWS::ImageBuilder::ImageRecipe',
    Properties: {
      Name: 'golden',
      Version: '1.0.0',
      ParentImage: { 'Fn::Sub': 'arn:${AWS::Partition}:imagebuilder:${AWS::Region}:aws:image/al2023/x.x.x' },
      Components: [{ ComponentArn: { Ref: 'Agent' }, Parameters: parameters }],
    },
  };
}

describe('what intrinsic functions stand for', () => {
  test.each([
    ['a parameter without a default', { Ref: 'Free' }],
    ['an attribute', { 'Fn::GetAtt': ['Other', 'Name'] }],
    ['an import', { 'Fn::ImportValue': 'name' }],
    ['a condition', { 'Fn::If': ['IsProduction', 'a', { Ref: 'AWS::NoValue' }] }],
    ['a part of a text', { 'Fn::Sub': 'golden-${AWS::StackName}' }],
    ['a joined text', { 'Fn::Join': ['-', ['golden', { Ref: 'Free' }]] }],
    ['a dynamic reference', '{{resolve:ssm:/golden/name}}'],
  ])('%s is unknown and passed over', (_what, name) => {
    const parameter = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: 'a', Name: name } };
    expect(broken({ P: parameter }, { Parameters: { Free: { Type: 'String' } } })).toEqual([]);
  });

  test('is known for the default of a parameter', () => {
    const rule = { Type: 'AWS::Events::Rule', Properties: { ScheduleExpression: { Ref: 'When' } } };
    const parameters = { Parameters: { When: { Type: 'String', Default: 'cron(0 0 * * *)' } } };
    expect(broken({ Nightly: rule }, parameters)).toEqual(['Nightly event-rule/schedule']);
  });
});

test('a recipe is held to the parameters that a component of the template declares', () => {
  const given = (...names: readonly string[]) =>
    broken({
      Agent: component(DECLARES),
      Recipe: recipe(names.map((Name) => ({ Name, Value: ['/opt'] }))),
    });
  expect(given('Folder')).toEqual([]);
  expect(given()).toEqual(['Recipe recipe/component-parameters']);
  expect(given('Folder', 'Level')).toEqual(['Recipe recipe/component-parameters']);
});

test('a pipeline is held to what the workflows of the template hand on', () => {
  const workflow = {
    Type: 'AWS::ImageBuilder::Workflow',
    Properties: {
      Name: 'build',
      Version: '1.0.0',
      Type: 'BUILD',
      Data: 'schemaVersion: 1.0\nsteps:\n  - name: Wait\n    action: WaitForAction\n',
    },
  };
  const pipeline = {
    Type: 'AWS::ImageBuilder::ImagePipeline',
    Properties: {
      Name: 'golden',
      ImageRecipeArn: { Ref: 'Recipe' },
      InfrastructureConfigurationArn: { Ref: 'Hosts' },
      ExecutionRole: ROLE,
      Workflows: [{ WorkflowArn: { Ref: 'Build' } }],
    },
  };
  expect(broken({ Build: workflow, Pipeline: pipeline })).toEqual(
    expect.arrayContaining(['Build workflow/image-id', 'Pipeline pipeline/image-id']),
  );
});

test('the refresh that an update of a group starts is held to the rules of refreshes', () => {
  const group = (refresh: JsonObject) => ({
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    Properties: { MinSize: '1', MaxSize: '2', LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' } },
    UpdatePolicy: { AutoScalingInstanceRefresh: refresh },
  });
  const broad = { Preferences: { MinHealthyPercentage: 0, MaxHealthyPercentage: 200 } };
  expect(broken({ Group: group(broad) })).toEqual(['Group refresh/health']);
  expect(broken({ Group: group({ Preferences: { MinHealthyPercentage: 100 } }) })).toEqual([]);
});

test('a group of several types is held to what its launch template asks of the market', () => {
  const stack = (data: JsonObject) =>
    broken({
      Hosts: {
        Type: 'AWS::EC2::LaunchTemplate',
        Properties: { LaunchTemplateData: { InstanceType: 'm7i.large', ...data } },
      },
      Group: {
        Type: 'AWS::AutoScaling::AutoScalingGroup',
        Properties: {
          MinSize: '1',
          MaxSize: '2',
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: {
                LaunchTemplateId: { Ref: 'Hosts' },
                Version: { 'Fn::GetAtt': ['Hosts', 'LatestVersionNumber'] },
              },
              Overrides: [{ InstanceType: 'm6i.large' }],
            },
          },
        },
      },
    });
  expect(stack({ InstanceMarketOptions: { MarketType: 'spot' } })).toEqual(['Group group/market']);
  expect(stack({})).toEqual([]);
});

test('a template may be given as its YAML, with the short forms of functions', () => {
  const yaml = [
    'Resources:',
    '  Latest:',
    '    Type: AWS::SSM::Parameter',
    '    Properties:',
    '      Name: !Sub /golden/${AWS::Region}/latest',
    '      Type: SecureString',
    '      Value: !GetAtt Image.ImageId',
  ].join('\n');
  expect(checkTemplate(yaml)).toEqual([
    expect.objectContaining({ logicalId: 'Latest', rule: 'parameter/type' }),
  ]);
});

test.each([
  ['a quote without its end', `${DECLARES}\n  "`],
  ['a list beside a mapping', `${DECLARES}\n- name: test`],
  ['tabs', DECLARES.replace('    steps', '\tsteps')],
])('a document with %s is no YAML', (_what, data) => {
  expect(broken({ Agent: component(data) })).toEqual(['Agent component/yaml']);
});

test.each([
  ['AWS::IAM::ManagedPolicy', {}, ['Reads permissions/size']],
  ['AWS::IAM::Policy', { PolicyName: 'reads' }, []],
])(
  '7,000 characters are too many for a managed policy, named or not, and few for an inline one: %s',
  (Type, name, refused) => {
    const Resource = Array.from(
      { length: 100 },
      (_, i) => `arn:aws:s3:::bucket/${String(i).padStart(48, '0')}`,
    );
    const PolicyDocument = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource }],
    };
    expect(broken({ Reads: { Type, Properties: { ...name, PolicyDocument } } })).toEqual(refused);
  },
);

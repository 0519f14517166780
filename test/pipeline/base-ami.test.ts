import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { BaseAmi, WindowsAmiPipeline, WindowsOs } from '../../lib/index';
import { actionsOf, policyStatements } from '../support/policy-statements';

const AMI = 'ami-0123456789abcdef0';

/** The base AMI as a pipeline of that stack is given it, and what a policy names its parameter by. */
type Given = (stack: Stack) => readonly [baseAmi: BaseAmi | undefined, named: string];

const FORMS: readonly (readonly [string, Given])[] = [
  ['left out', () => [undefined, '::parameter/aws/service/ami-windows-latest/']],
  ['the name of a parameter', () => [BaseAmi.fromSsmParameter('/golden/2022'), ':parameter/golden/2022']],
  ['an AMI', () => [BaseAmi.fromAmiId(AMI), '"Ref":"PipelineBaseAmi']],
  [
    'a parameter of the stack',
    (stack) => [BaseAmi.fromStringParameter(goldenAmi(stack)), `"Ref":"GoldenAmi`],
  ],
  [
    'a parameter of the stack whose name has no slash',
    (stack) => [
      BaseAmi.fromStringParameter(goldenAmi(stack, 'golden-ami')),
      ':parameter/",{"Ref":"GoldenAmi',
    ],
  ],
  [
    'a parameter of another app',
    (stack) => [
      BaseAmi.fromStringParameter(StringParameter.fromStringParameterName(stack, 'Golden', '/golden/2022')),
      ':parameter/golden/2022',
    ],
  ],
];

function goldenAmi(stack: Stack, parameterName = '/golden/2022'): StringParameter {
  return new StringParameter(stack, 'GoldenAmi', { parameterName, stringValue: AMI });
}

function synthesize(given: Given): { readonly template: Template; readonly named: string } {
  const stack = new Stack(new App(), 'Platform', {
    env: { account: '111122223333', region: 'eu-central-1' },
  });
  const [baseAmi, named] = given(stack);
  new WindowsAmiPipeline(stack, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    ...(baseAmi === undefined ? {} : { baseAmi }),
  });
  return { template: Template.fromStack(stack), named };
}

test.each(FORMS)('base AMI %s: whoever reads its parameter may', (_, given) => {
  const { named, template } = synthesize(given);
  const readers = Object.entries(policyStatements(template)).filter(([, statements]) =>
    statements.some(
      (one) => actionsOf([one]).includes('ssm:GetParameter') && JSON.stringify(one.Resource).includes(named),
    ),
  );
  expect(readers.map(([role]) => /^Pipeline(\w+?)Role/.exec(role)?.[1]).sort()).toEqual([
    'Decide',
    'Execution',
    'Housekeeping',
    'Rebake',
    'SeedHandler',
  ]);
});

test('a recipe waits for the parameter of its own stack, since Image Builder refuses one that does not exist', () => {
  const { template } = synthesize((stack) => [BaseAmi.fromStringParameter(goldenAmi(stack)), '']);
  const [parameter = ''] = Object.keys(template.findResources('AWS::SSM::Parameter')).filter((id) =>
    id.startsWith('GoldenAmi'),
  );
  const [recipe] = Object.values(template.findResources('AWS::ImageBuilder::ImageRecipe'));
  expect(recipe).toMatchObject({
    DependsOn: expect.arrayContaining([parameter]) as string[],
    Properties: { ParentImage: { 'Fn::Join': ['', ['ssm:', { Ref: parameter }]] } },
  });
});

test('a pipeline is deployed after the stack that has the parameter', () => {
  const app = new App();
  const env = { account: '111122223333', region: 'eu-central-1' };
  const golden = new Stack(app, 'Golden', { env });
  const platform = new Stack(app, 'Platform', { env });
  new WindowsAmiPipeline(platform, 'Pipeline', {
    os: WindowsOs.SERVER_2022_CORE,
    baseAmi: BaseAmi.fromStringParameter(goldenAmi(golden)),
  });
  app.synth();
  expect(platform.dependencies).toEqual([golden]);
});

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { WindowsAmiPipeline, WindowsOs, type IWindowsAmiPipeline } from '../../lib/index';
import { policyStatements } from '../support/policy-statements';
import { resolvedText } from '../support/resolved-text';

const PATH = 'arn:aws:ssm:eu-west-1:111111111111:parameter/team/winbake/web';
const OPERATE = 'arn:aws:lambda:eu-west-1:111111111111:function:winbake-web-operate';

/** What three people may do after each was given one thing. */
function granted(make: (stack: Stack) => IWindowsAmiPipeline) {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-west-1' } });
  const pipeline = make(stack);
  const roleOf = (id: string) => new Role(stack, id, { assumedBy: new AccountRootPrincipal() });
  pipeline.grantRead(roleOf('Reader'));
  pipeline.grantOperate(roleOf('Operator'));
  pipeline.grantAccept(roleOf('Accepter'));
  const template = Template.fromStack(stack);
  const statements = Object.entries(policyStatements(template)).flatMap(([id, given]) => {
    const [name] = /^(Reader|Operator|Accepter)/.exec(id) ?? [];
    return name === undefined
      ? []
      : [[name, given.map(({ Action, Resource }) => [Action, [Resource].flat().map(resolvedText)])] as const];
  });
  return { pipeline, template, granted: Object.fromEntries(statements) };
}

const CHANNELS = ['latest', 'current', 'previous'].flatMap((channel) =>
  ['publication', 'ami-id', 'os-version'].map((name) => `${PATH}/${channel}/${name}`),
);
const READS = [
  [
    ['ssm:GetParameter', 'ssm:GetParameters'],
    [...CHANNELS, `${PATH}/by-revision/*`],
  ],
];

test('who reads a pipeline reads its channels and revisions, and nothing else', () => {
  const own = granted(
    (stack) =>
      new WindowsAmiPipeline(stack, 'Pipeline', {
        os: WindowsOs.SERVER_2022_CORE,
        pipelineName: 'web',
        parameterPrefix: '/team/winbake',
      }),
  );
  expect(own.granted['Reader']).toEqual(READS);
});

test('a pipeline of another app is known by its name alone', () => {
  const imported = granted((stack) =>
    WindowsAmiPipeline.fromPipelineAttributes(stack, 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
      pipelineName: 'web',
      parameterPrefix: '/team/winbake',
    }),
  );
  expect(imported.granted).toEqual({
    Reader: READS,
    Operator: [['lambda:InvokeFunction', [OPERATE]]],
    Accepter: [['lambda:InvokeFunction', [`${OPERATE}:accept`]]],
  });
  expect(imported.pipeline.parameterPath).toBe('/team/winbake/web');
  imported.template.resourceCountIs('AWS::S3::Bucket', 0);
});

test('what is imported has the names that a pipeline of that name makes', () => {
  const stack = new Stack(new App(), 'Stack');
  const os = WindowsOs.SERVER_2022_CORE;
  const made = new WindowsAmiPipeline(stack, 'Made', { os });
  const imported = WindowsAmiPipeline.fromPipelineAttributes(stack, 'Imported', { os });
  for (const name of ['pipelineName', 'parameterPrefix', 'parameterPath', 'os'] as const) {
    expect(imported[name]).toBe(made[name]);
  }
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'winbake-2022-core-operate' });
  template.hasResourceProperties('AWS::Lambda::Alias', { Name: 'accept' });
});

test.each([
  ['Web', undefined, '"pipelineName" must have 3 to 40 lower-case'],
  ['web', 'winbake', '"parameterPrefix" must be a path'],
])('%s below %s cannot be imported', (name, prefix, message) => {
  const stack = new Stack(new App(), 'Stack');
  expect(() =>
    WindowsAmiPipeline.fromPipelineAttributes(stack, 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
      pipelineName: name,
      ...(prefix === undefined ? {} : { parameterPrefix: prefix }),
    }),
  ).toThrow(message);
});

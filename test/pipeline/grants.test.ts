import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { WindowsAmi, WindowsAmiPipeline, WindowsOs, type IWindowsAmiPipeline } from '../../lib/index';
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

test('a pipeline of another account and region is known there', () => {
  const imported = granted((stack) =>
    WindowsAmiPipeline.fromPipelineAttributes(stack, 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
      pipelineName: 'web',
      parameterPrefix: '/team/winbake',
      account: '222222222222',
      region: 'us-east-1',
    }),
  );
  const there = (arn: string) =>
    arn.replace('eu-west-1', 'us-east-1').replace('111111111111', '222222222222');
  expect(imported.granted).toEqual({
    Reader: READS.map(([actions, resources]) => [actions, resources?.map(there)]),
    Operator: [['lambda:InvokeFunction', [there(OPERATE)]]],
    Accepter: [['lambda:InvokeFunction', [`${there(OPERATE)}:accept`]]],
  });
  const { pipeline } = imported;
  expect(pipeline.env).toEqual({ account: '222222222222', region: 'us-east-1' });
  expect(pipeline.metricHoursUnpatched()).toMatchObject({ account: '222222222222', region: 'us-east-1' });
  expect(() => pipeline.onPublished('Published')).toThrow(
    '[Stack/Pipeline] "Published" must be in the account and region of the pipeline, whose bus has its events: ' +
      '222222222222, us-east-1; got: 111111111111, eu-west-1. Make the rule in a stack there.',
  );
});

test('what an imported pipeline measures and sends is that of the pipeline of its name', () => {
  const { pipeline, template } = granted((stack) => {
    const known = WindowsAmiPipeline.fromPipelineAttributes(stack, 'Pipeline', {
      os: WindowsOs.SERVER_2022_CORE,
    });
    known.onFailed('Failed');
    new LaunchTemplate(stack, 'Template', { machineImage: WindowsAmi.fromPipeline(known) });
    return known;
  });
  // Nothing of the stack deploys it, so that nothing has to wait for it.
  Annotations.fromStack(pipeline.stack).hasNoWarning('*', Match.anyValue());
  expect(pipeline.metricBakeDuration().dimensions).toEqual({ Pipeline: '2022-core' });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { detail: { pipeline: ['2022-core'] }, 'detail-type': ['Winbake Bake Failed'] },
  });
});

test('a removal policy of the pipeline is one of its bucket', () => {
  const stack = new Stack(new App(), 'Stack');
  const pipeline = new WindowsAmiPipeline(stack, 'Pipeline', { os: WindowsOs.SERVER_2022_CORE });
  pipeline.applyRemovalPolicy(RemovalPolicy.DESTROY);
  Template.fromStack(stack).hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
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

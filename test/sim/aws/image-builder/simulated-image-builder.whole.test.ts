import type { SimulatedImageBuilder } from '../../../../sim/aws/image-builder/simulated-image-builder';
import { readRecipe, stepNames } from '../../../../sim/aws/image-builder/read-recipe';
import type { TemplateResource } from '../../../../sim/aws/cloudformation/read-assembly';
import {
  AFTER,
  getAtt,
  IMAGE,
  imageBuilder,
  PIPELINE,
  pipelineStack,
  run,
} from '../../../support/image-builder-pipeline';
import { allowing, callerWith, OMNIPOTENT, stackModels } from '../../../support/stack-models';

test('a build is under way by the clock, and then has an AMI with its tags', async () => {
  const { builder, amis, clock, steps } = imageBuilder(
    pipelineStack({ build: 'echo b > c/disk', test: 'grep b c/disk' }),
  );
  expect(await builder.start(PIPELINE, 'token', OMNIPOTENT)).toBe(IMAGE);
  expect(steps).toEqual(['begins', 'done', 'begins', 'done'].map((status) => `part: Run ${status}`));
  expect(builder.state(IMAGE, OMNIPOTENT)).toEqual({ Status: 'BUILDING' });
  await clock.waitUntil(new Date(AFTER.getTime() - 1000));
  expect(builder.state(IMAGE, OMNIPOTENT)).toEqual({ Status: 'BUILDING' });
  await clock.waitUntil(AFTER);
  expect(builder.state(IMAGE, OMNIPOTENT)).toEqual({ Status: 'AVAILABLE' });
  const build = await builder.describer(OMNIPOTENT).describe(IMAGE);
  expect(build).toMatchObject({
    status: 'AVAILABLE',
    buildInstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
  });
  expect(build.testInstanceId).not.toBe(build.buildInstanceId);
  expect(amis.tagsOf(build.amis['us-east-1']!)).toEqual({ made: 'here' });
});

test('the same token starts nothing again, and another a build of its own', async () => {
  const { builder, steps } = imageBuilder(pipelineStack({ build: 'exit 0' }));
  expect(await builder.start(PIPELINE, 'token', OMNIPOTENT)).toBe(IMAGE);
  expect(await builder.start(PIPELINE, 'token', OMNIPOTENT)).toBe(IMAGE);
  expect(steps).toHaveLength(2);
  expect(await builder.start(PIPELINE, 'other', OMNIPOTENT)).toBe(`${IMAGE.slice(0, -1)}2`);
});

test.each([
  [{ build: 'echo broken >&2; exit 1', test: 'exit 0' }, 'Build', 'broken'],
  [{ build: 'exit 0', validate: 'echo wrong >&2; exit 1', test: 'exit 0' }, 'Build', 'wrong'],
  [{ build: 'exit 0', test: 'echo absent >&2; exit 1' }, 'Test', 'absent'],
])(
  'a failure of %j ends the build without an AMI, and its cause is in the log alone',
  async (phases, stage, reported) => {
    const { builder, clock } = imageBuilder(pipelineStack(phases));
    await builder.start(PIPELINE, 'token', OMNIPOTENT);
    await clock.waitUntil(AFTER);
    expect(builder.state(IMAGE, OMNIPOTENT)).toEqual({
      Status: 'FAILED',
      Reason: expect.stringMatching(
        /^Workflow Execution ID: 'wf-\w+' failed with reason: Document arn:aws:imagebuilder:us-east-1:\d+:component\/part\/1\.0\.0\/1 failed!$/,
      ),
    });
    const control = builder.control(OMNIPOTENT);
    expect(await control.failedStep(IMAGE)).toEqual({ step: `Apply${stage}Components`, message: '' });
    expect(builder.failureInLog(IMAGE)).toBe(`step Run of component part: ${reported}`);
    const build = await builder.describer(OMNIPOTENT).describe(IMAGE);
    expect(build.amis).toEqual({});
    const instances = { build: build.buildInstanceId, test: build.testInstanceId };
    expect(await control.launchedInstances(IMAGE)).toEqual(instances);
    expect(Object.values(instances).filter((id) => id !== undefined)).toHaveLength(stage === 'Test' ? 2 : 1);
  },
);

test('instances that may not answer Image Builder fail the build', async () => {
  const { builder, clock, steps } = imageBuilder(
    pipelineStack({ build: 'exit 0' }, ['AmazonSSMManagedInstanceCore']),
  );
  await builder.start(PIPELINE, 'token', OMNIPOTENT);
  await clock.waitUntil(AFTER);
  expect(builder.state(IMAGE, OMNIPOTENT).Reason).toMatch(
    /: The instance never answered: AccessDenied: Stack-Role is not authorized to perform imagebuilder:GetComponent on \*\.$/,
  );
  const control = builder.control(OMNIPOTENT);
  expect(await control.failedStep(IMAGE)).toEqual({ step: 'LaunchBuildInstance', message: '' });
  expect(await control.launchedInstances(IMAGE)).toEqual({ build: undefined, test: undefined });
  expect(steps).toEqual([]);
});

test.each([
  [
    'imagebuilder:StartImagePipelineExecution',
    (builder: SimulatedImageBuilder) => builder.start(PIPELINE, 'new', callerWith(allowing('ssm:*'))),
  ],
  [
    'ssm:GetParameter',
    (builder: SimulatedImageBuilder) =>
      builder.start(PIPELINE, 'new', callerWith(allowing('imagebuilder:*'))),
  ],
  [
    'imagebuilder:GetImage',
    (builder: SimulatedImageBuilder) => Promise.resolve(builder.state(IMAGE, callerWith(allowing('ssm:*')))),
  ],
  [
    'imagebuilder:ListWorkflowExecutions',
    (builder: SimulatedImageBuilder) =>
      builder.describer(callerWith(allowing('imagebuilder:GetImage'))).describe(IMAGE),
  ],
  [
    'imagebuilder:ListWorkflowStepExecutions',
    (builder: SimulatedImageBuilder) =>
      builder.control(callerWith(allowing('imagebuilder:ListWorkflowExecutions'))).launchedInstances(IMAGE),
  ],
])('%s is asked of the caller', async (action, call) => {
  const { builder } = imageBuilder(pipelineStack({ build: 'exit 0' }));
  await builder.start(PIPELINE, 'token', OMNIPOTENT);
  await expect((async () => call(builder))()).rejects.toThrow(`is not authorized to perform ${action} on `);
});

test('an image that nothing started is refused', () => {
  const { builder } = imageBuilder(pipelineStack({ build: 'exit 0' }));
  expect(() => builder.state(IMAGE, OMNIPOTENT)).toThrow(
    `The rehearsal does not model the image ${IMAGE}, which no pipeline of this rehearsal started.`,
  );
});

test('a recipe names its steps in the order in which they run', () => {
  const recipe = readRecipe(pipelineStack({ test: 'exit 0', build: 'exit 0' }), PIPELINE);
  expect(recipe).toMatchObject({ baseAmiParameter: '/aws/base', amiTags: { made: 'here' } });
  expect(stepNames(recipe)).toEqual(['part: Run', 'part: Run']);
});

describe("a user's components", () => {
  const FOREIGN = 'arn:aws:imagebuilder:us-east-1:aws:component/amazon-cloudwatch-agent-windows/x.x.x';

  function withComponent(resource: TemplateResource | undefined, ComponentArn: unknown) {
    const [stack] = pipelineStack({ build: 'exit 0' });
    const { Resources } = stack!.stack.template;
    const recipe = Resources['Recipe']!.Properties!;
    return stackModels({
      Stack: {
        Resources: {
          ...Resources,
          ...(resource === undefined ? {} : { Own: resource }),
          Recipe: {
            Type: 'AWS::ImageBuilder::ImageRecipe',
            Properties: {
              ...recipe,
              Components: [{ ComponentArn }, ...(recipe['Components'] as readonly object[])],
            },
          },
        },
      },
    });
  }

  const component = (properties: object): TemplateResource => ({
    Type: 'AWS::ImageBuilder::Component',
    Properties: { Name: 'own', ...properties },
  });
  const FETCHED = { source: 'https://example.com/own.zip', destination: 'C:\\own.zip' };
  const unmodelled = JSON.stringify({
    name: 'own',
    schemaVersion: 1.0,
    phases: [
      { name: 'build', steps: [{ name: 'Fetch', action: 'WebDownload', inputs: [FETCHED] }, run('exit 0')] },
    ],
  });

  test.each<[string, TemplateResource | undefined, unknown, readonly string[], string]>([
    [
      'that is not in the assembly',
      undefined,
      FOREIGN,
      ['amazon-cloudwatch-agent-windows'],
      'Component amazon-cloudwatch-agent-windows was not run: it is not in the assembly. Try it in a bake.',
    ],
    [
      'whose document is in S3',
      component({ Uri: 's3://bucket/own.yaml' }),
      getAtt('Own'),
      ['own'],
      'Component own was not run: its document is not in the template. Try it in a bake.',
    ],
    [
      'that has no model',
      component({ Data: unmodelled }),
      getAtt('Own'),
      ['own: Fetch', 'own: Run'],
      'Component own was not run: the rehearsal does not model the action WebDownload of step Fetch of component own. Try it in a bake.',
    ],
  ])('one %s is left out, which is said', async (_which, resource, arn, steps, message) => {
    const stacks = withComponent(resource, arn);
    expect(stepNames(readRecipe(stacks, PIPELINE))).toEqual([...steps, 'part: Run']);
    const notified: unknown[] = [];
    const { builder, clock } = imageBuilder(stacks, (finding, names) => notified.push([finding, names]));
    await builder.start(PIPELINE, 'token', OMNIPOTENT);
    await clock.waitUntil(AFTER);
    expect(builder.state(IMAGE, OMNIPOTENT)).toEqual({ Status: 'AVAILABLE' });
    expect(notified).toEqual([[{ code: 'NOT_RUN', severity: 'warning', message }, steps]]);
  });

  test('one that Image Builder would refuse is refused', () => {
    const stacks = withComponent(
      component({ Data: unmodelled.replace('"Fetch"', '"Fetch it"') }),
      getAtt('Own'),
    );
    expect(() => readRecipe(stacks, PIPELINE)).toThrow(
      'Image Builder would refuse component own: step build.Fetch it: its name must have letters, digits, - and _ only; got: "Fetch it".',
    );
  });

  test('one that has a model is run', async () => {
    const own = JSON.parse(unmodelled.replace(/\{[^{]*"WebDownload".*?\},/, '')) as object;
    const { builder, steps } = imageBuilder(
      withComponent(component({ Data: JSON.stringify(own) }), getAtt('Own')),
    );
    await builder.start(PIPELINE, 'token', OMNIPOTENT);
    expect(steps).toEqual(['own: Run begins', 'own: Run done', 'part: Run begins', 'part: Run done']);
  });
});

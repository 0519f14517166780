import { join } from 'node:path';
import {
  DeleteComponentCommand,
  ImagebuilderClient,
  ListComponentBuildVersionsCommand,
  ListComponentsCommand,
  paginateListComponents,
  RetryImageCommand,
} from '@aws-sdk/client-imagebuilder';
import { readRecipe, stepNames } from '../../../../sim/aws/image-builder/read-recipe';
import type { TemplateResource } from '../../../../sim/aws/cloudformation/assembly';
import {
  AFTER,
  ARN,
  getAtt,
  IMAGE,
  imageBuilder,
  PIPELINE,
  pipelineStack,
  run,
} from '../../../support/image-builder-pipeline';
import { temporaryFolder } from '../../../support/shell-host';
import { allow } from '../../../support/simulated-accounts-lab';
import { stackModels } from '../../../support/stack-models';

let end: () => void = () => undefined;

afterEach(() => {
  end();
});

function started(...given: Parameters<typeof imageBuilder>) {
  const lab = imageBuilder(...given);
  ({ end } = lab);
  return lab;
}

test('a build is under way by the clock, and then has an AMI with its tags and a snapshot', async () => {
  const lab = started(pipelineStack({ build: 'echo b > c/disk', test: 'grep b c/disk' }));
  const { clock, environment, stateOf, steps, world } = lab;
  await lab.as(async () => {
    expect(await lab.start('token')).toBe(IMAGE);
    expect(steps).toEqual(['begins', 'done', 'begins', 'done'].map((status) => `part: Run ${status}`));
    expect(await stateOf(IMAGE)).toEqual({ status: 'BUILDING' });
    await clock.waitUntil(new Date(AFTER.getTime() - 1000));
    expect(await stateOf(IMAGE)).toEqual({ status: 'BUILDING' });
    expect(world.ec2.images.all(environment)).toEqual([]);
    await clock.waitUntil(AFTER);
    expect(await stateOf(IMAGE)).toEqual({ status: 'AVAILABLE' });
    const build = await lab.builds.describe(IMAGE);
    expect(build).toMatchObject({
      status: 'AVAILABLE',
      buildInstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
      endedAt: AFTER,
    });
    expect(build.testInstanceId).not.toBe(build.buildInstanceId);
    expect(world.ec2.images.all(environment)).toMatchObject([
      { id: build.amis['us-east-1'], tags: { made: 'here' }, snapshotIds: [expect.stringMatching(/^snap-/)] },
    ]);
  });
});

test('the same token starts nothing again; another is refused while one runs, and then builds anew', async () => {
  const { as, clock, start, steps } = started(pipelineStack({ build: 'exit 0' }));
  await as(async () => {
    expect(await start('token')).toBe(IMAGE);
    expect(await start('token')).toBe(IMAGE);
    expect(steps).toHaveLength(2);
    await expect(start('other')).rejects.toMatchObject({ name: 'ResourceInUseException' });
    await clock.waitUntil(AFTER);
    expect(await start('other')).toBe(`${IMAGE.slice(0, -1)}2`);
  });
});

test('one that is cancelled ends at once without an AMI', async () => {
  const { as, builds, clock, control, environment, start, stateOf, world } = started(
    pipelineStack({ build: 'exit 0' }),
  );
  await as(async () => {
    await start('token');
    await control.cancel(IMAGE);
    expect(await stateOf(IMAGE)).toEqual({ status: 'CANCELLED' });
    await clock.waitUntil(AFTER);
    expect((await builds.describe(IMAGE)).amis).toEqual({});
    expect(await control.failedStep(IMAGE)).toBeUndefined();
    expect(world.ec2.images.all(environment)).toEqual([]);
  });
});

test('components are listed in pages with the tags of their builds, and one that a recipe uses is not deleted', async () => {
  const unused: TemplateResource = {
    Type: 'AWS::ImageBuilder::Component',
    Properties: { Name: 'unused', Data: '{}', Tags: { made: 'before' } },
  };
  const [used] = pipelineStack({ build: 'exit 0' });
  const { as } = started(
    stackModels({ Stack: { Resources: { ...used!.stack.template.Resources, Unused: unused } } }),
  );
  const client = new ImagebuilderClient({ region: 'us-east-1' });
  const ask = async () => {
    const found: string[] = [];
    for await (const { componentVersionList = [] } of paginateListComponents({ client, pageSize: 1 }, {})) {
      found.push(componentVersionList.map(({ name }) => name).join());
    }
    return found;
  };
  await as(async () => {
    expect(await ask()).toEqual(['part', 'unused']);
    const componentVersionArn = `${ARN}:component/unused/1.0.0`;
    const { componentSummaryList } = await client.send(
      new ListComponentBuildVersionsCommand({ componentVersionArn }),
    );
    expect(componentSummaryList).toEqual([
      { arn: `${componentVersionArn}/1`, name: 'unused', tags: { made: 'before' } },
    ]);
    const remove = (name: string) => {
      const componentBuildVersionArn = `${ARN}:component/${name}/1.0.0/1`;
      return client.send(new DeleteComponentCommand({ componentBuildVersionArn }));
    };
    await expect(remove('part')).rejects.toMatchObject({
      name: 'ResourceDependencyException',
      message: expect.stringContaining('has other resources depended on it'),
    });
    await remove('unused');
    expect(await ask()).toEqual(['part']);
    await expect(client.send(new ListComponentsCommand({ nextToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidPaginationTokenException',
    });
  });
});

test.each([
  [{ build: 'echo broken >&2; exit 1', test: 'exit 0' }, 'Build', 'broken'],
  [{ build: 'exit 0', validate: 'echo wrong >&2; exit 1', test: 'exit 0' }, 'Build', 'wrong'],
  [{ build: 'exit 0', test: 'echo absent >&2; exit 1' }, 'Test', 'absent'],
])(
  'a failure of %j ends the build without an AMI, and its cause is in the log alone',
  async (phases, stage, reported) => {
    const { as, builder, builds, clock, control, start, stateOf } = started(pipelineStack(phases));
    await as(async () => {
      await start('token');
      await clock.waitUntil(AFTER);
      expect(await stateOf(IMAGE)).toEqual({
        status: 'FAILED',
        reason: expect.stringMatching(
          /^Workflow Execution ID: 'wf-[\w-]+' failed with reason: Document arn:aws:imagebuilder:us-east-1:\d+:component\/part\/1\.0\.0\/1 failed!$/,
        ),
      });
      expect(await control.failedStep(IMAGE)).toEqual({
        step: `Apply${stage}Components`,
        stage: stage.toUpperCase(),
        message: '',
      });
      expect(builder.all[0]?.outcome.failure?.log).toBe(`step Run of component part: ${reported}`);
      const build = await builds.describe(IMAGE);
      expect(build.amis).toEqual({});
      const instances = { build: build.buildInstanceId, test: build.testInstanceId };
      expect(await control.launchedInstances(IMAGE)).toEqual(instances);
      expect(Object.values(instances).filter((id) => id !== undefined)).toHaveLength(
        stage === 'Test' ? 2 : 1,
      );
    });
  },
);

test('a failed test is tried again on another instance, and then the image has its AMI', async () => {
  const mark = join(temporaryFolder(), 'tried');
  const test = `[ -e ${mark} ] || { touch ${mark}; exit 1; }`;
  const { as, builds, clock, client, control, start, stateOf, steps } = started(
    pipelineStack({ build: 'exit 0', test }),
  );
  await as(async () => {
    await start('token');
    await expect(client.send(new RetryImageCommand({ imageBuildVersionArn: IMAGE }))).rejects.toThrow(
      'which did not fail in its test',
    );
    await clock.waitUntil(AFTER);
    expect((await stateOf(IMAGE))?.status).toBe('FAILED');
    expect(await control.failedStep(IMAGE)).toMatchObject({ stage: 'TEST' });
    const first = await control.launchedInstances(IMAGE);
    await client.send(new RetryImageCommand({ imageBuildVersionArn: IMAGE }));
    expect(await stateOf(IMAGE)).toEqual({ status: 'TESTING' });
    await clock.waitUntil(new Date(AFTER.getTime() + 15 * 60_000));
    expect(await stateOf(IMAGE)).toEqual({ status: 'AVAILABLE' });
    const { amis, buildInstanceId, testInstanceId } = await builds.describe(IMAGE);
    expect(Object.keys(amis)).toEqual(['us-east-1']);
    expect(buildInstanceId).toBe(first.build);
    expect(testInstanceId).toMatch(/^i-\w+$/);
    expect(testInstanceId).not.toBe(first.test);
  });
  expect(steps.filter((step) => step.endsWith('begins'))).toHaveLength(3);
});

test('instances that may not answer Image Builder fail the build', async () => {
  const { as, clock, control, start, stateOf, steps, world } = started(
    pipelineStack({ build: 'exit 0' }, ['AmazonSSMManagedInstanceCore']),
  );
  await as(async () => {
    await start('token');
    await clock.waitUntil(AFTER);
    expect((await stateOf(IMAGE))?.reason).toMatch(
      /: The instance never answered: User: \S+assumed-role\/Stack-Role\/i-\w+ is not authorized to perform: imagebuilder:GetComponent because /,
    );
    expect(await control.failedStep(IMAGE)).toEqual({
      step: 'LaunchBuildInstance',
      stage: 'BUILD',
      message: '',
    });
    expect(await control.launchedInstances(IMAGE)).toEqual({ build: undefined, test: undefined });
  });
  expect(world.accounts.denials).toMatchObject([{ need: { action: 'imagebuilder:GetComponent' } }]);
  expect(steps).toEqual([]);
});

type Lab = ReturnType<typeof started>;

test.each<[string, readonly string[], (lab: Lab) => Promise<unknown>]>([
  ['imagebuilder:StartImagePipelineExecution', ['ssm:*'], ({ start }) => start('new')],
  ['ssm:GetParameter', ['imagebuilder:*'], ({ start }) => start('new')],
  ['imagebuilder:GetImage', ['ssm:*'], ({ stateOf }) => stateOf(IMAGE)],
  ['imagebuilder:ListWorkflowExecutions', ['imagebuilder:GetImage'], ({ builds }) => builds.describe(IMAGE)],
  [
    'imagebuilder:ListWorkflowStepExecutions',
    ['imagebuilder:ListWorkflowExecutions'],
    ({ control }) => control.launchedInstances(IMAGE),
  ],
])('%s is asked of the caller', async (action, allowed, call) => {
  const lab = started(pipelineStack({ build: 'exit 0' }));
  await lab.as(() => lab.start('token'));
  await expect(lab.as(() => call(lab), [allow(allowed)])).rejects.toThrow(
    `is not authorized to perform: ${action} on `,
  );
});

test('an image that nothing started is refused', async () => {
  const { as, stateOf } = started(pipelineStack({ build: 'exit 0' }));
  await expect(as(() => stateOf(IMAGE))).rejects.toThrow(
    `The rehearsal does not model the image ${IMAGE}, which no pipeline of this rehearsal started.`,
  );
});

test('a recipe names its steps in the order in which they run', () => {
  const recipe = readRecipe(pipelineStack({ test: 'exit 0', build: 'exit 0' }), PIPELINE);
  expect(recipe).toMatchObject({
    baseAmiParameter: '/aws/base',
    distributions: [{ amiTags: { made: 'here' } }],
  });
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
    Properties: { Name: 'own', Version: '1.0.0', Platform: 'Windows', ...properties },
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
    const { as, clock, start, stateOf } = started(stacks, (finding, names) =>
      notified.push([finding, names]),
    );
    await as(() => start('token'));
    await clock.waitUntil(AFTER);
    expect(await as(() => stateOf(IMAGE))).toEqual({ status: 'AVAILABLE' });
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
    const { as, start, steps } = started(
      withComponent(component({ Data: JSON.stringify(own) }), getAtt('Own')),
    );
    await as(() => start('token'));
    expect(steps).toEqual(['own: Run begins', 'own: Run done', 'part: Run begins', 'part: Run done']);
  });
});

import * as api from '@aws-sdk/client-imagebuilder';
import { IMAGE_BUILDER_REFUSALS } from '../../../../lib/core/bake/bake-end';
import type { TemplateResource } from '../../../../sim/aws/cloudformation/read-assembly';
import { readRecipe } from '../../../../sim/aws/image-builder/read-recipe';
import { workflowRuns } from '../../../../sim/aws/image-builder/workflows';
import { callTask } from '../../../../sim/rehearsal/rebake';
import {
  AFTER,
  ARN,
  IMAGE,
  imageBuilder,
  PIPELINE,
  pipelineStack,
} from '../../../support/image-builder-pipeline';
import { allowing, callerWith, OMNIPOTENT } from '../../../support/stack-models';

/** What the actions of these tests need. */
const INPUTS = { instanceId: 'i-0123456789abcdef0', waitFor: 'ssmAgent' };

/** A workflow of one step. */
function workflow(Type: string, step: object, outputs?: readonly object[]): TemplateResource {
  const steps = [{ name: 'Make', action: 'CreateImage', onFailure: 'Abort', inputs: INPUTS, ...step }];
  return {
    Type: 'AWS::ImageBuilder::Workflow',
    Properties: {
      Name: `my-${Type}`,
      Version: '1.0.0',
      Type,
      Data: JSON.stringify({ schemaVersion: 1.0, steps, outputs }),
    },
  };
}

const IMAGE_ID = [{ name: 'ImageId', value: 'ami-0123456789abcdef0' }];
const withWorkflows = (workflows: Readonly<Record<string, TemplateResource>>) =>
  imageBuilder(pipelineStack({ build: 'exit 0' }, undefined, workflows));

test.each([
  ['no output', undefined],
  ['an output of another name', [{ ...IMAGE_ID[0], name: 'AmiId' }]],
])('a build workflow with %s is refused at the start, and nothing is built', async (_what, outputs) => {
  const { builder, steps } = withWorkflows({
    Build: workflow('BUILD', {}, outputs),
    Test: workflow('TEST', { action: 'LaunchInstance' }),
  });
  await expect(builder.start(PIPELINE, 'token', OMNIPOTENT)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message:
      "The value supplied for parameter 'workflows' is not valid. Build workflow must have output named ImageId to build AMI. " +
      `Workflow ARN: ${ARN}:workflow/build/my-build/1.0.0/1.`,
  });
  expect(steps).toEqual([]);
});

test('towards Step Functions a refusal has the name of the service in front', async () => {
  const { builder: imageBuilder } = withWorkflows({ Build: workflow('BUILD', {}) });
  const call = {
    resource: 'arn:aws:states:::aws-sdk:imagebuilder:startImagePipelineExecution',
    parameters: { ImagePipelineArn: PIPELINE, ClientToken: 'token' },
  };
  const surroundings = { caller: OMNIPOTENT, imageBuilder, invoke: () => Promise.resolve() };
  const refusal: unknown = await callTask(surroundings, call).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'Imagebuilder.InvalidRequestException' });
  expect(IMAGE_BUILDER_REFUSALS).toContain((refusal as Error).name);
});

test('what is not tried again are errors of the API', () => {
  const names = IMAGE_BUILDER_REFUSALS.map((name) => name.replace(/^Imagebuilder\./, ''));
  expect(Object.keys(api)).toEqual(expect.arrayContaining(names));
});

test('a build workflow that hands its AMI on is taken; a test workflow needs no output', async () => {
  const { builder } = withWorkflows({
    Build: workflow('BUILD', {}, IMAGE_ID),
    Test: workflow('TEST', { action: 'LaunchInstance' }),
  });
  expect(await builder.start(PIPELINE, 'token', OMNIPOTENT)).toBe(IMAGE);
});

test.each([
  ['LaunchInstance', 43_200],
  ['CreateImage', 259_200],
  ['ExecuteComponents', 86_400],
])('a step %s with more than %i seconds is refused', async (action, most) => {
  const limited = (timeoutSeconds: number) =>
    withWorkflows({ Build: workflow('BUILD', { action, timeoutSeconds }, IMAGE_ID) }).builder;
  expect(await limited(most).start(PIPELINE, 'token', OMNIPOTENT)).toBe(IMAGE);
  await expect(limited(most + 1).start(PIPELINE, 'token', OMNIPOTENT)).rejects.toThrow(
    `step Make: timeoutSeconds must be a whole number from 1 to ${most}; got: ${most + 1}.`,
  );
});

test('a client token of more than 36 characters is refused', async () => {
  const { builder } = imageBuilder(pipelineStack({ build: 'exit 0' }));
  expect(await builder.start(PIPELINE, 't'.repeat(36), OMNIPOTENT)).toBe(IMAGE);
  await expect(builder.start(PIPELINE, 't'.repeat(37), OMNIPOTENT)).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message: 'The client token has 37 characters; at most 36 are taken.',
  });
});

describe('tags', () => {
  const start = (document: object, tags?: Readonly<Record<string, string>>) => {
    const { builder } = imageBuilder(pipelineStack({ build: 'exit 0' }));
    return { builder, started: builder.start(PIPELINE, 'token', callerWith(document), tags) };
  };
  const tagging = (Resource: readonly string[]) => ({
    Version: '2012-10-17',
    Statement: [
      ...(
        allowing(['imagebuilder:StartImagePipelineExecution', 'ssm:GetParameter']) as { Statement: object[] }
      ).Statement,
      ...(allowing('imagebuilder:TagResource', Resource) as { Statement: object[] }).Statement,
    ],
  });

  test("a start by hand leaves the pipeline's own out", async () => {
    const { builder, started } = start(tagging([PIPELINE]));
    expect(builder.tagsOf(await started)).toEqual({});
  });

  test('a start by hand puts its own on the image', async () => {
    const { builder, started } = start(tagging([PIPELINE, `${ARN}:image/mine/*`]), { of: 'mine' });
    expect(builder.tagsOf(await started)).toEqual({ of: 'mine' });
  });

  test.each([
    ['without any right', ['*:other'], {}, PIPELINE],
    ['with the right on images alone', [`${ARN}:image/mine/*`], {}, PIPELINE],
    ['with tags, and the right on the pipeline alone', [PIPELINE], { of: 'mine' }, IMAGE],
  ])('a start %s to tag is denied', async (_what, resources, tags, missing) => {
    await expect(start(tagging(resources), tags).started).rejects.toThrow(
      `is not authorized to perform imagebuilder:TagResource on ${missing}.`,
    );
  });
});

describe('the step that ended a build', () => {
  const failing = async (phases: Readonly<Record<string, string>>) => {
    const { builder, clock } = imageBuilder(pipelineStack(phases));
    await builder.start(PIPELINE, 'token', OMNIPOTENT);
    await clock.waitUntil(AFTER);
    return { builder, clock };
  };

  test.each([
    ['the build', { build: 'exit 1', test: 'exit 0' }, 'ApplyBuildComponents'],
    [
      'the test, while it is rolled back and afterwards',
      { build: 'exit 0', test: 'exit 1' },
      'ApplyTestComponents',
    ],
  ])('is found in %s', async (_where, phases, name) => {
    const { builder, clock } = await failing(phases);
    expect((await builder.control(OMNIPOTENT).failedStep(IMAGE))?.step).toBe(name);
    await clock.waitUntil(new Date(AFTER.getTime() + 3600_000));
    expect((await builder.control(OMNIPOTENT).failedStep(IMAGE))?.step).toBe(name);
  });

  test('is none where it ended well', async () => {
    const { builder } = await failing({ build: 'exit 0', test: 'exit 0' });
    expect(await builder.control(OMNIPOTENT).failedStep(IMAGE)).toBeUndefined();
  });

  test.each(['ListWorkflowExecutions', 'ListWorkflowStepExecutions', 'GetWorkflowStepExecution'])(
    'is told to nobody without %s',
    async (missing) => {
      const { builder } = await failing({ build: 'exit 1' });
      const all = ['ListWorkflowExecutions', 'ListWorkflowStepExecutions', 'GetWorkflowStepExecution'];
      const actions = all.filter((one) => one !== missing).map((one) => `imagebuilder:${one}`);
      const control = builder.control(callerWith(allowing(actions)));
      await expect((async () => control.failedStep(IMAGE))()).rejects.toThrow(`imagebuilder:${missing} on `);
    },
  );

  test('a failed test ends as rolled back, and what came after its step never began', () => {
    const { workflows } = readRecipe(pipelineStack({ build: 'exit 0' }), PIPELINE);
    const states = (failedStep: string, isRolledBack: boolean) =>
      workflowRuns(workflows, failedStep, isRolledBack).map(({ status, steps }) => [
        status,
        steps.map((step) => step.status).join(' '),
      ]);
    const done = ['COMPLETED', 'COMPLETED COMPLETED COMPLETED COMPLETED COMPLETED COMPLETED'];
    expect(states('ApplyTestComponents', false)).toEqual([
      done,
      ['ROLLBACK_IN_PROGRESS', 'COMPLETED FAILED PENDING'],
    ]);
    expect(states('ApplyTestComponents', true)).toEqual([
      done,
      ['ROLLBACK_COMPLETED', 'COMPLETED FAILED PENDING'],
    ]);
    expect(states('ApplyBuildComponents', true)).toEqual([
      ['FAILED', 'COMPLETED FAILED PENDING PENDING PENDING PENDING'],
    ]);
  });
});

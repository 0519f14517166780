import * as api from '@aws-sdk/client-imagebuilder';
import { IMAGE_BUILDER_REFUSALS } from '../../../../lib/core/bake/bake-end';
import { userOf } from '../../../../sim/account/principal';
import type { TemplateResource } from '../../../../sim/aws/cloudformation/assembly';
import { readRecipe } from '../../../../sim/aws/image-builder/read-recipe';
import { workflowRuns } from '../../../../sim/aws/image-builder/workflows';
import { callTask } from '../../../../sim/rehearsal/rebake';
import {
  AFTER,
  ARN,
  EVERYTHING,
  IMAGE,
  imageBuilder,
  PIPELINE,
  pipelineStack,
} from '../../../support/image-builder-pipeline';
import { allow } from '../../../support/simulated-accounts-lab';

let end: () => void = () => undefined;

afterEach(() => {
  end();
});

function started(...given: Parameters<typeof imageBuilder>) {
  const lab = imageBuilder(...given);
  ({ end } = lab);
  return lab;
}

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
  started(pipelineStack({ build: 'exit 0' }, undefined, workflows));

test.each([
  ['no output', undefined],
  ['an output of another name', [{ ...IMAGE_ID[0], name: 'AmiId' }]],
])('a build workflow with %s is refused at the start, and nothing is built', async (_what, outputs) => {
  const { as, start, steps } = withWorkflows({
    Build: workflow('BUILD', {}, outputs),
    Test: workflow('TEST', { action: 'LaunchInstance' }),
  });
  await expect(as(() => start('token'))).rejects.toMatchObject({
    name: 'InvalidRequestException',
    message:
      "The value supplied for parameter 'workflows' is not valid. Build workflow must have output named ImageId to build AMI. " +
      `Workflow ARN: ${ARN}:workflow/build/my-build/1.0.0/1.`,
  });
  expect(steps).toEqual([]);
});

/** What a state machine that may do everything calls. */
function integration({ environment, world }: ReturnType<typeof started>) {
  const account: Parameters<typeof callTask>[0] = {
    as: (caller, work) => world.accounts.as(caller, environment.region, work),
    invoke: () => Promise.resolve(),
  };
  const caller = userOf(environment.account, 'rebake', EVERYTHING);
  return (operation: string, parameters: object) =>
    callTask(account, caller, { resource: `arn:aws:states:::aws-sdk:imagebuilder:${operation}`, parameters });
}

test('towards Step Functions a refusal has the name of the service in front', async () => {
  const call = integration(withWorkflows({ Build: workflow('BUILD', {}) }));
  const start = { ImagePipelineArn: PIPELINE, ClientToken: 'token' };
  const refusal: unknown = await call('startImagePipelineExecution', start).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'Imagebuilder.InvalidRequestException' });
  expect(IMAGE_BUILDER_REFUSALS).toContain((refusal as Error).name);
});

test('towards Step Functions members begin with a capital, and keys of maps stay', async () => {
  const call = integration(started(pipelineStack({ build: 'exit 0' })));
  const Tags = { 'my:tag': 'one' };
  const start = { ImagePipelineArn: PIPELINE, ClientToken: 'token', Tags };
  expect(await call('startImagePipelineExecution', start)).toEqual({
    ClientToken: 'token',
    ImageBuildVersionArn: IMAGE,
  });
  expect(await call('getImage', { ImageBuildVersionArn: IMAGE })).toMatchObject({
    Image: { State: { Status: 'BUILDING' }, Tags },
  });
  await expect(call('deleteImage', {})).rejects.toThrow(
    'The rehearsal does not model the service integration arn:aws:states:::aws-sdk:imagebuilder:deleteImage.',
  );
});

test('what is not tried again are errors of the API', () => {
  const names = IMAGE_BUILDER_REFUSALS.map((name) => name.replace(/^Imagebuilder\./, ''));
  expect(Object.keys(api)).toEqual(expect.arrayContaining(names));
});

test('a build workflow that hands its AMI on is taken; a test workflow needs no output', async () => {
  const { as, start } = withWorkflows({
    Build: workflow('BUILD', {}, IMAGE_ID),
    Test: workflow('TEST', { action: 'LaunchInstance' }),
  });
  expect(await as(() => start('token'))).toBe(IMAGE);
});

test.each([
  ['LaunchInstance', 43_200],
  ['CreateImage', 259_200],
  ['ExecuteComponents', 86_400],
])('a step %s with more than %i seconds is refused', async (action, most) => {
  const limited = (timeoutSeconds: number) => {
    const { as, start } = withWorkflows({ Build: workflow('BUILD', { action, timeoutSeconds }, IMAGE_ID) });
    return as(() => start('token')).finally(() => {
      end();
    });
  };
  expect(await limited(most)).toBe(IMAGE);
  await expect(limited(most + 1)).rejects.toThrow(
    `step Make: timeoutSeconds must be a whole number from 1 to ${most}; got: ${most + 1}.`,
  );
});

test('a client token of more than 64 characters is refused', async () => {
  const { as, start } = started(pipelineStack({ build: 'exit 0' }));
  expect(await as(() => start('t'.repeat(64)))).toBe(IMAGE);
  await expect(as(() => start('t'.repeat(65)))).rejects.toThrow(
    "at 'clientToken' failed to satisfy constraint: Member must have length less than or equal to 64",
  );
});

describe('tags', () => {
  const start = (resources: readonly string[], tags?: Record<string, string>) => {
    const lab = started(pipelineStack({ build: 'exit 0' }));
    const statements = [
      allow(['imagebuilder:StartImagePipelineExecution', 'ssm:GetParameter']),
      allow('imagebuilder:TagResource', resources),
    ];
    return { lab, begun: lab.as(() => lab.start('token', tags), statements) };
  };

  test.each([
    ["leaves the pipeline's own out", undefined, {}],
    ['puts its own on the image', { of: 'mine' }, { of: 'mine' }],
  ])('a start by hand %s', async (_what, tags, expected) => {
    const { begun, lab } = start([PIPELINE, `${ARN}:image/mine/*`], tags);
    await begun;
    expect(lab.builder.all[0]?.tags).toEqual(expected);
  });

  test.each([
    ['without any right', ['*:other'], undefined, PIPELINE],
    ['with the right on images alone', [`${ARN}:image/mine/*`], undefined, PIPELINE],
    ['with tags, and the right on the pipeline alone', [PIPELINE], { of: 'mine' }, IMAGE],
  ])('a start %s to tag is denied', async (_what, resources, tags, missing) => {
    await expect(start(resources, tags).begun).rejects.toThrow(
      `is not authorized to perform: imagebuilder:TagResource on resource: ${missing} because`,
    );
  });
});

describe('the step that ended a build', () => {
  const failing = async (phases: Readonly<Record<string, string>>) => {
    const lab = started(pipelineStack(phases));
    await lab.as(() => lab.start('token'));
    await lab.clock.waitUntil(AFTER);
    return {
      ...lab,
      failedStep: (statements = EVERYTHING) => lab.as(() => lab.control.failedStep(IMAGE), statements),
    };
  };

  test.each([
    ['the build', { build: 'exit 1', test: 'exit 0' }, 'ApplyBuildComponents'],
    [
      'the test, while it is rolled back and afterwards',
      { build: 'exit 0', test: 'exit 1' },
      'ApplyTestComponents',
    ],
  ])('is found in %s', async (_where, phases, name) => {
    const { clock, failedStep } = await failing(phases);
    expect((await failedStep())?.step).toBe(name);
    await clock.waitUntil(new Date(AFTER.getTime() + 3600_000));
    expect((await failedStep())?.step).toBe(name);
  });

  test('is none where it ended well', async () => {
    const { failedStep } = await failing({ build: 'exit 0', test: 'exit 0' });
    expect(await failedStep()).toBeUndefined();
  });

  test.each(['ListWorkflowExecutions', 'ListWorkflowStepExecutions', 'GetWorkflowStepExecution'])(
    'is shown to nobody without %s',
    async (missing) => {
      const { failedStep } = await failing({ build: 'exit 1' });
      const all = ['ListWorkflowExecutions', 'ListWorkflowStepExecutions', 'GetWorkflowStepExecution'];
      const actions = all.filter((one) => one !== missing).map((one) => `imagebuilder:${one}`);
      await expect(failedStep([allow(actions)])).rejects.toThrow(`imagebuilder:${missing} on `);
    },
  );

  test('a failed test ends as rolled back, and what came after its step never began', () => {
    const { workflows } = readRecipe(pipelineStack({ build: 'exit 0' }), PIPELINE);
    const states = (failedStep: string, isRolledBack: boolean, continued: readonly string[] = []) =>
      workflowRuns(workflows, { failedStep, isRolledBack, continued }).map(({ status, steps }) => [
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
    expect(states('CreateOutputAMI', true, ['InventoryCollection'])).toEqual([
      ['FAILED', 'COMPLETED COMPLETED FAILED COMPLETED FAILED PENDING'],
    ]);
    expect(states('LaunchTestInstance', true, ['InventoryCollection'])).toEqual([
      ['COMPLETED', 'COMPLETED COMPLETED FAILED COMPLETED COMPLETED COMPLETED'],
      ['ROLLBACK_COMPLETED', 'FAILED PENDING PENDING'],
    ]);
    expect(() => states('CreateOutputAMI', true, ['RunSysPrepScript'])).toThrow(
      'which goes on after RunSysPrepScript, a step with Abort',
    );
  });
});

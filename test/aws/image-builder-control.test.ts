import {
  CancelImageCreationCommand,
  GetWorkflowStepExecutionCommand,
  ImagebuilderClient,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
  type WorkflowExecutionStatus,
  type WorkflowStepExecutionStatus,
  type WorkflowStepMetadata,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { imageBuilderControl } from '../../lib/aws/image-builder';

const client = mockClient(ImagebuilderClient);
const control = imageBuilderControl(new ImagebuilderClient({ region: 'eu-central-1' }));
const ARN = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
beforeEach(() => client.reset());

/** The workflows of a build, and what Image Builder says of each step when it is asked for it alone. */
function build(
  workflows: readonly {
    readonly id: string;
    readonly status: WorkflowExecutionStatus;
    readonly startTime?: string;
  }[],
  steps: Readonly<Record<string, readonly (readonly WorkflowStepMetadata[])[]>>,
  details: Readonly<Record<string, { readonly onFailure?: string; readonly message?: string }>>,
): void {
  workflows.forEach(({ id, ...state }, index) => {
    const type = id === 'wf-test' ? 'TEST' : 'BUILD';
    const nextToken = index + 1 < workflows.length ? `after ${id}` : undefined;
    const token = index === 0 ? undefined : `after ${workflows[index - 1]!.id}`;
    client
      .on(ListWorkflowExecutionsCommand, { imageBuildVersionArn: ARN, nextToken: token })
      .resolves({ workflowExecutions: [{ workflowExecutionId: id, type, ...state }], nextToken });
    (steps[id] ?? [[]]).forEach((page, number, pages) => {
      client
        .on(ListWorkflowStepExecutionsCommand, {
          workflowExecutionId: id,
          nextToken: number === 0 ? undefined : String(number),
        })
        .resolves({
          steps: [...page],
          nextToken: number + 1 < pages.length ? String(number + 1) : undefined,
        });
    });
  });
  for (const [stepExecutionId, detail] of Object.entries(details)) {
    client.on(GetWorkflowStepExecutionCommand, { stepExecutionId }).resolves(detail);
  }
}

const step = (stepExecutionId: string, status: WorkflowStepExecutionStatus, minute: number) => ({
  ...{ stepExecutionId, name: stepExecutionId, status },
  startTime: `2025-10-14T21:${minute}:00Z`,
});

test.each<WorkflowExecutionStatus>(['FAILED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETED'])(
  'the step that failed is found in a workflow that is %s, on whatever page either is',
  async (status) => {
    build(
      [
        { id: 'wf-build', status: 'COMPLETED' },
        { id: 'wf-test', status },
      ],
      {
        'wf-build': [[step('InventoryCollection', 'FAILED', 10)]],
        'wf-test': [
          [step('TerminateTestInstance', 'PENDING', 59), step('LaunchTestInstance', 'COMPLETED', 20)],
          [step('ApplyTestComponents', 'FAILED', 30)],
        ],
      },
      {
        InventoryCollection: { onFailure: 'Continue' },
        ApplyTestComponents: { onFailure: 'Abort', message: 'Document failed.' },
      },
    );
    expect(await control.failedStep(ARN)).toEqual({
      step: 'ApplyTestComponents',
      stage: 'TEST',
      message: 'Document failed.',
    });
  },
);

test('what failed and was gone past is not what ended the build, whatever the order of the list', async () => {
  build(
    [{ id: 'wf-build', status: 'FAILED' }],
    {
      'wf-build': [
        [step('CreateOutputAMI', 'FAILED', 50), step('InventoryCollection', 'FAILED', 40)],
        [step('TerminateBuildInstance', 'FAILED', 55)],
      ],
    },
    {
      InventoryCollection: { onFailure: 'Continue' },
      CreateOutputAMI: { onFailure: 'Abort', message: 'The snapshot failed.' },
      TerminateBuildInstance: { onFailure: 'CONTINUE' },
    },
  );
  expect(await control.failedStep(ARN)).toMatchObject({
    step: 'CreateOutputAMI',
    stage: 'BUILD',
    message: 'The snapshot failed.',
  });
});

test('of steps that each abort, the last one that began is it; a component leaves no message', async () => {
  build(
    [{ id: 'wf-build', status: 'FAILED' }],
    { 'wf-build': [[step('Second', 'FAILED', 30), step('First', 'FAILED', 20)]] },
    { First: {}, Second: {} },
  );
  expect(await control.failedStep(ARN)).toMatchObject({ step: 'Second', message: '' });
});

test('of a test that failed twice the second failure is it, whatever the order of the list', async () => {
  build(
    [
      { id: 'wf-second', status: 'FAILED', startTime: '2025-10-14T22:00:00Z' },
      { id: 'wf-first', status: 'FAILED', startTime: '2025-10-14T21:00:00Z' },
    ],
    { 'wf-first': [[step('First', 'FAILED', 10)]], 'wf-second': [[step('Second', 'FAILED', 10)]] },
    { First: {}, Second: {} },
  );
  expect(await control.failedStep(ARN)).toMatchObject({ step: 'Second' });
});

test.each<[WorkflowExecutionStatus, readonly WorkflowStepMetadata[]]>([
  ['FAILED', []],
  ['FAILED', [step('InventoryCollection', 'FAILED', 40)]],
  ['COMPLETED', [step('InventoryCollection', 'FAILED', 40)]],
  ['PENDING', []],
])('a workflow that is %s with the failed steps %j names none', async (status, steps) => {
  build(
    [{ id: 'wf-build', status }],
    { 'wf-build': [steps] },
    { InventoryCollection: { onFailure: 'Continue' } },
  );
  expect(await control.failedStep(ARN)).toBeUndefined();
});

test('the instances of a build that failed are those that its workflows launched', async () => {
  client
    .on(ListWorkflowExecutionsCommand, { imageBuildVersionArn: ARN })
    .resolves({ workflowExecutions: [{ workflowExecutionId: 'wf-build', type: 'BUILD', status: 'FAILED' }] })
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-build' })
    .resolves({
      steps: [
        { name: 'LaunchBuildInstance', action: 'LaunchInstance', outputs: '{"instanceId":"i-build"}' },
        { name: 'ApplyBuildComponents', action: 'ExecuteComponents', status: 'FAILED', outputs: 'no JSON' },
      ],
    });
  expect(await control.launchedInstances(ARN)).toEqual({ build: 'i-build', test: undefined });
});

test('of a test that was tried again the instance of the last try counts, whatever the order of the list', async () => {
  const launch = (instanceId: string) => ({
    steps: [{ name: 'Launch', action: 'LaunchInstance', outputs: JSON.stringify({ instanceId }) }],
  });
  const test = { type: 'TEST', status: 'FAILED' } as const;
  client
    .on(ListWorkflowExecutionsCommand, { imageBuildVersionArn: ARN })
    .resolves({
      workflowExecutions: [
        { ...test, workflowExecutionId: 'wf-1', startTime: '2025-10-14T21:00:00Z' },
        { ...test, workflowExecutionId: 'wf-2', startTime: '2025-10-14T22:00:00Z' },
      ],
    })
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-1' })
    .resolves(launch('i-first'))
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-2' })
    .resolves(launch('i-second'));
  expect(await control.launchedInstances(ARN)).toMatchObject({ test: 'i-second' });
});

test('a build is cancelled by its ARN', async () => {
  client.on(CancelImageCreationCommand).resolves({});
  await control.cancel(ARN);
  const [call] = client.commandCalls(CancelImageCreationCommand);
  expect(call!.args[0].input).toMatchObject({ imageBuildVersionArn: ARN });
  expect(call!.args[0].input.clientToken).toHaveLength(36);
});

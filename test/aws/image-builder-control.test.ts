import {
  CancelImageCreationCommand,
  ImagebuilderClient,
  ListWorkflowExecutionsCommand,
  ListWorkflowStepExecutionsCommand,
} from '@aws-sdk/client-imagebuilder';
import { mockClient } from 'aws-sdk-client-mock';
import { imageBuilderControl } from '../../lib/aws/image-builder-control';

const client = mockClient(ImagebuilderClient);
const control = imageBuilderControl(new ImagebuilderClient({ region: 'eu-central-1' }));
const ARN = 'arn:aws:imagebuilder:eu-central-1:123456789012:image/winbake-2022-core/1.0.3/1';
beforeEach(() => client.reset());

test('the step that failed is found, on whatever page it is', async () => {
  client
    .on(ListWorkflowExecutionsCommand, { imageBuildVersionArn: ARN })
    .resolves({
      workflowExecutions: [
        { workflowExecutionId: 'wf-build', status: 'COMPLETED' },
        { workflowExecutionId: 'wf-test', status: 'FAILED' },
      ],
    })
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-test' })
    .resolves({ steps: [{ name: 'LaunchTestInstance', status: 'COMPLETED' }], nextToken: 'more' })
    .on(ListWorkflowStepExecutionsCommand, { workflowExecutionId: 'wf-test', nextToken: 'more' })
    .resolves({ steps: [{ name: 'ApplyTestComponents', status: 'FAILED', message: 'Document failed.' }] });
  expect(await control.failedStep(ARN)).toEqual({ step: 'ApplyTestComponents', message: 'Document failed.' });
});

test('a build in which no step failed has none', async () => {
  client
    .on(ListWorkflowExecutionsCommand)
    .resolves({ workflowExecutions: [{ workflowExecutionId: 'wf-build', status: 'FAILED' }] })
    .on(ListWorkflowStepExecutionsCommand)
    .resolves({ steps: [] });
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

test('a build is cancelled by its ARN', async () => {
  client.on(CancelImageCreationCommand).resolves({});
  await control.cancel(ARN);
  const [call] = client.commandCalls(CancelImageCreationCommand);
  expect(call!.args[0].input).toMatchObject({ imageBuildVersionArn: ARN });
  expect(call!.args[0].input.clientToken).toHaveLength(36);
});

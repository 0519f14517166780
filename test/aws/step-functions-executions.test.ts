import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  SFNClient,
  StopExecutionCommand,
  type ExecutionStatus,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { stepFunctionsExecutions } from '../../lib/aws/step-functions';

const client = mockClient(SFNClient);
const executions = stepFunctionsExecutions(new SFNClient({ region: 'eu-central-1' }));
const ARN = 'arn:aws:states:eu-central-1:123456789012:execution:winbake-2022-core-rebake:one';
beforeEach(() => client.reset());

test.each<[ExecutionStatus, boolean]>([
  ['RUNNING', true],
  ['PENDING_REDRIVE', true],
  ['SUCCEEDED', false],
  ['FAILED', false],
  ['TIMED_OUT', false],
  ['ABORTED', false],
])('%s: running is %p', async (status, isRunning) => {
  client.on(DescribeExecutionCommand, { executionArn: ARN }).resolves({ status });
  expect(await executions.isRunning(ARN)).toBe(isRunning);
});

test('an execution that is forgotten has ended, and any other failure is one', async () => {
  client
    .on(DescribeExecutionCommand)
    .rejectsOnce(new ExecutionDoesNotExist({ message: 'gone', $metadata: {} }))
    .rejects(new Error('throttled'));
  expect(await executions.isRunning(ARN)).toBe(false);
  await expect(executions.isRunning(ARN)).rejects.toThrow('throttled');
});

test('an execution is stopped with the reason', async () => {
  client.on(StopExecutionCommand).resolves({});
  await executions.stop(ARN, 'ann cancelled it: wrong month');
  expect(client.commandCalls(StopExecutionCommand)[0]!.args[0].input).toEqual({
    executionArn: ARN,
    error: 'Cancelled',
    cause: 'ann cancelled it: wrong month',
  });
});

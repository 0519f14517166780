import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  StopExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Executions } from '../core/ports/bakes';

/**
 * The executions of Step Functions, which forgets them 90 days after their end.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export function stepFunctionsExecutions(client: SFNClient): Executions {
  return {
    isRunning: async (executionArn) => {
      try {
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return status === 'RUNNING' || status === 'PENDING_REDRIVE';
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) {
          return false;
        }
        throw error;
      }
    },
    stop: async (executionArn, why) => {
      await client.send(new StopExecutionCommand({ executionArn, error: 'Cancelled', cause: why }));
    },
  };
}

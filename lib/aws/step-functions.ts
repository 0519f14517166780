import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  StopExecutionCommand,
  type SFNClient,
  ExecutionAlreadyExists,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Executions, Rebakes } from '../core/ports/bakes';

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

/**
 * Step Functions as the starter of rebakes. While an execution of the name runs a second start gives it back; once it has
 * ended the name stays taken for 90 days.
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export function stepFunctionsRebakes(client: SFNClient): Rebakes {
  return {
    start: async (stateMachineArn, name, input) => {
      try {
        await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) {
          throw error;
        }
      }
    },
  };
}

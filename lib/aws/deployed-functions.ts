import {
  GetInstanceProfileCommand,
  GetRoleCommand,
  type IAMClient,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { paginateListSchedules, type SchedulerClient } from '@aws-sdk/client-scheduler';
import { DescribeStateMachineCommand, type SFNClient, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { parseDocument } from '../contract/documents/document';
import {
  type OperateAnswer,
  operateAnswerSchema,
  type OperateRequest,
} from '../contract/documents/operate-request';
import { ACCEPT_ALIAS } from '../contract/names/resources';
import { UsageError, WinbakeError } from '../contract/values/errors';
import type { PipelineInspector } from '../core/doctor/pipeline-inspector';
import { absentWhere } from './stores/ssm-parameter-store';

/** The services that run a pipeline's code. */
export interface FunctionClients {
  readonly lambda: LambdaClient;
  readonly iam: IAMClient;
  readonly states: SFNClient;
  readonly scheduler: SchedulerClient;
}

/** What Lambda, IAM, Step Functions and Scheduler tell of a pipeline. */
export function inspectFunctions({
  iam,
  lambda,
  scheduler,
  states,
}: FunctionClients): Pick<
  PipelineInspector,
  'functionOf' | 'trustOf' | 'roleOfProfile' | 'roleOfStateMachine' | 'schedulesOf'
> {
  return {
    functionOf: (FunctionName) =>
      absentWhere(ResourceNotFoundException, async () => {
        const seen = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
        return {
          state: seen.State ?? '',
          role: seen.Role ?? '',
          environment: seen.Environment?.Variables ?? {},
        };
      }),
    trustOf: (RoleName) =>
      absentWhere(NoSuchEntityException, async () => {
        const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
        return trustedServices(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '{}'));
      }),
    roleOfProfile: (InstanceProfileName) =>
      absentWhere(NoSuchEntityException, async () => {
        const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
        return InstanceProfile?.Roles?.[0]?.RoleName;
      }),
    roleOfStateMachine: (stateMachineArn) =>
      absentWhere(StateMachineDoesNotExist, async () => {
        const { roleArn } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }));
        return roleArn;
      }),
    schedulesOf: async (NamePrefix) => {
      const found: { name: string; isEnabled: boolean }[] = [];
      for await (const page of paginateListSchedules({ client: scheduler }, { NamePrefix })) {
        found.push(
          ...(page.Schedules ?? []).map(({ Name = '', State }) => ({
            name: Name,
            isEnabled: State === 'ENABLED',
          })),
        );
      }
      return found;
    },
  };
}

interface TrustStatement {
  readonly Principal?: { readonly Service?: string | readonly string[] };
}

/**
 * The services in a policy that says who may take a role.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function trustedServices(policy: string): readonly string[] {
  const { Statement = [] } = JSON.parse(policy) as {
    readonly Statement?: TrustStatement | readonly TrustStatement[];
  };
  return [Statement].flat().flatMap(({ Principal }) => [Principal?.Service ?? []].flat());
}

/**
 * Hands an order to a pipeline's operate function; undefined where there is no such function. Throws a `UsageError` or
 * `WinbakeError` with the function's own sentence.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html - the shape of a failure
 */
export async function invokeOperate(
  client: LambdaClient,
  functionArn: string,
  request: OperateRequest,
): Promise<OperateAnswer | undefined> {
  const command = new InvokeCommand({
    FunctionName: functionArn,
    ...(request.verb === 'accept' ? { Qualifier: ACCEPT_ALIAS } : {}),
    Payload: new TextEncoder().encode(JSON.stringify(request)),
  });
  try {
    const { FunctionError, Payload } = await client.send(command);
    const text = new TextDecoder().decode(Payload);
    if (FunctionError !== undefined) {
      throw failureIn(text);
    }
    return parseDocument(operateAnswerSchema, text, 'The answer of the operate function');
  } catch (error) {
    if (error instanceof ResourceNotFoundException) {
      return undefined;
    }
    throw error;
  }
}

function failureIn(text: string): WinbakeError {
  const { errorMessage = text, errorType } = JSON.parse(text) as {
    errorMessage?: string;
    errorType?: string;
  };
  return errorType === 'UsageError'
    ? new UsageError(errorMessage)
    : new WinbakeError('AWS_FAILED', errorMessage);
}

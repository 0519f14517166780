import { ACCEPT_ALIAS } from '../contract/names/resources';
import { InvokeCommand, ResourceNotFoundException, type LambdaClient } from '@aws-sdk/client-lambda';
import { parseDocument } from '../contract/documents/document';
import {
  operateAnswerSchema,
  type OperateAnswer,
  type OperateRequest,
} from '../contract/documents/operate-request';
import { UsageError, WinbakeError } from '../contract/values/errors';

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

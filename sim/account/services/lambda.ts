import {
  LambdaServiceException,
  ResourceNotFoundException,
  type InvokeCommandInput,
  type InvokeCommandOutput,
} from '@aws-sdk/client-lambda';
import { functionArn } from '../commands/data-commands';
import { page } from '../provenance';
import { declared, operation, undeclared, type Call, type SimulatedService } from '../simulated-service';

/** Runs a function with a payload; the ARN has the qualifier by which it was called. */
export type RunFunction = (payload: unknown, invokedArn: string) => Promise<unknown>;

const INVOKE = page('https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html');
const ERRORS = page('https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html');
const SIZES = page('https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html');

/** What a request and an answer may hold. */
const MOST_BYTES = 6 * 1024 * 1024;

/** Lambda, of which `find` gives the functions by their ARN without a qualifier. */
export class SimulatedLambda implements SimulatedService {
  readonly id = 'lambda';
  readonly ServiceException = LambdaServiceException;

  constructor(private readonly find: (arn: string) => RunFunction | undefined) {}

  readonly operations = {
    Invoke: operation<InvokeCommandInput, InvokeCommandOutput>(INVOKE, (call) => this.invoke(call)),
  };

  private async invoke({ input, knownFrom, place }: Call<InvokeCommandInput>) {
    const invokedArn = functionArn({ ...input }, place);
    const run = this.find(invokedArn.split(':').slice(0, 7).join(':'));
    if (run === undefined) {
      throw declared(ResourceNotFoundException, `Function not found: ${invokedArn}`, INVOKE, 404);
    }
    const { Payload: given = '{}' } = input;
    const text = typeof given === 'string' ? given : Buffer.from(given as Uint8Array).toString();
    if (text.length > MOST_BYTES) {
      const message = `Request must be smaller than ${MOST_BYTES} bytes for the InvokeFunction operation`;
      throw undeclared(
        LambdaServiceException,
        { name: 'RequestTooLargeException', status: 413, message },
        SIZES,
      );
    }
    try {
      const answer = await run(JSON.parse(text), invokedArn);
      return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: bytesOf(answer ?? null) };
    } catch (error) {
      if (!(error instanceof FunctionFailure)) {
        throw error;
      }
      knownFrom(ERRORS);
      const { message: errorMessage, name: errorType } = error.thrown;
      const Payload = bytesOf({ errorType, errorMessage, trace: [] });
      return { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', Payload };
    }
  }
}

/** What the code of a function threw; any other error is the simulation's own, and nobody's answer. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';

  constructor(readonly thrown: Error) {
    super(thrown.message, { cause: thrown });
  }
}

function bytesOf(value: unknown): NonNullable<InvokeCommandOutput['Payload']> {
  const bytes: unknown = new TextEncoder().encode(JSON.stringify(value));
  return bytes as NonNullable<InvokeCommandOutput['Payload']>;
}

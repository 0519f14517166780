import {
  LambdaServiceException,
  ResourceNotFoundException,
  State,
  type GetFunctionConfigurationCommandInput,
  type GetFunctionConfigurationCommandOutput,
  type InvokeCommandInput,
  type InvokeCommandOutput,
} from '@aws-sdk/client-lambda';
import { functionArn } from '../commands/data-commands';
import { page, type Provenance } from '../provenance';
import { declared, operation, undeclared, type Call, type SimulatedService } from '../simulated-service';

/** Runs a function with a payload; the ARN has the qualifier by which it was called. */
export type RunFunction = (payload: unknown, invokedArn: string) => Promise<unknown>;

const INVOKE = page('https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html');
const CONFIGURATION = page('https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html');
const ERRORS = page('https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html');
const SIZES = page('https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html');

/** What a request may hold, and an answer. */
const MOST_BYTES = 6 * 1024 * 1024;
const MOST_ANSWERED_BYTES = 6_291_556;
const TOO_LARGE: Provenance = {
  origin: 'deployed',
  source: 'https://github.com/DataBiosphere/azul/issues/8258',
};

/** What is known of a function beside its code. */
export interface FunctionConfiguration {
  readonly arn: string;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/** Lambda, of which `find` gives the functions by their ARN without a qualifier, and `configurationOf` what is known of them. */
export class SimulatedLambda implements SimulatedService {
  readonly id = 'lambda';
  readonly ServiceException = LambdaServiceException;

  constructor(
    private readonly find: (arn: string) => RunFunction | undefined,
    private readonly configurationOf: (arn: string) => FunctionConfiguration | undefined = () => undefined,
  ) {}

  readonly operations = {
    GetFunctionConfiguration: operation<
      GetFunctionConfigurationCommandInput,
      GetFunctionConfigurationCommandOutput
    >(CONFIGURATION, (call) => this.configuration(call)),
    Invoke: operation<InvokeCommandInput, InvokeCommandOutput>(INVOKE, (call) => this.invoke(call)),
  };

  private configuration({ input, place }: Call<GetFunctionConfigurationCommandInput>) {
    const asked = functionArn({ ...input }, place);
    const found = this.configurationOf(asked.split(':').slice(0, 7).join(':'));
    if (found === undefined) {
      throw declared(ResourceNotFoundException, `Function not found: ${asked}`, CONFIGURATION, 404);
    }
    const { arn, environment, roleArn, timeoutSeconds } = found;
    return {
      FunctionName: arn.split(':').at(-1) ?? arn,
      FunctionArn: asked,
      Role: roleArn,
      Timeout: timeoutSeconds,
      State: State.Active,
      Environment: { Variables: { ...environment } },
    };
  }

  private async invoke({ input, knownFrom, place }: Call<InvokeCommandInput>) {
    const invokedArn = functionArn({ ...input }, place);
    const run = this.find(invokedArn.split(':').slice(0, 7).join(':'));
    if (run === undefined) {
      throw declared(ResourceNotFoundException, `Function not found: ${invokedArn}`, INVOKE, 404);
    }
    const { Payload: given = '{}' } = input;
    const text = typeof given === 'string' ? given : Buffer.from(given as Uint8Array).toString();
    if (Buffer.byteLength(text) > MOST_BYTES) {
      const message = `Request must be smaller than ${MOST_BYTES} bytes for the InvokeFunction operation`;
      throw undeclared(
        LambdaServiceException,
        { name: 'RequestTooLargeException', status: 413, message },
        SIZES,
      );
    }
    try {
      const answer = await run(JSON.parse(text), invokedArn);
      const Payload = bytesOf(answer ?? null);
      if (Payload.length <= MOST_ANSWERED_BYTES) {
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload };
      }
      knownFrom(TOO_LARGE);
      return failed({
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: `Response payload size exceeded maximum allowed payload size (${MOST_ANSWERED_BYTES} bytes).`,
      });
    } catch (error) {
      if (!(error instanceof FunctionFailure)) {
        throw error;
      }
      knownFrom(ERRORS);
      const { message: errorMessage, name: errorType } = error.thrown;
      return failed({ errorType, errorMessage, trace: [] });
    }
  }
}

/** How long an event waits in milliseconds until its function, which failed on it, runs again: twice, and then no more. */
const RETRIES = [60_000, 120_000];
const LARGEST_EVENT = 1024 * 1024;

/** An event that its function failed on as often as it was tried, as it comes to a dead-letter queue. */
export interface DeadLetter {
  readonly functionArn: string;
  readonly payload: unknown;
  readonly error: Error;
}

/** What asynchronous invocations run with. */
export interface InvocationQueueOptions {
  readonly find: (functionArn: string) => RunFunction | undefined;
  /** Lets something happen after milliseconds. */
  readonly after: (milliseconds: number, work: () => Promise<void>) => void;
  readonly discard: (letter: DeadLetter) => void;
}

/**
 * The queue of events that functions run on without anybody waiting for them.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export class InvocationQueue {
  constructor(private readonly options: InvocationQueueOptions) {}

  /** Takes an event, and tries it for the first time after milliseconds. Throws where it is too large. */
  add(functionArn: string, payload: unknown, milliseconds = 0): void {
    const bytes = Buffer.byteLength(JSON.stringify(payload));
    if (bytes > LARGEST_EVENT) {
      throw new Error(`An event of ${bytes} bytes for ${functionArn}, of at most ${LARGEST_EVENT}.`);
    }
    this.tryLater(functionArn, payload, [milliseconds, ...RETRIES]);
  }

  private tryLater(functionArn: string, payload: unknown, [wait = 0, ...retries]: readonly number[]): void {
    const { after, discard, find } = this.options;
    after(wait, async () => {
      try {
        await find(functionArn)?.(payload, functionArn);
      } catch (error) {
        if (!(error instanceof FunctionFailure)) {
          throw error;
        }
        if (retries.length > 0) {
          this.tryLater(functionArn, payload, retries);
        } else {
          discard({ functionArn, payload, error: error.thrown });
        }
      }
    });
  }
}

/** What the code of a function threw; any other error is the simulation's own, and nobody's answer. */
export class FunctionFailure extends Error {
  override readonly name = 'FunctionFailure';

  constructor(readonly thrown: Error) {
    super(thrown.message, { cause: thrown });
  }
}

function failed(error: object) {
  const Payload = bytesOf(error);
  return { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', Payload };
}

function bytesOf(value: unknown): NonNullable<InvokeCommandOutput['Payload']> {
  const bytes: unknown = new TextEncoder().encode(JSON.stringify(value));
  return bytes as NonNullable<InvokeCommandOutput['Payload']>;
}

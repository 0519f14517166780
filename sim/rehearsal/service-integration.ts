import {
  CancelImageCreationCommand,
  GetImageCommand,
  ImagebuilderClient,
  ImagebuilderServiceException,
  RetryImageCommand,
  StartImagePipelineExecutionCommand,
} from '@aws-sdk/client-imagebuilder';
import { LambdaServiceException } from '@aws-sdk/client-lambda';
import { WinbakeError } from '../../lib/contract/values/errors';
import { isJsonObject } from '../../lib/contract/values/json';
import type { Principal } from '../account/principal';
import { SERVICE_MODELS } from '../account/service-models';
import { unmodelled } from '../aws/cloudformation/environment';
import type { SimulatedAccount } from './simulated-account';

/** A call that a Task state makes. */
export interface TaskCall {
  readonly resource: string;
  readonly parameters: unknown;
}

const MODEL = SERVICE_MODELS.imagebuilder;

const COMMANDS: Readonly<Record<string, new (input: never) => object>> = {
  StartImagePipelineExecution: StartImagePipelineExecutionCommand,
  GetImage: GetImageCommand,
  CancelImageCreation: CancelImageCreationCommand,
  RetryImage: RetryImageCommand,
};

/**
 * Makes the calls of Task states by the state machine's role; throws for a service integration that has no model.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export async function callTask(
  account: Pick<SimulatedAccount, 'as' | 'invoke'>,
  caller: Principal,
  { parameters, resource }: TaskCall,
): Promise<unknown> {
  const given = isJsonObject(parameters) ? parameters : {};
  if (resource === 'arn:aws:states:::lambda:invoke') {
    try {
      const Payload = await account.invoke(caller, String(given['FunctionName']), given['Payload']);
      return { StatusCode: 200, Payload };
    } catch (error) {
      // What the function threw has its own name, what Lambda refuses the name of its service.
      throw error instanceof LambdaServiceException ? named('Lambda', error) : error;
    }
  }
  const [, initial = '', rest = ''] =
    /^arn:aws:states:::aws-sdk:imagebuilder:([a-z])(\w+)$/.exec(resource) ?? [];
  const operation = `${initial.toUpperCase()}${rest}`;
  const Command = Object.hasOwn(COMMANDS, operation) ? COMMANDS[operation] : undefined;
  const { input, output } = MODEL.operations[operation] ?? {};
  if (Command === undefined || !input || !output) {
    throw unmodelled(`the service integration ${resource}`);
  }
  const command = new Command(renamed(input, given, lowerFirst) as never);
  try {
    const answer: object = await account.as(caller, () => new ImagebuilderClient().send(command as never));
    const members = Object.entries(answer).filter(([name]) => name !== '$metadata');
    return renamed(output, Object.fromEntries(members), upperFirst);
  } catch (error) {
    if (error instanceof WinbakeError) {
      throw error;
    }
    if (!(error instanceof ImagebuilderServiceException)) {
      // No catcher of the state machine may hide it.
      throw new WinbakeError('REHEARSAL_FAILED', `The simulated ${operation} failed: ${String(error)}`, {
        cause: error,
      });
    }
    throw named('Imagebuilder', error);
  }
}

/** An error of a service as Step Functions names it. */
function named(service: string, error: Error): Error {
  return Object.assign(new Error(error.message, { cause: error }), { name: `${service}.${error.name}` });
}

/** Step Functions writes the members of structures with a capital, whatever the service does; keys of maps stay. */
function renamed(shapeName: string, value: unknown, rename: (name: string) => string): unknown {
  const { member = '', members = {}, type, value: item = '' } = MODEL.shapes[shapeName] ?? {};
  if (type === 'list' && Array.isArray(value)) {
    return value.map((one) => renamed(member, one, rename));
  }
  if (!isJsonObject(value) || (type !== 'structure' && type !== 'map')) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (type === 'map') {
        return [key, renamed(item, one, rename)];
      }
      return [rename(key), renamed(members[lowerFirst(key)] ?? '', one, rename)];
    }),
  );
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

import { isJsonObject } from '../../contract/values/json';
import { unmodelled } from '../assembly/unmodelled';
import type { Caller } from '../iam/role-policies';
import { ImageBuilderRefusal, type PretendedImageBuilder } from '../image-builder/pretended-image-builder';

/** A call that a Task state makes. */
export interface TaskCall {
  readonly resource: string;
  readonly parameters: unknown;
}

/** What the state machine of a pipeline reaches. */
export interface StateMachineSurroundings {
  /** The state machine with its role. */
  readonly caller: Caller;
  readonly imageBuilder: PretendedImageBuilder | undefined;
  /** Invokes a function with a payload. */
  readonly invoke: (functionArn: string, payload: unknown) => Promise<unknown>;
}

/**
 * Makes the calls of Task states; throws for a service integration that has no model.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export async function callTask(surroundings: StateMachineSurroundings, call: TaskCall): Promise<unknown> {
  try {
    return await answerTo(surroundings, call);
  } catch (error) {
    // An error of an AWS SDK integration has the name of its service in front.
    throw error instanceof ImageBuilderRefusal
      ? Object.assign(error, { name: `Imagebuilder.${error.name}` })
      : error;
  }
}

async function answerTo(surroundings: StateMachineSurroundings, call: TaskCall): Promise<unknown> {
  const { caller, imageBuilder, invoke } = surroundings;
  const parameters = isJsonObject(call.parameters) ? call.parameters : {};
  if (imageBuilder === undefined && call.resource.includes(':imagebuilder:')) {
    throw unmodelled('Image Builder without a PowerShell on this computer');
  }
  switch (call.resource) {
    case 'arn:aws:states:::lambda:invoke': {
      const functionArn = String(parameters['FunctionName']);
      caller.require('lambda:InvokeFunction', functionArn);
      return { StatusCode: 200, Payload: await invoke(functionArn, parameters['Payload']) };
    }
    case 'arn:aws:states:::aws-sdk:imagebuilder:startImagePipelineExecution': {
      const { ImagePipelineArn, ClientToken, Tags } = parameters;
      const ImageBuildVersionArn = await imageBuilder?.start(
        String(ImagePipelineArn),
        String(ClientToken),
        caller,
        isJsonObject(Tags) ? (Tags as Readonly<Record<string, string>>) : {},
      );
      return { ClientToken, ImageBuildVersionArn };
    }
    case 'arn:aws:states:::aws-sdk:imagebuilder:getImage':
      return { Image: { State: imageBuilder?.state(String(parameters['ImageBuildVersionArn']), caller) } };
    case 'arn:aws:states:::aws-sdk:imagebuilder:cancelImageCreation':
      imageBuilder?.cancel(String(parameters['ImageBuildVersionArn']), caller);
      return { ImageBuildVersionArn: parameters['ImageBuildVersionArn'] };
    default:
      throw unmodelled(`the service integration ${call.resource}`);
  }
}

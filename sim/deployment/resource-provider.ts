import { LambdaServiceException } from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../lib/contract/values/json';
import { variablesOf } from '../rehearsal/template-functions';
import { FunctionError } from '../rehearsal/simulated-account';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import type { DeployedAccount } from './deployed-account';
import type { SharedClock } from './shared-clock';

/**
 * The framework's own call of a function is none of ours: that it comes through is assumed. CloudFormation takes so long from a role to
 * it that what the framework may do is known by then.
 * @see https://github.com/go-to-k/cdkd/pull/756
 */
const SETTLE_SECONDS = 10;
const SETTLE_TRIES = 4;

interface ProviderAnswer extends JsonObject {
  readonly PhysicalResourceId?: string;
  readonly Data?: Readonly<Record<string, unknown>>;
}

/**
 * CDK's provider framework: the function of the user answers a request, and is polled where it has a second handler. Its answer
 * names the resource; what an update names otherwise is another one, of which the old is deleted.
 * @see https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html#provider-framework
 */
export function createProvider(account: DeployedAccount, clock: SharedClock): ResourceHandler {
  let requests = 0;
  const call = async (
    RequestType: 'Create' | 'Update' | 'Delete',
    resource: DeployedResource,
    before?: DeployedResource,
  ) => {
    requests += 1;
    const { logicalId, properties, reference, stackId, type } = resource;
    const serviceToken = String(properties['ServiceToken']);
    const provider = account
      .living('AWS::Lambda::Function')
      .find(({ attributes }) => attributes['Arn'] === serviceToken);
    if (provider === undefined) {
      throw new Error(`Function not found: ${serviceToken}`);
    }
    const variables = variablesOf(provider.properties);
    const caller = account.sessionOf(String(provider.properties['Role']), 'provider', 'lambda.amazonaws.com');
    const invoke = async (name: string, payload: object, tries = SETTLE_TRIES): Promise<ProviderAnswer> => {
      try {
        return (await account.invoke(caller, String(variables[name]), payload, '$LATEST')) as ProviderAnswer;
      } catch (error) {
        if (error instanceof LambdaServiceException && tries > 0) {
          await clock.pass(SETTLE_SECONDS);
          return invoke(name, payload, tries - 1);
        }
        throw error instanceof FunctionError ? new Error(error.thrown) : error;
      }
    };
    const request = {
      RequestType,
      RequestId: `request-${requests}`,
      StackId: stackId,
      LogicalResourceId: logicalId,
      ResourceType: type,
      ResourceProperties: properties,
      ...(RequestType === 'Create' ? {} : { PhysicalResourceId: reference }),
      ...(before === undefined ? {} : { OldResourceProperties: before.properties }),
    };
    const answer = await invoke('USER_ON_EVENT_FUNCTION_ARN', request);
    const id = answer.PhysicalResourceId ?? (RequestType === 'Create' ? request.RequestId : reference);
    if (RequestType === 'Delete' && id !== reference) {
      throw new Error(
        `DELETE: cannot change the physical resource ID from "${reference}" to "${id}" during deletion`,
      );
    }
    if ('USER_IS_COMPLETE_FUNCTION_ARN' in variables) {
      await complete(invoke, { ...request, ...answer, PhysicalResourceId: id }, resource);
    }
    const attributes = Object.entries(answer.Data ?? {}).map(([name, value]) => [name, String(value)]);
    return { reference: id, attributes: Object.fromEntries(attributes) as Record<string, string> };
  };
  const complete = async (
    invoke: (name: string, payload: object) => Promise<ProviderAnswer>,
    payload: object,
    resource: DeployedResource,
  ) => {
    const { attempts, seconds } = pollsOf(account, resource);
    for (let attempt = 0; attempt <= attempts; attempt += 1) {
      const { IsComplete } = await invoke('USER_IS_COMPLETE_FUNCTION_ARN', payload);
      if (IsComplete === true) {
        return;
      }
      await clock.pass(seconds);
    }
    throw new Error('Operation timed out');
  };
  return {
    create: (resource) => call('Create', resource),
    update: (resource, before) => {
      // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/802
      if (resource.properties['ServiceToken'] !== before.properties['ServiceToken']) {
        return Promise.reject(new Error('Modifying service token is not allowed.'));
      }
      return call('Update', { ...resource, reference: before.reference }, before);
    },
    delete: async (resource) => {
      await call('Delete', resource);
    },
  };
}

/** How often the framework's own state machine polls. */
function pollsOf(account: DeployedAccount, { environment, stack }: DeployedResource) {
  for (const { properties, ...machine } of account.living('AWS::StepFunctions::StateMachine', environment)) {
    const [, seconds, attempts] =
      /"IntervalSeconds":(\d+),"MaxAttempts":(\d+)/.exec(String(properties['DefinitionString'])) ?? [];
    if (machine.stack === stack && seconds !== undefined) {
      return { seconds: Number(seconds), attempts: Number(attempts) };
    }
  }
  throw new Error(`No state machine of ${stack} polls.`);
}

import { deployData } from '../account/services/accounts-of-stacks';
import { unmodelled } from '../aws/cloudformation/environment';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import { clusterHandlers } from './cluster-handlers';
import { fleetHandlers } from './fleet-handlers';
import { type DeployedAccount, modelOf } from './deployed-account';
import { BalancerInterfaces, loadBalancerHandlers, serviceHandlers } from './service-handlers';
import { LambdaServiceException } from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../lib/contract/values/json';
import { variablesOf } from '../rehearsal/template-functions';
import { FunctionError } from '../rehearsal/simulated-account';
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

/** How long after the end of a bake lines of its log arrive; an assumption. */
const LATE_LINES = 3_600_000;

/** Types that are there or not, and do nothing by themselves. */
const PASSIVE = new Set([
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::ECS::TaskDefinition',
  'AWS::Events::Rule',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::ImageBuilder::DistributionConfiguration',
  'AWS::ImageBuilder::ImagePipeline',
  'AWS::ImageBuilder::ImageRecipe',
  'AWS::ImageBuilder::InfrastructureConfiguration',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Permission',
  'AWS::Logs::MetricFilter',
  'AWS::Rbin::Rule',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  // CDK's own function makes one call of AWS: that it comes through is assumed.
  'Custom::AWS',
]);

/**
 * A new account runs ten functions at once and keeps as many for those that reserve nothing, so that none can be reserved.
 * @see https://github.com/aws-samples/one-observability-demo/issues/278
 */
function refuseReserved({ properties }: DeployedResource): Promise<undefined> {
  if (properties['ReservedConcurrentExecutions'] !== undefined) {
    throw new Error(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].",
    );
  }
  return Promise.resolve(undefined);
}

/** What happens in an account when the resources of its stacks come, change and go. */
export function resourceHandlers(account: DeployedAccount): Readonly<Record<string, ResourceHandler>> {
  const interfaces = new BalancerInterfaces(account);
  const types: Record<string, ResourceHandler> = {
    ...Object.fromEntries([...PASSIVE].map((type) => [type, {}])),
    'AWS::S3::Bucket': data(account, (one) => {
      account.world.s3.deleteBucket(one.reference);
    }),
    'AWS::SNS::Topic': data(account, (one) => {
      account.world.sns.delete(one.reference);
    }),
    'AWS::StepFunctions::StateMachine': data(account, (one) => {
      account.world.states.delete(one.reference);
    }),
    'AWS::SSM::Parameter': parameter(account),
    'AWS::Logs::LogGroup': logGroup(account),
    'AWS::Lambda::Function': { create: refuseReserved, update: refuseReserved },
    'AWS::ImageBuilder::Component': imageBuilderDocument(account),
    'AWS::ImageBuilder::Workflow': imageBuilderDocument(account),
    ...clusterHandlers(account, account.shared),
    ...serviceHandlers(account),
    ...loadBalancerHandlers(account, interfaces),
    ...fleetHandlers(account, account.shared, interfaces),
    'Custom::': createProvider(account, account.shared),
  };
  const wrapped = Object.entries(types).map(([type, handler]) => [type, troubled(account, handler)] as const);
  return new Proxy(Object.fromEntries(wrapped), {
    get: (handlers, type: string) => {
      if (!Object.hasOwn(handlers, type) && !type.startsWith('Custom::')) {
        throw unmodelled(`the deployment of a ${type}`);
      }
      return handlers[type];
    },
  });
}

function troubled(
  account: DeployedAccount,
  { create, delete: remove, update }: ResourceHandler,
): ResourceHandler {
  const check = (resource: DeployedResource) => {
    const why = account.trouble(resource);
    if (why !== undefined) {
      throw new Error(why);
    }
  };
  return {
    create: async (resource) => {
      check(resource);
      return create?.(resource);
    },
    update: async (resource, before) => {
      check(resource);
      return update?.(resource, before);
    },
    ...(remove === undefined ? {} : { delete: remove }),
  };
}

function data(account: DeployedAccount, remove: (resource: DeployedResource) => void): ResourceHandler {
  const make = (resource: DeployedResource) => {
    const { s3, secrets, sns, ssm, states } = account.world;
    const living = { ...resource, attributes: {}, isNamed: true, deletionPolicy: '', replacePolicy: '' };
    deployData(modelOf([living]), { now: account.clock.now(), s3, secrets, sns, ssm, states });
    return Promise.resolve(undefined);
  };
  return {
    create: make,
    update: make,
    delete: (resource) => {
      remove(resource);
      return Promise.resolve();
    },
  };
}

function parameter(account: DeployedAccount): ResourceHandler {
  const {
    create,
    delete: remove,
    update,
  } = data(account, ({ environment, reference }) => {
    account.world.ssm.remove(environment, reference, account.clock.now());
  });
  const placed = (resource: DeployedResource): DeployedResource => ({
    ...resource,
    properties: { ...resource.properties, Name: resource.reference },
  });
  return {
    create: async (resource) => {
      if (
        account.world.ssm.read(resource.environment, resource.reference, account.clock.now()) !== undefined
      ) {
        throw new Error(`${resource.reference} already exists`);
      }
      return create?.(placed(resource));
    },
    update: async (resource, before) => update?.(placed(resource), before),
    ...(remove === undefined ? {} : { delete: remove }),
  };
}

/**
 * A late line of a bake makes its log group again, without an owner, for as long as a role is there by which AWS's policies let it.
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/EC2InstanceProfileForImageBuilder.html
 */
function logGroup(account: DeployedAccount): ResourceHandler {
  return {
    delete: (resource) => {
      const now = account.clock.now().getTime();
      const isWritten =
        resource.reference.startsWith('/aws/imagebuilder/') &&
        account.imageBuilder.all.some(({ endsAt }) => endsAt.getTime() > now - LATE_LINES) &&
        account
          .living('AWS::IAM::Role', resource.environment)
          .some(({ properties }) =>
            JSON.stringify(properties['ManagedPolicyArns'] ?? []).includes('ImageBuilder'),
          );
      if (isWritten) {
        const policies = { deletionPolicy: 'Delete', replacePolicy: 'Delete' };
        account.formation.living.add({ ...resource, ...policies, stack: '', attributes: {}, isNamed: true });
      }
      return Promise.resolve();
    },
  };
}

function imageBuilderDocument(account: DeployedAccount): ResourceHandler {
  return {
    create: ({ reference }) => {
      account.imageBuilder.documents.restore(reference);
      return Promise.resolve(undefined);
    },
  };
}

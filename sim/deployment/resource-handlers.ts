import { deployData } from '../account/services/accounts-of-stacks';
import { unmodelled } from '../aws/cloudformation/environment';
import type { DeployedResource, ResourceHandler } from './cloudformation/deployment';
import { clusterHandlers } from './cluster-handlers';
import { modelOf, type DeployedAccount } from './deployed-account';
import { fleetHandlers } from './fleet-handlers';
import { BalancerInterfaces, loadBalancerHandlers } from './load-balancer-handlers';
import { createProvider } from './resource-provider';
import { serviceHandlers } from './service-handlers';

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
  'AWS::Lambda::Function',
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

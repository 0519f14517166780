import type { Principal } from '../../../sim/account/principal';
import { deployData } from '../../../sim/account/services/accounts-of-stacks';
import { unmodelled, type Environment } from '../../../sim/aws/cloudformation/environment';
import type { PhysicalResource } from '../../../sim/aws/cloudformation/physical-names';
import type { AssemblyStack, TemplateResource } from '../../../sim/aws/cloudformation/assembly';
import { StackModel } from '../../../sim/aws/cloudformation/stack-model';
import { SimulatedAccount, type SimulatedAccountOptions } from '../../../sim/rehearsal/simulated-account';
import type {
  DeployedResource,
  LivingResource,
  ResourceHandler,
  StackEvent,
} from '../cloudformation/deployment';
import { SimulatedCloudFormation } from '../cloudformation/simulated-cloudformation';
import { clusterHandlers } from './cluster-handlers';
import { fleetHandlers } from './fleet-handlers';
import { BalancerInterfaces, loadBalancerHandlers } from './load-balancer-handlers';
import { createProvider } from './resource-provider';
import { serviceHandlers } from './service-handlers';
import type { SharedClock } from './shared-clock';

/** What is there of a stack, with the names that it got. */
class LivingModel extends StackModel {
  constructor(
    stack: AssemblyStack,
    private readonly resources_: ReadonlyMap<string, PhysicalResource>,
  ) {
    super(
      stack,
      () => undefined,
      () => [],
    );
  }

  protected override lookup(logicalId: string): PhysicalResource {
    return this.resources_.get(logicalId) ?? super.lookup(logicalId);
  }
}

function modelOf(resources: readonly LivingResource[]): StackModel {
  const [{ environment, stack: name }] = resources as [LivingResource];
  const template: Record<string, TemplateResource> = {};
  const physical = new Map<string, PhysicalResource>();
  for (const one of resources) {
    // What was replaced or left behind is there beside what took its place.
    const id = physical.has(one.logicalId) ? `${one.logicalId}Before${physical.size}` : one.logicalId;
    template[id] = { Type: one.type, Properties: one.properties };
    physical.set(id, one);
  }
  return new LivingModel({ name, environment, template: { Resources: template }, assets: [] }, physical);
}

/** Seconds that CloudFormation takes for a resource; figures of the field, not measured. */
const STEP_SECONDS = 2;
const SLOW_STEPS: Readonly<Record<string, number>> = {
  'AWS::AutoScaling::AutoScalingGroup': 15,
  'AWS::ECS::CapacityProvider': 15,
  'AWS::Lambda::Function': 5,
};

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
]);

/** What a deployed account is made with. */
export interface DeployedAccountOptions extends Omit<SimulatedAccountOptions, 'folder' | 'clock'> {
  readonly clock: SharedClock;
  /** Fails a step of a deployment, for a test: why, or undefined. */
  readonly trouble?: (event: Pick<StackEvent, 'stack' | 'logicalId' | 'type'>) => string | undefined;
}

/** Accounts in which stacks come, change and go while functions run in them. */
export class DeployedAccount extends SimulatedAccount {
  readonly formation: SimulatedCloudFormation;
  /** What groups have sent and nobody has taken yet. */
  readonly groupEvents: { readonly group: string; readonly kind: string }[] = [];
  readonly shared: SharedClock;
  trouble: NonNullable<DeployedAccountOptions['trouble']>;

  constructor(options: DeployedAccountOptions) {
    const { clock } = options;
    super({ ...options, folder: [] });
    this.shared = clock;
    this.trouble = options.trouble ?? (() => undefined);
    this.formation = new SimulatedCloudFormation({
      handlers: this.handlers(),
      readParameter: (name, place) => this.world.ssm.read(place, name, clock.now()),
      pass: ({ type }) => clock.pass(SLOW_STEPS[type] ?? STEP_SECONDS),
      changed: () => {
        this.refresh();
      },
      isGone: ({ reference }) => this.imageBuilder.documents.isDeleted(reference),
    });
  }

  /** Does something as a caller. What it may not do fails there, and nowhere else. */
  override as<T>(
    caller: Principal,
    work: () => Promise<T>,
    { region }: { readonly region: string } = this.environment,
  ): Promise<T> {
    return this.world.accounts.as(caller, region, work);
  }

  /** Deploys a stack as the CDK does: files first, and one that was never made is begun anew. */
  async deploy({ assets, environment = this.environment, name, template }: AssemblyStack): Promise<void> {
    for (const { bucketName, objectKey, path } of assets.filter((one) => one.path.endsWith('.zip'))) {
      const bucket = bucketName
        .replaceAll('${AWS::AccountId}', environment.account)
        .replaceAll('${AWS::Region}', environment.region);
      this.world.s3.putFile({ ...environment, name: bucket }, objectKey, path, this.clock.now());
    }
    this.cloudFormation.add(environment, {
      name,
      arn: this.formation.stackId(name, environment),
      createdAt: this.clock.now(),
      status: () => this.formation.status(name, environment) ?? 'CREATE_IN_PROGRESS',
    });
    await this.formation.deploy(name, template, environment);
  }

  /** What is there of a type, everywhere or in an account's region; roles are the whole account's. */
  living(type: string, place?: Environment): readonly LivingResource[] {
    const isThere = ({ account, region }: Environment) =>
      place === undefined ||
      (account === place.account && (type.startsWith('AWS::IAM::') || region === place.region));
    return [...this.formation.living].filter((one) => one.type === type && isThere(one.environment));
  }

  private refresh(): void {
    const stacks = new Map<string, LivingResource[]>();
    for (const one of this.formation.living) {
      const key = `${one.environment.account} ${one.environment.region} ${one.stack}`;
      stacks.set(key, [...(stacks.get(key) ?? []), one]);
    }
    this.stacks.splice(0, this.stacks.length, ...[...stacks.values()].map(modelOf));
    this.world.noteIam();
  }

  private handlers(): Readonly<Record<string, ResourceHandler>> {
    const interfaces = new BalancerInterfaces(this);
    const types: Record<string, ResourceHandler> = {
      ...Object.fromEntries([...PASSIVE].map((type) => [type, {}])),
      'AWS::S3::Bucket': this.data((one) => {
        this.world.s3.deleteBucket(one.reference);
      }),
      'AWS::SNS::Topic': this.data((one) => {
        this.world.sns.delete(one.reference);
      }),
      'AWS::StepFunctions::StateMachine': this.data((one) => {
        this.world.states.delete(one.reference);
      }),
      'AWS::SSM::Parameter': this.parameter(),
      'AWS::Logs::LogGroup': this.logGroup(),
      'AWS::ImageBuilder::Component': this.imageBuilderDocument(),
      'AWS::ImageBuilder::Workflow': this.imageBuilderDocument(),
      ...clusterHandlers(this, this.shared),
      ...serviceHandlers(this),
      ...loadBalancerHandlers(this, interfaces),
      ...fleetHandlers(this, this.shared, interfaces),
      'Custom::': createProvider(this, this.shared),
    };
    const wrapped = Object.entries(types).map(([type, handler]) => [type, this.troubled(handler)] as const);
    return new Proxy(Object.fromEntries(wrapped), {
      get: (handlers, type: string) => {
        if (!Object.hasOwn(handlers, type) && !type.startsWith('Custom::')) {
          throw unmodelled(`the deployment of a ${type}`);
        }
        return handlers[type];
      },
    });
  }

  private troubled({ create, delete: remove, update }: ResourceHandler): ResourceHandler {
    const check = (resource: DeployedResource) => {
      const why = this.trouble(resource);
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

  private data(remove: (resource: DeployedResource) => void): ResourceHandler {
    const make = (resource: DeployedResource) => {
      const { s3, secrets, sns, ssm, states } = this.world;
      const living = { ...resource, attributes: {}, isNamed: true, deletionPolicy: '', replacePolicy: '' };
      deployData(modelOf([living]), { now: this.clock.now(), s3, secrets, sns, ssm, states });
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

  private parameter(): ResourceHandler {
    const {
      create,
      delete: remove,
      update,
    } = this.data(({ environment, reference }) => {
      this.world.ssm.remove(environment, reference, this.clock.now());
    });
    const placed = (resource: DeployedResource): DeployedResource => ({
      ...resource,
      properties: { ...resource.properties, Name: resource.reference },
    });
    return {
      create: async (resource) => {
        if (this.world.ssm.read(resource.environment, resource.reference, this.clock.now()) !== undefined) {
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
  private logGroup(): ResourceHandler {
    return {
      delete: (resource) => {
        const now = this.clock.now().getTime();
        const isWritten =
          resource.reference.startsWith('/aws/imagebuilder/') &&
          this.imageBuilder.all.some(({ endsAt }) => endsAt.getTime() > now - LATE_LINES) &&
          this.living('AWS::IAM::Role', resource.environment).some(({ properties }) =>
            JSON.stringify(properties['ManagedPolicyArns'] ?? []).includes('ImageBuilder'),
          );
        if (isWritten) {
          const policies = { deletionPolicy: 'Delete', replacePolicy: 'Delete' };
          this.formation.living.add({ ...resource, ...policies, stack: '', attributes: {}, isNamed: true });
        }
        return Promise.resolve();
      },
    };
  }

  private imageBuilderDocument(): ResourceHandler {
    return {
      create: ({ reference }) => {
        this.imageBuilder.documents.restore(reference);
        return Promise.resolve(undefined);
      },
    };
  }
}

import type { Principal } from '../account/principal';
import type { SimulatedEvent } from '../account/services/notices';
import type { Environment } from '../aws/cloudformation/environment';
import type { PhysicalResource } from '../aws/cloudformation/physical-names';
import type { AssemblyStack, TemplateResource } from '../aws/cloudformation/assembly';
import { StackModel } from '../aws/cloudformation/stack-model';
import { SimulatedAccount, type SimulatedAccountOptions } from '../rehearsal/simulated-account';
import type { LivingResource, ResourceHandler, StackEvent } from './cloudformation/deployment';
import { SimulatedCloudFormation } from './cloudformation/simulated-cloudformation';
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

/** A model of resources that are there. */
export function modelOf(resources: readonly LivingResource[]): StackModel {
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

/** What a deployed account is made with. */
export interface DeployedAccountOptions extends Omit<
  SimulatedAccountOptions,
  'folder' | 'clock' | 'deliver'
> {
  readonly clock: SharedClock;
  /** Fails a step of a deployment, for a test: why, or undefined. */
  readonly trouble?: (event: Pick<StackEvent, 'stack' | 'logicalId' | 'type'>) => string | undefined;
  /** What CloudFormation comes to as early as it may, by type; absent: nothing. */
  readonly isEarly?: (type: string) => boolean;
}

/** Accounts in which stacks come, change and go while functions run in them. */
export class DeployedAccount extends SimulatedAccount {
  readonly formation: SimulatedCloudFormation;
  /** What groups have sent and nobody has taken yet. */
  readonly groupEvents: {
    readonly environment: Environment;
    readonly group: string;
    readonly kind: string;
  }[] = [];
  /** What buses were sent and nobody has delivered yet. */
  readonly sent: SimulatedEvent[];
  readonly shared: SharedClock;
  trouble: NonNullable<DeployedAccountOptions['trouble']>;

  /** `handlers` do in an account what its resources are there for. */
  constructor(
    handlers: (account: DeployedAccount) => Readonly<Record<string, ResourceHandler>>,
    options: DeployedAccountOptions,
  ) {
    const { clock } = options;
    const sent: SimulatedEvent[] = [];
    super({
      ...options,
      folder: [],
      deliver: (event) => {
        sent.push(event);
      },
    });
    this.sent = sent;
    this.shared = clock;
    this.trouble = options.trouble ?? (() => undefined);
    this.formation = new SimulatedCloudFormation({
      handlers: handlers(this),
      readParameter: (name, place) => this.world.ssm.read(place, name, clock.now()),
      pass: ({ type }) => clock.pass(SLOW_STEPS[type] ?? STEP_SECONDS),
      changed: () => {
        this.refresh();
      },
      isGone: ({ reference }) => this.imageBuilder.documents.isDeleted(reference),
      isEarly: options.isEarly,
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
}

import { type JsonObject, isJsonObject } from '../../lib/contract/values/json';
import {
  capabilitiesOf,
  GMSA,
  loggingDriver,
  TASK_INTERFACES,
  TASK_ROLES,
} from '../aws/fleet/host-capabilities';
import type { SimulatedGroup } from '../aws/fleet/simulated-group';
import type { DeployedResource, LivingResource, ResourceHandler } from './cloudformation/deployment';
import { clusterNamed } from './cluster-handlers';
import type { DeployedAccount } from './deployed-account';

const ELB = 'AWS::ElasticLoadBalancingV2::';
const BALANCER = `${ELB}LoadBalancer`;
const TARGET_GROUP = `${ELB}TargetGroup`;

/** How long a load balancer takes to be active; a figure of the field, not measured. */
const PROVISION_SECONDS = 150;

/** How often, and how long, CloudFormation tries to delete what something depends on; an assumption. */
const RETRY_SECONDS = 30;
const MOST_TRIES = 20;

/**
 * How long the network interfaces of a deleted load balancer hold its subnets and security groups.
 * @see https://github.com/hashicorp/terraform/issues/3758
 */
const INTERFACE_SECONDS = 180;

/** Whether something of a resource's place names it, anywhere in its properties. */
function isNamedBy(one: LivingResource, reference: string): boolean {
  return JSON.stringify(one.properties).includes(JSON.stringify(reference));
}

/** What load balancers hold of a network, which nobody may delete meanwhile. */
export class BalancerInterfaces {
  /** By what they name, until when after their deletion. */
  private readonly left: { readonly balancer: LivingResource; readonly until: Date }[] = [];

  constructor(private readonly account: DeployedAccount) {}

  leave(balancer: DeployedResource): void {
    const until = new Date(this.account.clock.now().getTime() + INTERFACE_SECONDS * 1000);
    const living = this.account.living(BALANCER, balancer.environment);
    const found = living.find(({ reference }) => reference === balancer.reference);
    if (found !== undefined) {
      this.left.push({ balancer: found, until });
    }
  }

  /** Whether a load balancer, or what is left of one, has an interface in a subnet, or of a security group. */
  use({ environment, reference }: DeployedResource): boolean {
    const now = this.account.clock.now();
    const living = this.account.living(BALANCER, environment);
    const leaving = this.left.filter(({ until }) => now < until).map(({ balancer }) => balancer);
    return [...living, ...leaving].some((one) => isNamedBy(one, reference));
  }
}

/** What happens in an account when load balancers, their listeners and their target groups come and go. */
export function loadBalancerHandlers(
  account: DeployedAccount,
  interfaces: BalancerInterfaces,
): Readonly<Record<string, ResourceHandler>> {
  const { shared: clock } = account;
  return {
    [BALANCER]: {
      create: async () => {
        await clock.pass(PROVISION_SECONDS);
        return undefined;
      },
      /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-delete.html */
      delete: (resource) => {
        const attributes = resource.properties['LoadBalancerAttributes'];
        const isProtected = (Array.isArray(attributes) ? attributes : [])
          .filter(isJsonObject)
          .some(({ Key, Value }) => Key === 'deletion_protection.enabled' && String(Value) === 'true');
        if (isProtected) {
          const what = `Load balancer '${resource.reference}'`;
          return Promise.reject(
            new Error(`${what} cannot be deleted because deletion protection is enabled`),
          );
        }
        interfaces.leave(resource);
        return Promise.resolve();
      },
    },
    [`${ELB}Listener`]: {},
    [`${ELB}ListenerRule`]: {},
    [TARGET_GROUP]: {
      /** @see https://github.com/cloud-custodian/cloud-custodian/issues/3559 */
      delete: (resource) =>
        hasListener(account, resource, resource.reference)
          ? Promise.reject(
              new Error(
                `Target group '${resource.reference}' is currently in use by a listener or a rule (ResourceInUse)`,
              ),
            )
          : Promise.resolve(),
    },
    'AWS::EC2::VPCGatewayAttachment': {
      /** @see https://github.com/eksctl-io/eksctl/issues/253 */
      delete: async ({ environment, properties }) => {
        const faces = (one: LivingResource) => one.properties['Scheme'] === 'internet-facing';
        const id = String(properties['VpcId']);
        await untilFree(
          account,
          () => account.living(BALANCER, environment).some(faces),
          `Network ${id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
      },
    },
  };
}

/** Tries as CloudFormation does for as long as something depends on what is to be deleted. */
export async function untilFree(
  { shared }: Pick<DeployedAccount, 'shared'>,
  isUsed: () => boolean,
  refusal: string,
): Promise<void> {
  for (let tries = 0; isUsed(); tries += 1) {
    if (tries === MOST_TRIES) {
      throw new Error(refusal);
    }
    await shared.pass(RETRY_SECONDS);
  }
}

/** Rules of other security groups that name one. */
export function rulesNaming(
  account: DeployedAccount,
  { environment, reference }: DeployedResource,
): readonly LivingResource[] {
  return ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress', 'AWS::EC2::SecurityGroup']
    .flatMap((type) => account.living(type, environment))
    .filter((one) => one.reference !== reference && isNamedBy(one, reference));
}

/** Whether a listener, or a rule of one, forwards to a target group. */
function hasListener(
  account: DeployedAccount,
  { environment }: Pick<DeployedResource, 'environment'>,
  targetGroup: string,
): boolean {
  return ['Listener', 'ListenerRule']
    .flatMap((kind) => account.living(`${ELB}${kind}`, environment))
    .some((one) => isNamedBy(one, targetGroup));
}

/** The target groups of a service. */
export function targetsOf(account: DeployedAccount, { environment, properties }: DeployedResource) {
  const targets = properties['LoadBalancers'];
  return (Array.isArray(targets) ? targets : []).filter(isJsonObject).map((target) => {
    const arn = String(target['TargetGroupArn']);
    const group = account.living(TARGET_GROUP, environment).find(({ reference }) => reference === arn);
    return {
      arn,
      container: String(target['ContainerName']),
      port: Number(target['ContainerPort']),
      type: textIn(group?.properties['TargetType'], 'instance'),
      isAttached: hasListener(account, { environment }, arn),
      delaySeconds: deregistrationDelay(group?.properties['TargetGroupAttributes']),
    };
  });
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html */
function deregistrationDelay(attributes: unknown): number {
  const found = (Array.isArray(attributes) ? attributes : [])
    .filter(isJsonObject)
    .find(({ Key }) => Key === 'deregistration_delay.timeout_seconds');
  return Number(found?.['Value'] ?? 300);
}

export function textIn(value: unknown, preset: string): string {
  return typeof value === 'string' ? value : preset;
}

/** How long a service takes until its first tasks run and are healthy; a figure of the field, not measured. */
const STEADY_SECONDS = 180;

/** How long ECS takes to start a task elsewhere before it stops one of an instance that drains; likewise. */
const REPLACE_SECONDS = 120;

/**
 * For how long CloudFormation waits for a service that it deletes, as the schema of its handler says and users report.
 * @see https://github.com/hashicorp/terraform-provider-awscc/blob/main/internal/service/cloudformation/schemas/AWS_ECS_Service.json
 * @see https://github.com/aws-samples/eb-java-scorekeep/pull/21
 */
const LONGEST_DELETION = 30 * 60;

/**
 * For how long it waits for a service to be steady, as users report.
 * @see https://github.com/aws/aws-toolkit-visual-studio/issues/293
 */
const LONGEST_CREATION = 3 * 60 * 60;

function notStable(reference: string): Error {
  return new Error(`Resource of type 'AWS::ECS::Service' with identifier '${reference}' did not stabilize.`);
}

/**
 * What happens in an account when services come, change and go. Each host has a task of the services of its capacity provider, and
 * all of these stop alike.
 */
export function serviceHandlers(account: DeployedAccount): Readonly<Record<string, ResourceHandler>> {
  const { shared: clock } = account;
  const serve = async (resource: DeployedResource) => {
    refuseTargets(account, resource);
    const { environment, properties, reference } = resource;
    clusterNamed(account, String(properties['Cluster']), environment).serve(reference, providersOf(resource));
    const { delaySeconds, stopSeconds } = endOf(account, resource);
    const needs = attributesFor(account, resource);
    for (const group of groupsOf(account, resource)) {
      group.needs.begin(reference, needs);
      group.stopSeconds = Math.max(group.stopSeconds, delaySeconds + stopSeconds);
      group.drainSeconds = Math.max(group.drainSeconds, REPLACE_SECONDS + delaySeconds + stopSeconds);
    }
    const missing = closestWithout(groupsOf(account, resource), needs);
    if (missing !== undefined) {
      const message =
        `service ${reference} was unable to place a task because no container instance met all of its requirements. The closest matching ` +
        `container-instance ${missing} is missing an attribute required by your task. For more information, see the Troubleshooting section of ` +
        'the Amazon ECS Developer Guide.';
      clusterNamed(account, String(properties['Cluster']), environment).report(
        reference,
        message,
        clock.now(),
      );
      await clock.pass(LONGEST_CREATION);
      throw notStable(reference);
    }
    await clock.pass(STEADY_SECONDS);
    return undefined;
  };
  /** Deletes it, unless that was done before; gives when its last task has stopped. */
  const drain = (resource: DeployedResource, seconds: number): Date => {
    const { environment, properties, reference } = resource;
    const cluster = account.fleets.clusters.find(environment, String(properties['Cluster']));
    const known = cluster?.services.get(reference)?.drainedAt;
    if (known !== undefined) {
      return known;
    }
    const groups = groupsOf(account, resource);
    const drainedAt = new Date(clock.now().getTime() + seconds * 1000);
    groups.forEach((group) => {
      group.needs.end(reference);
    });
    cluster?.drain(reference, drainedAt, () => groups.some(({ instances }) => instances.length > 0));
    endUnserved(resource);
    return drainedAt;
  };
  /** Ends the tasks of the hosts that it had where no service places any on them now. */
  const endUnserved = (resource: DeployedResource): void => {
    const { environment, properties } = resource;
    const cluster = account.fleets.clusters.find(environment, String(properties['Cluster']));
    const active = [...(cluster?.services.values() ?? [])].filter((one) => one.drainedAt === undefined);
    if (!active.some(({ providers }) => providers.some((one) => providersOf(resource).includes(one)))) {
      groupsOf(account, resource).forEach((group) => {
        group.endServices();
      });
    }
  };
  return {
    'AWS::ECS::Service': {
      create: serve,
      /** A service that changes its capacity providers starts tasks on the new ones before those on the old ones stop. */
      update: async (resource, before) => {
        await serve(resource);
        groupsOf(account, before)
          .filter((group) => !groupsOf(account, resource).includes(group))
          .forEach((group) => {
            group.needs.end(before.reference);
          });
        endUnserved(before);
        return undefined;
      },
      /**
       * A service is `INACTIVE` once the last of its tasks is stopping, which ends after that.
       * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
       */
      delete: async (resource) => {
        const { delaySeconds, stopSeconds } = endOf(account, resource);
        const drainedAt = drain(resource, delaySeconds + stopSeconds);
        const left = (drainedAt.getTime() - clock.now().getTime()) / 1000 - stopSeconds;
        await clock.pass(Math.max(0, Math.min(left, LONGEST_DELETION)));
        if (left > LONGEST_DELETION) {
          throw notStable(resource.reference);
        }
      },
    },
  };
}

function providersOf({ properties }: DeployedResource): readonly string[] {
  const strategy = properties['CapacityProviderStrategy'] as readonly JsonObject[] | undefined;
  return (strategy ?? []).map((one) => String(one['CapacityProvider']));
}

/** The groups whose instances its capacity providers offer. */
function groupsOf(account: DeployedAccount, resource: DeployedResource): readonly SimulatedGroup[] {
  const { environment } = resource;
  const own = account
    .living('AWS::ECS::CapacityProvider', environment)
    .filter(({ reference }) => providersOf(resource).includes(reference));
  const arns = own.flatMap(({ properties: { AutoScalingGroupProvider: provider } }) =>
    isJsonObject(provider) ? String(provider['AutoScalingGroupArn']) : [],
  );
  return account.fleets.groupsAt(environment).filter(({ name }) => arns.some((arn) => arn.endsWith(name)));
}

/** How its tasks end: their targets leave the load balancer, then their containers have time to stop. */
function endOf(account: DeployedAccount, resource: DeployedResource) {
  const delays = targetsOf(account, resource).map(({ delaySeconds }) => delaySeconds);
  const stops = containersOf(account, resource).map(({ StopTimeout = 30 }) => Number(StopTimeout));
  return { delaySeconds: Math.max(0, ...delays), stopSeconds: Math.max(...stops) };
}

function taskOf(account: DeployedAccount, { environment, properties }: DeployedResource): JsonObject {
  const found = account
    .living('AWS::ECS::TaskDefinition', environment)
    .find(({ reference }) => reference === properties['TaskDefinition']);
  return found?.properties ?? {};
}

/**
 * The attributes that ECS requires of a host for the task of a service, of those that hosts are simulated with.
 * @see https://github.com/aws/amazon-ecs-agent/issues/1429
 */
function attributesFor(account: DeployedAccount, resource: DeployedResource): readonly string[] {
  const { NetworkMode, TaskRoleArn } = taskOf(account, resource);
  const containers = containersOf(account, resource);
  const drivers = containers.flatMap(({ LogConfiguration: log }) =>
    isJsonObject(log) ? loggingDriver(String(log['LogDriver'])) : [],
  );
  const hasSpec = containers.some(({ CredentialSpecs: specs }) => Array.isArray(specs) && specs.length > 0);
  return [
    ...new Set(drivers),
    ...(TaskRoleArn === undefined ? [] : [TASK_ROLES]),
    ...(NetworkMode === 'awsvpc' ? [TASK_INTERFACES] : []),
    ...(hasSpec ? [GMSA] : []),
  ];
}

/**
 * The host that lacks least, where none has all; undefined where one has, or none has registered, for which more are started.
 * @see https://github.com/pulumi/pulumi-cloud/issues/454
 */
function closestWithout(groups: readonly SimulatedGroup[], needs: readonly string[]): string | undefined {
  const hosts = groups.flatMap((group) =>
    group.instances.map((instance) => {
      const { has } = capabilitiesOf(group.template.find(instance.version));
      return { id: instance.id, missing: needs.filter((one) => !has(one)).length };
    }),
  );
  const [closest] = hosts.sort((one, other) => one.missing - other.missing);
  return closest === undefined || closest.missing === 0 ? undefined : closest.id;
}

function containersOf(account: DeployedAccount, resource: DeployedResource): readonly JsonObject[] {
  const { ContainerDefinitions: containers } = taskOf(account, resource);
  return (Array.isArray(containers) ? containers : []).filter(isJsonObject);
}

/**
 * @see https://github.com/aws/aws-cdk/issues/1160
 * @see https://github.com/aws/amazon-ecs-agent/issues/1276
 * @see https://github.com/pulumi/pulumi-awsx/issues/1172
 * @see https://github.com/hashicorp/terraform/issues/24266
 */
function refuseTargets(account: DeployedAccount, resource: DeployedResource): void {
  const mode = textIn(taskOf(account, resource)['NetworkMode'], 'bridge');
  for (const { arn, container, isAttached, port, type } of targetsOf(account, resource)) {
    if (!isAttached) {
      throw new Error(
        `The target group with targetGroupArn ${arn} does not have an associated load balancer.`,
      );
    }
    const named = containersOf(account, resource).find(({ Name }) => Name === container);
    if (named === undefined) {
      throw new Error(`The container ${container} does not exist in the task definition.`);
    }
    const mappings = named['PortMappings'];
    const ports = (Array.isArray(mappings) ? mappings : []).filter(isJsonObject);
    if (!ports.some(({ ContainerPort }) => ContainerPort === port)) {
      throw new Error(`The container ${container} did not have a container port ${port} defined.`);
    }
    if ((type === 'ip') !== (mode === 'awsvpc')) {
      throw new Error(
        `The provided target group ${arn} has target type ${type}, which is incompatible with the ${mode} network mode specified in ` +
          'the task definition.',
      );
    }
  }
}

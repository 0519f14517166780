import { isJsonObject } from '../../lib/contract/values/json';
import type { DeployedResource, LivingResource, ResourceHandler } from './cloudformation/deployment';
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

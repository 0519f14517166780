import { type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Ec2Service, type ICluster, type NetworkMode } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { WindowsTaskDefinition } from '../../lib/fleet/windows-task-definition';

/** What fleets and tasks run unless said. */
export const os = WindowsOs.SERVER_2022_CORE;
/** On which a load balancer reaches tasks in NAT mode. */
export const PORTS = { IpProtocol: 'tcp', FromPort: 32768, ToPort: 65535 };

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The resources of a stack's template. */
export function resourcesOf(stack: Stack): Readonly<Record<string, Resource>> {
  return Template.fromStack(stack).toJSON()['Resources'] as Readonly<Record<string, Resource>>;
}

/** The logical ids of the resources of a type. */
export function idsOf(stack: Stack, type: string): string[] {
  return Object.entries(resourcesOf(stack)).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
}

/** Everything that must be there before a resource is created, and leaves only after it is deleted. */
export function before(stack: Stack, id: string, seen = new Set<string>()): ReadonlySet<string> {
  const resources = resourcesOf(stack);
  const { DependsOn = [], Properties = {} } = resources[id]!;
  const text = JSON.stringify(Properties);
  const direct = Object.keys(resources).filter(
    (other) => text.includes(`{"Ref":"${other}"}`) || text.includes(`"Fn::GetAtt":["${other}",`),
  );
  for (const other of [...DependsOn, ...direct]) {
    if (!seen.has(other)) {
      seen.add(other);
      before(stack, other, seen);
    }
  }
  return seen;
}

/** A cluster with its network. */
export function clusterIn(stack: Stack): Cluster {
  return new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
}

/** A fleet in that cluster. */
export function fleetIn(
  stack: Stack,
  cluster: ICluster,
  props: Partial<WindowsCapacityProviderProps> = {},
): WindowsCapacityProvider {
  const ami = WindowsAmi.fromChannel({ os });
  return new WindowsCapacityProvider(stack, 'Windows', { cluster, ami, ...props });
}

interface ServiceOptions {
  readonly hostPort?: number;
  readonly networkMode?: NetworkMode;
  readonly balancer?: ApplicationLoadBalancer;
}

/** A service of the fleet behind a load balancer. */
export function serviceIn(
  scope: Construct,
  cluster: ICluster,
  hosts: WindowsCapacityProvider,
  { balancer, hostPort, networkMode }: ServiceOptions = {},
): Ec2Service {
  const taskDefinition = new WindowsTaskDefinition(scope, 'Task', {
    os,
    ...(networkMode === undefined ? {} : { networkMode }),
  });
  taskDefinition.addContainer('web', {
    image: ContainerImage.fromRegistry('contoso/web:1'),
    cpu: 512,
    memoryLimitMiB: 1024,
    portMappings: [{ containerPort: 80, ...(hostPort === undefined ? {} : { hostPort }) }],
  });
  const service = new Ec2Service(scope, 'Web', {
    cluster,
    taskDefinition,
    minHealthyPercent: 100,
    circuitBreaker: { rollback: true },
    capacityProviderStrategies: [hosts.strategy()],
  });
  const front = balancer ?? new ApplicationLoadBalancer(scope, 'Front', { vpc: cluster.vpc });
  front.addListener('Http', { port: 80, open: false }).addTargets('Web', { port: 80, targets: [service] });
  return service;
}

/** The rules that a template has as resources of their own, as aws-cdk-lib makes them between two groups. */
export function rules(
  stack: Stack,
  type: 'Ingress' | 'Egress',
): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(resourcesOf(stack)).flatMap(({ Type, Properties = {} }) =>
    Type === `AWS::EC2::SecurityGroup${type}` ? [Properties] : [],
  );
}

/** The security group of that description. */
export function groupIn(stack: Stack, description: RegExp): string {
  const found = Object.entries(resourcesOf(stack)).find(
    ([, { Properties, Type }]) =>
      Type === 'AWS::EC2::SecurityGroup' && description.test(String(Properties?.['GroupDescription'])),
  );
  return found![0];
}

/** The value that a stack exports of an attribute of a resource, as another stack imports it. */
export function imported(from: Stack, id: string, attribute: string): object {
  const outputs = Template.fromStack(from).toJSON()['Outputs'] as Readonly<
    Record<string, { readonly Value: unknown; readonly Export: { readonly Name: string } }>
  >;
  const value = JSON.stringify({ 'Fn::GetAtt': [id, attribute] });
  const found = Object.values(outputs).find((output) => JSON.stringify(output.Value) === value);
  return { 'Fn::ImportValue': found?.Export.Name };
}

/** How the security groups are described that services and balancers have. */
export const HOSTS = /^Instances of the Winbake fleet/;
export const FRONT = /Balancer|Front/i;
/** The id of a security group. */
export const groupId = (id: string) => ({ 'Fn::GetAtt': [id, 'GroupId'] });

import { App, NestedStack, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerImage,
  Ec2Service,
  NetworkMode,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { WindowsTaskDefinition } from '../../lib/fleet/windows-task-definition';
import { WindowsOs } from '../../lib/ami/windows-os';

const os = WindowsOs.SERVER_2022_CORE;
const PORTS = { IpProtocol: 'tcp', FromPort: 32768, ToPort: 65535 };

interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties?: Readonly<Record<string, unknown>>;
}

function resourcesOf(stack: Stack): Readonly<Record<string, Resource>> {
  return Template.fromStack(stack).toJSON()['Resources'] as Readonly<Record<string, Resource>>;
}

function idsOf(stack: Stack, type: string): string[] {
  return Object.entries(resourcesOf(stack)).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
}

/** Everything that must be there before a resource is created, and leaves only after it is deleted. */
function before(stack: Stack, id: string, seen = new Set<string>()): ReadonlySet<string> {
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

function clusterIn(stack: Stack): Cluster {
  return new Cluster(stack, 'Cluster', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) });
}

function fleetIn(
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

function serviceIn(
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
function rules(stack: Stack, type: 'Ingress' | 'Egress'): readonly Readonly<Record<string, unknown>>[] {
  return Object.values(resourcesOf(stack)).flatMap(({ Type, Properties = {} }) =>
    Type === `AWS::EC2::SecurityGroup${type}` ? [Properties] : [],
  );
}

function groupIn(stack: Stack, description: RegExp): string {
  const found = Object.entries(resourcesOf(stack)).find(
    ([, { Properties, Type }]) =>
      Type === 'AWS::EC2::SecurityGroup' && description.test(String(Properties?.['GroupDescription'])),
  );
  return found![0];
}

/** The value that a stack exports of an attribute of a resource, as another stack imports it. */
function imported(from: Stack, id: string, attribute: string): object {
  const outputs = Template.fromStack(from).toJSON()['Outputs'] as Readonly<
    Record<string, { readonly Value: unknown; readonly Export: { readonly Name: string } }>
  >;
  const value = JSON.stringify({ 'Fn::GetAtt': [id, attribute] });
  const found = Object.values(outputs).find((output) => JSON.stringify(output.Value) === value);
  return { 'Fn::ImportValue': found?.Export.Name };
}

const HOSTS = /^Instances of the Winbake fleet/;
const FRONT = /Balancer|Front/i;
const groupId = (id: string) => ({ 'Fn::GetAtt': [id, 'GroupId'] });

describe('a load balancer reaches the instances of a fleet (aws-cdk#14764)', () => {
  test('in one stack, in and out, on the ports that Docker chooses on Windows', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster));
    const [hosts, front] = [groupIn(stack, HOSTS), groupIn(stack, FRONT)].map(groupId);
    expect(rules(stack, 'Ingress')).toEqual([
      expect.objectContaining({ ...PORTS, GroupId: hosts, SourceSecurityGroupId: front }),
    ]);
    expect(rules(stack, 'Egress')).toEqual([
      expect.objectContaining({ ...PORTS, GroupId: front, DestinationSecurityGroupId: hosts }),
    ]);
  });

  test('on the port of the host where the task names one, and on no other', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster), { hostPort: 8080 });
    expect(rules(stack, 'Ingress')).toEqual([expect.objectContaining({ FromPort: 8080, ToPort: 8080 })]);
  });

  test('of a stack of its own, where the rules are in that stack', () => {
    const app = new App();
    const [platform, shop] = [new Stack(app, 'Platform'), new Stack(app, 'Shop')];
    const cluster = clusterIn(platform);
    serviceIn(shop, cluster, fleetIn(platform, cluster));
    const front = groupId(groupIn(shop, FRONT));
    const hosts = imported(platform, groupIn(platform, HOSTS), 'GroupId');
    expect(rules(shop, 'Ingress')).toEqual([
      expect.objectContaining({ ...PORTS, GroupId: hosts, SourceSecurityGroupId: front }),
    ]);
    expect(rules(shop, 'Egress')).toEqual([
      expect.objectContaining({ ...PORTS, GroupId: front, DestinationSecurityGroupId: hosts }),
    ]);
    expect(rules(platform, 'Ingress')).toEqual([]);
  });

  test('of the stack below the cluster, with the service above both', () => {
    const app = new App();
    const [network, platform, shop] = ['Network', 'Platform', 'Shop'].map((name) => new Stack(app, name));
    const vpc = new Vpc(network!, 'Vpc', { maxAzs: 2 });
    const balancer = new ApplicationLoadBalancer(network!, 'Front', { vpc });
    const cluster = new Cluster(platform!, 'Cluster', { vpc });
    serviceIn(shop!, cluster, fleetIn(platform!, cluster), { balancer });
    expect(rules(shop!, 'Ingress')).toEqual([
      expect.objectContaining({
        ...PORTS,
        GroupId: imported(platform!, groupIn(platform!, HOSTS), 'GroupId'),
        SourceSecurityGroupId: imported(network!, groupIn(network!, FRONT), 'GroupId'),
      }),
    ]);
  });

  test('of an imported cluster', () => {
    const stack = new Stack(new App(), 'Shop');
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    const own = new SecurityGroup(stack, 'Linux', { vpc, description: 'Linux hosts' });
    const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', {
      clusterName: 'shared',
      vpc,
      securityGroups: [own],
    });
    serviceIn(stack, cluster, fleetIn(stack, cluster));
    const reached = rules(stack, 'Ingress').map(({ GroupId }) => GroupId);
    expect(reached).toHaveLength(2);
    expect(reached).toEqual(
      expect.arrayContaining([groupId(groupIn(stack, HOSTS)), groupId(groupIn(stack, /^Linux/))]),
    );
  });

  test('not where tasks have network interfaces of their own', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster), { networkMode: NetworkMode.AWS_VPC });
    const hosts = groupId(groupIn(stack, HOSTS));
    expect(rules(stack, 'Ingress')).toHaveLength(1);
    expect(rules(stack, 'Ingress').map(({ GroupId }) => GroupId)).not.toContainEqual(hosts);
  });

  test('not where "allowServiceTraffic" is false', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster, { allowServiceTraffic: false }));
    expect(rules(stack, 'Ingress')).toEqual([]);
  });

  test('a cluster that is known by its ARN alone takes a fleet', () => {
    const stack = new Stack(new App(), 'Shop');
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    const arn = 'arn:aws:ecs:eu-west-1:111122223333:cluster/shared';
    fleetIn(stack, Cluster.fromClusterArn(stack, 'Cluster', arn), { vpc, fleetName: 'shop' });
    expect(rules(stack, 'Ingress')).toEqual([]);
  });
});

describe('a service is never without the association of its capacity provider (containers-roadmap#631)', () => {
  const ASSOCIATIONS = 'AWS::ECS::ClusterCapacityProviderAssociations';

  test('in one stack it waits for the association, and goes before it', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster));
    const [association] = idsOf(stack, ASSOCIATIONS);
    const [service] = idsOf(stack, 'AWS::ECS::Service');
    expect(association).toEqual(expect.any(String));
    expect(before(stack, service!)).toContain(association);
    expect(before(stack, association!)).not.toContain(service);
  });

  test('what it refers to is the name of the provider', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    const hosts = fleetIn(stack, cluster);
    const [provider] = idsOf(stack, 'AWS::ECS::CapacityProvider');
    const [parameter] = idsOf(stack, 'AWS::SSM::Parameter');
    expect(stack.resolve(hosts.strategy().capacityProvider)).toEqual({ 'Fn::GetAtt': [parameter, 'Value'] });
    expect(resourcesOf(stack)[parameter!]?.Properties).toMatchObject({
      Type: 'String',
      Value: { Ref: provider },
    });
  });

  test('so does a service that is made inside of the cluster', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(cluster, cluster, fleetIn(stack, cluster));
    const [[association], [service]] = [idsOf(stack, ASSOCIATIONS), idsOf(stack, 'AWS::ECS::Service')];
    expect(before(stack, service!)).toContain(association);
    expect(before(stack, association!)).not.toContain(service);
  });

  test('so does each of two fleets', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    fleetIn(stack, cluster);
    const ami = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2019_CORE });
    new WindowsCapacityProvider(stack, 'Old', { cluster, ami });
    const [association] = idsOf(stack, ASSOCIATIONS);
    const parameters = idsOf(stack, 'AWS::SSM::Parameter').filter((id) => id.includes('Associated'));
    expect(parameters).toHaveLength(2);
    for (const parameter of parameters) {
      expect(resourcesOf(stack)[parameter]?.DependsOn).toEqual([association]);
    }
  });

  test('a service of another stack imports what waits for the association', () => {
    const app = new App();
    const [shop, platform] = [new Stack(app, 'Shop'), new Stack(app, 'Platform')];
    const cluster = clusterIn(platform);
    serviceIn(shop, cluster, fleetIn(platform, cluster));
    const [[parameter], [service]] = [
      idsOf(platform, 'AWS::SSM::Parameter'),
      idsOf(shop, 'AWS::ECS::Service'),
    ];
    expect(resourcesOf(shop)[service!]?.Properties).toMatchObject({
      CapacityProviderStrategy: [{ CapacityProvider: imported(platform, parameter!, 'Value') }],
    });
    expect(before(platform, parameter!)).toContain(idsOf(platform, ASSOCIATIONS)[0]);
    expect(shop.dependencies).toEqual([platform]);
    expect(platform.dependencies).toEqual([]);
  });

  test('a nested stack with the service waits, too', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(new NestedStack(stack, 'Services'), cluster, fleetIn(stack, cluster));
    const [nested] = idsOf(stack, 'AWS::CloudFormation::Stack');
    expect(before(stack, nested!)).toContain(idsOf(stack, ASSOCIATIONS)[0]);
  });

  test('a fleet in a nested stack makes no circle with the association of its cluster, which the service waits for', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(new NestedStack(stack, 'Hosts'), cluster));
    const [association] = idsOf(stack, ASSOCIATIONS);
    const [nested] = idsOf(stack, 'AWS::CloudFormation::Stack');
    const [service] = idsOf(stack, 'AWS::ECS::Service');
    expect(before(stack, association!)).toContain(nested);
    expect(before(stack, nested!)).not.toContain(association);
    expect(before(stack, service!)).toContain(association);
  });

  test('a cluster of a stack whose association could not name the provider is refused in words', () => {
    const app = new App();
    const [platform, shop] = [new Stack(app, 'Platform'), new Stack(app, 'Shop')];
    const refusal =
      /^\[Shop\/Windows\] "cluster" must be of the fleet's own stack, .+; got: 'Platform\/Cluster'\. .+import the cluster/;
    expect(() => fleetIn(shop, clusterIn(platform))).toThrow(refusal);
    const parent = new Stack(app, 'Parent');
    const nested = clusterIn(new NestedStack(parent, 'Inner'));
    expect(() => fleetIn(parent, nested, { fleetName: 'other' })).toThrow(
      /"cluster" must be .+; got: 'Parent\/Inner\/Cluster'\./,
    );
  });

  test('the cluster may have the provider as its default', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    const { capacityProviderName: capacityProvider } = fleetIn(stack, cluster);
    cluster.addDefaultCapacityProviderStrategy([{ capacityProvider, weight: 1 }]);
    const [provider] = idsOf(stack, 'AWS::ECS::CapacityProvider');
    Template.fromStack(stack).hasResourceProperties(ASSOCIATIONS, {
      DefaultCapacityProviderStrategy: [{ CapacityProvider: { Ref: provider }, Weight: 1 }],
    });
  });

  test('an imported cluster has its own association, so its services take the name itself', () => {
    const stack = new Stack(new App(), 'Shop');
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shared', vpc });
    const hosts = fleetIn(stack, cluster);
    const service = serviceIn(stack, cluster, hosts);
    const association = new CfnClusterCapacityProviderAssociations(stack, 'Association', {
      cluster: 'shared',
      capacityProviders: [hosts.capacityProviderName],
      defaultCapacityProviderStrategy: [],
    });
    service.node.addDependency(association);
    const [id] = idsOf(stack, 'AWS::ECS::Service');
    expect(before(stack, id!)).toContain('Association');
    expect(idsOf(stack, 'AWS::SSM::Parameter').filter((id) => id.includes('Associated'))).toEqual([]);
  });
});

test('cluster, load balancer, service, fleet and pipeline synthesize without a warning', () => {
  const app = new App();
  const env: StackProps = { env: { account: '111122223333', region: 'eu-west-1' } };
  const [platform, shop] = [new Stack(app, 'Platform', env), new Stack(app, 'Shop', env)];
  const pipeline = new WindowsAmiPipeline(platform, 'Pipeline', {
    os,
    vpc: new Vpc(platform, 'Vpc', { maxAzs: 2 }),
  });
  const cluster = clusterIn(shop);
  serviceIn(shop, cluster, fleetIn(shop, cluster, { ami: WindowsAmi.fromPipeline(pipeline) }));
  for (const stack of [platform, shop]) {
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
    expect(Annotations.fromStack(stack).findError('*', Match.anyValue())).toEqual([]);
  }
});

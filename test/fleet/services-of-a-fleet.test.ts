import { App, NestedStack, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, NetworkMode, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { WindowsAmiPipeline } from '../../lib/pipeline/windows-ami-pipeline';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import { WindowsOs } from '../../lib/ami/windows-os';
import {
  before,
  clusterIn,
  fleetIn,
  FRONT,
  groupId,
  groupIn,
  HOSTS,
  idsOf,
  imported,
  os,
  PORTS,
  resourcesOf,
  rules,
  serviceIn,
} from '../support/services-of-fleets';

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
  const DRAIN = 'Custom::WinbakeFleetDrain';

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
    const [drain] = idsOf(stack, DRAIN);
    const name = { 'Fn::GetAtt': [drain, 'CapacityProvider'] };
    expect(stack.resolve(hosts.strategy().capacityProvider)).toEqual(name);
    expect(resourcesOf(stack)[drain!]?.Properties).toMatchObject({ CapacityProvider: { Ref: provider } });
  });

  test.each([
    ['its own', (stack: Stack): ICluster => clusterIn(stack)],
    [
      'an imported',
      (stack: Stack): ICluster => {
        const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
        return Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shared', vpc });
      },
    ],
  ])('in %s cluster its tasks are ended after it, and before the association', (_, make) => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = make(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster));
    const [[drain], [service]] = [idsOf(stack, DRAIN), idsOf(stack, 'AWS::ECS::Service')];
    const [association] = [ASSOCIATIONS, 'Custom::WinbakeProviderAssociation'].flatMap((type) =>
      idsOf(stack, type),
    );
    expect(before(stack, service!)).toContain(drain);
    expect(before(stack, drain!)).toContain(association);
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
    const drains = idsOf(stack, DRAIN);
    expect(drains).toHaveLength(2);
    for (const drain of drains) {
      expect(resourcesOf(stack)[drain]?.DependsOn).toContain(association);
    }
  });

  test('a service of another stack imports what waits for the association', () => {
    const app = new App();
    const [shop, platform] = [new Stack(app, 'Shop'), new Stack(app, 'Platform')];
    const cluster = clusterIn(platform);
    serviceIn(shop, cluster, fleetIn(platform, cluster));
    const [service] = idsOf(shop, 'AWS::ECS::Service');
    const parameter = idsOf(platform, 'AWS::SSM::Parameter').find((id) => id.includes('Associated'));
    expect(resourcesOf(shop)[service!]?.Properties).toMatchObject({
      CapacityProviderStrategy: [{ CapacityProvider: imported(platform, parameter!, 'Value') }],
    });
    expect(before(platform, parameter!)).toContain(idsOf(platform, ASSOCIATIONS)[0]);
    expect(before(platform, parameter!)).toContain(idsOf(platform, DRAIN)[0]);
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

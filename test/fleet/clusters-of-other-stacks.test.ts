import { App, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerImage,
  Ec2Service,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import { WindowsAmi } from '../../lib/ami/windows-ami';
import { WindowsOs } from '../../lib/ami/windows-os';
import { WindowsCapacityProvider } from '../../lib/fleet/windows-capacity-provider';
import type { WindowsCapacityProviderProps } from '../../lib/fleet/windows-capacity-provider-props';
import { WindowsTaskDefinition } from '../../lib/fleet/windows-task-definition';
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

describe('a cluster that CloudFormation does not associate the fleet with', () => {
  const OWN = 'Custom::WinbakeProviderAssociation';
  const ASSOCIATIONS = 'AWS::ECS::ClusterCapacityProviderAssociations';

  function twoStacks(props: Partial<WindowsCapacityProviderProps> = {}) {
    const app = new App();
    const [platform, shop] = [new Stack(app, 'Platform'), new Stack(app, 'Shop')];
    const cluster = clusterIn(platform);
    return { app, platform, shop, cluster, hosts: fleetIn(shop, cluster, props) };
  }

  /** But for that of aws-cdk-lib on references between stacks. */
  function warningsOf(stack: Stack): readonly unknown[] {
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    return warnings
      .map(({ entry }) => JSON.stringify(entry.data))
      .filter((one) => !one.includes('crossStackReferencesDefaultStrong'));
  }

  function importedIn(stack: Stack): ICluster {
    const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
    return Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shared', vpc });
  }

  test('of another stack of the app needs nothing of the fleet, and the service waits for its association', () => {
    const { app, cluster, hosts, platform, shop } = twoStacks();
    serviceIn(shop, cluster, hosts);
    expect(idsOf(platform, ASSOCIATIONS)).toEqual([]);
    expect(platform.dependencies).toEqual([]);
    expect(shop.dependencies).toEqual([platform]);
    const [own] = idsOf(shop, OWN);
    const [[service], [provider]] = [
      idsOf(shop, 'AWS::ECS::Service'),
      idsOf(shop, 'AWS::ECS::CapacityProvider'),
    ];
    expect(before(shop, service!)).toContain(own);
    expect(before(shop, own!)).toContain(provider);
    expect([...before(shop, own!)].filter((id) => /ResourcesProviders/.test(id))).toHaveLength(1);
    expect(() => app.synth()).not.toThrow();
    expect(warningsOf(shop)).toEqual([]);
  });

  test('its provider names what associates it, so that it stays when somebody else does', () => {
    const { shop } = twoStacks();
    const [own] = idsOf(shop, OWN);
    const id = resourcesOf(shop)[own!]?.Properties?.['AssociationId'];
    Template.fromStack(shop).hasResourceProperties('AWS::ECS::CapacityProvider', {
      Tags: Match.arrayWith([{ Key: 'winbake:association', Value: id }]),
    });
  });

  test('its services are reached by what fronts them, in the stack of the fleet and in one above', () => {
    for (const isAbove of [false, true]) {
      const { app, cluster, hosts, platform, shop } = twoStacks();
      const own = isAbove ? new Stack(app, 'Web') : shop;
      serviceIn(own, cluster, hosts);
      app.synth();
      const group = groupIn(shop, HOSTS);
      const reached = isAbove ? imported(shop, group, 'GroupId') : groupId(group);
      expect(rules(own, 'Ingress')).toEqual([
        expect.objectContaining({
          ...PORTS,
          GroupId: reached,
          SourceSecurityGroupId: groupId(groupIn(own, FRONT)),
        }),
      ]);
      expect(rules(own, 'Egress')).toHaveLength(1);
      expect(rules(platform, 'Ingress')).toEqual([]);
    }
  });

  test('two fleets of two stacks and a service in the stack of the cluster make no circle, and no stack needs the other', () => {
    const { app, cluster, hosts, platform, shop } = twoStacks();
    const old = new Stack(app, 'Old');
    const ami = WindowsAmi.fromChannel({ os: WindowsOs.SERVER_2019_CORE });
    const second = new WindowsCapacityProvider(old, 'Windows', { cluster, ami });
    for (const [stack, fleet] of [
      [shop, hosts],
      [old, second],
    ] as const) {
      const task = new WindowsTaskDefinition(stack, 'Task', {
        os: fleet === hosts ? os : WindowsOs.SERVER_2019_CORE,
      });
      task.addContainer('web', { image: ContainerImage.fromRegistry('contoso/web:1'), memoryLimitMiB: 512 });
      const capacityProviderStrategies = [fleet.strategy()];
      new Ec2Service(stack, 'Web', { cluster, taskDefinition: task, capacityProviderStrategies });
    }
    expect(() => app.synth()).not.toThrow();
    expect(platform.dependencies).toEqual([]);
    expect([shop.dependencies, old.dependencies]).toEqual([[platform], [platform]]);
  });

  test('has hosts for aws-cdk-lib, which asks for them by a public name', () => {
    const { cluster, shop } = twoStacks();
    expect(cluster.hasEc2Capacity).toBe(true);
    fleetIn(new NestedStack(shop, 'Second'), cluster, { fleetName: 'second' });
    expect(cluster.hasEc2Capacity).toBe(true);
    const alone = new Stack(new App(), 'Alone');
    expect(clusterIn(alone).hasEc2Capacity).toBe(false);
  });

  test('of a nested stack takes a fleet of the stack around it', () => {
    const stack = new Stack(new App(), 'Parent');
    const cluster = clusterIn(new NestedStack(stack, 'Inner'));
    serviceIn(stack, cluster, fleetIn(stack, cluster));
    expect(idsOf(stack, OWN)).toHaveLength(1);
  });

  test('that has providers of its own is warned of, but for those of Fargate', () => {
    const fargate = twoStacks();
    fargate.cluster.enableFargateCapacityProviders();
    fargate.app.synth();
    expect(warningsOf(fargate.shop)).toEqual([]);

    const own = twoStacks();
    fleetIn(own.platform, own.cluster, { fleetName: 'own' });
    own.app.synth();
    expect(warningsOf(own.shop)).toEqual([
      expect.stringContaining('the stack of the cluster Platform/Cluster associates capacity providers'),
    ]);
    const others = (stack: Stack) => resourcesOf(stack)[idsOf(stack, OWN)[0]!]?.Properties?.['Others'];
    expect([others(fargate.shop), others(own.shop)]).toEqual([
      '"FARGATE" "FARGATE_SPOT"',
      expect.stringMatching(/^\{"Ref":"Windows/),
    ]);
  });

  test('that is imported gets the provider beside those that it has', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = importedIn(stack);
    const service = serviceIn(stack, cluster, fleetIn(stack, cluster));
    const [own] = idsOf(stack, OWN);
    const [id] = idsOf(stack, 'AWS::ECS::Service');
    expect(service.node.path).toBe('Shop/Web');
    expect(before(stack, id!)).toContain(own);
    expect(resourcesOf(stack)[own!]?.Properties).toMatchObject({ Cluster: 'shared' });
  });

  test.each([true, false])(
    'an association of the app that names the provider stays in order with it, associate: %s',
    (associate) => {
      const stack = new Stack(new App(), 'Shop');
      const cluster = importedIn(stack);
      const hosts = fleetIn(stack, cluster, { associate });
      const service = serviceIn(stack, cluster, hosts);
      const association = new CfnClusterCapacityProviderAssociations(stack, 'OwnAssociation', {
        cluster: 'shared',
        capacityProviders: [hosts.capacityProviderName],
        defaultCapacityProviderStrategy: [],
      });
      service.node.addDependency(association);
      const [id] = idsOf(stack, 'AWS::ECS::Service');
      expect(before(stack, id!)).toContain('OwnAssociation');
      expect(idsOf(stack, OWN)).toHaveLength(associate ? 1 : 0);
      expect(
        [...before(stack, 'OwnAssociation')].filter((one) => /WindowsAssociation/.test(one)),
      ).toHaveLength(associate ? 1 : 0);
    },
  );

  test('of the own stack may be associated by somebody else', () => {
    const stack = new Stack(new App(), 'Shop');
    const cluster = clusterIn(stack);
    serviceIn(stack, cluster, fleetIn(stack, cluster, { associate: false }));
    expect([idsOf(stack, OWN), idsOf(stack, ASSOCIATIONS)]).toEqual([[], []]);
  });
});

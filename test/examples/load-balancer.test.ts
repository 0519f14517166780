import type { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { shop } from '../../examples/load-balancer';
import { readAssembly } from '../../sim/aws/cloudformation/assembly';
import { DeploymentWorld } from '../support/deployment/deployment-world';
import {
  deployedIn,
  requestThrough,
  type DeployedApp,
  type ReadProperties,
} from '../support/request-through';

type Properties = Required<ReadProperties>;
type Change = (only: (type: string) => Properties, remove: (type: string) => void) => void;

/** IIS with nothing but its own page. */
const iis = (path: string) => (path === '/' ? 200 : 404);

let deployed: DeployedApp;
const failures: string[] = [];

beforeAll(async () => {
  const world = new DeploymentWorld();
  await world.run(async () => {
    for (const stack of readAssembly((shop.node.root as App).synth().directory)) {
      await world.deployment(() => world.account.deploy(stack));
    }
    deployed = deployedIn(world.account, world.account.environment);
  });
  failures.push(...world.failures);
});

/** What a client gets for a path once a link is changed or removed. */
function request(path: string, change: Change = () => undefined): number | string {
  const app = structuredClone(deployed);
  const only = (type: string) => {
    const found = app.parts.filter((one) => one.type === type);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  let { parts } = app;
  change(
    (type) => only(type).properties as unknown as Properties,
    (type) => {
      const gone = only(type);
      parts = parts.filter((one) => one !== gone);
    },
  );
  return requestThrough({ ...app, parts }, { path }, iis);
}

test('deployed, a request from the internet reaches a container, whose answer it gets', () => {
  expect(failures).toEqual([]);
  expect(request('/')).toBe(200);
  expect(request('/basket')).toBe(404);
});

test('without a running task it is not answered', () => {
  const hosts = deployed.hosts.map((one) => ({ ...one, hasTask: false }));
  expect(deployed.hosts).toHaveLength(2);
  expect(requestThrough({ ...deployed, hosts }, { path: '/' }, iis)).toBe(
    '503: the target group has no registered target, since no task runs',
  );
});

const BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const TARGETS = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const SERVICE = 'AWS::ECS::Service';
const TASK = 'AWS::ECS::TaskDefinition';

test.each<[string, Change, string]>([
  [
    'a listener',
    (_, remove) => {
      remove(LISTENER);
    },
    'no listener on port 80',
  ],
  ['its port', (only) => (only(LISTENER).Port = 443), 'no listener on port 80'],
  ['a public address', (only) => (only(BALANCER).Scheme = 'internal'), 'the load balancer lets no client in'],
  [
    'a target group',
    (_, remove) => {
      remove(TARGETS);
    },
    'the listener forwards to no target group',
  ],
  ['a service', (only) => (only(SERVICE).LoadBalancers = []), '503: the target group has no service'],
  [
    'the port of a container',
    (only) => (only(TASK).ContainerDefinitions[0]!.PortMappings = []),
    '503: the service names a container or port that its task does not have',
  ],
  [
    'a strategy',
    (only) => (only(SERVICE).CapacityProviderStrategy = []),
    '503: the target group has no registered target, since no task runs',
  ],
  [
    'the security group of the hosts',
    (only) => (only('AWS::EC2::LaunchTemplate').LaunchTemplateData.SecurityGroupIds = []),
    '504: ports 49152 to 65535 are not open from the load balancer',
  ],
  [
    'each port out of the load balancer',
    (only) => (only('AWS::EC2::SecurityGroupEgress').ToPort = 65534),
    '504: ports 49152 to 65535 are not open from the load balancer',
  ],
  [
    'a way into the hosts',
    (_, remove) => {
      remove('AWS::EC2::SecurityGroupIngress');
    },
    '504: ports 49152 to 65535 are not open on the hosts',
  ],
  [
    'the port of the host that a task names',
    (only) => (only(TASK).ContainerDefinitions[0]!.PortMappings = [{ ContainerPort: 80, HostPort: 8080 }]),
    '504: port 8080 is not open from the load balancer',
  ],
  [
    'a path that is healthy',
    (only) => (only(TARGETS).HealthCheckPath = '/health'),
    '503: /health is not healthy, and ECS replaces its tasks',
  ],
])('without %s it is not answered', (_, change, why) => {
  expect(request('/', change)).toBe(why);
});

test('both alarms of the load balancer can take the fleet back', () => {
  const settings = JSON.stringify(
    Template.fromStack(shop).findResources('AWS::SSM::Parameter', {
      Properties: { Name: '/winbake/fleets/load-balanced/settings' },
    }),
  );
  const alarms = Template.fromStack(shop).findResources('AWS::CloudWatch::Alarm', {
    Properties: { Namespace: 'AWS/ApplicationELB' },
  });
  expect(Object.keys(alarms)).toHaveLength(2);
  Object.keys(alarms).forEach((id) => {
    expect(settings).toContain(`{"Ref":"${id}"}`);
  });
});

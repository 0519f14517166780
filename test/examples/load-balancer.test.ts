import { Template } from 'aws-cdk-lib/assertions';
import { shop } from '../../examples/load-balancer';
import { requestThrough, type Resources } from '../support/request-through';

type Properties = Required<NonNullable<Resources[string]['Properties']>>;
type Change = (only: (type: string) => Properties, remove: (type: string) => void) => void;

const template = Template.fromStack(shop).toJSON() as { readonly Resources: Resources };

/** IIS with nothing but its own page. */
const iis = (path: string) => (path === '/' ? 200 : 404);

/** What a client gets for a path once a link is changed or removed. */
function request(path: string, change: Change = () => undefined): number | string {
  const { Resources: copy } = structuredClone(template);
  const idOf = (type: string) => {
    const ids = Object.keys(copy).filter((id) => copy[id]?.Type === type);
    expect(ids).toHaveLength(1);
    return ids[0]!;
  };
  let resources = copy;
  change(
    (type) => copy[idOf(type)]!.Properties as Properties,
    (type) => {
      const gone = idOf(type);
      resources = Object.fromEntries(Object.entries(copy).filter(([id]) => id !== gone));
    },
  );
  return requestThrough(Template.fromJSON({ Resources: resources }), path, iis);
}

test('a request from the internet reaches a container, whose answer it gets', () => {
  expect(request('/')).toBe(200);
  expect(request('/basket')).toBe(404);
});

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
    'no listener',
  ],
  ['its port', (only) => (only(LISTENER).Port = 443), 'the load balancer lets no client in'],
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
  ['a strategy', (only) => (only(SERVICE).CapacityProviderStrategy = []), '503: the service has no hosts'],
  [
    'the security group of the hosts',
    (only) => (only('AWS::EC2::LaunchTemplate').LaunchTemplateData.SecurityGroupIds = []),
    '503: the service has no hosts',
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
    '504: ports 8080 to 8080 are not open from the load balancer',
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

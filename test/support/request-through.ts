import type { Template } from 'aws-cdk-lib/assertions';

/** What a container answers to a path, by its HTTP status. */
export type Answers = (path: string) => number;

/** What is read of the resources of a template, whatever their type. */
interface Properties {
  Port?: number;
  LoadBalancerArn?: unknown;
  SecurityGroups?: readonly unknown[];
  DefaultActions?: readonly { readonly Type: string; readonly TargetGroupArn?: unknown }[];
  HealthCheckPath?: string;
  Matcher?: { readonly HttpCode: string };
  LoadBalancers?: readonly TargetOfService[];
  TaskDefinition?: unknown;
  ContainerDefinitions?: readonly { readonly Name: string; PortMappings?: readonly PortMapping[] }[];
  CapacityProviderStrategy?: readonly { readonly CapacityProvider: unknown }[];
  AutoScalingGroupProvider?: { readonly AutoScalingGroupArn: unknown };
  LaunchTemplate?: { readonly LaunchTemplateId: unknown };
  LaunchTemplateData?: { SecurityGroupIds?: readonly unknown[] };
  SecurityGroupIngress?: readonly Rule[];
  SecurityGroupEgress?: readonly Rule[];
  /** Of a parameter. */
  Value?: unknown;
}

interface TargetOfService {
  readonly TargetGroupArn: unknown;
  readonly ContainerName: string;
  readonly ContainerPort: number;
}

interface PortMapping {
  readonly ContainerPort: number;
  HostPort?: number;
}

/** A rule of a security group, inside it or as a resource of its own. */
interface Rule {
  readonly GroupId?: unknown;
  readonly IpProtocol: string;
  readonly FromPort?: number;
  ToPort?: number;
  readonly CidrIp?: string;
  readonly SourceSecurityGroupId?: unknown;
  readonly DestinationSecurityGroupId?: unknown;
}

/** The resources of a template by their logical ids. */
export type Resources = Record<string, { readonly Type: string; readonly Properties?: Properties & Rule }>;

/** A range of TCP ports, both ends included. */
interface Ports {
  readonly from: number;
  readonly to: number;
}

const ANYWHERE = '0.0.0.0/0';

/**
 * From which Docker chooses a port of a Windows host where the task names none.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
 */
const EPHEMERAL: Ports = { from: 49152, to: 65535 };

/**
 * The status that a client on the internet gets for a path from the service of a stack behind its load balancer, or a sentence that
 * names the first link that is missing. It follows listener, target group and service to the container, and security groups on each
 * port that Docker may have chosen.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
export function requestThrough(template: Template, path: string, answers: Answers): number | string {
  const network = new Network(template.toJSON()['Resources'] as Resources);
  const [listener] = network.ofType('AWS::ElasticLoadBalancingV2::Listener');
  if (listener === undefined) {
    return 'no listener';
  }
  const { DefaultActions = [], LoadBalancerArn, Port = 0 } = listener;
  const fronts = network.groupsOf(network.at(LoadBalancerArn)?.SecurityGroups);
  if (!fronts.some((front) => network.letsIn(front, ANYWHERE, { from: Port, to: Port }))) {
    return 'the load balancer lets no client in';
  }
  const targetArn = DefaultActions.find(({ Type }) => Type === 'forward')?.TargetGroupArn;
  const targetGroup = network.at(targetArn);
  if (targetGroup === undefined) {
    return 'the listener forwards to no target group';
  }
  const isTarget = ({ TargetGroupArn }: TargetOfService) => idOf(TargetGroupArn) === idOf(targetArn);
  const service = network
    .ofType('AWS::ECS::Service')
    .find(({ LoadBalancers = [] }) => LoadBalancers.some(isTarget));
  const target = service?.LoadBalancers?.find(isTarget);
  if (service === undefined || target === undefined) {
    return '503: the target group has no service';
  }
  const ports = network.hostPortsOf(service, target);
  if (ports === undefined) {
    return '503: the service names a container or port that its task does not have';
  }
  const hosts = network.hostGroupsOf(service);
  if (hosts.length === 0) {
    return '503: the service has no hosts';
  }
  const range = `ports ${ports.from} to ${ports.to}`;
  if (!fronts.some((front) => hosts.some((host) => network.letsOut(front, host, ports)))) {
    return `504: ${range} are not open from the load balancer`;
  }
  if (!fronts.some((front) => hosts.some((host) => network.letsIn(host, front, ports)))) {
    return `504: ${range} are not open on the hosts`;
  }
  const { HealthCheckPath = '/', Matcher = { HttpCode: '200' } } = targetGroup;
  if (!Matcher.HttpCode.split(',').includes(String(answers(HealthCheckPath)))) {
    return `503: ${HealthCheckPath} is not healthy, and ECS replaces its tasks`;
  }
  return answers(path);
}

/** The resource that a value refers to. */
function idOf(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.[0];
}

function holds({ FromPort = 0, IpProtocol, ToPort = 0 }: Rule, { from, to }: Ports): boolean {
  return IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= from && ToPort >= to);
}

/** The resources of a template, by what leads from one to another. */
class Network {
  constructor(private readonly resources: Resources) {}

  ofType(type: string): (Properties & Rule)[] {
    return Object.values(this.resources).flatMap(({ Properties, Type }) =>
      Type === type && Properties !== undefined ? [Properties] : [],
    );
  }

  /** The properties of the resource that a value refers to; a parameter stands for what it holds. */
  at(value: unknown): Properties | undefined {
    const resource = this.resources[idOf(value) ?? ''];
    return resource?.Type === 'AWS::SSM::Parameter'
      ? this.at(resource.Properties?.Value)
      : resource?.Properties;
  }

  groupsOf(values: readonly unknown[] = []): string[] {
    return values.map((value) => idOf(value) ?? '').filter((id) => id in this.resources);
  }

  /** The ports of a host by which a load balancer reaches the container of a service. */
  hostPortsOf(
    { TaskDefinition }: Properties,
    { ContainerName, ContainerPort }: TargetOfService,
  ): Ports | undefined {
    const { ContainerDefinitions = [] } = this.at(TaskDefinition) ?? {};
    const mapping = ContainerDefinitions.find(({ Name }) => Name === ContainerName)?.PortMappings?.find(
      (one) => one.ContainerPort === ContainerPort,
    );
    const { HostPort = 0 } = mapping ?? {};
    return mapping && (HostPort === 0 ? EPHEMERAL : { from: HostPort, to: HostPort });
  }

  /** The security groups of the hosts that a service is placed on. */
  hostGroupsOf({ CapacityProviderStrategy = [] }: Properties): string[] {
    return CapacityProviderStrategy.flatMap(({ CapacityProvider }) => {
      const group = this.at(this.at(CapacityProvider)?.AutoScalingGroupProvider?.AutoScalingGroupArn);
      const template = this.at(group?.LaunchTemplate?.LaunchTemplateId);
      return this.groupsOf(template?.LaunchTemplateData?.SecurityGroupIds);
    });
  }

  /** Whether a group lets in on all of these ports what comes from another one, or from a range of addresses. */
  letsIn(group: string, source: string, ports: Ports): boolean {
    const own = this.resources[group]?.Properties?.SecurityGroupIngress ?? [];
    return [...own, ...this.rulesOf('AWS::EC2::SecurityGroupIngress', group)].some(
      (rule) =>
        holds(rule, ports) &&
        [ANYWHERE, source].includes(rule.CidrIp ?? idOf(rule.SourceSecurityGroupId) ?? ''),
    );
  }

  /**
   * The same of what goes out, where a group without any rule lets out everything.
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html
   */
  letsOut(group: string, destination: string, ports: Ports): boolean {
    const own = this.resources[group]?.Properties?.SecurityGroupEgress ?? [];
    const rules = [...own, ...this.rulesOf('AWS::EC2::SecurityGroupEgress', group)];
    const isOpen = (rule: Rule) =>
      holds(rule, ports) &&
      [ANYWHERE, destination].includes(rule.CidrIp ?? idOf(rule.DestinationSecurityGroupId) ?? '');
    return rules.length === 0 || rules.some(isOpen);
  }

  private rulesOf(type: string, group: string): readonly Rule[] {
    return this.ofType(type).filter(({ GroupId }) => idOf(GroupId) === group);
  }
}

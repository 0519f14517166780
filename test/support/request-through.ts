import { hostsOf, type SimulatedFleets } from '../../sim/account/services/fleets';
import type { Environment } from '../../sim/aws/cloudformation/environment';
import type { LivingResource } from '../../sim/deployment/cloudformation/deployment';

/** What a container answers to a path, by its HTTP status. */
export type Answers = (path: string) => number;

/** A resource that is deployed, as far as a request meets it. */
export type DeployedPart = Pick<LivingResource, 'type' | 'reference' | 'properties'>;

/** What is there of an app: its resources, and each group's hosts with a task that runs and shall go on. */
export interface DeployedApp {
  readonly parts: readonly DeployedPart[];
  readonly hosts: readonly { readonly group: string; readonly hasTask: boolean }[];
}

/** What a client asks for. */
export interface ClientRequest {
  readonly path: string;
  readonly port?: number;
  readonly host?: string;
}

/** What is read of the resources, whatever their type. */
interface Properties {
  Port?: number;
  Scheme?: string;
  LoadBalancerArn?: string;
  ListenerArn?: string;
  Priority?: number | string;
  Conditions?: readonly Condition[];
  Actions?: readonly Action[];
  DefaultActions?: readonly Action[];
  SecurityGroups?: readonly string[];
  HealthCheckPath?: string;
  Matcher?: { readonly HttpCode: string };
  LoadBalancers?: readonly TargetOfService[];
  TaskDefinition?: string;
  NetworkMode?: string;
  NetworkConfiguration?: { readonly AwsvpcConfiguration?: { readonly SecurityGroups?: readonly string[] } };
  ContainerDefinitions?: readonly { readonly Name: string; PortMappings?: readonly PortMapping[] }[];
  CapacityProviderStrategy?: readonly { readonly CapacityProvider: string }[];
  AutoScalingGroupProvider?: { readonly AutoScalingGroupArn: string };
  LaunchTemplate?: { readonly LaunchTemplateId: string };
  LaunchTemplateData?: { SecurityGroupIds?: readonly string[] };
  SecurityGroupIngress?: readonly Rule[];
  SecurityGroupEgress?: readonly Rule[];
}

interface Condition {
  readonly Field: string;
  readonly PathPatternConfig?: { readonly Values: readonly string[] };
  readonly HostHeaderConfig?: { readonly Values: readonly string[] };
}

interface Action {
  readonly Type: string;
  readonly TargetGroupArn?: string;
  readonly FixedResponseConfig?: { readonly StatusCode: string };
  readonly RedirectConfig?: { readonly StatusCode: string };
}

interface TargetOfService {
  readonly TargetGroupArn: string;
  readonly ContainerName: string;
  readonly ContainerPort: number;
}

interface PortMapping {
  readonly ContainerPort: number;
  HostPort?: number;
}

/** A rule of a security group, inside it or as a resource of its own. */
interface Rule {
  readonly GroupId?: string;
  readonly IpProtocol: string;
  readonly FromPort?: number;
  ToPort?: number;
  readonly CidrIp?: string;
  readonly SourceSecurityGroupId?: string;
  readonly DestinationSecurityGroupId?: string;
}

/** A resource by what is read of it; a test changes it. */
export type ReadProperties = Properties & Partial<Rule>;

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

/** What is deployed in a place of simulated accounts. */
export function deployedIn(
  { fleets, formation }: { readonly fleets: SimulatedFleets; readonly formation: Living },
  place: Environment,
): DeployedApp {
  const { account, region } = place;
  return {
    parts: [...formation.living]
      .filter(({ environment }) => environment.account === account && environment.region === region)
      .map(({ properties, reference, type }) => ({ properties, reference, type })),
    hosts: fleets.at(place).flatMap((fleet) =>
      hostsOf(fleet, place).map(({ tasks }) => ({
        group: fleet.group.name,
        hasTask: tasks.some(({ isStopping, status }) => status === 'RUNNING' && isStopping !== true),
      })),
    ),
  };
}

interface Living {
  readonly living: Iterable<LivingResource>;
}

/**
 * The status that a client on the internet gets from what is behind the load balancer of an app, or a sentence that names the first
 * link that is missing. It follows listener, rules, target group and service to hosts with a running task, and security groups on
 * each port that Docker may have chosen. Where no target is healthy the request goes to all that are registered.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 */
export function requestThrough(
  app: DeployedApp,
  { path, port = 80, host = 'example.com' }: ClientRequest,
  answers: Answers,
): number | string {
  const network = new Network(app);
  const listener = network.ofType('AWS::ElasticLoadBalancingV2::Listener').find(({ Port }) => Port === port);
  if (listener === undefined) {
    return `no listener on port ${port}`;
  }
  const { Scheme, SecurityGroups: fronts = [] } = network.at(listener.LoadBalancerArn) ?? {};
  if (
    Scheme !== 'internet-facing' ||
    !fronts.some((front) => network.letsIn(front, ANYWHERE, { from: port, to: port }))
  ) {
    return 'the load balancer lets no client in';
  }
  const action = network.actionOf(listener, { path, host });
  const given = action?.FixedResponseConfig ?? action?.RedirectConfig;
  if (given !== undefined) {
    return Number(/\d+/.exec(given.StatusCode)?.[0]);
  }
  const targetArn = action?.TargetGroupArn;
  const targetGroup = network.at(targetArn);
  if (targetArn === undefined || targetGroup === undefined) {
    return 'the listener forwards to no target group';
  }
  const target = network.targetOf(targetArn);
  if (typeof target === 'string') {
    return target;
  }
  const { groups, ports } = target;
  const range = ports.from === ports.to ? `port ${ports.from} is` : `ports ${ports.from} to ${ports.to} are`;
  if (!fronts.some((front) => groups.some((group) => network.letsOut(front, group, ports)))) {
    return `504: ${range} not open from the load balancer`;
  }
  if (!fronts.some((front) => groups.some((group) => network.letsIn(group, front, ports)))) {
    return `504: ${range} not open on the hosts`;
  }
  const { HealthCheckPath = '/', Matcher = { HttpCode: '200' } } = targetGroup;
  if (!Matcher.HttpCode.split(',').includes(String(answers(HealthCheckPath)))) {
    return `503: ${HealthCheckPath} is not healthy, and ECS replaces its tasks`;
  }
  return answers(path);
}

function holds({ FromPort = 0, IpProtocol, ToPort = 0 }: Rule, { from, to }: Ports): boolean {
  return IpProtocol === '-1' || (IpProtocol === 'tcp' && FromPort <= from && ToPort >= to);
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html */
function fits({ Field, HostHeaderConfig, PathPatternConfig }: Condition, request: Required<Asked>): boolean {
  const [patterns, text] =
    Field === 'path-pattern'
      ? [PathPatternConfig?.Values, request.path]
      : [HostHeaderConfig?.Values, request.host];
  const matcherOf = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    );
  return (patterns ?? []).some((pattern) => matcherOf(pattern).test(text));
}

type Asked = Pick<ClientRequest, 'path' | 'host'>;

/** The resources of an app, by what leads from one to another. */
class Network {
  constructor(private readonly app: DeployedApp) {}

  ofType(type: string): readonly (ReadProperties & { readonly reference: string })[] {
    return this.app.parts.flatMap(({ properties, reference, type: own }) =>
      own === type ? [{ ...(properties as ReadProperties), reference }] : [],
    );
  }

  /** The properties of the resource that a value refers to. */
  at(reference: string | undefined): Properties | undefined {
    return this.app.parts.find((one) => one.reference === reference)?.properties;
  }

  /** What the first rule that fits says, else the listener itself. */
  actionOf(
    listener: Properties & { readonly reference: string },
    request: Required<Asked>,
  ): Action | undefined {
    const [rule] = this.ofType('AWS::ElasticLoadBalancingV2::ListenerRule')
      .filter(({ ListenerArn }) => ListenerArn === listener.reference)
      .filter(({ Conditions = [] }) => Conditions.every((one) => fits(one, request)))
      .sort((one, other) => Number(one.Priority) - Number(other.Priority));
    return (rule?.Actions ?? listener.DefaultActions ?? []).at(-1);
  }

  /** The ports and security groups by which a load balancer reaches the running tasks of a service, or why there are none. */
  targetOf(arn: string): { readonly groups: readonly string[]; readonly ports: Ports } | string {
    const isIt = ({ TargetGroupArn }: TargetOfService) => TargetGroupArn === arn;
    const service = this.ofType('AWS::ECS::Service').find(({ LoadBalancers = [] }) =>
      LoadBalancers.some(isIt),
    );
    const target = service?.LoadBalancers?.find(isIt);
    if (service === undefined || target === undefined) {
      return '503: the target group has no service';
    }
    const { ContainerDefinitions = [], NetworkMode } = this.at(service.TaskDefinition) ?? {};
    const mapping = ContainerDefinitions.find(
      ({ Name }) => Name === target.ContainerName,
    )?.PortMappings?.find(({ ContainerPort }) => ContainerPort === target.ContainerPort);
    if (mapping === undefined) {
      return '503: the service names a container or port that its task does not have';
    }
    const hosts = this.hostsOf(service);
    if (!hosts.some(({ hasTask }) => hasTask)) {
      return '503: the target group has no registered target, since no task runs';
    }
    const { ContainerPort, HostPort = 0 } = mapping;
    if (NetworkMode === 'awsvpc') {
      const { SecurityGroups = [] } = service.NetworkConfiguration?.AwsvpcConfiguration ?? {};
      return { groups: SecurityGroups, ports: { from: ContainerPort, to: ContainerPort } };
    }
    const groups = hosts.flatMap(({ securityGroups }) => securityGroups);
    return { groups, ports: HostPort === 0 ? EPHEMERAL : { from: HostPort, to: HostPort } };
  }

  /** Whether a group lets in on all of these ports what comes from another one, or from a range of addresses. */
  letsIn(group: string, source: string, ports: Ports): boolean {
    const own = this.at(group)?.SecurityGroupIngress ?? [];
    return [...own, ...this.rulesOf('AWS::EC2::SecurityGroupIngress', group)].some(
      (rule) =>
        holds(rule, ports) && [ANYWHERE, source].includes(rule.CidrIp ?? rule.SourceSecurityGroupId ?? ''),
    );
  }

  /**
   * The same of what goes out, where a group without any rule lets out everything.
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html
   */
  letsOut(group: string, destination: string, ports: Ports): boolean {
    const own = this.at(group)?.SecurityGroupEgress ?? [];
    const rules = [...own, ...this.rulesOf('AWS::EC2::SecurityGroupEgress', group)];
    const isOpen = (rule: Rule) =>
      holds(rule, ports) &&
      [ANYWHERE, destination].includes(rule.CidrIp ?? rule.DestinationSecurityGroupId ?? '');
    return rules.length === 0 || rules.some(isOpen);
  }

  /** The hosts that a service is placed on, with the security groups that their launch template gives them. */
  private hostsOf({ CapacityProviderStrategy = [] }: Properties) {
    return CapacityProviderStrategy.flatMap(({ CapacityProvider }) => {
      const name = this.at(CapacityProvider)?.AutoScalingGroupProvider?.AutoScalingGroupArn;
      const group = this.at(name);
      const template = this.at(group?.LaunchTemplate?.LaunchTemplateId);
      const { SecurityGroupIds: securityGroups = [] } = template?.LaunchTemplateData ?? {};
      return this.app.hosts
        .filter((one) => one.group === name)
        .map(({ hasTask }) => ({ hasTask, securityGroups }));
    });
  }

  private rulesOf(type: string, group: string): readonly Rule[] {
    return this.ofType(type).flatMap((rule) =>
      rule.GroupId === group ? { ...rule, IpProtocol: rule.IpProtocol ?? '' } : [],
    );
  }
}

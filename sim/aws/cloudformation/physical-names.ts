import { createHash } from 'node:crypto';
import { SIMULATED_ENVIRONMENT, type Environment, unmodelled } from './environment';

/** Stand for region and account until those of the stack are put in; no name may hold such signs. */
const REGION = '<region>';
const ACCOUNT = '<account>';

/** Hexadecimal digits that depend on a name alone, for the ids that a service would draw by chance. */
export function digitsOf(name: string, length: number): string {
  return createHash('sha256').update(name).digest('hex').slice(0, length);
}

/** How a resource is called in its account. */
export interface PhysicalResource {
  /** What `Ref` gives. */
  readonly reference: string;
  /** What `Fn::GetAtt` gives. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The ARN of a stack; one that was deleted and made again under its name has another. */
export function stackArn(name: string, { account, region }: Environment, generation = 1): string {
  const digits = digitsOf(`${name} ${account} ${region} ${generation}`, 32);
  const id = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  return `arn:aws:cloudformation:${region}:${account}:stack/${name}/${id}`;
}

type Naming = (name: string, given: (property: string) => string | undefined) => PhysicalResource;

function arn(service: string, resource: string, { region = REGION, account = ACCOUNT } = {}): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}

function named(service: string, kind: string, property: string): Naming {
  return (name, given) => {
    const reference = given(property) ?? name;
    return { reference, attributes: { Arn: arn(service, `${kind}${reference}`) } };
  };
}

/** Image Builder's resources are referred to by their ARN, which holds their name in lower case and their version. */
function imageBuilder(kind: string, version: string): Naming {
  return (name, given) => {
    const slug = (given('Name') ?? name).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const reference = arn('imagebuilder', `${kind}/${slug}${version}`);
    return { reference, attributes: { Arn: reference, Name: slug } };
  };
}

/** As its ARN holds it, by which metrics know it; the name itself has 32 signs at most. */
function balancerName(name: string, given: string | undefined): string {
  return `app/${(given ?? name).slice(0, 32)}/${digitsOf(name, 16)}`;
}

/**
 * The names, ids and ARNs that CloudFormation would give, by type of resource.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html
 */
const NAMINGS: Readonly<Record<string, Naming>> = {
  'AWS::S3::Bucket': (name, given) => {
    const reference = given('BucketName') ?? name.toLowerCase();
    const host = `${reference}.s3.${REGION}.amazonaws.com`;
    const attributes = { Arn: `arn:aws:s3:::${reference}`, DomainName: host, RegionalDomainName: host };
    return { reference, attributes };
  },
  'AWS::IAM::Role': (name, given) => {
    const reference = given('RoleName') ?? name;
    const RoleId = `AROA${digitsOf(name, 17).toUpperCase()}`;
    return { reference, attributes: { Arn: arn('iam', `role/${reference}`, { region: '' }), RoleId } };
  },
  'AWS::IAM::ManagedPolicy': (name, given) => {
    const reference = arn('iam', `policy/${given('ManagedPolicyName') ?? name}`, { region: '' });
    return { reference, attributes: { PolicyArn: reference } };
  },
  'AWS::IAM::InstanceProfile': (name, given) => {
    const reference = given('InstanceProfileName') ?? name;
    return { reference, attributes: { Arn: arn('iam', `instance-profile/${reference}`, { region: '' }) } };
  },
  'AWS::Lambda::Function': named('lambda', 'function:', 'FunctionName'),
  'AWS::StepFunctions::StateMachine': (name, given) => {
    const Name = given('StateMachineName') ?? name;
    const Arn = arn('states', `stateMachine:${Name}`);
    return { reference: Arn, attributes: { Arn, Name } };
  },
  'AWS::ImageBuilder::Component': imageBuilder('component', '/1.0.0/1'),
  'AWS::ImageBuilder::ImageRecipe': imageBuilder('image-recipe', '/1.0.0'),
  'AWS::ImageBuilder::ImagePipeline': imageBuilder('image-pipeline', ''),
  'AWS::ImageBuilder::InfrastructureConfiguration': imageBuilder('infrastructure-configuration', ''),
  'AWS::ImageBuilder::DistributionConfiguration': imageBuilder('distribution-configuration', ''),
  'AWS::ImageBuilder::Workflow': (name, given) =>
    imageBuilder(`workflow/${(given('Type') ?? 'BUILD').toLowerCase()}`, '/1.0.0/1')(name, given),
  'AWS::Logs::LogGroup': (name, given) => {
    const reference = given('LogGroupName') ?? name;
    return { reference, attributes: { Arn: arn('logs', `log-group:${reference}:*`) } };
  },
  'AWS::EC2::LaunchTemplate': (name) => {
    const reference = `lt-${digitsOf(name, 17)}`;
    const attributes = { LatestVersionNumber: '1', DefaultVersionNumber: '1', LaunchTemplateId: reference };
    return { reference, attributes };
  },
  'AWS::AutoScaling::AutoScalingGroup': (name, given) => {
    const reference = given('AutoScalingGroupName') ?? name;
    const Arn = arn('autoscaling', `autoScalingGroup:${digitsOf(name, 8)}:autoScalingGroupName/${reference}`);
    return { reference, attributes: { AutoScalingGroupARN: Arn, Arn } };
  },
  'AWS::AutoScaling::WarmPool': (_, given) => ({
    reference: given('AutoScalingGroupName') ?? '',
    attributes: {},
  }),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (name, given) => {
    const fullName = balancerName(name, given('Name'));
    const reference = arn('elasticloadbalancing', `loadbalancer/${fullName}`);
    const DNSName = `${fullName.split('/').slice(1).join('-')}.${REGION}.elb.amazonaws.com`;
    return { reference, attributes: { LoadBalancerArn: reference, LoadBalancerFullName: fullName, DNSName } };
  },
  'AWS::ElasticLoadBalancingV2::Listener': (name, given) => {
    const balancer = given('LoadBalancerArn') ?? arn('elasticloadbalancing', `loadbalancer/${name}`);
    const reference = `${balancer.replace(':loadbalancer/', ':listener/')}/${digitsOf(name, 16)}`;
    return { reference, attributes: { ListenerArn: reference } };
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': (name, given) => {
    const listener = given('ListenerArn') ?? arn('elasticloadbalancing', `listener/${name}`);
    const reference = `${listener.replace(':listener/', ':listener-rule/')}/${digitsOf(name, 16)}`;
    return { reference, attributes: { RuleArn: reference } };
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': (name, given) => {
    const TargetGroupFullName = `targetgroup/${(given('Name') ?? name).slice(0, 32)}/${digitsOf(name, 16)}`;
    const reference = arn('elasticloadbalancing', TargetGroupFullName);
    return { reference, attributes: { TargetGroupArn: reference, TargetGroupFullName } };
  },
  'AWS::ECS::Cluster': named('ecs', 'cluster/', 'ClusterName'),
  'AWS::ECS::CapacityProvider': named('ecs', 'capacity-provider/', 'Name'),
  'AWS::SNS::Topic': (name, given) => {
    const TopicName = given('TopicName') ?? name;
    const reference = arn('sns', TopicName);
    return { reference, attributes: { TopicArn: reference, TopicName } };
  },
  'AWS::ECR::Repository': (name, given) => {
    const reference = given('RepositoryName') ?? name.toLowerCase();
    const RepositoryUri = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${reference}`;
    return { reference, attributes: { Arn: arn('ecr', `repository/${reference}`), RepositoryUri } };
  },
  'AWS::SecretsManager::Secret': (name, given) => {
    const reference = arn('secretsmanager', `secret:${given('Name') ?? name}-${digitsOf(name, 6)}`);
    return { reference, attributes: { Id: reference } };
  },
  'AWS::CloudWatch::Alarm': named('cloudwatch', 'alarm:', 'AlarmName'),
  'AWS::Events::Rule': named('events', 'rule/', 'Name'),
  'AWS::SQS::Queue': (name, given) => {
    const QueueName = given('QueueName') ?? name;
    const QueueUrl = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${QueueName}`;
    return { reference: QueueUrl, attributes: { Arn: arn('sqs', QueueName), QueueName, QueueUrl } };
  },
  'AWS::SSM::Parameter': (name, given) => ({
    reference: given('Name') ?? name,
    attributes: { Value: given('Value') ?? '' },
  }),
  'AWS::KMS::Alias': (name, given) => ({ reference: given('AliasName') ?? name, attributes: {} }),
  'AWS::KMS::Key': (name) => ({
    reference: digitsOf(name, 32),
    attributes: { Arn: arn('kms', `key/${digitsOf(name, 32)}`) },
  }),
};

/** The id of a network resource, whose prefix tells its kind. */
const PREFIXES: Readonly<Record<string, string>> = {
  'AWS::EC2::VPC': 'vpc',
  'AWS::EC2::Subnet': 'subnet',
  'AWS::EC2::SecurityGroup': 'sg',
};

/** Names a resource as CloudFormation would; `given` reads a property that fixes a name. Throws for what has no model. */
export function physicalResource(
  stack: string,
  logicalId: string,
  type: string,
  given: (property: string) => string | undefined,
  environment = SIMULATED_ENVIRONMENT,
): PhysicalResource {
  const { reference, attributes } = placelessResource(stack, logicalId, type, given);
  return {
    reference: placed(reference, environment),
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, placed(value, environment)]),
    ),
  };
}

function placed(text: string, { account, region }: Environment): string {
  return text.replaceAll(REGION, region).replaceAll(ACCOUNT, account);
}

function placelessResource(
  stack: string,
  logicalId: string,
  type: string,
  given: (property: string) => string | undefined,
): PhysicalResource {
  const name = `${stack}-${logicalId}`;
  const naming = NAMINGS[type];
  if (naming !== undefined) {
    return naming(name, given);
  }
  const prefix = PREFIXES[type];
  if (prefix !== undefined) {
    const reference = `${prefix}-${digitsOf(name, 17)}`;
    return { reference, attributes: { GroupId: reference, VpcId: reference, SubnetId: reference } };
  }
  throw unmodelled(`the name of ${logicalId}, a resource of type ${type}`);
}

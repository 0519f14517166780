import { Stack } from 'aws-cdk-lib';
import {
  PolicyDocument,
  PolicyStatement,
  Role,
  ManagedPolicy,
  ServicePrincipal,
  type AddToPrincipalPolicyResult,
} from 'aws-cdk-lib/aws-iam';
import type { IConstruct, Construct } from 'constructs';
import { allow, explainManagedPolicy, explainWildcard } from '../internal/allow';

/** Allows a role to read a fleet's group, refreshes, instances and launch template versions, and whose an AMI is. */
export function allowFleetReads(role: Role): void {
  allow(role, {
    actions: [
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeInstanceRefreshes',
      'autoscaling:DescribeWarmPool',
      'ec2:DescribeImages',
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplateVersions',
    ],
    resources: ['*'],
    wildcardReason: 'Calls that describe cannot be limited to resources.',
  });
}

/** Why the ARN of a group has a wildcard. */
export const GROUP_ID_REASON =
  "The ARN holds an id that CloudFormation does not tell; the group's name stands in it in full.";

/** The ARN of a group by its name; the id that stands in it too is not known before. */
export function groupArn(scope: IConstruct, groupName: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${groupName}`;
}

/** By one of these each statement is known that `ecs.Cluster` adds for the agent. */
const OF_THE_AGENT: ReadonlySet<string> = new Set(['ecs:Submit*', 'ecs:Poll', 'ecs:DiscoverPollEndpoint']);

/** The role of a fleet's instances. */
export class FleetRole extends Role {
  /** Its instances complete the launches of their own group, which `groupName` names. */
  constructor(scope: Construct, id: string, groupName: string) {
    const group = groupArn(scope, groupName);
    const completing = new PolicyStatement({
      actions: ['autoscaling:CompleteLifecycleAction'],
      resources: [group],
    });
    const policies = ['service-role/AmazonEC2ContainerServiceforEC2Role', 'AmazonSSMManagedInstanceCore'];
    super(scope, id, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: policies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)),
      inlinePolicies: { Launch: new PolicyDocument({ statements: [completing] }) },
    });
    explainWildcard(this, group, GROUP_ID_REASON);
    for (const policy of policies) {
      explainManagedPolicy(
        this,
        policy,
        'The agents of ECS and Systems Manager ask for it, and AWS keeps it up to date.',
      );
    }
  }

  /**
   * `ecs.Cluster` adds what the agent does for every container instance, with `ecs:Submit*` on it and twice on all resources.
   * The managed policy has all of that already.
   *
   * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerServiceforEC2Role.html
   */
  public override addToPrincipalPolicy(statement: PolicyStatement): AddToPrincipalPolicyResult {
    return statement.actions.some((action) => OF_THE_AGENT.has(action))
      ? { statementAdded: true, policyDependable: this }
      : super.addToPrincipalPolicy(statement);
  }
}

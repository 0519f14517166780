import { Validations } from 'aws-cdk-lib';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { explainManagedPolicy } from '../internal/allow';

/** The role of a fleet's instances. */
export class FleetRole extends Role {
  constructor(scope: Construct, id: string) {
    const policies = ['service-role/AmazonEC2ContainerServiceforEC2Role', 'AmazonSSMManagedInstanceCore'];
    super(scope, id, {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: policies.map((policy) => ManagedPolicy.fromAwsManagedPolicyName(policy)),
    });
    for (const policy of policies) {
      explainManagedPolicy(
        this,
        policy,
        'The agents of ECS and Systems Manager ask for it, and AWS keeps it up to date.',
      );
    }
    // What ecs.Cluster adds for its instances by itself.
    for (const finding of ['Action::ecs:Submit*', 'Resource::*']) {
      Validations.of(this).acknowledge({
        id: `AwsSolutions-IAM5[${finding}]`,
        reason:
          "These are aws-cdk-lib's own statements for the ECS agent; most of its calls cannot be limited to resources.",
      });
    }
  }
}

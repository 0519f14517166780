import { CustomResource, Duration, Stack, Tags } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Construct, type IDependable } from 'constructs';
import { DELETION_TAG } from '../contract/names/resources';
import type { DeleteFleetEnvironment } from '../contract/names/environment';
import { allow } from '../internal/allow';
import { HandlerFunction } from '../internal/handler-function';
import { ResourceProvider } from '../internal/resource-provider';
import type { FleetSettings } from './fleet-settings';
import { groupArn } from './fleet-role';

/** What is deleted. */
export interface FleetDeletionProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly group: AutoScalingGroup;
}

/** Beside the drain: instances shut down, and the last poll is answered. */
const TERMINATION = Duration.minutes(12);

/**
 * Deletes a fleet's group before CloudFormation does, which would wait for instances that are protected from scale-in. What is to
 * be gone by then depends on `resource`: CloudFormation deletes last what came first.
 *
 * Each fleet has a function of its own: the rights of one that fleets share would be taken away together with the fleet, and
 * CloudFormation updates rights before it deletes what a template has lost.
 */
export class FleetDeletion extends Construct {
  /** Made after the group, so that it is deleted before it. */
  public readonly resource: IDependable;

  constructor(scope: Construct, id: string, { cluster, group, settings }: FleetDeletionProps) {
    super(scope, id);
    const handler = new HandlerFunction<DeleteFleetEnvironment>(this, 'Handler', {
      handler: 'delete-fleet',
      description: `Winbake fleet ${settings.fleetName}: drains it when it is deleted`,
      timeout: Duration.minutes(5),
      logRetention: settings.logRetention,
      // Else what was cut would be forgotten with the stack.
      outlivesStack: true,
      environment: {
        WINBAKE_FLEET: settings.fleetName,
        WINBAKE_AUTO_SCALING_GROUP: settings.groupName,
        WINBAKE_CLUSTER: cluster.clusterName,
        WINBAKE_DELETION_ID: this.node.addr,
        WINBAKE_DELETE_DRAIN_SECONDS: String(settings.deleteDrain.toSeconds()),
      },
    });
    this.allow(handler, cluster, settings.groupName);
    const { serviceToken } = new ResourceProvider(this, 'Provider', {
      handler: handler.function,
      logRetention: settings.logRetention,
      polls: { every: Duration.seconds(15), atMost: settings.deleteDrain.plus(TERMINATION) },
    });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken,
      resourceType: 'Custom::WinbakeFleetDeletion',
    });
    resource.node.addDependency(group);
    this.resource = resource;
    // A group that lives on when this resource goes, because it has moved in the app, names another one.
    Tags.of(group).add(DELETION_TAG, this.node.addr, { applyToLaunchedInstances: false });
  }

  private allow(
    { role }: HandlerFunction<DeleteFleetEnvironment>,
    cluster: ICluster,
    groupName: string,
  ): void {
    const { partition, region, account } = Stack.of(this);
    allow(role, {
      actions: ['autoscaling:DescribeAutoScalingGroups', 'ec2:DescribeInstances'],
      resources: ['*'],
      wildcardReason: 'Calls that describe cannot be limited to resources.',
    });
    allow(role, {
      actions: ['autoscaling:CancelInstanceRefresh', 'autoscaling:DeleteAutoScalingGroup'],
      resources: [groupArn(this, groupName)],
      wildcardReason:
        "The ARN holds an id that CloudFormation does not tell; the group's name stands in it in full.",
    });
    allow(role, { actions: ['ecs:ListContainerInstances'], resources: [cluster.clusterArn] });
    allow(role, {
      actions: ['ecs:DescribeContainerInstances', 'ecs:UpdateContainerInstancesState', 'ecs:ListTasks'],
      resources: [`arn:${partition}:ecs:${region}:${account}:container-instance/${cluster.clusterName}/*`],
      wildcardReason: 'Instances have ids unknown before; the name of the cluster stands in full.',
    });
  }
}

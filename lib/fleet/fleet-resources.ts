import { CustomResource, Duration, Stack, Tags } from 'aws-cdk-lib';
import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { AsgCapacityProvider, ICluster } from 'aws-cdk-lib/aws-ecs';
import { ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import type { AssociatedProvider, ClonedTemplate, DeletedFleet } from '../contract/names/environment';
import { fleetParametersFollowing } from '../contract/names/parameters';
import { ASSOCIATION_TAG, DELETION_TAG, DRAIN_TAG } from '../contract/names/resources';
import { allow, explainWildcard, GrowingPermission, parameterArn } from '../internal/allow';
import { HandlerFunction } from '../internal/handler-function';
import { ResourceProvider } from '../internal/resource-provider';
import { allowFleetReads, GROUP_ID_REASON, groupArn } from './fleet-role';
import type { FleetSettings } from './fleet-settings';

/** The longest drain, instances that shut down, and the last poll. */
const LONGEST_DELETION = Duration.minutes(45 + 12);

/** A capacity provider that a custom resource associates. */
export interface AssociationProps {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly capacityProvider: AsgCapacityProvider;
  /** What else CloudFormation associates; where it changes, the provider is looked for anew. */
  readonly others: string;
}

/** A fleet whose custom resources are answered for. */
export interface AnsweredFleet {
  readonly settings: FleetSettings;
  readonly cluster: ICluster;
  readonly ami: WindowsAmi;
  readonly launchTemplateId: string;
}

/** A group that goes with its fleet. */
interface DeletedGroup extends Pick<AnsweredFleet, 'cluster' | 'settings'> {
  readonly group: AutoScalingGroup;
}

/**
 * Answers for the custom resources of a stack's fleets: one clones a fleet's launch template with the AMI that it runs, one
 * deletes its group, one associates its capacity provider with a cluster of another stack.
 *
 * What it may do to a fleet is a policy of that fleet. CloudFormation changes what stays in a template before it deletes what has
 * left it: rights that stood in a policy of all fleets would be gone before the group is.
 */
export class FleetResources extends Construct {
  private readonly handler: HandlerFunction<object>;
  private readonly serviceToken: string;
  private readonly reading: GrowingPermission;
  private readonly pausing: GrowingPermission;
  private readonly common: IDependable;

  constructor(scope: Construct, id: string, { logRetention }: { readonly logRetention: RetentionDays }) {
    super(scope, id);
    this.handler = new HandlerFunction(this, 'Handler', {
      handler: 'fleet-resources',
      description: 'Winbake fleets: a deployment keeps the AMI that they run, and a deletion drains them',
      timeout: Duration.minutes(15),
      logRetention,
      // Else what was cut would be forgotten with the stack.
      outlivesStack: true,
      environment: {},
    });
    const { role } = this.handler;
    allowFleetReads(role);
    const { partition, region, account, stackId } = Stack.of(this);
    allow(role, {
      actions: ['ecs:DescribeTasks'],
      resources: [`arn:${partition}:ecs:${region}:${account}:task/*`],
      wildcardReason:
        'Tasks have ids unknown before. Those of the own clusters alone may be listed; named for each cluster, IAM would take fewer fleets.',
    });
    // A rollback must not fail.
    allow(role, { actions: ['cloudformation:DescribeStacks'], resources: [stackId] });
    // The role's own policies have to hold what each fleet may lose only with itself.
    const [reading, pausing] = ['Reading', 'Pausing'].map(
      (name) => new ManagedPolicy(this, name, { roles: [role] }),
    ) as [ManagedPolicy, ManagedPolicy];
    this.reading = new GrowingPermission(reading, { actions: ['ssm:GetParameter'] });
    this.pausing = new GrowingPermission(pausing, { actions: ['ssm:PutParameter'] });
    this.common = new DependencyGroup(reading, pausing);
    const { serviceToken } = new ResourceProvider(this, 'Provider', {
      handler: this.handler.function,
      logRetention,
      polls: { every: Duration.seconds(15), atMost: LONGEST_DELETION },
    });
    this.serviceToken = serviceToken;
  }

  /** Allows what a fleet's custom resources need; they depend on what is returned, and so go before it does. */
  public allow(scope: Construct, { ami, cluster, launchTemplateId, settings }: AnsweredFleet): IDependable {
    const { partition, region, account } = Stack.of(this);
    const { deployment, state } = fleetParametersFollowing(ami.publicationParameter, settings.fleetName);
    this.reading.on(...[ami.publicationParameter, state].map((name) => parameterArn(this, name)));
    this.pausing.on(parameterArn(this, deployment));
    const group = groupArn(this, settings.groupName);
    const own = this.policy(scope, 'ResourceRights', [
      [['autoscaling:CancelInstanceRefresh', 'autoscaling:DeleteAutoScalingGroup'], group],
      [
        ['ec2:CreateLaunchTemplateVersion'],
        `arn:${partition}:ec2:${region}:${account}:launch-template/${launchTemplateId}`,
      ],
    ]);
    explainWildcard(own, group, GROUP_ID_REASON);
    return new DependencyGroup(this.common, own, this.drainsIn(cluster));
  }

  /** Clones a launch template at each deployment that changes it or its group. */
  public clone(scope: Construct, id: string, own: ClonedTemplate & Readonly<Record<string, unknown>>) {
    return new CustomResource(scope, id, {
      serviceToken: this.serviceToken,
      resourceType: 'Custom::WinbakeLaunchTemplate',
      properties: own,
    });
  }

  /**
   * Deletes a group before CloudFormation does, which would wait for instances that are protected from scale-in. What is to be gone
   * by then depends on what is returned: CloudFormation deletes last what came first.
   */
  public deleteGroup(
    scope: Construct,
    id: string,
    { cluster, group, settings }: DeletedGroup,
  ): CustomResource {
    const resource = this.deleted(scope, id, 'Custom::WinbakeFleetDeletion', { cluster, settings });
    resource.node.addDependency(group);
    // A group that lives on when this resource goes, because it has moved in the app, names another one.
    Tags.of(group).add(DELETION_TAG, idOf(scope, id), { applyToLaunchedInstances: false });
    return resource;
  }

  /**
   * Ends the tasks that services have left on the hosts of a group before what the resource depends on, its association with the
   * cluster: ECS does not end that while a task is there. Its attribute `CapacityProvider` is the provider's name, for what places tasks
   * and has to go before.
   */
  public endTasks(
    scope: Construct,
    id: string,
    { capacityProvider, ...deleted }: DeletedGroup & Pick<AssociationProps, 'capacityProvider'>,
  ): CustomResource {
    // A group that lives on when this resource goes, because the deployment that has brought it is taken back, names none.
    Tags.of(deleted.group).add(DRAIN_TAG, idOf(scope, id), { applyToLaunchedInstances: false });
    return this.deleted(scope, id, 'Custom::WinbakeFleetDrain', {
      ...deleted,
      more: { CapacityProvider: capacityProvider.capacityProviderName },
    });
  }

  private deleted(
    scope: Construct,
    id: string,
    resourceType: string,
    { cluster, more = {}, settings }: Omit<DeletedGroup, 'group'> & { readonly more?: Partial<DeletedFleet> },
  ): CustomResource {
    return new CustomResource(scope, id, {
      serviceToken: this.serviceToken,
      resourceType,
      properties: {
        Fleet: settings.fleetName,
        AutoScalingGroup: settings.groupName,
        Cluster: cluster.clusterName,
        DeletionId: idOf(scope, id),
        DeleteDrainSeconds: String(settings.deleteDrain.toSeconds()),
        ...more,
      } satisfies DeletedFleet,
    });
  }

  /**
   * Associates a capacity provider with a cluster that CloudFormation does not associate it with. Its attribute `CapacityProvider` is the
   * provider's name, for what may come only after it and has to go before.
   */
  public associate(
    scope: Construct,
    id: string,
    { capacityProvider, cluster, others, settings }: AssociationProps,
  ): CustomResource {
    const resource = new CustomResource(scope, id, {
      serviceToken: this.serviceToken,
      resourceType: 'Custom::WinbakeProviderAssociation',
      properties: {
        Fleet: settings.fleetName,
        Cluster: cluster.clusterName,
        CapacityProvider: capacityProvider.capacityProviderName,
        AssociationId: idOf(scope, id),
        Others: others,
      } satisfies AssociatedProvider & Record<string, string>,
    });
    resource.node.addDependency(this.associatesWith(cluster));
    // One that lives on when this resource goes, because somebody else associates it from now on, names none.
    Tags.of(capacityProvider).add(ASSOCIATION_TAG, idOf(scope, id));
    return resource;
  }

  /** The rights on the providers of a cluster, which the last of its fleets needs until it has gone. */
  private associatesWith(cluster: ICluster): IDependable {
    const id = `Providers-${cluster.node.addr}`;
    const found = this.node.tryFindChild(id);
    if (found !== undefined) {
      return found;
    }
    const { partition, region, account } = Stack.of(this);
    const providers = `arn:${partition}:ecs:${region}:${account}:capacity-provider/*`;
    const policy = this.policy(this, id, [
      [['ecs:DescribeClusters', 'ecs:PutClusterCapacityProviders'], cluster.clusterArn],
      [['ecs:DescribeCapacityProviders'], providers],
    ]);
    explainWildcard(policy, providers, 'CloudFormation names them; what they are tagged with is read alone.');
    return policy;
  }

  /** The rights in a cluster, which the last of its fleets needs until it has gone. */
  private drainsIn(cluster: ICluster): IDependable {
    const id = `Cluster-${cluster.node.addr}`;
    const found = this.node.tryFindChild(id);
    if (found !== undefined) {
      return found;
    }
    const { partition, region, account } = Stack.of(this);
    const instances = `arn:${partition}:ecs:${region}:${account}:container-instance/${cluster.clusterName}/*`;
    const policy = this.policy(this, id, [
      [['ecs:ListContainerInstances'], cluster.clusterArn],
      [['ecs:DescribeContainerInstances', 'ecs:UpdateContainerInstancesState', 'ecs:ListTasks'], instances],
    ]);
    explainWildcard(
      policy,
      instances,
      'Instances have ids unknown before; the name of the cluster stands in full.',
    );
    return policy;
  }

  private policy(
    scope: Construct,
    id: string,
    statements: readonly (readonly [actions: string[], resource: string])[],
  ): Policy {
    return new Policy(scope, id, {
      roles: [this.handler.role],
      statements: statements.map(
        ([actions, resource]) => new PolicyStatement({ actions, resources: [resource] }),
      ),
    });
  }
}

/** By what a tag names a custom resource. */
function idOf(scope: Construct, id: string): string {
  return `${scope.node.addr}-${id}`;
}

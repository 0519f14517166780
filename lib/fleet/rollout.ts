import { Duration, Stack } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import type { RolloutEnvironment } from '../contract/names/environment';
import { failedBeside, fleetParametersBeside } from '../contract/names/parameters';
import { ROLLOUT_POLICY_SCHEMA } from '../contract/values/rollout-policy';
import { allow, parameterArn } from '../internal/allow';
import { HandlerFunction } from '../internal/handler-function';
import { allowNotices } from '../internal/notice-topic';
import type { FleetGroup } from './fleet-group';
import { allowFleetReads, groupArn } from './fleet-role';
import type { FleetSettings } from './fleet-settings';

/** What is rolled out to which group. */
export interface RolloutProps {
  readonly settings: FleetSettings;
  readonly ami: WindowsAmi;
  readonly fleet: FleetGroup;
  /** The cluster that the instances join. */
  readonly cluster: ICluster;
  /** The parameter that the fleet keeps its state in. */
  readonly stateParameter: string;
  readonly topic: ITopic;
  readonly deadLetterQueue: IQueue;
}

/** Brings a fleet to the AMI of its channel: when the channel moves, after a deployment, and every 15 minutes in case an event was lost. */
export class Rollout extends HandlerFunction<RolloutEnvironment> {
  constructor(scope: Construct, id: string, props: RolloutProps) {
    const { settings, ami, fleet, cluster, stateParameter, topic, deadLetterQueue } = props;
    super(scope, id, {
      handler: 'rollout',
      description: `Winbake fleet ${settings.fleetName}: rolls out its channel's AMI`,
      timeout: Duration.minutes(2),
      logRetention: settings.logRetention,
      environment: {
        WINBAKE_FLEET: settings.fleetName,
        WINBAKE_CHANNEL_PARAMETER: ami.publicationParameter,
        WINBAKE_FLEET_STATE_PARAMETER: stateParameter,
        WINBAKE_AUTO_SCALING_GROUP: fleet.group.autoScalingGroupName,
        WINBAKE_LAUNCH_TEMPLATE_ID: fleet.launchTemplate.launchTemplateId ?? '',
        WINBAKE_CLUSTER: cluster.clusterName,
        WINBAKE_ROLLOUT_POLICY: Stack.of(scope).toJsonString({
          schema: ROLLOUT_POLICY_SCHEMA,
          ...settings.policy,
        }),
        WINBAKE_TOPIC_ARN: topic.topicArn,
      },
      deadLetterQueue,
    });
    this.allowParameters(ami.publicationParameter, stateParameter);
    this.allowRefresh(settings.groupName);
    this.allowLaunch(fleet);
    this.allowCanaryReads(cluster);
    if (settings.policy.drainLimitSeconds !== null) {
      this.allowStops(cluster);
    }
    allowNotices(this.role, topic);
    if (settings.policy.alarms.length > 0) {
      allow(this.role, {
        actions: ['cloudwatch:DescribeAlarms'],
        resources: ['*'],
        wildcardReason: 'Auto Scaling asks it of whoever hands it alarms, for all alarms.',
      });
    }
    const targets = [new LambdaFunction(this.function, { deadLetterQueue: deadLetterQueue })];
    new Rule(this, 'OnPublication', {
      description: `The ${ami._pointer} of ${ami.pipelineName} has moved`,
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['Parameter Store Change'],
        detail: { name: [ami.publicationParameter], operation: ['Create', 'Update'] },
      },
      targets,
    });
    new Rule(this, 'OnRefresh', {
      description: `An instance refresh of fleet ${settings.fleetName} went on`,
      eventPattern: {
        source: ['aws.autoscaling'],
        // https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-autoscaling.html
        detailType: Match.prefix('EC2 Auto Scaling Instance Refresh '),
        detail: { AutoScalingGroupName: [fleet.group.autoScalingGroupName] },
      },
      targets,
    });
    new Rule(this, 'OnDeployment', {
      description: `A deployment of fleet ${settings.fleetName} has ended`,
      eventPattern: {
        source: ['aws.cloudformation'],
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-event-notifications.html
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': [Stack.of(this).stackId],
          'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'] },
        },
      },
      targets,
    });
    new Rule(this, 'OnTime', {
      description: `Compares fleet ${settings.fleetName} with its channel`,
      schedule: Schedule.rate(Duration.minutes(15)),
      targets,
    });
  }

  private allowParameters(publicationParameter: string, stateParameter: string): void {
    const { deployment, lease, log, overrides } = fleetParametersBeside(stateParameter);
    const own = [stateParameter, lease, log('*')].map((name) => parameterArn(this, name));
    const wildcardReason = 'The log has a parameter for each month, all below the path of this fleet.';
    allow(this.role, {
      actions: ['ssm:GetParameter'],
      resources: [
        ...[publicationParameter, failedBeside(publicationParameter), overrides, deployment].map((name) =>
          parameterArn(this, name),
        ),
        ...own,
      ],
      wildcardReason,
    });
    allow(this.role, { actions: ['ssm:PutParameter'], resources: own, wildcardReason });
  }

  /** The canary is judged by the tasks on its instances. */
  private allowCanaryReads(cluster: ICluster): void {
    const { partition, region, account } = Stack.of(this);
    const ecs = `arn:${partition}:ecs:${region}:${account}`;
    allow(this.role, { actions: ['ecs:ListContainerInstances'], resources: [cluster.clusterArn] });
    allow(this.role, {
      actions: ['ecs:DescribeContainerInstances', 'ecs:ListTasks', 'ecs:DescribeTasks'],
      resources: [
        `${ecs}:container-instance/${cluster.clusterName}/*`,
        `${ecs}:task/${cluster.clusterName}/*`,
      ],
      wildcardReason: 'Instances and tasks have ids unknown before; the name of the cluster stands in full.',
    });
  }

  private allowStops(cluster: ICluster): void {
    const { partition, region, account } = Stack.of(this);
    allow(this.role, {
      actions: ['ecs:StopTask'],
      resources: [`arn:${partition}:ecs:${region}:${account}:task/${cluster.clusterName}/*`],
      wildcardReason: 'Tasks have ids unknown before; the name of the cluster stands in full.',
    });
  }

  private allowRefresh(groupName: string): void {
    allow(this.role, {
      actions: [
        'autoscaling:UpdateAutoScalingGroup',
        'autoscaling:StartInstanceRefresh',
        'autoscaling:CancelInstanceRefresh',
        'autoscaling:RollbackInstanceRefresh',
      ],
      resources: [groupArn(this, groupName)],
      wildcardReason:
        "The ARN holds an id that CloudFormation does not tell; the group's name stands in it in full.",
    });
    allowFleetReads(this.role);
  }

  /**
   * Auto Scaling checks that whoever hands it a launch template may start what it describes.
   *
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
   */
  private allowLaunch({ launchTemplate, role }: FleetGroup): void {
    const { partition, region, account } = Stack.of(this);
    const ec2 = `arn:${partition}:ec2:${region}`;
    const template = `${ec2}:${account}:launch-template/${launchTemplate.launchTemplateId ?? ''}`;
    allow(this.role, { actions: ['ec2:CreateLaunchTemplateVersion'], resources: [template] });
    allow(this.role, {
      actions: ['ec2:RunInstances'],
      resources: ['*'],
      conditions: { ArnEquals: { 'ec2:LaunchTemplate': template } },
      wildcardReason:
        "A start touches volumes, interfaces and an AMI with ids unknown before; the condition allows this fleet's template only.",
    });
    allow(this.role, {
      actions: ['ec2:CreateTags'],
      resources: [`${ec2}:${account}:instance/*`, `${ec2}:${account}:volume/*`],
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
      wildcardReason:
        'The template tags what it starts, whose ids are not known before; the condition allows it at their start only.',
    });
    allow(this.role, {
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    });
  }
}

import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct, IDependable } from 'constructs';
import type { WindowsAmi } from '../ami/windows-ami';
import type { RolloutEnvironment } from '../contract/names/environment';
import { failedBeside, fleetParametersFollowing } from '../contract/names/parameters';
import { FLEET_SETTINGS_SCHEMA, type RolledFleet } from '../contract/values/rollout-policy';
import { allow, GrowingPermission, parameterArn } from '../internal/allow';
import { MOST_DEPLOYED_BYTES, variableBytes } from '../internal/deployed-bytes';
import { HandlerFunction } from '../internal/handler-function';
import { allowNotices } from '../internal/notice-topic';
import { refuse } from '../internal/validate';
import type { FleetGroup } from './fleet-group';
import { allowFleetReads, GROUP_ID_REASON, groupArn } from './fleet-role';
import type { FleetSettings } from './fleet-settings';

/** A fleet as what it shares with others works for it. */
export interface ServedFleet {
  readonly settings: FleetSettings;
  readonly ami: WindowsAmi;
  readonly fleet: FleetGroup;
  /** The cluster that the instances join. */
  readonly cluster: ICluster;
  readonly topic: ITopic;
  /** What deletes its group. */
  readonly deletion: IDependable;
}

/** What the function of all fleets is made with. */
export interface RolloutProps {
  readonly deadLetterQueue: IQueue;
  readonly logRetention: RetentionDays;
}

/** A fleet, what it follows, and its group. */
interface RolledName {
  readonly fleet: string;
  readonly channel: string;
  readonly group: string;
}

/**
 * Brings the fleets of a stack to the AMIs of their channels: when a channel moves, after a deployment, and every 15 minutes in case
 * an event was lost. What it has to know of a fleet it reads from the fleet's settings.
 */
export class Rollout extends HandlerFunction<RolloutEnvironment> {
  private readonly fleets: RolledName[];
  private readonly rights: ReturnType<typeof rightsOf>;
  private readonly topics = new Set<string>();

  constructor(scope: Construct, id: string, { deadLetterQueue, logRetention }: RolloutProps) {
    const fleets: RolledName[] = [];
    const stack = Stack.of(scope);
    super(scope, id, {
      handler: 'rollout',
      description: "Winbake fleets: rolls out their channels' AMIs",
      timeout: Duration.minutes(2),
      logRetention,
      environment: {
        WINBAKE_STACK: stack.stackName,
        WINBAKE_FLEETS: Lazy.uncachedString({
          produce: () => {
            const followed = [...new Set(fleets.map(({ channel }) => channel))];
            const named = followed.map((channel) => [
              channel,
              fleets.filter((one) => one.channel === channel).map(({ fleet }) => fleet),
            ]);
            return JSON.stringify(Object.fromEntries(named));
          },
        }),
      },
      deadLetterQueue,
    });
    this.fleets = fleets;
    this.rights = rightsOf(this);
    allowFleetReads(this.role);
    const { partition, region, account } = stack;
    allow(this.role, {
      actions: ['ec2:CreateTags'],
      resources: ['instance', 'volume'].map((one) => `arn:${partition}:ec2:${region}:${account}:${one}/*`),
      conditions: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
      wildcardReason:
        'The template tags what it starts, whose ids are not known before; the condition allows it at their start only.',
    });
    this.addRules(deadLetterQueue);
  }

  /** Rolls a fleet out from now on. */
  public serve(scope: Construct, { ami, cluster, deletion, fleet, settings, topic }: ServedFleet): void {
    const { fleetName, groupName, policy, warmPool } = settings;
    const channel = ami.publicationParameter;
    const { lease, log, path, settings: name, state } = fleetParametersFollowing(channel, fleetName);
    const own = new StringParameter(scope, 'Settings', {
      parameterName: name,
      description: `Winbake fleet ${fleetName}: what its rollouts have to know`,
      stringValue: settingsText(scope, {
        fleet: fleetName,
        channel,
        amiOwner: ami._owner(this),
        autoScalingGroup: groupName,
        launchTemplateId: fleet.launchTemplate.launchTemplateId ?? '',
        cluster: cluster.clusterName,
        topicArn: topic.topicArn,
        policy,
      }),
    });
    // On deletion the function goes first, which starts instance refreshes.
    this.function.node.addDependency(own, deletion);
    this.fleets.push({ fleet: fleetName, channel, group: groupName });
    const parameters = (...names: readonly string[]) => names.map((one) => parameterArn(this, one));
    this.rights.read.on(...parameters(channel, failedBeside(channel), `${path}/*`));
    this.rights.readTogether.on(...parameters(lease, name));
    this.rights.write.on(...parameters(state, lease, log('*')));
    this.rights.refresh.on(groupArn(this, groupName));
    if (warmPool !== undefined) {
      this.rights.pool.on(groupArn(this, groupName));
    }
    this.allowLaunch(fleet, ami._owner(this));
    this.allowCanaryReads(cluster);
    if (policy.drainLimitSeconds !== null) {
      this.rights.stops.on(this.tasksIn(cluster));
    }
    if (!this.topics.has(topic.node.path)) {
      this.topics.add(topic.node.path);
      allowNotices(this.role, topic);
    }
    if (policy.alarms.length > 0) {
      this.rights.alarms.on('*');
    }
  }

  private addRules(deadLetterQueue: IQueue): void {
    const targets = [new LambdaFunction(this.function, { deadLetterQueue })];
    const { stackId } = Stack.of(this);
    const lazily = (field: 'channel' | 'group') =>
      Lazy.uncachedList({ produce: () => [...new Set(this.fleets.map((one) => one[field]))] });
    new Rule(this, 'OnPublication', {
      description: 'What a fleet of the stack follows has moved',
      eventPattern: {
        source: ['aws.ssm'],
        detailType: ['Parameter Store Change'],
        detail: { name: lazily('channel'), operation: ['Create', 'Update'] },
      },
      targets,
    });
    new Rule(this, 'OnRefresh', {
      description: 'An instance refresh of a fleet of the stack went on',
      eventPattern: {
        source: ['aws.autoscaling'],
        // https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-autoscaling.html
        detailType: Match.prefix('EC2 Auto Scaling Instance Refresh '),
        detail: { AutoScalingGroupName: lazily('group') },
      },
      targets,
    });
    new Rule(this, 'OnDeployment', {
      description: 'A deployment of the stack has ended',
      eventPattern: {
        source: ['aws.cloudformation'],
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-event-notifications.html
        detailType: ['CloudFormation Stack Status Change'],
        detail: {
          'stack-id': [stackId],
          'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'] },
        },
      },
      targets,
    });
    new Rule(this, 'OnTime', {
      description: 'Compares the fleets of the stack with their channels',
      schedule: Schedule.rate(Duration.minutes(15)),
      targets,
    });
  }

  /** The canary is judged by the tasks on its instances. */
  private allowCanaryReads(cluster: ICluster): void {
    const { partition, region, account } = Stack.of(this);
    this.rights.hosts.on(cluster.clusterArn);
    this.rights.tasks.on(
      `arn:${partition}:ecs:${region}:${account}:container-instance/${cluster.clusterName}/*`,
      this.tasksIn(cluster),
    );
  }

  private tasksIn(cluster: ICluster): string {
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:ecs:${region}:${account}:task/${cluster.clusterName}/*`;
  }

  /**
   * Auto Scaling checks that whoever hands it a launch template may start what it describes. Amazon's AMI is what a channel shows before
   * the first bake.
   *
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
   * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances-ami
   */
  private allowLaunch({ launchTemplate, role }: FleetGroup, owner: string): void {
    const { partition, region, account } = Stack.of(this);
    const id = launchTemplate.launchTemplateId ?? '';
    const template = `arn:${partition}:ec2:${region}:${account}:launch-template/${id}`;
    this.rights.versions.on(template);
    this.rights.roles.on(role.roleArn);
    allow(this.role, {
      actions: ['ec2:RunInstances'],
      resources: ['*'],
      conditions: {
        ArnEquals: { 'ec2:LaunchTemplate': template },
        // Of what a start touches AMIs alone have one here, always.
        StringEqualsIfExists: { 'ec2:Owner': [owner, 'amazon'] },
      },
      wildcardReason:
        "A start touches volumes, interfaces and an AMI with ids unknown before; conditions allow the fleet's template and the pipeline's AMIs only.",
    });
  }
}

/** What the function may do, on what fleets bring. */
function rightsOf({ role }: Rollout) {
  const allowed = (actions: readonly string[], wildcardReason?: string, conditions?: object) =>
    new GrowingPermission(role, {
      actions,
      ...(wildcardReason === undefined ? {} : { wildcardReason }),
      ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
    });
  const logs = 'The log has a parameter for each month; all of it is below the path of one fleet.';
  return {
    read: allowed(['ssm:GetParameter'], logs),
    readTogether: allowed(['ssm:GetParameters']),
    write: allowed(['ssm:PutParameter'], logs),
    refresh: allowed(
      [
        'autoscaling:UpdateAutoScalingGroup',
        'autoscaling:StartInstanceRefresh',
        'autoscaling:CancelInstanceRefresh',
        'autoscaling:RollbackInstanceRefresh',
      ],
      GROUP_ID_REASON,
    ),
    pool: allowed(['autoscaling:SetInstanceHealth'], GROUP_ID_REASON),
    hosts: allowed(['ecs:ListContainerInstances']),
    tasks: allowed(
      ['ecs:DescribeContainerInstances', 'ecs:ListTasks', 'ecs:DescribeTasks'],
      'Instances and tasks have ids unknown before; the name of the cluster stands in full.',
    ),
    stops: allowed(
      ['ecs:StopTask'],
      'Tasks have ids unknown before; the name of the cluster stands in full.',
    ),
    versions: allowed(['ec2:CreateLaunchTemplateVersion']),
    roles: allowed(['iam:PassRole'], undefined, {
      StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    }),
    alarms: allowed(
      ['cloudwatch:DescribeAlarms'],
      'Auto Scaling asks it of whoever hands it alarms, for all alarms.',
    ),
  };
}

/** The document of a fleet's settings; ends synthesis where it is larger than a parameter. */
function settingsText(scope: Construct, fleet: RolledFleet): string {
  const text = Stack.of(scope).toJsonString({ schema: FLEET_SETTINGS_SCHEMA, ...fleet });
  const bytes = variableBytes(scope, text);
  if (bytes > MOST_DEPLOYED_BYTES) {
    refuse(
      scope,
      'rollout',
      `must leave the fleet's settings at most ${MOST_DEPLOYED_BYTES} bytes, since a parameter takes 4096`,
      `${bytes} bytes`,
      'Name fewer windows, or shorter alarms.',
    );
  }
  return text;
}

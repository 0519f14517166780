import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { WindowsAmi } from '../ami/windows-ami';
import type { RolloutEnvironment } from '../contract/names/environment';
import { failedBeside, fleetParametersFollowing } from '../contract/names/parameters';
import { FLEET_SETTINGS_SCHEMA, type RolledFleet } from '../contract/values/rollout-policy';
import { DeadLetterQueue } from '../internal/dead-letter-queue';
import { allowNotices, NoticeTopic } from '../internal/notice-topic';
import { holdToServiceRules } from '../internal/service-rules';
import { refuse } from '../internal/validate';
import { allow, GrowingPermission, parameterArn } from '../internal/allow';
import { MOST_DEPLOYED_BYTES, variableBytes } from '../internal/deployed-bytes';
import { HandlerFunction } from '../internal/handler-function';
import { FleetAlarms } from './fleet-alarms';
import { FleetResources } from './fleet-resources';
import type { FleetSettings } from './fleet-settings';
import { isBesideCluster } from './join-cluster';
import type { FleetGroup } from './fleet-group';
import { allowFleetReads, GROUP_ID_REASON, groupArn } from './fleet-role';

/**
 * Fleets and their clusters: a role's own policies take 10,240 characters, of which each of them needs up to 470.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const MOST_SERVED = 20;

const ID = 'WinbakeFleets';

/** What CDK leaves out of a template, where its types know numbers alone. */
const NO_DAYS = undefined as unknown as number;

/**
 * What the fleets of a stack share, made with the first of them: the function that rolls them out, what answers for their custom
 * resources, the queue of what failed, alarms that speak for all, and a topic. A further fleet adds no function.
 */
export class FleetsOfStack extends Construct {
  /** Those of the stack that a construct is in. */
  public static of(scope: IConstruct): FleetsOfStack {
    const stack = Stack.of(scope);
    const found = stack.node.tryFindChild(ID) as FleetsOfStack | undefined;
    return found ?? new FleetsOfStack(stack);
  }

  public readonly resources: FleetResources;
  private readonly rollout: Rollout;
  private readonly alarms: FleetAlarms;
  private readonly settings: FleetSettings[] = [];
  private readonly clusters = new Set<string>();
  /** Those whose providers the fleets associate themselves. */
  private readonly associated = new Set<string>();
  private ownTopic: NoticeTopic | undefined;

  private constructor(stack: Stack) {
    super(stack, ID);
    // The longest of all fleets; a group that keeps its lines for ever names no days.
    const logRetention = Lazy.uncachedNumber({
      produce: () => {
        const kept = this.settings.map((one) => one.logRetention);
        const isEndless = kept.includes(RetentionDays.INFINITE);
        return isEndless ? NO_DAYS : Math.max(0, ...kept);
      },
    });
    const deadLetterQueue = new DeadLetterQueue(this, 'DeadLetterQueue', undefined);
    this.resources = new FleetResources(this, 'Resources', { logRetention });
    this.rollout = new Rollout(this, 'Rollout', { deadLetterQueue, logRetention });
    this.alarms = new FleetAlarms(this, 'Alarms', { deadLetterQueue });
    holdToServiceRules(this);
  }

  /** The topic of the fleets that were given none. */
  public get topic(): ITopic {
    this.ownTopic ??= new NoticeTopic(this, 'Topic', {
      pipelineName: `fleets of ${Stack.of(this).stackName}`,
      encryptionKey: undefined,
    });
    return this.ownTopic;
  }

  /** Takes a fleet in before anything of it is made; ends synthesis where there are too many. */
  public register(scope: Construct, settings: FleetSettings, cluster: ICluster): void {
    this.settings.push(settings);
    this.clusters.add(cluster.node.addr);
    if (settings.associate && !isBesideCluster(scope, cluster)) {
      this.associated.add(cluster.node.addr);
    }
    const [fleets, clusters] = [this.settings.length, this.clusters.size];
    if (fleets + clusters + this.associated.size > MOST_SERVED) {
      refuse(
        scope,
        'cluster',
        `must leave at most ${MOST_SERVED} fleets and clusters in a stack, where those of other stacks count twice, since IAM takes no ` +
          'more rights of what they share',
        `fleet ${fleets} in cluster ${clusters}`,
        'Make it in another stack, or in a nested one.',
      );
    }
  }

  /** Rolls a fleet out from now on, and watches it. */
  public serve(scope: Construct, served: ServedFleet): void {
    this.rollout.serve(scope, served);
    this.alarms.notify(served.topic);
  }
}

/** A fleet as what it shares with others works for it. */
interface ServedFleet {
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
interface RolloutProps {
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
class Rollout extends HandlerFunction<RolloutEnvironment> {
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

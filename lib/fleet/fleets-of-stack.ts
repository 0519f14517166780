import { Lazy, Stack } from 'aws-cdk-lib';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct, type IConstruct } from 'constructs';
import { DeadLetterQueue } from '../internal/dead-letter-queue';
import { NoticeTopic } from '../internal/notice-topic';
import { holdToServiceRules } from '../internal/service-rules';
import { refuse } from '../internal/validate';
import { FleetAlarms } from './fleet-alarms';
import { FleetResources } from './fleet-resources';
import type { FleetSettings } from './fleet-settings';
import { isBesideCluster } from './join-cluster';
import { Rollout, type ServedFleet } from './rollout';

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

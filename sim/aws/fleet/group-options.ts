import type { AmiBehaviour } from './ami-behaviour';
import type { SimulatedLaunchTemplate } from './launch-template';
import type { WarmPoolSize } from './simulated-pool';
import type { RefreshEvent } from './simulated-refresh';

/** What a template says of a group and its launch template, and what is simulated of the rest. */
export interface SimulatedGroupOptions {
  readonly groupName: string;
  readonly template: SimulatedLaunchTemplate;
  /** The version of it that the group starts from. */
  readonly version: string;
  readonly instanceCount: number;
  readonly startedAt: Date;
  readonly minSize?: number;
  /** The most instances that scaling may ask for; as many as it likes unless said. */
  readonly maxSize?: number;
  /**
   * Whether a replacement may be launched beyond `maxSize`. The page names the desired capacity as what the percentage is of,
   * and no other bound; unproven.
   * @see https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
   */
  readonly replacesBeyondMaximum?: boolean;
  /** Whether EC2 has room for another instance; always, unless said. */
  readonly hasCapacity?: () => boolean;
  /** What instances of an AMI do; they do what they should unless said. */
  readonly behaviourOf?: (amiId: string) => AmiBehaviour;
  /** Its warm pool; none unless said. */
  readonly warmPool?: WarmPoolSize;
  /** The tags that CloudFormation gave it. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A policy of mixed instances, without the launch template that its instances start from. */
  readonly mixedInstances?: object;
  /** How long ECS takes to move the tasks of an instance away, their stop included. */
  readonly drainSeconds?: number;
  /**
   * `stopTimeout` of its container definition, 30 s on Windows as on Linux: how long a container that does not react lives on.
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
   */
  readonly stopSeconds?: number;
  /** Whether instances are protected from scale-in, as ECS leaves them. */
  readonly protectsInstances?: boolean;
  /** Gets what Auto Scaling sends to EventBridge. */
  readonly onEvent?: (event: GroupEvent) => void;
  /** When an alarm that a refresh watches begins to ring, and how long it does. */
  readonly alarms?: readonly { readonly at: Date; readonly seconds: number }[];
}

/** What EventBridge gets of a refresh. */
export interface GroupEvent {
  readonly kind: RefreshEvent;
  readonly refreshId: string;
  readonly at: Date;
}

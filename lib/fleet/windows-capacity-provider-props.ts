import type { Duration } from 'aws-cdk-lib';
import type { IKeyPair, InstanceType, ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { WindowsAmi } from '../ami/windows-ami';
import type { ManagedScaling, SpotShare } from './capacity-options';
import type { FleetVolume, InstanceMetadata } from './host-options';
import type { RolloutOptions } from './rollout-options';
import type { FleetWarmPool } from './warm-pool';

/** What a fleet is made of. */
export interface WindowsCapacityProviderProps {
  /** The cluster that the instances join, of this stack, of another one of the app, or imported. */
  readonly cluster: ICluster;

  /**
   * Whether the fleet associates its capacity provider with the cluster. In a cluster of another stack, or an imported one, a custom
   * resource adds this one provider to those that the cluster has, and takes it out when the fleet goes. A provider that is there
   * already, since your own association or another tool names it, stays as it is. False leaves all of that to you: name
   * `capacityProviderName` in your association.
   *
   * @default true
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html
   */
  readonly associate?: boolean;

  /** The channel of AMIs that the fleet follows. */
  readonly ami: WindowsAmi;

  /**
   * The name under which the fleet keeps its state, unique in account and region. It stays fixed, and fixes the name of the
   * Auto Scaling group: another name makes another fleet.
   *
   * @default - the id of the cluster's construct and the name of the pipeline, such as `cluster-2022-core`
   */
  readonly fleetName?: string;

  /**
   * The types of the instances, the preferred first. Several, or a Spot share, make a group with mixed instances.
   *
   * @default - `m6i.xlarge`
   */
  readonly instanceTypes?: InstanceType[];

  /**
   * How much of the fleet runs on Spot instances.
   *
   * @default - all instances run on demand
   */
  readonly spot?: SpotShare;

  /**
   * The VPC that the instances run in.
   *
   * @default - the cluster's
   */
  readonly vpc?: IVpc;

  /**
   * The subnets that the instances run in.
   *
   * @default - the private subnets with a way out, else the VPC's only kind
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * Security groups of the instances beside the fleet's own, four at most.
   *
   * @default - the fleet's own, which lets in what `allowServiceTraffic` says and everything out
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * Whether the instances let in what services of the cluster in NAT mode let in, such as requests of their load balancer: on
   * a port of the host that a task names, else on TCP 32768 to 65535. The fleet's security group joins `cluster.connections`
   * for it, and in a cluster of another stack the connections of the services that `strategy()` places on it. Tasks with network interfaces of their own have security groups of their own and do not need it.
   *
   * @default true
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
   */
  readonly allowServiceTraffic?: boolean;

  /**
   * The key pair that decrypts the administrator's password.
   *
   * @default - none; Session Manager reaches the instances without
   */
  readonly keyPair?: IKeyPair;

  /**
   * The least number of instances.
   *
   * @default 0
   */
  readonly minCapacity?: number;

  /**
   * The greatest number of instances. A rollout launches up to a tenth more, and at least one.
   *
   * @default 10
   */
  readonly maxCapacity?: number;

  /**
   * Instances that have booted once and stand by, stopped, for scale-out. Rollouts renew them. To add or to take the pool away changes
   * the launch template, which the instances then take by a canary.
   *
   * @default - none: scale-out boots Windows for the first time
   */
  readonly warmPool?: FleetWarmPool;

  /**
   * The root volume.
   *
   * @default - 100 GiB of gp3 with 250 MiB a second, encrypted; with `fastLaunch` the AMI's
   */
  readonly volume?: FleetVolume;

  /**
   * Whether instances start from the snapshots that the pipeline's `fastLaunch` keeps ready, with the first boot of Windows behind them.
   * Their launch template then names no root device, for which EC2 would make a volume from the AMI itself: they have the volume
   * of the AMI, as the pipeline's `volume` says. It excludes `volume`, and so an initialization rate.
   *
   * @see https://github.com/aws/karpenter-provider-aws/issues/9014
   * @default false
   */
  readonly fastLaunch?: boolean;

  /**
   * How ECS scales the fleet.
   *
   * @default - to as many instances as the tasks need
   */
  readonly scaling?: ManagedScaling;

  /**
   * Whether ECS keeps instances with tasks from being taken away by scale-in.
   *
   * @default true
   */
  readonly enableManagedTerminationProtection?: boolean;

  /**
   * Whether ECS moves tasks away from an instance before it ends.
   *
   * @default true
   */
  readonly enableManagedDraining?: boolean;

  /**
   * How long tasks may run on when the fleet is deleted, 45 minutes at most; then the fleet is deleted under them, and the log of its
   * deletion names them. It ends as soon as no task is left.
   *
   * @default Duration.minutes(10)
   */
  readonly deleteDrain?: Duration;

  /**
   * Whether tasks may have roles.
   *
   * @default true
   */
  readonly taskRoles?: boolean;

  /**
   * Whether tasks may have network interfaces of their own (`awsvpc`).
   *
   * @default true, but false on Windows Server 2016
   */
  readonly taskInterfaces?: boolean;

  /**
   * Who may read the instances' metadata.
   *
   * @default - only the instance itself, by session
   */
  readonly metadata?: InstanceMetadata;

  /**
   * The log drivers that tasks may use.
   *
   * @default - `json-file` and `awslogs`
   */
  readonly loggingDrivers?: string[];

  /**
   * Whether tasks may join an Active Directory domain by their `credentialSpecs` (gMSA). Without a domain-joined host, which
   * `userDataBefore` would have to join, that is domainless gMSA, which Windows Server 2016 lacks.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows-gmsa.html
   */
  readonly gmsa?: boolean;

  /**
   * Networks, such as `10.0.15.0/24`, that tasks with network interfaces of their own reach through the interface of their host.
   *
   * @default - each task reaches everything through its own
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_window-container_instance.html
   */
  readonly awsvpcAdditionalLocalRoutes?: string[];

  /**
   * Further variables of the ECS agent, such as `ECS_CONTAINER_START_TIMEOUT`. What the fleet sets itself ends synthesis, as a value does
   * that the agent would not read; a name that the agent of Windows is not known to read is warned of.
   *
   * @default - the agent's own defaults
   * @see https://github.com/aws/amazon-ecs-agent/blob/master/README.md#environment-variables
   */
  readonly agentVariables?: { readonly [name: string]: string };

  /**
   * PowerShell that runs before the ECS agent starts, at each start of an instance.
   *
   * @default - nothing
   */
  readonly userDataBefore?: string[];

  /**
   * PowerShell that runs once an instance has joined the cluster, at each start of it.
   *
   * @default - nothing
   */
  readonly userDataAfter?: string[];

  /**
   * Attributes of the container instances for placement constraints.
   *
   * @default - only `winbake.build`, `winbake.revision` and `winbake.up`, which are always there
   */
  readonly attributes?: { readonly [name: string]: string };

  /**
   * How long an instance may take to boot and to join the cluster, 30 minutes to 2 hours; then its launch is abandoned.
   *
   * @default Duration.minutes(45)
   */
  readonly launchTimeout?: Duration;

  /**
   * How long a host that starts may fetch what the tags of own images in Amazon ECR, and in registries of `ownImageCredentials`, have moved to
   * since its AMI was baked, before it joins its cluster; then it joins all the same. At most `launchTimeout` without 30 minutes; 0 fetches
   * nothing.
   *
   * @default - 10 minutes with `ownImageCredentials`, or where the pipeline is of this app and caches own images in ECR; otherwise nothing is
   * fetched
   */
  readonly ownImageTimeout?: Duration;

  /**
   * Secrets that hold `username` and `password`, by the hosts of private registries, such as `shop.azurecr.io`, so that hosts fetch own images
   * of these, too; with one that cannot be read they join all the same. The role of the instances may then read the secrets, and so may every
   * task that gets its credentials: one with access to its host, or to the metadata of it.
   *
   * @default - of registries other than ECR hosts keep what was baked
   */
  readonly ownImageCredentials?: { readonly [registry: string]: ISecret };

  /**
   * How the fleet takes a publication.
   *
   * @default - at once: a tenth of it, watched for half an hour, then the rest
   */
  readonly rollout?: RolloutOptions;

  /**
   * The time from Microsoft's release of an update to the last instance that runs it.
   *
   * @default Duration.hours(72)
   */
  readonly patchWithin?: Duration;

  /**
   * The topic through which people are notified of rollouts that failed and of what waits for them.
   *
   * @default - an encrypted topic that the fleets of a stack share, `topic` of the construct, to subscribe to
   */
  readonly notificationTopic?: ITopic;

  /**
   * How long the logs of the functions are kept that the fleets of a stack share: the longest that one of them says.
   *
   * @default RetentionDays.THIRTEEN_MONTHS
   */
  readonly logRetention?: RetentionDays;
}

/** How much of a service a fleet takes. */
export interface CapacityProviderStrategyOptions {
  /**
   * How many tasks run on this fleet before the weights count.
   *
   * @default 0
   */
  readonly base?: number;

  /**
   * The fleet's share of the tasks beyond the bases, compared with the weights of the other capacity providers.
   *
   * @default 1
   */
  readonly weight?: number;
}

import type { Claim } from './claim';

/** Of container hosts, clusters and tasks. */
export const HOST_CLAIMS: readonly Claim[] = [
  {
    id: 'replaced-fleet-loses-no-request',
    claim:
      'a fleet that is replaced as docs/fleets.md says loses no request: a service that gets another strategy moves its tasks within an hour, or at a forced deployment',
    otherwise: 'requests fail while a fleet is replaced',
    damage: 'stops',
    how: 'the three steps, with a load balancer and a client that asks every second',
  },
  {
    id: 'domain-joins-before-the-agent',
    claim:
      'a host that joins its domain in `userDataBefore` and restarts comes into service, and offers domain-joined gMSA',
    otherwise: 'hosts of a domain do not come into service',
    damage: 'stops',
    how: 'the chapter "Active Directory", with a directory of AWS Managed Microsoft AD',
  },
  {
    id: 'ecs-filters-by-a-hundred-ids',
    claim: 'ECS takes a query of a hundred ids, `ec2InstanceId in [...]`, as its filter',
    otherwise: 'a large fleet cannot be judged, and is not rolled',
    damage: 'stops',
    how: 'a rollout of a fleet with a hundred instances',
  },
  {
    id: 'agent-takes-the-switches',
    claim: '`Initialize-ECSAgent` takes the switches of the user data on each release',
    otherwise: 'hosts do not join their cluster',
    damage: 'stops',
    how: 'a fleet of each release registers, with its attributes',
  },
  {
    id: 'reboot-keeps-task-roles',
    claim:
      'after a reboot a second `Initialize-ECSAgent` brings the credentials of task roles back (AWS asks to delete the proxy interface before)',
    otherwise: 'tasks have no credentials after a reboot',
    damage: 'stops',
    how: 'reboot a container host; a task with a role calls `sts get-caller-identity`',
  },
  {
    id: 'completed-hook-is-named-so',
    claim: 'Auto Scaling says "No active Lifecycle Action" for a hook that is completed already',
    otherwise: 'a host that launched well reports an error',
    damage: 'late',
    how: 'complete a hook twice and read the second error',
  },
  {
    id: 'hosts-deregister-in-time',
    claim:
      'container instances deregister while they terminate, so that the cluster of the same stack can be deleted right after',
    otherwise: 'a stack with its cluster cannot be deleted',
    damage: 'stops',
    how: 'delete a stack with cluster and fleet while instances run',
  },
  {
    id: 'containers-need-two-hops',
    claim: "Windows containers behind `nat` need a hop limit of 2 to read the instance's metadata",
    otherwise: 'tasks read no metadata',
    damage: 'stops',
    how: '`Invoke-RestMethod` of the metadata from a task, with both values',
  },
  {
    id: 'ecs-compares-revisions-as-numbers',
    claim:
      "ECS compares `attribute:winbake.revision >= 4294` as numbers, and an attribute's name may hold a full stop there",
    otherwise: 'a task lands on a host that is too old',
    damage: 'unsafe',
    how: 'a task with `minimumRevision` on a cluster with hosts of 4171 and 10000; it is placed on the second',
  },
  {
    id: 'runtime-platform-places',
    claim: 'ECS places a task of EC2 with `runtimePlatform` on hosts of that release and edition only',
    otherwise: 'tasks land on a host that cannot run them',
    damage: 'stops',
    how: 'a service of a 2022 Core task on a cluster with 2019 and 2022 hosts',
  },
  {
    id: 'task-definition-refuses-rightly',
    claim:
      "`WindowsTaskDefinition` refuses nothing that works: `memoryReservationMiB` fails on each release's Docker, and a container without `cpu` gets 1 %",
    otherwise: 'a working task definition is refused',
    damage: 'figures',
    how: 'run both in an account on 2019, 2022 and 2025',
  },
  {
    id: 'server-2016-has-no-task-network',
    claim:
      'Windows Server 2016 has no task network interfaces (`awsvpc`), so that `-EnableTaskENI` would keep the agent from starting',
    otherwise: 'an option is refused that would work',
    damage: 'figures',
    how: 'a fleet of 2016 with `taskInterfaces: true`; its instances register or not',
  },
  {
    id: 'agent-offers-gmsa',
    claim:
      "on an AMI of the pipeline the agent offers `ecs.capability.gmsa-domainless` with `ECS_GMSA_SUPPORTED`, and its plugin reads the secret with the task's execution role (a page of AWS names the instance's role)",
    otherwise: 'tasks have no group managed service account',
    damage: 'stops',
    how: 'a fleet with `gmsa`, and `klist get ACCOUNT$` in a task with a domainless credential spec',
  },
  {
    id: 'fsx-mounts-by-execution-role',
    claim:
      'an FSx share is mounted with `fsx:DescribeFileSystems` on the file system and the secret, by the execution role alone',
    otherwise: 'tasks have no share',
    damage: 'stops',
    how: 'a task with `fsxVolumes` on domain-joined hosts',
  },
  {
    id: 'agent-variables-reach-the-agent',
    claim:
      'variables of `agentVariables`, set for machine and process before `Initialize-ECSAgent`, reach the agent',
    otherwise: 'the agent runs with its defaults',
    damage: 'figures',
    how: 'a fleet with `ECS_RESERVED_MEMORY`; the instance registers that much less memory',
  },
  {
    id: 'cluster-shows-providers-soon',
    claim:
      '`DescribeClusters` shows a provider that `PutClusterCapacityProviders` added within 15 seconds, and ECS refuses a second change until the first has attached its scaling',
    otherwise: 'a deployment to an imported cluster fails',
    damage: 'late',
    how: 'deploy two fleets of two stacks to one imported cluster at once; both are there a minute later',
  },
  {
    id: 'managed-providers-stay-in-the-list',
    claim:
      "a cluster with providers of ECS Managed Instances takes the list that `DescribeClusters` gives, with the fleet's provider",
    otherwise: 'a fleet cannot use such a cluster',
    damage: 'stops',
    how: 'a fleet on an imported cluster with such a provider',
  },
  {
    id: 'provider-waits-for-its-tasks',
    claim:
      "CloudFormation goes on to the provider's deletion only once the tasks of its services have stopped, because `PutClusterCapacityProviders` refuses until then",
    otherwise: 'a fleet of an imported cluster cannot be deleted',
    damage: 'stops',
    how: 'delete a fleet with a service behind a load balancer, its cluster in another stack',
  },
  {
    id: 'kept-group-outlives-winbake',
    claim: "a group that keeps its hosts outlives the fleet's constructs, as docs/fleets.md says",
    otherwise: 'leaving Winbake ends hosts',
    damage: 'stops',
    how: 'leave Winbake so in a test account; the instances run on and new ones join',
  },
  {
    id: 'pool-registers-in-service-only',
    claim:
      'with `ECS_WARM_POOLS_CHECK` the agent of Windows registers only once the instance is to be `InService`, and `Initialize-ECSAgent` returns before that',
    otherwise: 'tasks are placed on instances of a warm pool',
    damage: 'stops',
    how: 'a fleet with `warmPool`; `aws ecs list-container-instances` shows none of the pool, and its instances are stopped within 15 minutes',
  },
  {
    id: 'user-data-runs-out-of-the-pool',
    claim:
      'EC2Launch v1 and v2 have saved their state a minute after user data, and run user data again as an instance leaves the pool',
    otherwise: 'instances of a warm pool never join',
    damage: 'stops',
    how: 'a fleet with `warmPool` of each release; scale out, and look for a second `this host runs` in the Application log',
  },
  {
    id: 'target-state-is-in-metadata',
    claim:
      '`autoscaling/target-lifecycle-state` is in the metadata before user data runs, as `Warmed:Stopped` on the way into a pool',
    otherwise: 'instances of a warm pool never stop',
    damage: 'stops',
    how: 'the Application log of an instance of the pool says `ready for the warm pool`',
  },
  {
    id: 'fast-launch-needs-no-root-device',
    claim:
      "EC2 starts an instance from a snapshot of Fast Launch where its launch template names no root device, with the type, throughput and encryption of the AMI's volume",
    otherwise: 'hosts start as slowly as without Fast Launch',
    damage: 'late',
    how: 'a fleet with `fastLaunch`; `aws ec2 describe-volumes` shows a snapshot described as `Fast Launch snapshot for image`, and gp3 with 250 MiB a second',
  },
  {
    id: 'groups-use-fast-launch',
    claim: 'Auto Scaling groups use snapshots of Fast Launch, also of an AMI that another account shares',
    otherwise: 'hosts start as slowly as without Fast Launch',
    damage: 'late',
    how: 'the same in the other account; `NumberOfInstancesFastLaunched` counts',
  },
  {
    id: 'user-data-runs-on-fast-launch',
    claim: 'user data and the launch hook work on an instance of Fast Launch as on any other',
    otherwise: 'hosts of Fast Launch do not join',
    damage: 'stops',
    how: 'the same; its instances join the cluster',
  },
  {
    id: 'load-balancer-example-answers',
    claim:
      'a client gets 200 from the load balancer of `examples/load-balancer.ts`, whose links a test follows in the template',
    otherwise: 'the example does not work',
    damage: 'stops',
    how: 'deploy it, and `curl` the name of the load balancer',
  },
  {
    id: 'attributes-hold-instants',
    claim:
      'ECS takes an attribute of a host such as `winbake.up` with the instant `2026-01-14T08:00:00Z` as its value, and shows it as it was sent, also after a reboot',
    otherwise: 'the start of a host is not measured',
    damage: 'figures',
    how: 'a fleet; `aws ecs describe-container-instances`; reboot a host, which stays registered',
  },
  {
    id: 'launch-time-is-of-the-last-start',
    claim:
      "`LaunchTime` of an instance out of a warm pool is that of its last start, and its primary network interface's `AttachTime` that of its first (EC2's page says so)",
    otherwise: 'starts out of a warm pool are measured wrongly',
    damage: 'figures',
    how: 'a fleet with `warmPool`; `winbake fleet status` shows it as `warm pool`',
  },
  {
    id: 'tasks-report-their-waits',
    claim:
      "a task's `createdAt` is later than its host's `registeredAt`, or as late, where it waited for capacity; `pullStartedAt` is there on Windows, also where nothing is pulled",
    otherwise: 'first tasks are measured wrongly',
    damage: 'figures',
    how: 'scale a service out on a fleet; `aws ecs describe-tasks`',
  },
  {
    id: 'first-tasks-differ-by-less-than-three',
    claim:
      'first tasks of one AMI and app differ by less than a factor of three; `winbake coverage` says of their images what they pull, which AWS does not',
    otherwise: 'a good canary goes back as too slow',
    damage: 'late',
    how: "`winbake fleet status` after a month; on a fresh host, `docker images --digests` and the lines `Pull complete` of the agent's log beside `winbake coverage`",
  },
  {
    id: 'published-cold-starts-are-ours',
    claim: 'the figures of docs/performance.md, of which none is ours',
    otherwise: 'docs/performance.md promises what does not come',
    damage: 'figures',
    how: '`winbake fleet status` of a fleet with nothing, with `fastLaunch`, with an initialization rate and with `warmPool`',
  },
  {
    id: 'moved-tags-are-fetched-before-joining',
    claim:
      'a host fetches what a tag in ECR has moved to before its agent starts, and a launch that does so in ten minutes ends within `launchTimeout`',
    otherwise: 'the first task of a host pulls what its app has pushed since the bake',
    damage: 'late',
    how: 'push to the tag after a bake, start a host; its Application log shows "was fetched" before "registered as"',
  },
  {
    id: 'daemon-task-runs-on-each-host',
    claim:
      'a daemon service whose task definition names no platform runs its task on each Windows host as it joins, and CloudFormation makes it without a host',
    otherwise: 'a trial measures nothing, and is taken away',
    damage: 'figures',
    how: '`winbake prove NAME --run` says that the plain hosts are measured',
  },
];

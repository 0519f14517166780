import type { Claim } from './claim';

/** Of instance refreshes, groups and their launch templates. */
export const ROLLOUT_CLAIMS: readonly Claim[] = [
  {
    id: 'lone-checkpoint-ends-successful',
    claim:
      'a refresh whose only checkpoint is below 100 replaces no more, pauses there for its delay, and then is `Successful`',
    otherwise: 'a canary goes on to the whole group by itself',
    damage: 'unsafe',
    how: 'a canary on which nothing is placed, with the schedule of the rollout disabled for two days',
  },
  {
    id: 'versions-equal-their-source',
    claim:
      'a launch template version made from another by `SourceVersion` equals it in all but what was said, also after several generations',
    otherwise: 'instances lose settings of their launch template',
    damage: 'unsafe',
    how: '`aws ec2 describe-launch-template-versions` of a fleet after two rollouts',
  },
  {
    id: 'refresh-reason-holds-the-code',
    claim:
      "the status reason of a refresh that could launch nothing holds EC2's code, such as `InsufficientInstanceCapacity` or `VcpuLimitExceeded`, or says that nothing could be launched",
    otherwise: 'lack of capacity counts as a bad AMI',
    damage: 'unsafe',
    how: 'a rollout of a group at its `maxCapacity`, and one of a type that is missing in the zone; `DescribeInstanceRefreshes`',
  },
  {
    id: 'fleet-leaves-before-its-policy',
    claim:
      'a fleet that is taken out of a stack which stays deletes its group before the policy with its rights goes',
    otherwise: 'a stack cannot be updated without a person',
    damage: 'stops',
    how: 'take one of two fleets out of an app, and deploy',
  },
  {
    id: 'refresh-takes-protected-instances',
    claim: 'instance refresh replaces protected instances after managed draining',
    otherwise: 'rollouts stop at the first host with tasks',
    damage: 'stops',
    how: 'deploy the app, publish, watch a service with two tasks',
  },
  {
    id: 'small-group-pauses-at-one',
    claim:
      'Auto Scaling pauses at 10 % of a small group as soon as one instance is new, and counts the old one that still drains',
    otherwise: 'more than the canary is replaced',
    damage: 'unsafe',
    how: 'a refresh of four instances with `CheckpointPercentages: [10, 100]`; watch `PercentageComplete` and the checkpoint event',
  },
  {
    id: 'bake-time-follows-the-last',
    claim:
      'Auto Scaling does not pause once all instances are new, at whatever checkpoint, and its bake time follows the last one',
    otherwise: 'a canary that is the whole group is not watched',
    damage: 'unsafe',
    how: 'a refresh with `CheckpointPercentages: [90, 100]` of four instances and a `BakeTime`: its status goes from InProgress to Baking',
  },
  {
    id: 'second-refresh-skips-the-new',
    claim: 'a refresh that was stopped at its checkpoint goes on in a new one that skips what is new',
    otherwise: 'a canary is replaced twice',
    damage: 'late',
    how: 'the activities of the group after a rollout of four instances: each was replaced once',
  },
  {
    id: 'cancel-ends-in-ten-minutes',
    claim:
      '`CancelInstanceRefresh` ends within ten minutes where nothing drains, so that a deployment during a rollout goes through',
    otherwise: 'a deployment during a rollout fails',
    damage: 'stops',
    how: 'deploy a changed user data while a canary is watched',
  },
  {
    id: 'refresh-replaces-so-many',
    claim:
      'a refresh replaces as many instances at once as `MaxHealthyPercentage` allows beyond the desired capacity, rounded down and one at least, and no more than reach its next checkpoint',
    otherwise: 'rollouts are faster or slower than documented',
    damage: 'figures',
    how: 'roll a fleet of 8 and one of 3 with 125; see `InstancesToUpdate` and the activities of the group',
  },
  {
    id: 'alarm-ends-refresh-untouched',
    claim: 'an alarm that rings before a refresh ends it within ten minutes with nothing replaced',
    otherwise: 'hosts are replaced while an alarm rings',
    damage: 'unsafe',
    how: 'start a rollout with an alarm in ALARM; see `StatusReason` and the times of the refresh',
  },
  {
    id: 'refresh-events-match-prefix',
    claim: 'events of a refresh match the prefix `EC2 Auto Scaling Instance Refresh `',
    otherwise: 'a rollout goes on a quarter of an hour later',
    damage: 'late',
    how: "the rollout function's log has a poll of each checkpoint",
  },
  {
    id: 'launch-hooks-come-first',
    claim:
      'CloudFormation applies `LifecycleHookSpecificationList` before the group launches its first instances, and changes it later',
    otherwise: 'the first hosts are in service too early',
    damage: 'unsafe',
    how: 'deploy a fleet with `minCapacity` 1; its first instance waits in `Pending:Wait`; change `launchTimeout` and describe the hook',
  },
  {
    id: 'cancel-without-waiting',
    claim:
      '`CancelInstanceRefresh` that waits for no instance ends a refresh within seconds, and what starts or drains goes on by itself',
    otherwise: 'a deployment during a rollout fails',
    damage: 'stops',
    how: 'deploy another line of user data while an instance drains in a rollout; the refresh is `Cancelled`, the instance `Terminating:Wait`',
  },
  {
    id: 'rollback-takes-the-new-answer',
    claim:
      'in a rollback CloudFormation gives the group the version that the custom resource answered in that rollback, not the one of before',
    otherwise: 'a failed deployment leaves the wrong version',
    damage: 'unsafe',
    how: 'deploy a fleet with other user data and a resource after it that fails; the group has a new version with the old user data',
  },
  {
    id: 'force-delete-takes-all',
    claim:
      '`ForceDelete` takes instances that are protected or in `Terminating:Wait`, and CloudFormation takes a group that is gone for deleted',
    otherwise: 'a stack cannot be deleted',
    damage: 'stops',
    how: "delete a fleet's stack while tasks run on it",
  },
  {
    id: 'group-starts-without-base-ami',
    claim:
      'CloudFormation accepts a group whose base launch template version names no AMI, since the group uses a version that does',
    otherwise: 'no fleet can be deployed',
    damage: 'stops',
    how: 'deploy a fleet',
  },
  {
    id: 'mixed-policy-goes-back-whole',
    claim:
      'an instance refresh of a group with mixed instances takes the policy that `DescribeAutoScalingGroups` gives, with another version',
    otherwise: 'fleets with a Spot share are not rolled',
    damage: 'stops',
    how: 'roll out to a fleet with a Spot share',
  },
  {
    id: 'launches-first-at-maximum',
    claim:
      'an instance refresh with `MaxHealthyPercentage` 110 launches first in a group that is at its maximum size (the pages bound it by the desired capacity alone)',
    otherwise: 'a full group loses an instance before it gets one',
    damage: 'unsafe',
    how: 'roll out to a fleet whose desired capacity is `maxCapacity`; its count goes one above',
  },
  {
    id: 'unhealthy-leaves-the-pool',
    claim:
      '`SetInstanceHealth` takes an instance of a warm pool, which is then neither put into service nor kept (the page says of such instances that custom health checks are supported)',
    otherwise: 'a stale instance of a warm pool comes into service',
    damage: 'unsafe',
    how: 'publish to a fleet with `warmPool` and no running instance; `aws autoscaling describe-warm-pool` shows only the new version half an hour later',
  },
  {
    id: 'pool-is-described',
    claim:
      '`DescribeAutoScalingGroups` has `WarmPoolConfiguration` where there is a pool, and a refresh `ProgressDetails.LivePoolProgress`',
    otherwise: 'a rollout does not see the warm pool',
    damage: 'unsafe',
    how: 'both, during a rollout of a fleet with `warmPool`',
  },
  {
    id: 'refresh-spares-the-pool',
    claim:
      'an instance refresh that launches before it terminates starts its replacements from its own version, not from the pool, and a pool that is filled during a refresh gets that version',
    otherwise: 'a rollout takes stale instances of the pool',
    damage: 'unsafe',
    how: 'roll out to a fleet with `warmPool`; the versions of new instances in `describe-auto-scaling-groups` and `describe-warm-pool`',
  },
];

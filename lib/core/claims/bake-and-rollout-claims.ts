import type { Claim } from './claim';

/** Of Image Builder and AWSTOE. */
export const BAKE_CLAIMS: readonly Claim[] = [
  {
    id: 'restart-in-update-leaves-no-message',
    claim:
      'a build whose Windows restarts in the middle of an update fails at `ApplyBuildComponents` without a message of the step, and names no component or that of the updates',
    otherwise: 'an interrupted build costs an attempt of its order',
    damage: 'late',
    how: 'a component that calls `shutdown /r /t 0` in its first run; `GetImage` and `ListWorkflowStepExecutions`',
  },
  {
    id: 'retry-keeps-the-build',
    claim:
      '`RetryImage` of an image whose test failed keeps its ARN and its build, and reports a further test workflow',
    otherwise: 'a failed test costs a whole bake',
    damage: 'late',
    how: 'a bake with a test component that fails once; `ListWorkflowExecutions`',
  },
  {
    id: 'retry-leaves-failed-soon',
    claim: 'an image that is tried again by `RetryImage` leaves `FAILED` within a minute',
    otherwise: 'a failed test costs a whole bake',
    damage: 'late',
    how: 'a bake with a test component that fails once; `GetImage` after a minute',
  },
  {
    id: 'new-profile-is-named-invalid',
    claim:
      'EC2 says of an instance profile that is minutes old "Invalid IAM Instance Profile", and Image Builder hands that on in the step or the image',
    otherwise: 'a first deployment costs an attempt of its order',
    damage: 'late',
    how: "deploy to a new account; where the first launch fails the cause holds it, and the order's `attempt` stays 1",
  },
  {
    id: 'lists-of-builds-hold-tags',
    claim: 'the lists of builds of components and workflows hold the tags that CloudFormation gave',
    otherwise: 'replaced components are never removed',
    damage: 'figures',
    how: "deploy a changed component; a minute later housekeeping's log says under `documents` that it removed the old one",
  },
  {
    id: 'base-ami-is-read-by-the-starter',
    claim:
      "which principal reads the `ssm:` parameter of a recipe's base AMI (the state machine's role is allowed to)",
    otherwise: 'no build starts',
    damage: 'stops',
    how: 'start a bake; an AccessDenied names the principal',
  },
  {
    id: 'failed-steps-still-report',
    claim:
      'AWSTOE goes on after a failed step with `onFailure: Continue`, evaluates `if: fileExists` of the upload then, and fails the document all the same',
    otherwise: 'a failed bake has no cause in words',
    damage: 'figures',
    how: 'a bake with too small a volume: `failures/` holds its document, and the notice `bakeFailed` its sentence and code',
  },
  {
    id: 'launch-outputs-outlive-failures',
    claim:
      'the outputs of a `LaunchInstance` step stand in ListWorkflowStepExecutions, also after its workflow failed',
    otherwise: 'a failed bake does not name its build instance',
    damage: 'figures',
    how: 'the same bake; the cause names the build instance',
  },
  {
    id: 'document-keys-have-no-line-break',
    claim:
      'AWSTOE hands on what a step printed with or without the line break at its end: the key of documents has none to take away',
    otherwise: 'publication finds no manifest',
    damage: 'stops',
    how: 'any bake: its manifest lies under `manifests/<role id>:<instance id>.json`',
  },
  {
    id: 'launch-outputs-name-the-instance',
    claim: "the outputs of the managed workflows' `LaunchInstance` step hold `instanceId`",
    otherwise: 'publication finds neither manifest nor verification',
    damage: 'stops',
    how: '`GetWorkflowStepExecution` of a finished bake',
  },
  {
    id: 'bake-takes-what-rehearsals-say',
    claim: 'a bake takes between half and twice the 45 min of the rehearsal',
    otherwise: 'durations of rehearsals and backtests are wrong',
    damage: 'figures',
    how: 'a bake in an account',
  },
  {
    id: 'instance-takes-what-rehearsals-say',
    claim:
      'an instance takes between half and twice the 10 min of the rehearsal until the next one is replaced',
    otherwise: 'durations of rehearsals are wrong',
    damage: 'figures',
    how: 'a rollout in an account; `winbake prove NAME` shows from launch to registration',
  },
  {
    id: 'awstoe-compares-without-case',
    claim: 'AWSTOE compares texts of `if` and `Assert` whatever their case; its page shows examples of both',
    otherwise: 'a condition of a component does not hold',
    damage: 'stops',
    how: "a component with `stringEquals: 'a'`, `value: 'A'` in an account; the rehearsal refuses that case",
  },
  {
    id: 'step-timeout-spans-restarts',
    claim:
      "a step's timeout goes on through the restarts that it asks for, and 15 restarts are all that an instance gets",
    otherwise: 'an update round ends too early',
    damage: 'stops',
    how: 'a component that exits with 3010 twenty times, with a short `timeoutSeconds`',
  },
  {
    id: 'stdout-loses-its-last-break',
    claim: '`outputs.stdout` reaches a later step without its last line break',
    otherwise: 'a key or file name holds a line break',
    damage: 'stops',
    how: 'a component that prints a line, and a step that writes it to a file',
  },
  {
    id: 'cleaning-spares-image-builder',
    claim:
      'nothing that Image Builder needs lies in `C:\\ProgramData\\Amazon\\ECS\\data` and `log`, or in `C:\\Windows\\Temp` from before the bake under other names than `TOE_*`, `awstoe*` and `Amazon*`',
    otherwise: 'Image Builder cannot finish the AMI',
    damage: 'stops',
    how: 'a bake comes through `prepare-sysprep` and `RunSysPrep`',
  },
  {
    id: 'test-instance-reads-the-scripts',
    claim:
      'the test instance may download the scripts from the bucket of the assets, as the build instance does',
    otherwise: 'every test fails',
    damage: 'stops',
    how: '`DownloadScripts` of `verify` in a bake',
  },
  {
    id: 'snapshots-name-image-builder',
    claim: 'a snapshot of Image Builder has the tag `CreatedBy: EC2 Image Builder`, as its AMI has',
    otherwise: 'snapshots are not tagged, nor found by prune',
    damage: 'figures',
    how: '`winbake pipeline prune` of an AMI that nothing uses; its snapshots go with it',
  },
  {
    id: 'bake-of-2016-takes-8-hours',
    claim: 'a bake of Windows Server 2016 takes no longer than the 8 h that budgets of hours count for one',
    otherwise: 'budgets of hours are too tight for 2016',
    damage: 'figures',
    how: '`metricBakeDuration` of a bake of 2016 in an account',
  },
  {
    id: 'ami-has-tags-during-its-test',
    claim: "the recipe's `AmiTags` are on the AMI while its test runs",
    otherwise: "an AMI under test is not known as the pipeline's",
    damage: 'figures',
    how: '`describe-images` during a bake',
  },
  {
    id: 'client-token-lasts-for-days',
    claim:
      'StartImagePipelineExecution takes the same client token for as long as a rebake may try again (days), and gives the same build back',
    otherwise: 'a rebake that is tried again bakes twice',
    damage: 'late',
    how: 'start the pipeline twice with one token, a day apart; both answers name one image build version',
  },
  {
    id: 'steps-say-why-they-failed',
    claim:
      '`ListWorkflowStepExecutions` says in `message` why a step failed, in words that name the exit code or the line of the script',
    otherwise: 'a failed bake has no cause in words',
    damage: 'figures',
    how: 'a bake whose `AssertHost` fails; the notice `bakeFailed` holds the sentence',
  },
  {
    id: 'step-functions-prefixes-errors',
    claim:
      "Image Builder's errors have its name in front for Step Functions (`Imagebuilder.InvalidRequestException` for a start that is wrong), and none in front for the SDKs",
    otherwise: 'an order that is refused is tried again',
    damage: 'late',
    how: "delete the recipe of a pipeline and start its state machine: the `error` in the execution's history. `winbake pipeline doctor` with an image pipeline deleted.",
  },
  {
    id: 'log-address-is-encoded-twice',
    claim:
      "the address of a build's log in the console has the group and stream encoded twice, with `$` for `%`",
    otherwise: 'links to logs lead nowhere',
    damage: 'figures',
    how: 'open the link of a notice `bakeFailed`',
  },
  {
    id: 'workflows-have-iso-instants',
    claim:
      'Image Builder reports `startTime` and `endTime` of workflows as texts of ISO-8601; where it does not, the evidence is judged without them',
    otherwise: 'documents of another bake are not refused',
    damage: 'unsafe',
    how: '`aws imagebuilder list-workflow-executions` of a finished bake; the first publication names no `EVIDENCE_INSTANT`',
  },
  {
    id: 'workflows-end-with-the-image',
    claim: 'all workflows of an image have their end when its state is `AVAILABLE`',
    otherwise: 'documents of another bake are not refused',
    damage: 'unsafe',
    how: 'the same, asked as soon as `GetImage` says `AVAILABLE`',
  },
];

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

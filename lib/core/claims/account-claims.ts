import type { Claim } from './claim';

/** Of rights, and of the other services of an account. */
export const ACCOUNT_CLAIMS: readonly Claim[] = [
  {
    id: 'second-deployment-has-linked-roles',
    claim:
      'a first deployment without the service-linked roles fails with "Unable to assume the service linked role", and the second succeeds',
    otherwise: 'a first deployment fails in another way than documented',
    damage: 'late',
    how: 'deploy a fleet to an account that never ran ECS',
  },
  {
    id: 'ecs-policy-is-enough',
    claim:
      '`AmazonEC2ContainerServiceforEC2Role` alone is what the ECS agent needs, without the statements that `ecs.Cluster` adds',
    otherwise: 'the agent of an imported cluster is refused',
    damage: 'stops',
    how: 'a fleet registers, and its tasks run and log',
  },
  {
    id: 'shared-ami-is-shown-in-a-minute',
    claim: "a parameter of type `aws:ec2:image` shows the AMI of another account's share within 60 s",
    otherwise: 'other accounts get a publication later',
    damage: 'late',
    how: 'publish with `accounts`; `publications/deliveries.json` shows nothing pending',
  },
  {
    id: 'events-source-is-a-condition',
    claim: 'EventBridge accepts `events:source` as a condition on `events:PutEvents` to the default bus',
    otherwise: 'no event of Winbake is sent',
    damage: 'figures',
    how: 'the first publication sends its event',
  },
  {
    id: 'images-published-reaches-rules',
    claim:
      'the event `Winbake Images Published` comes to a rule of `onImagesPublished`, once `current` has moved',
    otherwise: 'apps are not rebuilt when their base moves',
    damage: 'figures',
    how: 'a rule with a log group as its target; promote a publication, and see one event with the images of its manifest',
  },
  {
    id: 'metrics-are-read-from-logs',
    claim: 'CloudWatch reads embedded metrics from lines that the functions write to standard output',
    otherwise: 'no metric and no alarm works',
    damage: 'figures',
    how: '`HoursUnpatched` of the namespace `Winbake` appears after the first poll of housekeeping',
  },
  {
    id: 'rollback-needs-no-more-rights',
    claim: "`RollbackInstanceRefresh` needs no more than the rights of the rollout's role",
    otherwise: 'a bad AMI is not taken back',
    damage: 'unsafe',
    how: "a bad AMI in an account; the function's log shows no AccessDenied",
  },
  {
    id: 'writes-are-seen-in-seconds',
    claim:
      'Parameter Store and Auto Scaling show a write to reads after it only seconds later, as no page of AWS rules out',
    otherwise: 'two polls act on an old state',
    damage: 'unsafe',
    how: 'write and read a parameter a thousand times, and count the reads that show the value before',
  },
  {
    id: 'schedule-runs-at-once',
    claim: 'a schedule with a rate and no start date runs at once',
    otherwise: 'a first poll comes an interval later',
    damage: 'late',
    how: 'the first execution with `"trigger":"look"` after a deploy',
  },
  {
    id: 'execution-policy-is-enough',
    claim: '`EC2ImageBuilderExecutionPolicy` and our statements are enough for the execution role',
    otherwise: 'no bake comes to its end',
    damage: 'stops',
    how: 'a bake in an account, to its end',
  },
  {
    id: 'alias-splits-accept-from-operate',
    claim: 'an alias may point to `$LATEST`, and a permission on the plain ARN does not include it',
    otherwise: 'who may operate may also accept findings',
    damage: 'unsafe',
    how: '`winbake pipeline accept` with `grantOperate` alone is refused, with `grantAccept` it works',
  },
  {
    id: 'state-machine-logs-match-filter',
    claim:
      'a log of Step Functions has `$.type` and `$.details.name` at the top, so that the filter behind `RebakeFailed` matches',
    otherwise: 'the alarm `RebakeFailed` never rings',
    damage: 'figures',
    how: "`aws logs test-metric-filter` with a line of the state machine's log group; or set `FailedWithoutCause` as the first state",
  },
  {
    id: 'nothing-measured-rings-once',
    claim:
      '`NothingMeasured` rings at most once after a first deployment, until housekeeping has measured for the first time',
    otherwise: 'a new pipeline raises a false alarm',
    damage: 'figures',
    how: 'deploy, watch the state history of the alarm for an hour',
  },
  {
    id: 'key-statements-are-enough',
    claim:
      '`EC2ImageBuilderExecutionPolicy` with our key statements, which hold for calls through EC2 only, is enough for encrypted volumes',
    otherwise: 'AMIs for other accounts cannot be made',
    damage: 'stops',
    how: 'a bake with `distribution.accounts`; `CreateOutputAMI` ends, and no event of KMS says AccessDenied',
  },
  {
    id: 'grant-by-role-name-lets-start',
    claim:
      'a grant to `AWSServiceRoleForAutoScaling`, made in the other account by the name of its role, lets its fleets start from the AMI',
    otherwise: 'fleets of other accounts cannot start',
    damage: 'stops',
    how: 'deploy `WindowsAmiAccount` and a fleet there; an instance comes into service',
  },
  {
    id: 'kms-knows-a-new-role',
    claim: 'a role that was just made for Auto Scaling is known to KMS a moment later',
    otherwise: 'a first deployment of an account fails once',
    damage: 'late',
    how: 'deploy `WindowsAmiAccount` in an account that never had an Auto Scaling group; a second deployment helps if not',
  },
  {
    id: 'alias-of-another-account-is-described',
    claim:
      "`DescribeKey` by the alias ARN of another account is allowed by the key's policy and a statement on its keys",
    otherwise: 'an account finds no key',
    damage: 'stops',
    how: 'the same deployment; `FindKey` of its stack ends',
  },
  {
    id: 'start-needs-tag-resource',
    claim:
      'a start asks for `imagebuilder:TagResource` on the pipeline and, with tags, on the image, and for nothing else',
    otherwise: 'no build starts',
    damage: 'stops',
    how: 'the first bake in an account; `list-tags-for-resource` of its image names the pipeline',
  },
  {
    id: 'quotas-have-these-names',
    claim:
      'Service Quotas names the quotas `Running On-Demand Standard ...`, `AMIs`, one with `concurrent builds`, and under `ebs` one with `volume initialization`',
    otherwise: '`winbake pipeline doctor` misses a quota',
    damage: 'figures',
    how: '`winbake pipeline doctor` in an account; its lines `quota` show numbers and no `?`',
  },
  {
    id: 'recycle-bin-restores',
    claim:
      '`DeregisterImage` with its snapshots puts both into the Recycle Bin where it has rules for them, and both can be restored',
    otherwise: 'a removed AMI cannot be restored',
    damage: 'unsafe',
    how: 'a retention rule for AMIs and snapshots by tag; `winbake pipeline prune`, then `aws ec2 restore-image-from-recycle-bin`',
  },
  {
    id: 'deleted-stack-leaves-no-function',
    claim:
      'a deleted stack leaves no function `winbake-<pipeline>-operate` and no state machine for longer than a minute',
    otherwise: '`winbake pipeline destroy` refuses for a while',
    damage: 'figures',
    how: 'delete a stack, then `winbake pipeline destroy NAME --dry-run`',
  },
  {
    id: 'buckets-are-listed-by-region',
    claim: '`ListBuckets` with `BucketRegion` names every bucket of the region',
    otherwise: '`winbake pipeline destroy` misses a bucket',
    damage: 'figures',
    how: '`winbake pipeline destroy NAME --dry-run` in an account with several buckets',
  },
  {
    id: 'buckets-hide-tags-by-denial',
    claim: 'a bucket that hides its tags refuses with `AccessDenied`',
    otherwise: '`winbake pipeline destroy` ends at a bucket of somebody else',
    damage: 'figures',
    how: '`winbake pipeline destroy NAME --dry-run` in an account with buckets that deny `s3:GetBucketTagging`',
  },
  {
    id: 'parameter-writes-are-numbered',
    claim:
      '`PutParameter` gives each of two writes at once a version of its own, one more than the newest, also where the value is new to the parameter',
    otherwise: 'two requests work at one fleet at once',
    damage: 'unsafe',
    how: 'two loops of `aws ssm put-parameter --overwrite` on one name; no version comes twice',
  },
  {
    id: 'reads-are-five-seconds-old',
    claim:
      'a read of Parameter Store, Auto Scaling, EC2 or ECS is no older than five seconds; that it may be old is documented or reported, for how long is not',
    otherwise: 'a poll acts on an old state',
    damage: 'unsafe',
    how: "`aws ssm put-parameter --overwrite` and `get-parameter` in a loop, with both instants; the same of a group's launch template version",
  },
  {
    id: 'provider-may-call-at-once',
    claim:
      "CDK's provider framework may call our function as soon as CloudFormation has made both and their policies, since it does not try again",
    otherwise: 'a first deployment fails once',
    damage: 'late',
    how: 'deploy and update to a new account ten times; no custom resource fails with AccessDenied of `lambda:InvokeFunction`',
  },
  {
    id: 'iam-is-known-in-time',
    claim:
      'services know a new policy of a role after half a minute, and EC2 a new instance profile after a quarter of an hour, as is reported',
    otherwise: 'a first deployment fails once, or costs an attempt',
    damage: 'late',
    how: "deploy to a new account, and count refusals in CloudTrail by their distance from the end of the policy's or profile's creation",
  },
  {
    id: 'shared-ami-passes-the-check',
    claim: 'an AMI that is shared from another account passes the check of `by-revision/<revision>/ami-id`',
    otherwise: 'revisions are missing in other accounts',
    damage: 'late',
    how: 'publish with `accounts`; read the parameter in the other account',
  },
  {
    id: 'scan-runs-by-execution-role',
    claim:
      "Image Builder starts the on-demand scan of an AMI with the pipeline's execution role, and what `allowScan` adds to AWS's policy is what it needs, also in an account that never had Inspector",
    otherwise: 'bakes with `scan` fail',
    damage: 'stops',
    how: "a bake with `scan` in a new account; an AccessDenied in the image's reason or in CloudTrail names what is missing",
  },
  {
    id: 'inspector-reads-encrypted-amis',
    claim:
      'Inspector reads the snapshots of an AMI that is encrypted with `aws/ebs`, and with the key that the pipeline makes for other accounts',
    otherwise: 'bakes with `scan` fail',
    damage: 'stops',
    how: 'a bake with `scan`, with and without `accounts`; `aws inspector2 get-on-demand-scan-status` says SUCCESSFUL',
  },
  {
    id: 'scan-ends-in-two-hours',
    claim:
      'an on-demand scan takes at most two hours for an AMI with cached images, and does not count what lies in their layers',
    otherwise: 'bakes with `scan` run out of time',
    damage: 'stops',
    how: 'the event `Inspector2 OnDemand Scan Complete` of a bake with `scan`: its two instants, and the paths in `OnDemand AMI Scan Findings`',
  },
  {
    id: 'old-code-survives-upgrades',
    claim:
      "the code of the release before goes on well during an upgrade, until its functions are replaced one by one (the test has its templates, rights and state, and runs today's code by them)",
    otherwise: 'a bake or rollout fails during an upgrade',
    damage: 'late',
    how: "deploy the release before; deploy this one during a bake, and again during a rollout; no function's `Errors` counts, and both end",
  },
  {
    id: 'run-instances-is-asked-on-amis',
    claim:
      'Auto Scaling checks `ec2:RunInstances` on the AMI of a launch template, with `ec2:Owner` in the request, when it takes a version of a group',
    otherwise: "a fleet's role may start foreign AMIs",
    damage: 'unsafe',
    how: "as the rollout's role, `aws autoscaling update-auto-scaling-group` with a version of a foreign AMI; it is refused, and one of the pipeline's is taken",
  },
  {
    id: 'fast-launch-cleans-up',
    claim:
      '`DescribeFastLaunchImages` of an AMI without Fast Launch answers with none, and EC2 deletes the snapshots that it kept ready of an AMI within the seven days between deprecation and removal',
    otherwise: 'snapshots of Fast Launch stay and cost',
    damage: 'figures',
    how: 'a pipeline with `fastLaunch`; after `winbake pipeline prune` no snapshot described as `Fast Launch snapshot for image` is left of the AMI',
  },
  {
    id: 'disabled-amis-can-be-removed',
    claim:
      '`EnableImageDeprecation` and `DeregisterImage` take a disabled AMI, and the latter deletes its snapshots with it; a parameter of type `aws:ec2:image` refuses a disabled one',
    otherwise: 'revoked AMIs cost their snapshots until a person removes them',
    damage: 'figures',
    how: '`winbake pipeline revoke`, then `aws ec2 enable-image-deprecation` and `deregister-image --delete-associated-snapshots` of a copy; `aws ssm put-parameter --data-type aws:ec2:image`',
  },
  {
    id: 'fast-launch-ends-before-disabling',
    claim: '`DisableImage` ends for an AMI with Fast Launch once that is disabling',
    otherwise: 'launches of a revoked AMI are refused later, or never',
    damage: 'unsafe',
    how: '`winbake pipeline revoke` of a pipeline with `fastLaunch`',
  },
];

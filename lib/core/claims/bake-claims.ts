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
    claim: 'an instance takes the 10 min of the rehearsal until the next one is replaced',
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

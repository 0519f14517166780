import { isJsonObject } from '../../contract/values/json';
import { BUILD_COMPONENTS_STEP, LAUNCH_STEPS } from '../image-builder/workflows';
import type { FailedStep } from '../ports/bakes';

/**
 * The states of an image that is none and will be none.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageState.html
 */
export const ENDED_WITHOUT_IMAGE: readonly string[] = [
  'FAILED',
  'CANCELLED',
  'DEPRECATED',
  'DELETED',
  'DISABLED',
];

/** A workflow of a build as Image Builder reports it. */
export interface WorkflowRun {
  /** `BUILD`, `TEST` or `DISTRIBUTION`. */
  readonly stage: string;
  readonly status: string;
  /** In the order in which they began. */
  readonly steps: readonly StepRun[];
}

/** One step of a workflow that ran. */
export interface StepRun {
  readonly name: string;
  readonly status: string;
  /** What the document says of a failure of the step, `Abort` or `Continue`; left out, it is `Abort`. */
  readonly onFailure?: string | undefined;
  readonly message?: string | undefined;
}

/** The states of a workflow that has not failed. A failed test ends as `ROLLBACK_COMPLETED`, not as `FAILED`. */
const NOT_FAILED: readonly string[] = ['COMPLETED', 'PENDING', 'SKIPPED'];

/**
 * The step that ended a build: the last one that failed and aborts its workflow. A step with `Continue` may have failed
 * before it, which ended nothing. Undefined where no such step is reported.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_WorkflowExecutionMetadata.html
 */
export function failedStepIn(runs: readonly WorkflowRun[]): FailedStep | undefined {
  const step = runs
    .filter(({ status }) => !NOT_FAILED.includes(status))
    .flatMap(({ stage, steps }) => steps.map((one) => ({ ...one, stage })))
    .findLast(({ status, onFailure }) => status === 'FAILED' && !/^continue$/i.test(onFailure ?? ''));
  return step && { step: step.name, stage: step.stage, message: step.message ?? '' };
}

/** The instance of a `LaunchInstance` step; one that has not ended, or failed, has no outputs, or none in JSON. */
export function instanceIdIn(outputs: string | undefined): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(outputs ?? '{}');
  } catch {
    return undefined;
  }
  return isJsonObject(value) && typeof value['instanceId'] === 'string' ? value['instanceId'] : undefined;
}

/**
 * How Step Functions names the errors with which Image Builder refuses a request for what it says; the same request is
 * refused again. What a new role may not do yet is none of them: IAM takes a while to spread.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 * @see https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_StartImagePipelineExecution.html
 */
export const IMAGE_BUILDER_REFUSALS: readonly string[] = [
  'IdempotentParameterMismatchException',
  'InvalidParameterCombinationException',
  'InvalidParameterException',
  'InvalidParameterValueException',
  'InvalidRequestException',
  'InvalidVersionNumberException',
  'ResourceDependencyException',
  'ResourceNotFoundException',
].map((name) => `Imagebuilder.${name}`);

/** Whether an error of a Task state is such a refusal. */
export function isRefusal(error: string | undefined): error is string {
  return error !== undefined && IMAGE_BUILDER_REFUSALS.includes(error);
}

/**
 * How EC2 and Image Builder say that they do not know an instance profile, or its role, which was made minutes ago: IAM takes
 * a while to spread. One whose name is wrong is refused in the same words.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
 */
const UNKNOWN_PROFILE =
  /Invalid IAM Instance Profile|parameter iamInstanceProfile\.\w+ is invalid|no associated IAM Roles|instance profile does not exist/i;

/** Whether a build, or its start, failed since its instance profile was not known; the step is undefined where none is reported. */
export function isUnknownProfile(reason: string, step: FailedStep | undefined): boolean {
  const isLaunch = step === undefined || LAUNCH_STEPS.includes(step.step);
  return isLaunch && UNKNOWN_PROFILE.test(`${reason} ${step?.message ?? ''}`);
}

/**
 * Whether a build ended as one does in whose middle Windows restarted without being asked, as updates may make it: it failed at its
 * components, and neither they nor Image Builder say why. A reason that names the document of another component is a word.
 *
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/troubleshooting.html
 */
export function endedSilently(reason: string, step: FailedStep | undefined): boolean {
  const [, component] = /:component\/([^/\s]+)/.exec(reason) ?? [];
  const isUpdate =
    component === undefined || (/-update(?:-[0-9a-f]+)?$/.test(component) && !component.includes('-own-'));
  return step?.step === BUILD_COMPONENTS_STEP && step.message === '' && isUpdate;
}

/** The console of each partition. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * The address of a build's log in the CloudWatch console; undefined for what is no ARN of an image build version. Image
 * Builder writes to the group `/aws/imagebuilder/<name>` and the stream `<version>/<build>`.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/monitor-cwlogs.html
 */
export function logLink(imageBuildVersionArn: string): string | undefined {
  const match = /^arn:([^:]+):imagebuilder:([^:]+):\d+:image\/([^/]+)\/([^/]+\/[^/]+)$/.exec(
    imageBuildVersionArn,
  );
  const [, partition = '', region = '', name = '', stream = ''] = match ?? [];
  const host = CONSOLES[partition];
  return host === undefined
    ? undefined
    : `https://${region}.${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/` +
        `${encoded(`/aws/imagebuilder/${name}`)}/log-events/${encoded(stream)}`;
}

/** The console's own form: encoded twice, with `$` for `%`. */
function encoded(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}

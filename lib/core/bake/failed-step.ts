import type { FailedStep } from '../ports/bake-control';

/** A workflow of a build as Image Builder reports it. */
export interface WorkflowRun {
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
    .flatMap(({ steps }) => steps)
    .findLast(({ status, onFailure }) => status === 'FAILED' && !/^continue$/i.test(onFailure ?? ''));
  return step && { step: step.name, message: step.message ?? '' };
}

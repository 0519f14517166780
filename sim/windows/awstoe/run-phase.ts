import type { ActionScope } from './action';
import type { ParsedComponent, ParsedStep, PhaseName } from './parsed-component';
import { caught, lastLine, runStep, type StepOutcome } from './run-step';
import { StepMemory } from './step-memory';
import { Restarts, TooManyRestarts, failure, type ActionResult, type StepResult } from './step-result';

/** How a phase of one component went. */
export interface PhaseResult {
  readonly steps: readonly StepResult[];
  /** The first step whose failure counts; absent where the phase succeeded. */
  readonly failure?: StepResult;
}

/** Tells what is under way: the beginning of a step, and its end. */
export type OnStep = (component: string, step: string, result?: StepResult) => void;

/**
 * Runs a phase of a component on an instance as AWSTOE does: in order, up to the first failure whose step does not say
 * otherwise; a failure with `Continue` goes on and still fails the whole, one with `Ignore` is none. `memory` holds what
 * the document did on this instance in the phases before.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-schema
 */
export async function runPhase(
  scope: ActionScope,
  component: ParsedComponent,
  phase: PhaseName,
  given: ReadonlyMap<string, string>,
  onStep: OnStep,
  memory = new StepMemory(),
): Promise<PhaseResult> {
  const surroundings = { ...scope, restarts: scope.restarts ?? new Restarts() };
  const steps: StepResult[] = [];
  let counted: StepResult | undefined;
  let aborted = false;
  for (const step of component.phases.get(phase) ?? []) {
    if (aborted) {
      steps.push({ component: component.name, step: step.name, status: 'skipped', seconds: 0 });
      continue;
    }
    onStep(component.name, step.name);
    const started = performance.now();
    const outcome = await runToItsEnd(surroundings, { component, step, given, memory });
    scope.signal?.throwIfAborted();
    const { result, inputs } = outcome;
    const succeeded = result.exitCode === 0 && !outcome.skipped;
    memory.keep(component, phase, step.name, {
      inputs,
      stdout: succeeded ? result.stdout : undefined,
    });
    const report = reportOf(component, step, outcome, (performance.now() - started) / 1000);
    steps.push(report);
    onStep(component.name, step.name, report);
    const failed = report.status === 'failed';
    counted ??= failed && (step.onFailure !== 'Ignore' || outcome.isFinal) ? report : undefined;
    aborted = failed && (step.onFailure === 'Abort' || outcome.isFinal);
  }
  return counted === undefined ? { steps } : { steps, failure: counted };
}

/** An outcome; a final one ends the whole, whatever the step says of failures. */
interface EndedStep extends StepOutcome {
  readonly isFinal: boolean;
}

async function runToItsEnd(scope: ActionScope, run: Parameters<typeof runStep>[1]): Promise<EndedStep> {
  let outcome: StepOutcome | undefined;
  let isFinal = false;
  const fallback = await caught(async (): Promise<ActionResult> => {
    try {
      outcome = await runStep(scope, run);
      return outcome.result;
    } catch (error) {
      if (error instanceof TooManyRestarts) {
        isFinal = true;
        return failure(error.message);
      }
      throw error;
    }
  });
  return { ...(outcome ?? { result: fallback, skipped: false, inputs: undefined }), isFinal };
}

function reportOf(
  component: ParsedComponent,
  step: ParsedStep,
  { result, skipped }: StepOutcome,
  seconds: number,
): StepResult {
  const failed = result.exitCode !== 0;
  return {
    component: component.name,
    step: step.name,
    status: failed ? 'failed' : skipped ? 'skipped' : 'done',
    seconds,
    ...(failed ? { reason: lastLine(result) } : {}),
  };
}

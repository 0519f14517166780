import { runAction, type ActionScope } from './actions';
import { fillIn } from './fill-in';
import type { ParsedComponent, ParsedStep } from './parse-component';
import { failure, REBOOT_AND_REPEAT, type ActionResult, type StepResult } from './step-result';

/** How a phase of one component went. */
export interface PhaseResult {
  readonly steps: readonly StepResult[];
  /** The first step whose failure counts; absent where the phase succeeded. */
  readonly failure?: StepResult;
}

/** Tells what is under way: the beginning of a step, and its end. */
export type OnStep = (component: string, step: string, result?: StepResult) => void;

/** Systems Manager bounds the restarts of one command. */
const MOST_REBOOTS = 10;

/**
 * Runs a phase of a component on an instance as AWSTOE does: in order, up to the first failure whose step does not say
 * otherwise; a failure with `Continue` goes on and still fails the whole, one with `Ignore` is none.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html
 */
export async function runPhase(
  scope: ActionScope,
  component: ParsedComponent,
  phase: string,
  given: ReadonlyMap<string, string>,
  onStep: OnStep,
): Promise<PhaseResult> {
  const variables = new Map(given);
  for (const [name, preset] of component.parameters) {
    if (!variables.has(name) && preset !== undefined) {
      variables.set(name, preset);
    }
  }
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
    const result = await runStep(scope, component, step, variables);
    scope.signal?.throwIfAborted();
    variables.set(`${phase}.${step.name}.outputs.stdout`, result.stdout.trim());
    variables.set(`${phase}.${step.name}.outputs.stderr`, result.stderr.trim());
    const failed = result.exitCode !== 0;
    const report: StepResult = {
      component: component.name,
      step: step.name,
      status: failed ? 'failed' : 'done',
      seconds: (performance.now() - started) / 1000,
      ...(failed ? { reason: reasonOf(result) } : {}),
    };
    steps.push(report);
    onStep(component.name, step.name, report);
    counted ??= failed && step.onFailure !== 'Ignore' ? report : undefined;
    aborted = failed && step.onFailure === 'Abort';
  }
  return counted === undefined ? { steps } : { steps, failure: counted };
}

async function runStep(
  scope: ActionScope,
  component: ParsedComponent,
  step: ParsedStep,
  variables: ReadonlyMap<string, string>,
): Promise<ActionResult> {
  const inputs = fillIn(step.inputs, variables, `Step ${step.name} of component ${component.name}`);
  let result = await attempt(scope, step, inputs);
  for (let tries = 1; result.exitCode !== 0 && tries < step.maxAttempts; tries += 1) {
    result = await attempt(scope, step, inputs);
  }
  return result;
}

async function attempt(scope: ActionScope, step: ParsedStep, inputs: unknown): Promise<ActionResult> {
  for (let reboots = 0; ; reboots += 1) {
    const result = await runGuarded(scope, step, inputs);
    if (result.exitCode !== REBOOT_AND_REPEAT) {
      return result;
    }
    if (reboots === MOST_REBOOTS) {
      return { ...result, stderr: `${result.stderr}It asked for more than ${MOST_REBOOTS} restarts.\n` };
    }
    scope.host.reboot();
  }
}

/** What a service refuses fails the step; what the rehearsal has no model for ends the rehearsal. */
async function runGuarded(scope: ActionScope, step: ParsedStep, inputs: unknown): Promise<ActionResult> {
  try {
    return await runAction(scope, step.action, inputs, step.timeoutSeconds);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'AccessDenied') {
      return failure(`AccessDenied: ${error.message}`);
    }
    throw error;
  }
}

function reasonOf({ stderr, stdout, exitCode }: ActionResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? `It ended with exit code ${exitCode}.`;
}

import { unmodelled } from '../../aws/cloudformation/environment';
import type { Action, ActionScope } from './action';
import { actionNamed } from './actions';
import type { SimulatedHost } from '../host/simulated-host';
import { holds, type Condition } from './condition';
import type { Loop, ParsedComponent, ParsedStep, PhaseName } from './parsed-component';
import { ReferenceFailure, StepMemory, type Iteration } from './step-memory';
import {
  failure,
  REBOOT_AND_REPEAT,
  Restarts,
  SUCCEEDED,
  TooManyRestarts,
  type ActionResult,
  type StepResult,
} from './step-result';

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

/**
 * The seconds that one attempt of a step has, all iterations of its loop together; restarts of the machine count, and so does
 * what takes time on the machine without taking any here.
 */
class TimeLimit {
  private readonly started = performance.now();
  private readonly spentBefore: number;

  constructor(
    /** Undefined where there is no limit. */
    readonly seconds: number | undefined,
    private readonly host: SimulatedHost,
  ) {
    this.spentBefore = this.spent;
  }

  private get spent(): number {
    return this.host.facts.spentSeconds ?? 0;
  }

  /** What is left, never nothing; undefined where there is no limit. */
  get left(): number | undefined {
    return this.seconds === undefined ? undefined : Math.max(0.001, this.remaining(this.seconds));
  }

  isOver(): boolean {
    return this.seconds !== undefined && this.remaining(this.seconds) <= 0;
  }

  private remaining(seconds: number): number {
    return seconds - (performance.now() - this.started) / 1000 - (this.spent - this.spentBefore);
  }
}

/**
 * Runs an action to its end: the exit code 3010 restarts the machine and runs the same step again, with the same inputs.
 * What a service refuses fails it; what the rehearsal has no model for ends the rehearsal.
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-reboot.html
 */
async function runOnce(
  scope: ActionScope,
  action: Action,
  inputs: unknown,
  limit: TimeLimit,
  beforeRestart: () => void = () => undefined,
): Promise<ActionResult> {
  const restarts = scope.restarts ?? new Restarts();
  for (;;) {
    const result = await caught(() => action.run({ ...scope, restarts }, inputs, limit.left));
    if (result.timedOut === true || limit.isOver()) {
      return {
        ...result,
        exitCode: 1,
        stderr: `${result.stderr}It did not end within ${limit.seconds} s.\n`,
      };
    }
    if (result.exitCode !== REBOOT_AND_REPEAT) {
      return result;
    }
    beforeRestart();
    restarts.restart(scope.host);
  }
}

/** A failure of the step where a service refuses a call or a reference leads nowhere. */
export async function caught(work: () => Promise<ActionResult> | ActionResult): Promise<ActionResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('AccessDenied')) {
      return failure(`${error.name}: ${error.message}`);
    }
    if (error instanceof ReferenceFailure) {
      return failure(error.message);
    }
    throw error;
  }
}

/** A step, and everything that its references may lead to. */
interface StepRun {
  readonly component: ParsedComponent;
  readonly step: ParsedStep;
  /** The parameters of the recipe. */
  readonly given: ReadonlyMap<string, string>;
  readonly memory: StepMemory;
}

/** How a step ended; `skipped` by its condition it counts as a success. */
export interface StepOutcome {
  readonly result: ActionResult;
  readonly skipped: boolean;
  /** The inputs of its last attempt, references filled in. */
  readonly inputs: unknown;
}

/**
 * Runs a step: its condition once, then up to `maxAttempts` times the whole of it, each time with the whole timeout.
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-use-documents.html#document-schema
 * @see https://docs.aws.amazon.com/imagebuilder/latest/userguide/toe-conditional-constructs.html#toe-conditional-if
 */
export async function runStep(scope: ActionScope, run: StepRun): Promise<StepOutcome> {
  const { step } = run;
  const verdict = verdictOf(scope, run);
  if (verdict !== 'Execute') {
    const result = verdict === 'Skip' ? SUCCEEDED : failure("Its condition ends it with 'Abort'.");
    return { result, skipped: verdict === 'Skip', inputs: undefined };
  }
  let outcome = await attempt(scope, run);
  for (let tries = 1; outcome.result.exitCode !== 0 && tries < step.maxAttempts; tries += 1) {
    scope.signal?.throwIfAborted();
    outcome = await attempt(scope, run);
  }
  return { ...outcome, skipped: false };
}

function verdictOf(scope: ActionScope, { step, component, given, memory }: StepRun) {
  if (step.condition === undefined) {
    return 'Execute';
  }
  const { condition, whenTrue, whenFalse } = step.condition;
  const filled = memory.fillIn(condition, scope, component, given, { trims: true }) as Condition;
  return holds(filled, scope.host) ? whenTrue : whenFalse;
}

type Attempt = Omit<StepOutcome, 'skipped'>;

async function attempt(scope: ActionScope, run: StepRun): Promise<Attempt> {
  const { component, given, memory, step } = run;
  const limit = new TimeLimit(step.timeoutSeconds, scope.host);
  const fillIn = (value: unknown, iteration?: Iteration) =>
    memory.fillIn(value, scope, component, given, { iteration });
  const action = actionNamed(step.action, `step ${step.name}`);
  if (step.loop === undefined) {
    const inputs = fillIn(step.inputs);
    return { inputs, result: await runOnce(scope, action, inputs, limit) };
  }
  const loop = memory.fillIn(step.loop, scope, component, given, { trims: true }) as Loop;
  const outputs: string[] = [];
  for (const iteration of iterationsOf(loop)) {
    if (limit.isOver()) {
      return { inputs: undefined, result: failure(`The loop did not end within ${limit.seconds} s.`) };
    }
    const result = await runOnce(scope, action, fillIn(step.inputs, iteration), limit, () => {
      throw unmodelled(`a restart in the loop of step ${step.name} of component ${component.name}`);
    });
    if (result.exitCode !== 0) {
      const stderr = `${result.stderr}Iteration ${iteration.index} failed: ${lastLine(result)}\n`;
      return { inputs: undefined, result: { ...result, stdout: outputs.join('\n'), stderr } };
    }
    outputs.push(result.stdout.trim());
  }
  return { inputs: undefined, result: { ...SUCCEEDED, stdout: outputs.join('\n') } };
}

/** What a loop, its references filled in, goes through. */
function iterationsOf(loop: Loop): readonly Iteration[] {
  const values = loop.kind === 'values' ? loop.values : loop.list.split(loop.delimiter);
  return values.map((value, index) => ({ loop: loop.name, index, value }));
}

/** What people read of a result: the last line that it has, errors after the rest. */
export function lastLine({ stderr, stdout, exitCode }: ActionResult): string {
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  return lines.findLast((line) => line !== '') ?? `It ended with exit code ${exitCode}.`;
}

import { WinbakeError } from '../../../lib/contract/values/errors';
import {
  Execution,
  type TaskRunner,
  contextNames,
  type ExecutionIdentity,
  type StateEvent,
  type Outcome,
  type TaskRequest,
} from './execution';
import {
  ExecutionLimits,
  isTooLong,
  SERVICE_LIMITS,
  type ExecutionClock,
  type Limits,
  checkPayload,
} from './execution-limits';
import { copyJson, type JsonObject, type JsonValue } from './json-value';
import { readStateMachine, type StateMachine } from './read-state';
import { notModelled, StateFailure, runtimeFailure } from './state-failure';
import { filtered, type Evaluation } from './evaluation';
import type { Scope } from './reference-path';
import { putResult } from './result-path';
import { matchesFailure, retryDelaySeconds, type Retrier } from './retrier';
import type { TaskState, ChoiceState, FailState, PassState, State } from './state';

/** An execution to run. */
export interface StateMachineRun {
  /** The definition as an object or as JSON text, without anything that CloudFormation still has to resolve. */
  readonly definition: unknown;
  readonly input: JsonValue;
  readonly executionName: string;
  readonly executionArn: string;
  /** Further members of the context object, such as `{ StateMachine: { Id, Name }, Execution: { RoleArn } }`. */
  readonly context?: JsonObject;
  readonly clock: ExecutionClock;
  readonly tasks: TaskRunner;
  /** Gives numbers from 0 up to 1; needed by machines whose retriers have jitter. */
  readonly random?: () => number;
  readonly onState?: (event: StateEvent) => void;
  /** Replaces what Step Functions allows. */
  readonly limits?: Partial<Limits>;
}

/** How an execution ended. */
export interface StateMachineResult {
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** Present where it succeeded. */
  readonly output?: JsonValue;
  /** The error name where it failed, unless it failed without one. */
  readonly error?: string;
  readonly cause?: string;
  readonly history: readonly { readonly state: string; readonly enteredAt: Date }[];
}

/**
 * Runs a state machine as Step Functions runs a standard execution, on the clock that it is given. What it does not model
 * it refuses with a `WinbakeError` before anything runs; a failed execution is a result, not an error.
 *
 * @see https://states-language.net/spec.html
 */
export async function runStateMachine(run: StateMachineRun): Promise<StateMachineResult> {
  const identity: ExecutionIdentity = {
    executionName: run.executionName,
    executionArn: run.executionArn,
    input: inputOf(run),
    startedAt: run.clock.now(),
    extra: run.context ?? {},
  };
  const machine = readStateMachine(run.definition, contextNames(identity));
  const limits = { ...SERVICE_LIMITS, ...run.limits };
  const seconds = Math.min(limits.seconds, machine.timeoutSeconds ?? Infinity);
  const execution = new Execution(
    run.clock,
    new ExecutionLimits(run.clock, { ...limits, seconds }),
    run.tasks,
    randomOf(run, machine),
    identity,
    run.onState ?? (() => undefined),
  );
  const history: { state: string; enteredAt: Date }[] = [];
  try {
    const output = await runThrough(machine, identity.input, execution, history);
    return { status: 'SUCCEEDED', output, history };
  } catch (thrown) {
    return { status: 'FAILED', ...errorOf(thrown), history };
  }
}

async function runThrough(
  machine: StateMachine,
  input: JsonValue,
  execution: Execution,
  history: { state: string; enteredAt: Date }[],
): Promise<JsonValue> {
  let state = machine.start;
  let passedOn = input;
  while (true) {
    const enteredAt = execution.clock.now();
    history.push({ state: state.name, enteredAt });
    const { output, next } = await runState(state, passedOn, enteredAt, execution);
    const successor = next === undefined ? undefined : machine.states.get(next);
    if (successor === undefined) {
      return output;
    }
    [state, passedOn] = [successor, output];
  }
}

function inputOf(run: StateMachineRun): JsonValue {
  const input = copyJson(run.input);
  if (input === undefined || isTooLong(input)) {
    const reason = input === undefined ? 'not JSON' : 'longer than Step Functions takes';
    throw new WinbakeError('REHEARSAL_FAILED', `The input of the execution is ${reason}.`);
  }
  return input;
}

function randomOf(run: StateMachineRun, { states }: StateMachine): () => number {
  for (const state of states.values()) {
    if (state.type === 'Task' && !run.random && state.retriers.some(({ jitter }) => jitter)) {
      throw notModelled("'JitterStrategy' without a source of random numbers", `state '${state.name}'`);
    }
  }
  return run.random ?? (() => 0);
}

function errorOf(thrown: unknown): { error?: string; cause?: string } {
  if (!(thrown instanceof StateFailure)) {
    throw thrown;
  }
  const { error, reason } = thrown;
  return { ...(error === undefined ? {} : { error }), ...(reason === undefined ? {} : { cause: reason }) };
}

/**
 * How Step Functions sees what a task threw: the error's `name`, or its `code` where the name is that of every error,
 * is the error name; its message is the cause. What the rehearsal itself refuses is no failure of the task and is thrown
 * on, so that no catcher hides it.
 */
function taskFailure(thrown: unknown): StateFailure {
  if (isRehearsalFailure(thrown)) {
    throw thrown;
  }
  if (thrown instanceof Error) {
    return new StateFailure(errorName(thrown), thrown.message);
  }
  return new StateFailure('Error', String(thrown));
}

function isRehearsalFailure(thrown: unknown): thrown is WinbakeError {
  return thrown instanceof WinbakeError && thrown.code === 'REHEARSAL_FAILED';
}

function errorName(error: Error & { readonly code?: unknown }): string {
  const isPlain = error.name === 'Error' || error.name === '';
  return isPlain && typeof error.code === 'string' && error.code !== '' ? error.code : error.name || 'Error';
}

/**
 * Runs a Task state: its attempts, with the retriers' waits between them, and then its catchers. A retrier counts over
 * all attempts of this visit; once the first that names the failure is used up, the catchers have the word.
 *
 * @see https://states-language.net/spec.html#errors
 */
async function runTaskState(
  state: TaskState,
  input: JsonValue,
  enteredAt: Date,
  execution: Execution,
): Promise<Outcome> {
  const used = new Map<Retrier, number>();
  for (let retryCount = 0; ; retryCount += 1) {
    const context = execution.context({ name: state.name, enteredAt, retryCount });
    try {
      return { output: await attempt(state, { input, context }, execution), next: state.next };
    } catch (thrown) {
      const failure = failureOf(thrown);
      const retrier = state.retriers.find(({ errors }) => matchesFailure(errors, failure));
      const earlier = retrier ? (used.get(retrier) ?? 0) : 0;
      if (retrier === undefined || earlier >= retrier.maxAttempts) {
        return caught(state, input, failure, execution);
      }
      used.set(retrier, earlier + 1);
      await waitForRetry(state, retrier, earlier, failure, execution);
    }
  }
}

async function attempt(state: TaskState, scope: Scope, execution: Execution): Promise<JsonValue> {
  const filteredInput = filtered(state.inputPath, scope);
  const parameters = state.parameters?.({ ...scope, input: filteredInput }) ?? filteredInput;
  checkPayload(parameters, 'The input of the task');
  const result = await call(state, parameters, execution);
  checkPayload(result, 'The result of the task');
  const selected = state.resultSelector?.({ ...scope, input: result }) ?? result;
  const combined = putResult(state.resultPath, scope.input, selected);
  return filtered(state.outputPath, { ...scope, input: combined });
}

async function call(state: TaskState, parameters: JsonValue, execution: Execution): Promise<JsonValue> {
  const startedAt = execution.clock.now().getTime();
  execution.limits.countEvents(3 + (/\.sync(:2)?$/.test(state.resource) ? 1 : 0));
  const request = {
    resource: state.resource,
    parameters: copyJson(parameters) ?? null,
    stateName: state.name,
  };
  const answer = await answerTo(request, execution);
  execution.limits.checkTime();
  if (execution.clock.now().getTime() > startedAt + state.timeoutSeconds * 1000) {
    throw new StateFailure('States.Timeout', `The task took longer than ${state.timeoutSeconds} s.`);
  }
  if ('failure' in answer) {
    throw answer.failure;
  }
  return jsonOf(answer.result, state);
}

async function answerTo(
  request: TaskRequest,
  { tasks }: Execution,
): Promise<{ readonly result: unknown } | { readonly failure: StateFailure }> {
  try {
    return { result: await tasks(request) };
  } catch (thrown) {
    return { failure: taskFailure(thrown) };
  }
}

/** A function that returns nothing answers null. */
function jsonOf(result: unknown, state: TaskState): JsonValue {
  const value = result === undefined ? null : copyJson(result);
  if (value === undefined) {
    throw new WinbakeError('REHEARSAL_FAILED', `The task of state '${state.name}' answered what is no JSON.`);
  }
  return value;
}

function failureOf(thrown: unknown): StateFailure {
  if (thrown instanceof StateFailure) {
    return thrown;
  }
  throw thrown;
}

async function waitForRetry(
  state: TaskState,
  retrier: Retrier,
  earlier: number,
  failure: StateFailure,
  execution: Execution,
): Promise<void> {
  const seconds = retryDelaySeconds(retrier, earlier, execution.random);
  const resumesAt = new Date(execution.clock.now().getTime() + Math.round(seconds * 1000));
  execution.notify(state, { kind: 'retrying', ...errorOutput(failure), resumesAt });
  await execution.limits.waitUntil(resumesAt);
}

function caught(state: TaskState, input: JsonValue, failure: StateFailure, execution: Execution): Outcome {
  const catcher = state.catchers.find(({ errors }) => matchesFailure(errors, failure));
  if (catcher === undefined) {
    throw failure;
  }
  const { error, cause } = errorOutput(failure);
  execution.notify(state, {
    kind: 'caught',
    error,
    ...(cause === undefined ? {} : { cause }),
    next: catcher.next,
  });
  const output = { Error: error, ...(cause === undefined ? {} : { Cause: cause }) };
  return { output: putResult(catcher.resultPath, input, output), next: catcher.next };
}

function errorOutput({ error, reason }: StateFailure): { error: string; cause?: string } {
  return { error: error ?? '', ...(reason === undefined ? {} : { cause: reason }) };
}

/** Runs one visit of a state; throws a `StateFailure` where it ends the execution as failed. */
export async function runState(
  state: State,
  input: JsonValue,
  enteredAt: Date,
  execution: Execution,
): Promise<Outcome> {
  execution.limits.countEvents(1);
  execution.notify(state, { kind: 'entered', input });
  const outcome = await outcomeOf(state, input, enteredAt, execution);
  checkPayload(outcome.output, 'The output of the state');
  execution.limits.countEvents(1);
  execution.notify(state, { kind: 'exited', ...outcome });
  return outcome;
}

async function outcomeOf(
  state: State,
  input: JsonValue,
  enteredAt: Date,
  execution: Execution,
): Promise<Outcome> {
  if (state.type === 'Task') {
    return runTaskState(state, input, enteredAt, execution);
  }
  const scope = { input, context: execution.context({ name: state.name, enteredAt, retryCount: 0 }) };
  if (state.type === 'Fail') {
    return fail(state, scope);
  }
  const inner = { ...scope, input: filtered(state.inputPath, scope) };
  const output = (value: JsonValue) => filtered(state.outputPath, { ...scope, input: value });
  switch (state.type) {
    case 'Choice':
      return { next: chosen(state, inner), output: output(inner.input) };
    case 'Wait':
      await execution.limits.waitUntil(state.until(inner, enteredAt));
      return { next: state.next, output: output(inner.input) };
    case 'Pass':
      return { next: state.next, output: output(passed(state, scope, inner)) };
    case 'Succeed':
      return { next: undefined, output: output(inner.input) };
  }
}

function passed(state: PassState, scope: Scope, inner: Scope): JsonValue {
  const result = state.result === undefined ? (state.parameters?.(inner) ?? inner.input) : state.result;
  return putResult(state.resultPath, scope.input, result);
}

function chosen(state: ChoiceState, scope: Scope): string {
  const next = state.choices.find(({ holds }) => holds(scope))?.next ?? state.default;
  if (next === undefined) {
    throw new StateFailure('States.NoChoiceMatched', `No choice of state '${state.name}' matched.`);
  }
  return next;
}

function fail(state: FailState, scope: Scope): never {
  throw new StateFailure(textOf(state.error, scope), textOf(state.cause, scope));
}

function textOf(evaluate: Evaluation | undefined, scope: Scope): string | undefined {
  const value = evaluate?.(scope);
  if (value !== undefined && typeof value !== 'string') {
    throw runtimeFailure('The error or cause of a Fail state is not a string.');
  }
  return value;
}

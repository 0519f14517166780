import { WinbakeError } from '../../contract/values/errors';
import { matchesFailure } from './error-names';
import { filtered } from './evaluation';
import type { Execution, Outcome, TaskRequest } from './execution';
import { checkPayload } from './execution-limits';
import { copyJson, type JsonValue } from './json-value';
import type { Scope } from './reference-path';
import { putResult } from './result-path';
import { retryDelaySeconds, type Retrier } from './retrier';
import type { TaskState } from './state';
import { StateFailure } from './state-failure';
import { taskFailure } from './task-failure';

/**
 * Runs a Task state: its attempts, with the retriers' waits between them, and then its catchers. A retrier counts over
 * all attempts of this visit; once the first that names the failure is used up, the catchers have the word.
 *
 * @see https://states-language.net/spec.html#errors
 */
export async function runTaskState(
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
  execution.bounds.countEvents(3 + (/\.sync(:2)?$/.test(state.resource) ? 1 : 0));
  const request = {
    resource: state.resource,
    parameters: copyJson(parameters) ?? null,
    stateName: state.name,
  };
  const answer = await answerTo(request, execution);
  execution.bounds.checkTime();
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
  execution.tell(state, { kind: 'retrying', ...errorOutput(failure), resumesAt });
  await execution.bounds.waitUntil(resumesAt);
}

function caught(state: TaskState, input: JsonValue, failure: StateFailure, execution: Execution): Outcome {
  const catcher = state.catchers.find(({ errors }) => matchesFailure(errors, failure));
  if (catcher === undefined) {
    throw failure;
  }
  const { error, cause } = errorOutput(failure);
  execution.tell(state, {
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

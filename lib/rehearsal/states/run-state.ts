import { filtered, type Evaluation } from './evaluation';
import type { Execution, Outcome } from './execution';
import { checkPayload } from './execution-limits';
import type { JsonValue } from './json-value';
import type { Scope } from './reference-path';
import { putResult } from './result-path';
import { runTaskState } from './run-task-state';
import type { ChoiceState, FailState, PassState, State } from './state';
import { runtimeFailure, StateFailure } from './state-failure';

/** Runs one visit of a state; throws a `StateFailure` where it ends the execution as failed. */
export async function runState(
  state: State,
  input: JsonValue,
  enteredAt: Date,
  execution: Execution,
): Promise<Outcome> {
  execution.bounds.countEvents(1);
  execution.tell(state, { kind: 'entered', input });
  const outcome = await outcomeOf(state, input, enteredAt, execution);
  checkPayload(outcome.output, 'The output of the state');
  execution.bounds.countEvents(1);
  execution.tell(state, { kind: 'exited', ...outcome });
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
      await execution.bounds.waitUntil(state.until(inner, enteredAt));
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

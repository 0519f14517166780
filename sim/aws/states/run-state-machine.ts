import { WinbakeError } from '../../../lib/contract/values/errors';
import {
  Execution,
  type TaskRunner,
  contextNames,
  type ExecutionIdentity,
  type StateEvent,
} from './execution';
import {
  ExecutionLimits,
  isTooLong,
  SERVICE_LIMITS,
  type ExecutionClock,
  type Limits,
} from './execution-limits';
import { copyJson, type JsonObject, type JsonValue } from './json-value';
import { readStateMachine, type StateMachine } from './read-state';
import { runState } from './run-task-state';
import { notModelled, StateFailure } from './state-failure';

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

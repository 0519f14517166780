import { ExecutionError, StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import type { JsonValue } from '../../../../sim/aws/states/json-value';

/** How an execution went, in the words that both interpreters have. */
export interface Account {
  readonly status: string;
  readonly output?: JsonValue;
  readonly error?: string | undefined;
  readonly states: readonly string[];
  /** What each call of a task was given. */
  readonly calls: readonly JsonValue[];
}

/** Answers a call of a task, by the state's name. */
export type Answer = (stateName: string, parameters: JsonValue) => JsonValue | Promise<JsonValue>;

/** A definition as the tests write it. */
export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, { readonly Type: string; readonly [field: string]: unknown }>>;
}

/**
 * Runs a machine in the library `aws-local-stepfunctions`, without its waits, and without its slow validation unless a
 * test wants it.
 */
export async function runLibrary(
  machine: Machine,
  input: JsonValue,
  answer: Answer,
  { noValidate = true, executionArn = 'arn:execution' } = {},
): Promise<Account> {
  const definition = machine as unknown as StateMachineDefinition;
  const calls: JsonValue[] = [];
  const names = Object.keys(machine.States);
  const run = new StateMachine(definition, { validationOptions: { noValidate } }).run(input, {
    overrides: {
      waitTimeOverrides: forEach(names, 0),
      retryIntervalOverrides: forEach(names, 0),
      taskResourceLocalHandlers: Object.fromEntries(
        names.map((name) => [
          name,
          async (given: JsonValue) => {
            calls.push(structuredClone(given));
            return Promise.resolve().then(() => answer(name, given));
          },
        ]),
      ),
    },
    context: {
      Execution: { Id: executionArn, Name: 'poll', Input: input },
      StateMachine: { Name: 'rebake' },
    },
  });
  const ending = await run.result.then(
    (output) => ({ status: 'SUCCEEDED', output }),
    (thrown: unknown) => ({ status: 'FAILED', error: causeOf(thrown).name }),
  );
  const states: string[] = [];
  for await (const event of run.eventLogs) {
    if (event.type === 'StateEntered') {
      states.push(event.state.name);
    }
  }
  return { ...ending, states, calls };
}

function causeOf(thrown: unknown): Error {
  if (thrown instanceof ExecutionError && thrown.cause instanceof Error) {
    return thrown.cause;
  }
  throw thrown;
}

function forEach<T>(names: readonly string[], value: T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

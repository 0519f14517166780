import type { JsonValue } from '../../../../sim/aws/states/json-value';
import { runLibrary, type Account, type Answer, type Machine } from './run-library';
import { named, runMachine } from './run-states';

/** A machine, its input, and how its tasks answer; anew for each run. */
export interface Case {
  readonly machine: Machine;
  readonly input?: JsonValue;
  readonly answer?: () => Answer;
}

/** Runs a case in our interpreter and in the library. */
export async function runBoth({
  machine: same,
  input = {},
  answer,
}: Case): Promise<{ ours: Account; library: Account }> {
  return {
    library: await runLibrary(same, input, answer?.() ?? echo),
    ours: await runOurs(same, input, answer?.() ?? echo),
  };
}

async function runOurs(machine: Machine, input: JsonValue, answer: Answer): Promise<Account> {
  const calls: JsonValue[] = [];
  const { status, output, error, history } = await runMachine(machine, input, {
    executionArn: 'arn:execution',
    context: { StateMachine: { Name: 'rebake' } },
    tasks: ({ stateName, parameters }) => {
      calls.push(structuredClone(parameters));
      return Promise.resolve().then(() => answer(stateName, parameters));
    },
  });
  const ending = status === 'SUCCEEDED' ? { status, output } : { status, error };
  return { ...ending, states: history.map(({ state }) => state), calls };
}

/** A machine of which the first state is where it starts. */
export function machine(States: Machine['States']): Machine {
  return { StartAt: Object.keys(States)[0] ?? '', States };
}

const echo: Answer = (_name, parameters) => parameters;

/** Throws errors of these names, one a call, and then answers `done`. */
export function throwing(...names: readonly string[]): () => Answer {
  return () => {
    const left = [...names];
    return () => {
      const name = left.shift();
      if (name !== undefined) {
        throw named(name);
      }
      return 'done';
    };
  };
}

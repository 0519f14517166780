import type { JsonValue } from '../../../../sim/aws/states/json-value';
import {
  runStateMachine,
  type StateMachineResult,
  type StateMachineRun,
} from '../../../../sim/aws/states/run-state-machine';
import { VirtualClock } from './virtual-clock';

/** A Lambda function that tests name as a resource. */
export const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:decide';

/** Runs a machine with defaults for tests; without `tasks` each task answers with its parameters. */
export function runMachine(
  definition: unknown,
  input: JsonValue = {},
  more: Partial<StateMachineRun> = {},
): Promise<StateMachineResult> {
  return runStateMachine({
    definition,
    input,
    executionName: 'poll',
    executionArn: 'arn:aws:states:us-east-1:123456789012:execution:rebake:look',
    clock: new VirtualClock(),
    tasks: ({ parameters }) => Promise.resolve(parameters),
    ...more,
  });
}

/** Runs states of which the first is where it starts. */
export function runStates(
  states: Readonly<Record<string, unknown>>,
  input?: JsonValue,
  more?: Partial<StateMachineRun>,
): Promise<StateMachineResult> {
  return runMachine({ StartAt: Object.keys(states)[0], States: states }, input, more);
}

/** Runs a single state that ends the execution. */
export function runOne(
  state: Readonly<Record<string, unknown>>,
  input?: JsonValue,
  more?: Partial<StateMachineRun>,
): Promise<StateMachineResult> {
  return runStates({ Only: { End: true, ...state } }, input, more);
}

/** A task that throws errors of these names, one a call, and then answers `done`. */
export function failing(...names: readonly string[]): StateMachineRun['tasks'] {
  const left = [...names];
  return () => {
    const name = left.shift();
    return name === undefined ? Promise.resolve('done') : Promise.reject(named(name));
  };
}

/** An error with a name. */
export function named(name: string, message = `${name} happened`): Error {
  return Object.assign(new Error(message), { name });
}

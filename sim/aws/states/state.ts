import type { ChoiceRule } from './choice-rule';
import type { Evaluation } from './evaluation';
import type { JsonValue } from './json-value';
import type { ReferencePath, Scope } from './reference-path';
import type { ResultPath } from './result-path';
import type { Catcher, Retrier } from './retrier';

/** A state of a machine, read and checked. */
export type State = ChoiceState | FailState | PassState | SucceedState | TaskState | WaitState;

interface NamedState {
  readonly name: string;
}

/** A state that filters what it takes and gives; null stands for an empty object, undefined for all. */
export interface FilteringState extends NamedState {
  readonly inputPath: ReferencePath | null | undefined;
  readonly outputPath: ReferencePath | null | undefined;
}

/** Calls something outside and waits for its answer. */
export interface TaskState extends FilteringState {
  readonly type: 'Task';
  readonly resource: string;
  readonly parameters: Evaluation | undefined;
  readonly resultSelector: Evaluation | undefined;
  readonly resultPath: ResultPath;
  readonly timeoutSeconds: number;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
  /** Undefined where the execution ends with this state. */
  readonly next: string | undefined;
}

/** Goes on with the state of the first rule that holds. */
export interface ChoiceState extends FilteringState {
  readonly type: 'Choice';
  readonly choices: readonly { readonly holds: ChoiceRule; readonly next: string }[];
  readonly default: string | undefined;
}

/** Lets time pass. */
export interface WaitState extends FilteringState {
  readonly type: 'Wait';
  readonly until: (scope: Scope, now: Date) => Date;
  readonly next: string | undefined;
}

/** Passes its input on, or what it is told to. */
export interface PassState extends FilteringState {
  readonly type: 'Pass';
  readonly result: JsonValue | undefined;
  readonly parameters: Evaluation | undefined;
  readonly resultPath: ResultPath;
  readonly next: string | undefined;
}

/** Ends the execution well. */
export interface SucceedState extends FilteringState {
  readonly type: 'Succeed';
}

/** Ends the execution as failed. */
export interface FailState extends NamedState {
  readonly type: 'Fail';
  readonly error: Evaluation | undefined;
  readonly cause: Evaluation | undefined;
}

/** The names of all states that may follow a state. */
export function successorsOf(state: State): readonly string[] {
  switch (state.type) {
    case 'Choice':
      return [...state.choices.map(({ next }) => next), ...given(state.default)];
    case 'Task':
      return [...given(state.next), ...state.catchers.map(({ next }) => next)];
    case 'Pass':
    case 'Wait':
      return given(state.next);
    case 'Succeed':
    case 'Fail':
      return [];
  }
}

function given(name: string | undefined): readonly string[] {
  return name === undefined ? [] : [name];
}

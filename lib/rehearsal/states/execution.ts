import { contextObject, type ExecutionIdentity, type StateVisit } from './execution-context';
import type { ExecutionBounds, ExecutionClock } from './execution-limits';
import type { JsonObject, JsonValue } from './json-value';
import type { State } from './state';
import type { StateEvent, StateEventPlace } from './state-event';

/** What a Task state asks for. */
export interface TaskRequest {
  readonly resource: string;
  readonly parameters: JsonValue;
  readonly stateName: string;
}

/** Answers a Task state; what it throws is the task's failure, unless it is a `WinbakeError` of the rehearsal. */
export type TaskRunner = (request: TaskRequest) => Promise<JsonValue>;

/** What a state leaves behind; without `next` the execution ends with it. */
export interface Outcome {
  readonly output: JsonValue;
  readonly next: string | undefined;
}

type WithoutPlace<T> = T extends unknown ? Omit<T, keyof StateEventPlace> : never;

/** A running execution, as its states see it. */
export class Execution {
  constructor(
    readonly clock: ExecutionClock,
    readonly bounds: ExecutionBounds,
    readonly tasks: TaskRunner,
    readonly random: () => number,
    private readonly identity: ExecutionIdentity,
    private readonly onState: (event: StateEvent) => void,
  ) {}

  context(visit: StateVisit): JsonObject {
    return contextObject(this.identity, visit);
  }

  tell(state: State, event: WithoutPlace<StateEvent>): void {
    this.onState({ state: state.name, type: state.type, at: this.clock.now(), ...event });
  }
}

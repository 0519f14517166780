import type { ExecutionLimits, ExecutionClock } from './execution-limits';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value';
import type { State } from './state';

/** What an execution is called and given; becomes part of its context object. */
export interface ExecutionIdentity {
  readonly executionName: string;
  readonly executionArn: string;
  readonly input: JsonValue;
  readonly startedAt: Date;
  /** Further members, such as `{ StateMachine: { Id, Name }, Execution: { RoleArn } }`. */
  readonly extra: JsonObject;
}

/** The visit of a state that a context object speaks of. */
interface StateVisit {
  readonly name: string;
  readonly enteredAt: Date;
  readonly retryCount: number;
}

/**
 * The context object during a visit of a state.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
function contextObject(execution: ExecutionIdentity, visit: StateVisit): JsonObject {
  return {
    ...execution.extra,
    Execution: {
      ...memberOf(execution.extra, 'Execution'),
      Id: execution.executionArn,
      Name: execution.executionName,
      Input: execution.input,
      StartTime: execution.startedAt.toISOString(),
    },
    State: {
      Name: visit.name,
      EnteredTime: visit.enteredAt.toISOString(),
      RetryCount: visit.retryCount,
    },
  };
}

/** The places of the context object that paths may lead to, such as `Execution.Id`. */
export function contextNames(execution: ExecutionIdentity): ReadonlySet<string> {
  const sample = contextObject(execution, { name: '', enteredAt: execution.startedAt, retryCount: 0 });
  return new Set(
    Object.keys(sample).flatMap((group) =>
      Object.keys(memberOf(sample, group)).map((name) => `${group}.${name}`),
    ),
  );
}

function memberOf(object: JsonObject, name: string): JsonObject {
  const member = object[name];
  return isJsonObject(member) ? member : {};
}

/** Something that happened in a state, told as it happens. */
export type StateEvent = StateEventPlace &
  (
    | { readonly kind: 'entered'; readonly input: JsonValue }
    | { readonly kind: 'retrying'; readonly error: string; readonly cause?: string; readonly resumesAt: Date }
    | { readonly kind: 'caught'; readonly error: string; readonly cause?: string; readonly next: string }
    | { readonly kind: 'exited'; readonly output: JsonValue; readonly next: string | undefined }
  );

/** Where and when it happened. */
interface StateEventPlace {
  readonly state: string;
  readonly type: State['type'];
  readonly at: Date;
}

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
    readonly limits: ExecutionLimits,
    readonly tasks: TaskRunner,
    readonly random: () => number,
    private readonly identity: ExecutionIdentity,
    private readonly onState: (event: StateEvent) => void,
  ) {}

  context(visit: StateVisit): JsonObject {
    return contextObject(this.identity, visit);
  }

  notify(state: State, event: WithoutPlace<StateEvent>): void {
    this.onState({ state: state.name, type: state.type, at: this.clock.now(), ...event });
  }
}

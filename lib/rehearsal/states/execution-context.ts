import { isJsonObject, type JsonObject, type JsonValue } from './json-value';

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
export interface StateVisit {
  readonly name: string;
  readonly enteredAt: Date;
  readonly retryCount: number;
}

/**
 * The context object during a visit of a state.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function contextObject(execution: ExecutionIdentity, visit: StateVisit): JsonObject {
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

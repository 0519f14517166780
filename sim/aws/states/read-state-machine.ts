import { FieldReader, GREATEST_INTEGER } from './field-reader';
import { copyJson, type JsonValue } from './json-value';
import { readState, refuseOtherLanguages } from './read-state';
import { notModelled, notValid } from './state-failure';
import { successorsOf, type State } from './state';

/** A machine of which everything is known that can be known before it runs. */
export interface StateMachine {
  readonly start: State;
  readonly states: ReadonlyMap<string, State>;
  /** How long an execution may take; undefined where the machine does not say. */
  readonly timeoutSeconds: number | undefined;
}

/**
 * Reads a definition, as an object or as JSON text. Throws a `WinbakeError` for all that the rehearsal does not model or
 * that is not valid, so that nothing runs of a machine that cannot run through. `contextNames` are the places of the
 * context object that have a value, such as `Execution.Id`.
 *
 * @see https://states-language.net/spec.html#toplevelfields
 */
export function readStateMachine(definition: unknown, contextNames: ReadonlySet<string>): StateMachine {
  const fields = FieldReader.of(jsonOf(definition), contextNames);
  fields.string('Comment');
  refuseOtherLanguages(fields);
  const version = fields.string('Version') ?? '1.0';
  if (version !== '1.0') {
    throw notModelled(`the version '${version}' of the language`, fields.where);
  }
  const timeoutSeconds = fields.integer('TimeoutSeconds', { from: 1, to: GREATEST_INTEGER });
  const startAt = fields.string('StartAt');
  const members = fields.inner(fields.value('States'), "the state machine's 'States'");
  const states = new Map(
    members.names().map((name) => {
      if (Array.from(name).length > 80) {
        throw notValid(`the name '${name}' is longer than 80 characters`, members.where);
      }
      return [name, readState(name, members.inner(members.value(name), `state '${name}'`))];
    }),
  );
  fields.done();
  const start = states.get(startAt ?? '');
  if (start === undefined) {
    throw notValid(`'StartAt' names no state: ${JSON.stringify(startAt)}`, fields.where);
  }
  checkTransitions(states, start);
  return { start, states, timeoutSeconds };
}

/** Every state named exists and can be reached, and one of them ends the execution. */
function checkTransitions(states: ReadonlyMap<string, State>, start: State): void {
  const reached = new Set([start]);
  for (const state of reached) {
    for (const name of successorsOf(state)) {
      const successor = states.get(name);
      if (successor === undefined) {
        throw notValid(`there is no state '${name}', which is named`, `state '${state.name}'`);
      }
      reached.add(successor);
    }
  }
  const lost = [...states.values()].find((state) => !reached.has(state));
  if (lost !== undefined) {
    throw notValid(`no way from 'StartAt' leads there,`, `state '${lost.name}'`);
  }
  if (![...reached].some(isTerminal)) {
    throw notValid('no state ends the execution', 'the state machine');
  }
}

function isTerminal(state: State): boolean {
  return state.type !== 'Choice' && (!('next' in state) || state.next === undefined);
}

function jsonOf(definition: unknown): JsonValue {
  const value = typeof definition === 'string' ? parsed(definition) : copyJson(definition);
  if (value === undefined) {
    throw notValid('its definition is not JSON', 'the state machine');
  }
  return value;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

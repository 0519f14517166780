import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import { at, has, list, roughText, shown, text, UNKNOWN_TEXT, when } from './values';

const MOST_DEFINITION_BYTES = 1024 * 1024;
const LANGUAGE = 'https://states-language.net/spec.html';

const DONE = { Type: 'Succeed' };
const definition = (states: JsonObject): JsonObject => ({
  DefinitionString: JSON.stringify({ StartAt: Object.keys(states)[0], States: states }),
});

/** A state machine that is accepted. */
export const STATE_MACHINE_EXAMPLE: JsonObject = {
  RoleArn: 'arn:aws:iam::111122223333:role/poll',
  ...definition({ Done: DONE }),
};

/** What Step Functions refuses of a state machine. */
export const STATE_MACHINE_RULES: readonly Rule[] = [
  {
    id: 'state-machine/size',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html',
    wayOut: 'Move a part into a state machine of its own, which this one starts.',
    refused: { DefinitionString: `{"Comment":"${'a'.repeat(MOST_DEFINITION_BYTES)}"}` },
    check: (document) => {
      const given = roughText(document, 'DefinitionString') ?? '';
      const bytes = Buffer.byteLength(given.replaceAll(UNKNOWN_TEXT, ''));
      return when(
        bytes > MOST_DEFINITION_BYTES,
        `DefinitionString must have at most ${MOST_DEFINITION_BYTES} bytes; got: ${bytes}`,
      );
    },
  },
  {
    id: 'state-machine/definition',
    source: 'https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html',
    wayOut: 'Give it as a text, as an object, or as an object of S3.',
    refused: { DefinitionString: undefined },
    check: (document) => {
      const places = ['DefinitionString', 'Definition', 'DefinitionS3Location'];
      return when(
        !places.some((name) => has(document, name)),
        `one of ${places.join(', ')} is needed; got: none`,
      );
    },
  },
  {
    id: 'state-machine/fields',
    source: 'https://github.com/CloudSnorkel/cdk-github-runners/issues/434',
    wayOut: 'Give them; the States Language says which fields a state has.',
    refused: definition({ Choose: { Type: 'Choice', Default: 'Done' }, Done: DONE }),
    check: (document) => {
      const machine = definitionOf(document);
      return machine === undefined ? [] : wrongMachine(machine, '');
    },
  },
  {
    id: 'state-machine/transitions',
    source: `${LANGUAGE}#transition`,
    wayOut: 'Name the next state, or end with End: true.',
    refused: definition({ Poll: { Type: 'Pass' } }),
    check: (document) => {
      const machine = definitionOf(document);
      return machine === undefined ? [] : openStates(machine, '');
    },
  },
];

/** A definition that is known; of a text, unknown parts may be in its texts alone. */
function definitionOf(document: JsonObject): JsonObject | undefined {
  const given = at(document, 'Definition');
  const source = roughText(document, 'DefinitionString');
  if (source === undefined) {
    return isJsonObject(given) ? given : undefined;
  }
  try {
    const content: unknown = JSON.parse(source);
    return isJsonObject(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The fields without which Step Functions refuses a state of a type, wherever one of them has two names by either. */
const FIELDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Choice: [['Choices']],
  Map: [['ItemProcessor', 'Iterator']],
  Parallel: [['Branches']],
  Task: [['Resource']],
};

/** The states of a machine with their places. */
function statesOf(machine: JsonObject, where: string): readonly (readonly [string, JsonObject])[] {
  const states = machine['States'];
  return Object.entries(isJsonObject(states) ? states : {}).flatMap(([name, state]) =>
    isJsonObject(state) ? [[`${where}/States/${name}`, state] as const] : [],
  );
}

/** The machines in a state: branches, and what is done with each item. */
function machinesIn(state: JsonObject, where: string): readonly (readonly [string, JsonObject])[] {
  const branches = list(state, 'Branches').map((one, index) => [`${where}/Branches[${index}]`, one] as const);
  const each = ['ItemProcessor', 'Iterator'].map((name) => [`${where}/${name}`, state[name]] as const);
  return [...branches, ...each].flatMap(([place, one]) => (isJsonObject(one) ? [[place, one] as const] : []));
}

function wrongMachine(machine: JsonObject, where: string): readonly string[] {
  return [
    ...lacks(machine, where, [['StartAt'], ['States']]),
    ...statesOf(machine, where).flatMap(([place, state]) => [
      ...lacks(state, place, [['Type'], ...(FIELDS[text(state, 'Type') ?? ''] ?? [])]),
      ...eachOf(state, place, 'Choices', [['Next']]),
      ...eachOf(state, place, 'Retry', [['ErrorEquals']]),
      ...eachOf(state, place, 'Catch', [['ErrorEquals'], ['Next']]),
      ...machinesIn(state, place).flatMap(([inner, one]) => wrongMachine(one, inner)),
    ]),
  ];
}

function eachOf(
  state: JsonObject,
  where: string,
  name: string,
  fields: readonly (readonly string[])[],
): readonly string[] {
  return list(state, name).flatMap((one, index) =>
    isJsonObject(one) ? lacks(one, `${where}/${name}[${index}]`, fields) : [],
  );
}

/** Fields that are not there, in the words of Step Functions. */
function lacks(owner: JsonObject, where: string, fields: readonly (readonly string[])[]): readonly string[] {
  const missing = fields.filter((names) => !names.some((name) => name in owner)).map(([name]) => name);
  return when(
    missing.length > 0,
    `SCHEMA_VALIDATION_FAILED: These fields are required: [${missing.join(', ')}] at ${where === '' ? '/' : where}; got: ${shown(Object.keys(owner))}`,
  );
}

/** States after which nothing comes although their type neither ends nor chooses. */
function openStates(machine: JsonObject, where: string): readonly string[] {
  return statesOf(machine, where).flatMap(([place, state]) => [
    ...when(
      ['Map', 'Parallel', 'Pass', 'Task', 'Wait'].includes(text(state, 'Type') ?? '') &&
        !('Next' in state) &&
        !('End' in state),
      `a state needs Next or End; got: neither at ${place}`,
    ),
    ...machinesIn(state, place).flatMap(([inner, one]) => openStates(one, inner)),
  ]);
}

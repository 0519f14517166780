import { isJsonObject, type JsonObject } from '../../contract/values/json';
import type { Rule } from './rule';
import { at, roughText, UNKNOWN_TEXT, when } from './values';

const MOST_VARIABLE_BYTES = 4096;
const MOST_DEFINITION_BYTES = 1024 * 1024;

/** A function that is accepted. */
export const FUNCTION_EXAMPLE: JsonObject = {
  Handler: 'poll.handler',
  Runtime: 'nodejs22.x',
  Environment: { Variables: { BUCKET: 'golden', POLICY: '{"waits":36}' } },
};

/** What Lambda refuses of a function. */
export const FUNCTION_RULES: readonly Rule[] = [
  {
    id: 'function/variables',
    source: 'https://github.com/github-aws-runners/terraform-aws-github-runner/issues/3594',
    wayOut: 'Keep long texts in a parameter or an object; Lambda measures names and values as one JSON text.',
    refused: { Environment: { Variables: { POLICY: '"'.repeat(2100) } } },
    check: (document) => {
      const bytes = variableBytes(at(at(document, 'Environment'), 'Variables'));
      return when(
        bytes > MOST_VARIABLE_BYTES,
        `Environment.Variables must have at most ${MOST_VARIABLE_BYTES} bytes as JSON; got: ${bytes}`,
      );
    },
  },
];

/** How many bytes Lambda measures at least: of what is not known yet, none. */
function variableBytes(variables: unknown): number {
  const known = Object.entries(isJsonObject(variables) ? variables : {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll(UNKNOWN_TEXT, '') : '',
  ]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(known)));
}

/** A state machine that is accepted. */
export const STATE_MACHINE_EXAMPLE: JsonObject = {
  RoleArn: 'arn:aws:iam::111122223333:role/poll',
  DefinitionString: '{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}',
};

/** What Step Functions refuses of a state machine. */
export const STATE_MACHINE_RULES: readonly Rule[] = [
  {
    id: 'state-machine/size',
    source: 'https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html',
    wayOut: 'Move a part into a state machine of its own, which this one starts.',
    refused: { DefinitionString: `{"Comment":"${'a'.repeat(MOST_DEFINITION_BYTES)}"}` },
    check: (document) => {
      const definition = roughText(document, 'DefinitionString') ?? '';
      const bytes = Buffer.byteLength(definition.replaceAll(UNKNOWN_TEXT, ''));
      return when(
        bytes > MOST_DEFINITION_BYTES,
        `DefinitionString must have at most ${MOST_DEFINITION_BYTES} bytes; got: ${bytes}`,
      );
    },
  },
];

import { isJsonObject, type JsonObject } from '../../core/oci/json-value';
import { unmodelled } from '../assembly/unmodelled';

/** Values that a policy may refer to as `${key}` or test in a condition, such as `aws:userid`. */
export type RequestContext = Readonly<Record<string, string>>;

/** The statements of a policy document. */
export function statementsOf(document: unknown): readonly JsonObject[] {
  const statements = isJsonObject(document) ? document['Statement'] : undefined;
  return listOf(statements).filter(isJsonObject);
}

/**
 * Whether a statement speaks of a call: its actions, resources and conditions all match. Throws for what has no model.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function statementCovers(
  statement: JsonObject,
  action: string,
  resource: string,
  context: RequestContext,
): boolean {
  for (const unknown of ['NotAction', 'NotResource', 'Principal', 'NotPrincipal']) {
    if (unknown in statement) {
      throw unmodelled(`${unknown} in a policy`);
    }
  }
  return (
    listOf(statement['Action']).some((pattern) =>
      matches(String(pattern).toLowerCase(), action.toLowerCase()),
    ) &&
    listOf(statement['Resource']).some((pattern) => matches(fillIn(String(pattern), context), resource)) &&
    conditionsHold(statement['Condition'], context)
  );
}

function conditionsHold(conditions: unknown, context: RequestContext): boolean {
  return Object.entries(isJsonObject(conditions) ? conditions : {}).every(([operator, keys]) =>
    Object.entries(isJsonObject(keys) ? keys : {}).every(([key, wanted]) => {
      const value = context[key];
      return value !== undefined && listOf(wanted).some((one) => compare(operator, String(one), value));
    }),
  );
}

function compare(operator: string, wanted: string, value: string): boolean {
  switch (operator) {
    case 'StringEquals':
    case 'ArnEquals':
      return wanted === value;
    case 'StringLike':
    case 'ArnLike':
      return matches(wanted, value);
    default:
      throw unmodelled(`the condition ${operator} in a policy`);
  }
}

/** A policy variable that the request does not have matches nothing. */
function fillIn(pattern: string, context: RequestContext): string {
  return pattern.replaceAll(/\$\{([^}]+)\}/g, (_whole, key: string) => context[key] ?? '\u0000');
}

/** `*` stands for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

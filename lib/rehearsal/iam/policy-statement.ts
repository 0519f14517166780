import { isJsonObject, type JsonObject } from '../../contract/values/json';
import { unmodelled } from '../assembly/unmodelled';

/** Values that a policy may refer to as `${key}` or test in a condition, such as `aws:userid`; case does not matter. */
export type RequestContext = Readonly<Record<string, string>>;

const FIELDS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

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
  const unknown = Object.keys(statement).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw unmodelled(`${unknown} in a policy`);
  }
  return (
    listOf(statement['Action']).some((pattern) =>
      matches(String(pattern).toLowerCase(), action.toLowerCase(), {}),
    ) &&
    listOf(statement['Resource']).some((pattern) => matches(String(pattern), resource, context)) &&
    conditionsHold(statement['Condition'], context)
  );
}

/** Every key of every operator must hold; a key that the request does not have does not. */
function conditionsHold(conditions: unknown, context: RequestContext): boolean {
  return Object.entries(isJsonObject(conditions) ? conditions : {}).every(([operator, keys]) => {
    const compare = comparison(operator, context);
    return Object.entries(isJsonObject(keys) ? keys : {}).every(([key, wanted]) => {
      const value = valueOf(context, key);
      return value !== undefined && listOf(wanted).some((one) => compare(String(one), value));
    });
  });
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function comparison(operator: string, context: RequestContext): (wanted: string, value: string) => boolean {
  switch (operator) {
    case 'StringEquals':
      return (wanted, value) => wanted === value;
    // ArnEquals and ArnLike behave the same.
    case 'ArnEquals':
    case 'StringLike':
    case 'ArnLike':
      return (wanted, value) => matches(wanted, value, context);
    default:
      throw unmodelled(`the condition ${operator} in a policy`);
  }
}

/** `*` stands for any text, `?` for one character, `${key}` for a value of the request; without that value nothing matches. */
function matches(pattern: string, text: string, context: RequestContext): boolean {
  const parts = pattern.split(/(\$\{[^}]+\}|[*?])/).map((part) => {
    const [, key] = /^\$\{([^}]+)\}$/.exec(part) ?? [];
    if (key !== undefined) {
      const value = valueOf(context, key);
      return value && escaped(value);
    }
    return part === '*' ? '.*' : part === '?' ? '.' : escaped(part);
  });
  return !parts.includes(undefined) && new RegExp(`^${parts.join('')}$`, 's').test(text);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function valueOf(context: RequestContext, key: string): string | undefined {
  const name = Object.keys(context).find((one) => one.toLowerCase() === key.toLowerCase());
  return name === undefined ? undefined : context[name];
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

import { isJsonObject, type JsonObject } from '../../contract/values/json';

/** Stands in a text for a part that is only known in the account. */
export const UNKNOWN_TEXT = '\uE000';

/** A value that is only known in the account. */
export const UNKNOWN = Symbol('only known in the account');

/** What CDK and other tools leave in texts for values that they fill in later. */
const PLACEHOLDER = /\$\{|#\{Token\[/;

/** A member of an object, by CloudFormation's name or the API's, which begins in lower case. */
export function at(object: unknown, name: string): unknown {
  if (!isJsonObject(object)) {
    return undefined;
  }
  return object[name] ?? object[name.charAt(0).toLowerCase() + name.slice(1)];
}

/** Whether a member is there at all, known or not. */
export function has(object: unknown, name: string): boolean {
  const value = at(object, name);
  return value !== undefined && value !== null;
}

/** Whether a value is known as a whole. */
export function isKnown(value: unknown): boolean {
  return typeof value === 'string'
    ? !value.includes(UNKNOWN_TEXT) && !PLACEHOLDER.test(value)
    : typeof value !== 'symbol';
}

/** A text that is known as a whole; numbers and flags count as texts, since CloudFormation turns them into such. */
export function text(object: unknown, name: string): string | undefined {
  return asText(at(object, name));
}

/** The same of a value itself. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return typeof value === 'string' && isKnown(value) ? value : undefined;
}

/** A text of which parts may be unknown. */
export function roughText(object: unknown, name: string): string | undefined {
  const value = at(object, name);
  return typeof value === 'string' ? value : undefined;
}

/** A number that is known; `undefined` where it is absent, unknown or no number. */
export function number(object: unknown, name: string): number | undefined {
  const value = text(object, name);
  return value === undefined || value.trim() === '' || Number.isNaN(Number(value))
    ? undefined
    : Number(value);
}

/** A flag that is known. */
export function flag(object: unknown, name: string): boolean | undefined {
  const value = text(object, name);
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

/** The entries of a list; none where it is absent, unknown or no list. */
export function list(object: unknown, name: string): readonly unknown[] {
  const value = at(object, name);
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The texts of a list, or a text alone, that are known. */
export function texts(object: unknown, name: string): readonly string[] {
  return asList(at(object, name)).flatMap((entry) => asText(entry) ?? []);
}

/** The objects of a list. */
export function objects(object: unknown, name: string): readonly JsonObject[] {
  return list(object, name).filter(isJsonObject);
}

/** A list as it is, and anything else as the only entry of one. */
export function asList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** What occurs more than once, each once. */
export function twice(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** A value in a message: on one line and not too long. */
export function shown(value: unknown): string {
  const json = typeof value === 'symbol' ? '…' : (JSON.stringify(value) as string | undefined);
  const line = (json ?? 'nothing').replaceAll(UNKNOWN_TEXT, '…');
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

/** `[wrong]` where a condition holds, nothing otherwise. */
export function when(isWrong: boolean, wrong: string): readonly string[] {
  return isWrong ? [wrong] : [];
}

/** A text that must match a pattern where it is known. */
export function mustMatch(object: unknown, name: string, pattern: RegExp, needed: string): readonly string[] {
  const value = text(object, name);
  return when(value !== undefined && !pattern.test(value), `${name} must be ${needed}; got: ${shown(value)}`);
}

/** A text that must be one of some where it is known. */
export function mustBeOneOf(object: unknown, name: string, allowed: readonly string[]): readonly string[] {
  const value = text(object, name);
  return when(
    value !== undefined && !allowed.includes(value),
    `${name} must be one of ${allowed.join(', ')}; got: ${shown(value)}`,
  );
}

/** A whole number that must lie between two limits, both allowed, where it is known. */
export function mustLieIn(object: unknown, name: string, least: number, most: number): readonly string[] {
  const value = at(object, name);
  if (value === undefined || value === null || asText(value) === undefined) {
    return [];
  }
  const count = number(object, name);
  return when(
    count === undefined || !Number.isInteger(count) || count < least || count > most,
    `${name} must be a whole number from ${least} to ${most}; got: ${shown(value)}`,
  );
}

/** Members that must be there. */
export function mustHave(object: unknown, where: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => !has(object, name)).map((name) => `${where} needs ${name}; got: nothing`);
}

/** Members that a mapping may have; every other one is refused. */
export function mustOnlyHave(object: JsonObject, where: string, names: readonly string[]): readonly string[] {
  return Object.keys(object)
    .filter((name) => !names.includes(name))
    .map((name) => `${where} has the unknown field ${name}; known are ${names.join(', ')}`);
}

/** Texts that a check found inside something, with the place in front. */
export function inside(where: string, wrongs: readonly string[]): readonly string[] {
  return wrongs.map((wrong) => `${where}: ${wrong}`);
}

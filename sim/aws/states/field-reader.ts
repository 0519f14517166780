import { isJsonObject, type JsonObject, type JsonValue } from './json-value';
import { parseReferencePath, type ReferencePath } from './reference-path';
import { notModelled, notValid } from './state-failure';

/** The greatest number that Step Functions takes for a count or for seconds. */
export const GREATEST_INTEGER = 99_999_999;

/** The least and the greatest value of an integer field. */
interface IntegerRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads an object of the definition field by field and refuses, in `done`, each field that nobody asked for: so a field
 * that is not modelled is never passed over in silence.
 */
export class FieldReader {
  private readonly asked = new Set<string>();

  private constructor(
    private readonly source: JsonObject,
    /** Names the state, and the place in it, for messages. */
    readonly where: string,
    /** The names of the context object that paths may lead to, such as `Execution.Id`. */
    private readonly contextNames: ReadonlySet<string>,
  ) {}

  /** A reader of a whole definition. */
  static of(definition: JsonValue, contextNames: ReadonlySet<string>): FieldReader {
    const where = 'the state machine';
    return new FieldReader(objectOf(definition, 'its definition', where), where, contextNames);
  }

  /** A reader of an object inside this one. */
  inner(value: JsonValue | undefined, where: string): FieldReader {
    return new FieldReader(objectOf(value, 'what stands there', where), where, this.contextNames);
  }

  /** Readers of the objects of an array field that is not empty; none where it is absent. */
  innerAll(name: string): readonly FieldReader[] {
    const value = this.value(name);
    if (value === undefined) {
      return [];
    }
    if (!Array.isArray(value) || value.length === 0) {
      throw notValid(`'${name}' is not a list with entries`, this.where);
    }
    return value.map((entry, index) => this.inner(entry, `${this.where}, ${name}[${index}]`));
  }

  value(name: string): JsonValue | undefined {
    this.asked.add(name);
    return Object.hasOwn(this.source, name) ? this.source[name] : undefined;
  }

  string(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') {
      return value;
    }
    throw notValid(`'${name}' is not a string: ${JSON.stringify(value)}`, this.where);
  }

  integer(name: string, { from, to }: IntegerRange): number | undefined {
    const value = this.value(name);
    if (value === undefined) {
      return undefined;
    }
    if (typeof value !== 'number' || !Number.isInteger(value) || value < from || value > to) {
      throw notValid(
        `'${name}' is not an integer from ${from} to ${to}: ${JSON.stringify(value)}`,
        this.where,
      );
    }
    return value;
  }

  path(name: string): ReferencePath | undefined {
    const text = this.string(name);
    return text === undefined ? undefined : this.parsePath(text, name);
  }

  pathOrNull(name: string): ReferencePath | null | undefined {
    return this.value(name) === null ? null : this.path(name);
  }

  /** Parses a path that stands somewhere in the field `name`. */
  parsePath(text: string, name: string): ReferencePath {
    const path = parseReferencePath(text);
    if (path === undefined) {
      throw notModelled(`the path '${text}' of '${name}'`, this.where);
    }
    if (path.ofContext && !this.contextNames.has(path.steps.slice(0, 2).join('.'))) {
      throw notModelled(`the place '${text}' of the context object, named by '${name}',`, this.where);
    }
    return path;
  }

  /** Refuses every field that was not asked for. */
  done(): void {
    for (const name of Object.keys(this.source)) {
      if (!this.asked.has(name)) {
        throw notModelled(`the field '${name}'`, this.where);
      }
    }
  }

  /** The names of all fields, asked for or not. */
  names(): readonly string[] {
    return Object.keys(this.source);
  }
}

function objectOf(value: JsonValue | undefined, what: string, where: string): JsonObject {
  if (!isJsonObject(value)) {
    throw notValid(`${what} is not an object`, where);
  }
  return value;
}

/** Reads a `Next` that must be there. */
export function readNext(fields: FieldReader): string {
  const next = fields.string('Next');
  if (next === undefined) {
    throw notValid("'Next' is missing", fields.where);
  }
  return next;
}

/** Reads a state's `Next`, or undefined where it has `End` instead. */
export function readNextOrEnd(fields: FieldReader): string | undefined {
  const end = fields.value('End');
  if (end === undefined) {
    return readNext(fields);
  }
  if (end !== true || fields.value('Next') !== undefined) {
    throw notValid("'End' is not true, or 'Next' stands beside it,", fields.where);
  }
  return undefined;
}

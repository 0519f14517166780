import type { JsonValue } from './json-value';
import { readPath, type ReferencePath, type Scope, REFERENCE_PATH } from './reference-path';
import { runtimeFailure, notModelled, notValid, StateFailure } from './state-failure';
import type { FieldReader } from './field-reader';

/** A value that depends on a state's data; throws a `StateFailure` where it cannot be had. */
export type Evaluation = (scope: Scope) => JsonValue;

/**
 * What a path finds. Where it finds nothing, or is applied to null, the execution fails with `States.Runtime`. For payload
 * templates and intrinsic functions the language has names of its own for that, `States.ParameterPathFailure` and
 * `States.IntrinsicFailure`; the service reports `States.Runtime` for them too, which no catcher takes.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function valueAt(path: ReferencePath, scope: Scope): JsonValue {
  if (scope.input === null && !path.ofContext) {
    throw runtimeFailure(`The path '${path.text}' cannot be applied to null.`);
  }
  const found = readPath(path, scope);
  if (found === undefined) {
    throw runtimeFailure(`The path '${path.text}' finds nothing.`);
  }
  return found;
}

/** Applies `InputPath` or `OutputPath`: absent keeps all, null gives an empty object. */
export function filtered(path: ReferencePath | null | undefined, scope: Scope): JsonValue {
  if (path === undefined) {
    return scope.input;
  }
  return path === null ? {} : valueAt(path, scope);
}

/** A call of an intrinsic function, not yet checked. */
interface IntrinsicCall {
  readonly name: string;
  readonly arguments: readonly IntrinsicArgument[];
}

/** An argument of a call; a text is split where it has `{}` that is not escaped. */
type IntrinsicArgument =
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | { readonly kind: 'value'; readonly value: number | null }
  | { readonly kind: 'path'; readonly text: string }
  | { readonly kind: 'call'; readonly call: IntrinsicCall };

const NAME = /[A-Za-z][A-Za-z0-9._]*(?=\()/y;
const TEXT = /'((?:[^'{}\\]|\{\}|\\['{}\\])*)'/y;
const PATH = new RegExp(`${REFERENCE_PATH}(?=\\s*[,)])`, 'y');
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?=\s*[,)])/y;
const NULL = /null(?=\s*[,)])/y;

/**
 * Parses a call with texts, numbers, null, paths and further calls as its arguments; undefined where it is not of that
 * form. Of the reserved characters `' { } \` only `{}` may stand without a backslash.
 *
 * @see https://states-language.net/spec.html#intrinsic-functions
 */
function parseIntrinsicCall(text: string): IntrinsicCall | undefined {
  const parser = new CallParser(text);
  const call = parser.call();
  return parser.isAtEnd() ? call : undefined;
}

class CallParser {
  private position = 0;

  constructor(private readonly text: string) {}

  isAtEnd(): boolean {
    return this.position === this.text.length;
  }

  call(): IntrinsicCall | undefined {
    const name = this.take(NAME)?.[0];
    if (name === undefined || !this.take(/\(\s*/y)) {
      return undefined;
    }
    const found: IntrinsicArgument[] = [];
    while (!this.take(/\)/y)) {
      const argument = found.length === 0 || this.take(/,\s*/y) ? this.argument() : undefined;
      if (argument === undefined) {
        return undefined;
      }
      found.push(argument);
      this.take(/\s+/y);
    }
    return { name, arguments: found };
  }

  private argument(): IntrinsicArgument | undefined {
    const text = this.take(TEXT);
    if (text) {
      return { kind: 'text', pieces: piecesOf(text[1] ?? '') };
    }
    const path = this.take(PATH);
    if (path) {
      return { kind: 'path', text: path[0] };
    }
    const number = this.take(NUMBER);
    if (number) {
      return { kind: 'value', value: Number(number[0]) };
    }
    if (this.take(NULL)) {
      return { kind: 'value', value: null };
    }
    const call = this.call();
    return call && { kind: 'call', call };
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    this.position += match?.[0].length ?? 0;
    return match ?? undefined;
  }
}

function piecesOf(text: string): readonly string[] {
  const pieces = [''];
  for (const token of text.match(/\{\}|\\.|[^\\{]+/gs) ?? []) {
    if (token === '{}') {
      pieces.push('');
    } else {
      pieces.push(`${pieces.pop() ?? ''}${token.startsWith('\\') ? token.slice(1) : token}`);
    }
  }
  return pieces;
}

/**
 * Reads a call of `States.Format`, `States.JsonToString`, `States.StringToJson` or `States.MathAdd`, whose result is exact;
 * every other is refused. Where a value is not of the type that it takes it fails with `States.IntrinsicFailure`.
 *
 * @see https://states-language.net/spec.html#appendix-b
 */
export function readIntrinsicFunction(text: string, name: string, fields: FieldReader): Evaluation {
  const call = parseIntrinsicCall(text);
  if (call === undefined) {
    throw notModelled(`the text '${text}' of '${name}'`, fields.where);
  }
  return callOf(call, name, fields);
}

function callOf(call: IntrinsicCall, name: string, fields: FieldReader): Evaluation {
  const where = fields.where;
  const [first, ...rest] = call.arguments;
  const isSingle = first !== undefined && rest.length === 0;
  switch (call.name) {
    case 'States.Format':
      if (first?.kind !== 'text') {
        throw notModelled(`'States.Format' without a literal template, in '${name}',`, where);
      }
      if (first.pieces.length - 1 !== rest.length) {
        throw notValid(`'States.Format' has as many '{}' as values; '${name}' has not,`, where);
      }
      return format(
        first.pieces,
        rest.map((argument) => argumentOf(argument, name, fields)),
      );
    case 'States.JsonToString':
      if (!isSingle || first.kind !== 'path') {
        throw notValid(`'States.JsonToString' takes one path; '${name}' gives something else,`, where);
      }
      return mapped(argumentOf(first, name, fields), (value) => JSON.stringify(value));
    case 'States.StringToJson':
      if (!isSingle) {
        throw notValid(`'States.StringToJson' takes one value; '${name}' gives something else,`, where);
      }
      return mapped(argumentOf(first, name, fields), parseText);
    case 'States.MathAdd':
      return sum(
        call.arguments.map((argument) => argumentOf(argument, name, fields)),
        name,
        where,
      );
    default:
      throw notModelled(`the intrinsic function '${call.name}' of '${name}'`, where);
  }
}

function argumentOf(argument: IntrinsicArgument, name: string, fields: FieldReader): Evaluation {
  switch (argument.kind) {
    case 'text': {
      const [text, ...more] = argument.pieces;
      if (more.length > 0 || text === undefined) {
        throw notModelled(`braces outside of a template of 'States.Format', in '${name}',`, fields.where);
      }
      return () => text;
    }
    case 'value':
      return () => argument.value;
    case 'call':
      return callOf(argument.call, name, fields);
    case 'path': {
      const path = fields.parsePath(argument.text, name);
      return (scope) => valueAt(path, scope);
    }
  }
}

function format(pieces: readonly string[], values: readonly Evaluation[]): Evaluation {
  return (scope) =>
    pieces.reduce((text, piece, index) => {
      const value = values[index - 1]?.(scope);
      if (typeof value === 'object' && value !== null) {
        throw failure('States.Format takes strings, numbers, booleans and null only.');
      }
      return `${text}${String(value)}${piece}`;
    });
}

function mapped(evaluate: Evaluation, map: (value: JsonValue) => JsonValue): Evaluation {
  return (scope) => map(evaluate(scope));
}

function sum(values: readonly Evaluation[], name: string, where: string): Evaluation {
  const [first, second] = values;
  if (first === undefined || second === undefined || values.length > 2) {
    throw notValid(`'States.MathAdd' takes two numbers; '${name}' gives something else,`, where);
  }
  return (scope) => integer(first(scope)) + integer(second(scope));
}

/** The service rounds other numbers, in a way that is not written down. */
function integer(value: JsonValue): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw failure('States.MathAdd takes whole numbers only.');
  }
  return value;
}

function parseText(value: JsonValue): JsonValue {
  if (typeof value !== 'string') {
    throw failure('States.StringToJson takes a string only.');
  }
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    throw failure('States.StringToJson was given a text that is no JSON.');
  }
}

function failure(reason: string): StateFailure {
  return new StateFailure('States.IntrinsicFailure', reason);
}

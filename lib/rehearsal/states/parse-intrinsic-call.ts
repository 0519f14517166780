import { REFERENCE_PATH } from './reference-path';

/** A call of an intrinsic function, not yet checked. */
export interface IntrinsicCall {
  readonly name: string;
  readonly arguments: readonly IntrinsicArgument[];
}

/** An argument of a call; a text is split where it has `{}` that is not escaped. */
export type IntrinsicArgument =
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
export function parseIntrinsicCall(text: string): IntrinsicCall | undefined {
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

import { UsageError } from '../../lib/contract/values/errors';
import { excerpt } from '../../lib/contract/values/printable';

/** What begins a line that may be a directive of the parser. */
const DIRECTIVE = /^#\s*(?:syntax|escape|check)\s*=/i;
const ESCAPE = /^#\s*escape\s*=\s*([`\\])\s*$/i;

/** One instruction: which lines it is on, the last excluded, and what it says on one line. */
interface Instruction {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text of a Dockerfile with all blanked out but the parser's directives, ARG and FROM; each of these stays where it is. The kept parser
 * departs from docker in where other instructions end: heredocs in quotes, and lines that end in two escapes, such as `WORKDIR C:\\`.
 * Throws a `UsageError` where a heredoc has no end.
 * @see https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go
 */
export function blankedToBases(text: string, place: string): string {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const after = lines.findIndex((line) => !DIRECTIVE.test(line));
  const directives = lines.slice(0, after === -1 ? lines.length : after);
  const escape = directives.flatMap((line) => ESCAPE.exec(line.trimEnd())?.[1] ?? [])[0] ?? '\\';
  const kept = [...directives];
  for (let at = directives.length; at < lines.length;) {
    const { from, text: instruction, to } = instructionAt(lines, at, escape, place);
    const own = lines.slice(from, to);
    kept.push(
      ...(/^(?:ARG|FROM)\s/i.test(`${instruction} `)
        ? own.map((line) => ended(line, escape))
        : own.map(blanked)),
    );
    at = to;
  }
  return kept.join('');
}

function blanked(line: string): string {
  return line.replace(/[^\r\n]/g, ' ');
}

/** Two escapes at the end of a line are none that joins it with the next; the kept parser thinks so. */
function ended(line: string, escape: string): string {
  return line.replace(new RegExp(`(?:\\${escape}){2,}(?=[ \\t]*\\r?\\n?$)`), (escapes) =>
    '_'.repeat(escapes.length),
  );
}

function instructionAt(lines: readonly string[], from: number, escape: string, place: string): Instruction {
  const joins = new RegExp(`(^|[^\\${escape}])\\${escape}[ \\t]*$`);
  let text = '';
  let to = from;
  for (let isOpen = true; isOpen && to < lines.length; to += 1) {
    const line = (lines[to] ?? '').replace(/[\r\n]+$/, '');
    // Within an instruction docker skips comments and empty lines.
    if (/^\s*(?:#|$)/.test(line)) {
      isOpen = to > from;
      continue;
    }
    isOpen = joins.test(line);
    text += line.replace(joins, '$1');
  }
  text = text.trim();
  for (const { isIndented, name } of heredocsOf(text)) {
    const end = lines.findIndex((line, at) => {
      const bare = line.replace(/[\r\n]+$/, '');
      return at >= to && (isIndented ? bare.replace(/^\t+/, '') : bare) === name;
    });
    if (end === -1) {
      throw new UsageError(
        `Line ${from + 1} of the Dockerfile '${place}' begins a heredoc, and no line after it is its end; got: '${excerpt(name)}'.`,
      );
    }
    to = end + 1;
  }
  return { from, to, text };
}

interface Heredoc {
  readonly name: string;
  /** Whether tabs before its end do not count. */
  readonly isIndented: boolean;
}

/** The heredocs that an instruction begins, in order. */
function heredocsOf(text: string): readonly Heredoc[] {
  const [, rest] = /^(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s+(?:--\S+\s+)*(.*)$/is.exec(text) ?? [];
  if (rest === undefined || !rest.includes('<<') || isJsonList(rest)) {
    return [];
  }
  return tokensOf(rest).flatMap((token) => {
    const [, dash, quoted] = /^\d*<<(-?)([^<]+)$/.exec(token) ?? [];
    const name = quoted?.replace(/\\(.)|["']/g, '$1');
    return name === undefined || name === '' ? [] : { name, isIndented: dash === '-' };
  });
}

function isJsonList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The tokens of a line with their quotes; none where a quote has no end. */
function tokensOf(text: string): readonly string[] {
  const tokens = text.match(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s\\"'])+|["']/g) ?? [];
  return tokens.some((token) => token === '"' || token === "'") ? [] : tokens;
}

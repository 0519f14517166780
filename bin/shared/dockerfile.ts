import { readFileSync } from 'node:fs';
import { DockerfileParser, type From, type PropertyInstruction } from 'dockerfile-ast';
import { UsageError, WinbakeError } from '../../lib/contract/values/errors';
import { excerpt } from '../../lib/contract/values/printable';

/** A piece of a file, from one character to before another. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The image that a stage begins with, as its FROM names it. */
export interface BaseImage {
  /** As it stands there, with its quotes and variables. */
  readonly text: string;
  readonly span: Span;
  /** Counted from 1. */
  readonly line: number;
  /** With the values of variables; undefined where one has none. */
  readonly name: string | undefined;
  /** The variables without a value, in order. */
  readonly missing: readonly string[];
  /** The index of the earlier stage that it is, where it is one. */
  readonly stage: number | undefined;
  readonly platform: string | undefined;
}

/** A variable that is declared before the first FROM. */
export interface BuildArgument {
  readonly name: string;
  readonly value: string | undefined;
  /** Of its default, without quotes; undefined where it has none. */
  readonly span: Span | undefined;
}

/** What a Dockerfile says of the images that it is built on. */
export interface Dockerfile {
  readonly bases: readonly BaseImage[];
  readonly arguments: readonly BuildArgument[];
  /** The names of variables that a stage declares again. */
  readonly redeclared: ReadonlySet<string>;
}

/** What BuildKit sets by itself when it builds for Windows. */
const PLATFORM_ARGUMENTS: Readonly<Record<string, string>> = Object.fromEntries(
  ['BUILD', 'TARGET'].flatMap((kind) => [
    [`${kind}PLATFORM`, 'windows/amd64'],
    [`${kind}OS`, 'windows'],
    [`${kind}ARCH`, 'amd64'],
    [`${kind}VARIANT`, ''],
  ]),
);

/** The text of a Dockerfile with its byte order mark, if it has one. Throws a `WinbakeError` with code `FILE_UNREADABLE`. */
export function readDockerfileText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    const reasons: Partial<Record<string, string>> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder; name the file in it',
      EACCES: 'may not be read by this user',
    };
    const reason = reasons[code] ?? `could not be read (${code})`;
    throw new WinbakeError('FILE_UNREADABLE', `The Dockerfile '${path}' ${reason}.`, { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WinbakeError(
      'FILE_UNREADABLE',
      `The Dockerfile '${path}' is not UTF-8 text; save it as UTF-8.`,
      {
        cause,
      },
    );
  }
}

/**
 * Reads which images a Dockerfile is built on. Throws a `UsageError` where it has no FROM, or one without an image; `place` names it
 * to people.
 * @see https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact
 */
export function parseDockerfile(
  text: string,
  place: string,
  given: Readonly<Record<string, string>> = {},
): Dockerfile {
  // The parser takes a byte order mark for the beginning of the first instruction.
  const body = text.replace(/^\uFEFF/, '');
  const shift = text.length - body.length;
  const lines = lineStarts(body);
  const spanOf = (range: ReturnType<From['getImageRange']>): Span | undefined =>
    range === null
      ? undefined
      : {
          start: shift + (lines[range.start.line] ?? 0) + range.start.character,
          end: shift + (lines[range.end.line] ?? 0) + range.end.character,
        };
  const parsed = DockerfileParser.parse(blankedToBases(body, place));
  const joined = new RegExp(`\\${parsed.getEscapeCharacter()}[ \\t]*\\r?\\n(?:[ \\t]*(?:#.*)?\\r?\\n)*`, 'g');
  const froms = parsed.getFROMs();
  if (froms.length === 0) {
    throw new UsageError(`The Dockerfile '${place}' has no FROM, so it is built on nothing.`);
  }
  const values = new Map<string, string | undefined>();
  const declared = parsed.getInitialARGs().flatMap((one) =>
    (one as PropertyInstruction).getProperties().map((property): BuildArgument => {
      const name = property.getName();
      const value = property.getValue();
      const own = value === null ? undefined : expand(value, values).text;
      // Without a default it keeps what an earlier one gave it.
      values.set(name, Object.hasOwn(given, name) ? given[name] : (own ?? values.get(name)));
      const range = spanOf(property.getValueRange());
      return { name, value: own, span: range && withoutQuotes(text, range) };
    }),
  );
  const stages: (string | undefined)[] = [];
  const bases = froms.map((from): BaseImage => {
    const span = spanOf(from.getImageRange());
    const line = from.getRange().start.line + 1;
    if (span === undefined || span.start === span.end) {
      throw new UsageError(`Line ${line} of the Dockerfile '${place}' has a FROM without an image.`);
    }
    const inner = withoutQuotes(text, span);
    const { missing, text: name } = expand(text.slice(inner.start, inner.end).replace(joined, ''), values);
    const stage = stages.lastIndexOf(name.toLowerCase());
    const platform = from.getPlatformFlag()?.getValue() ?? undefined;
    stages.push(from.getBuildStage()?.toLowerCase());
    return {
      text: text.slice(span.start, span.end),
      span: inner,
      line,
      name: missing.length > 0 || name === '' ? undefined : name,
      missing: missing.length === 0 && name === '' ? [text.slice(inner.start, inner.end)] : missing,
      stage: missing.length > 0 || stage === -1 ? undefined : stage,
      platform: platform === undefined ? undefined : expand(platform, values).text,
    };
  });
  const initial = new Set(parsed.getInitialARGs().map((one) => one.getRange().start.line));
  const redeclared = parsed
    .getARGs()
    .filter((one) => !initial.has(one.getRange().start.line))
    .flatMap((one) => (one as PropertyInstruction).getProperties().map((property) => property.getName()));
  return { bases, arguments: declared, redeclared: new Set(redeclared) };
}

/** The base images that stages really have, from the last stage to the first: each once, earlier stages followed. */
export function windowsBases({ bases }: Dockerfile): readonly BaseImage[] {
  const followed = bases.toReversed().map((base) => {
    let at = base;
    for (let next = at.stage; next !== undefined; next = at.stage) {
      at = bases[next] ?? at;
    }
    return at;
  });
  return [...new Set(followed)].filter(
    ({ name, platform }) => name !== 'scratch' && platform?.startsWith('linux') !== true,
  );
}

/** Says that the image of a FROM is not known, since a variable has no value, and the way out. */
export function noValue({ line, missing, text }: BaseImage, place: string): string {
  const [first = text] = missing;
  return `Line ${line} of the Dockerfile '${place}' is FROM ${excerpt(text)}, and ${excerpt(first)} has no value there; give its ARG a default before the first FROM, or say --build-arg ${excerpt(first)}=VALUE.`;
}

/** Where each line starts, as the parser counts them: a line ends by LF, by CR, or by both. */
function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), ({ 0: ending, index }) => index + ending.length)];
}

function withoutQuotes(text: string, { end, start }: Span): Span {
  const first = text.charAt(start);
  const isQuoted = end - start >= 2 && (first === '"' || first === "'") && text.charAt(end - 1) === first;
  return isQuoted ? { start: start + 1, end: end - 1 } : { start, end };
}

/** A variable as it begins: plain, or in braces with what stands for it. */
const VARIABLE = /\$(?:(\w+)|\{(\w+)(:?[-+?])?)/g;

/** A text with its variables replaced, and those that have no value. */
function expand(
  text: string,
  values: ReadonlyMap<string, string | undefined>,
): { readonly text: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  let expanded = '';
  let at = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const [all, plain, braced, operator = ''] = match;
    const from = match.index + all.length;
    const end = braced === undefined ? from : endOfBraces(text, from);
    // What stands within another variable was looked at with that one; other operators are docker's alone.
    if (match.index < at || end === undefined || (braced !== undefined && operator === '' && end > from)) {
      continue;
    }
    const name = plain ?? braced ?? '';
    const fallback = () => {
      const inner = expand(text.slice(from, end), values);
      missing.push(...inner.missing);
      return inner.text;
    };
    const value = values.get(name) ?? PLATFORM_ARGUMENTS[name];
    const isThere = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    expanded += text.slice(at, match.index);
    at = braced === undefined ? end : end + 1;
    if (operator.endsWith('+')) {
      expanded += isThere ? fallback() : '';
    } else if (!isThere && operator.endsWith('-')) {
      expanded += fallback();
    } else if (value === undefined || (!isThere && operator !== '')) {
      missing.push(name);
    } else {
      expanded += value;
    }
  }
  return { text: expanded + text.slice(at), missing };
}

/** Where the brace closes that was opened before a character. */
function endOfBraces(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0;
    if (depth === 0) {
      return at;
    }
  }
  return undefined;
}

/** Build arguments as `docker build` takes them, `NAME=VALUE`; throws a `UsageError` for anything else. */
export function parseBuildArgument(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new UsageError(`A build argument is written NAME=VALUE; got: '${excerpt(text)}'.`);
  }
  return { ...before, [name]: value };
}

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
function blankedToBases(text: string, place: string): string {
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

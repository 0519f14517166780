import { UsageError } from '../../lib/contract/values/errors';
import { type CachedImage, type Pin, pinOf } from '../../lib/core/coverage/coverage';
import { parseDockerImageName } from '../../lib/core/oci/image-reference';
import { type BaseImage, type Dockerfile, parseDockerfile, type Span } from './dockerfile';
import { MICROSOFT } from './registries';

/** A reference that changes. */
export interface PinChange {
  /** Counted from 1. */
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

/** A reference of a FROM that stays, why, and the way out. */
export interface KeptReference {
  readonly line: number;
  readonly reference: string;
  /** Half a sentence. */
  readonly message: string;
}

/** What becomes of a Dockerfile. */
export interface PinnedFile {
  readonly text: string;
  readonly changes: readonly PinChange[];
  readonly kept: readonly KeptReference[];
}

/** One piece of text in place of another. */
interface Edit {
  readonly span: Span;
  readonly text: string;
  readonly base: BaseImage;
  readonly to: string;
}

type Outcome = { readonly edit: Edit } | { readonly kept: KeptReference } | undefined;

/**
 * Pins the base images of a Dockerfile to those that hosts have cached; `place` names it to people. What it changes is references alone,
 * each on its own line, and a second time nothing. Throws a `UsageError` where the file or a reference in it is malformed.
 */
export function pinDockerfile(text: string, place: string, cached: readonly CachedImage[]): PinnedFile {
  const file = parseDockerfile(text, place);
  const outcomes = file.bases.map((base) => outcomeOf(base, file, text, place, cached));
  const wanted = outcomes.flatMap((one) => (one !== undefined && 'edit' in one ? one.edit : []));
  const edits = wanted.filter(
    ({ span }, at) => wanted.findIndex((one) => one.span.start === span.start) === at,
  );
  let pinned = text;
  for (const { span, text: replacement } of edits.toSorted(
    (one, other) => other.span.start - one.span.start,
  )) {
    pinned = `${pinned.slice(0, span.start)}${replacement}${pinned.slice(span.end)}`;
  }
  return {
    text: pinned,
    changes: edits
      .toSorted((one, other) => one.span.start - other.span.start)
      .map(({ base, span, to }) => ({
        line: lineAt(text, span.start),
        from: base.name ?? base.text,
        to,
      })),
    kept: outcomes.flatMap((one) => (one !== undefined && 'kept' in one ? one.kept : [])),
  };
}

function outcomeOf(
  base: BaseImage,
  file: Dockerfile,
  text: string,
  place: string,
  cached: readonly CachedImage[],
): Outcome {
  const { line, missing, name, stage } = base;
  if (stage !== undefined || name === 'scratch' || isLinux(base)) {
    return undefined;
  }
  const keep = (message: string): Outcome => ({ kept: { line, reference: name ?? base.text, message } });
  if (name === undefined) {
    const [first = base.text] = missing;
    return keep(`${first} has no value; give its ARG a default before the first FROM`);
  }
  // What variables make of it is for those who give them.
  if (base.text.includes('$') && !isImageName(name)) {
    return keep('what its variables make of it is no image name; give their ARGs other defaults');
  }
  const pin = pinOfName(name, line, place, cached);
  if (pin === undefined) {
    return undefined;
  }
  if (pin.kept !== undefined) {
    return keep(pin.kept);
  }
  const to = `${repositoryOf(name)}:${pin.tag}@${pin.digest}`;
  if (to === name) {
    return undefined;
  }
  const edit = editOf(base, file, text, pin, to, (other) => pinOfName(other, line, place, cached));
  return typeof edit === 'string' ? keep(edit) : { edit };
}

function isLinux({ platform }: BaseImage): boolean {
  return platform?.startsWith('linux') === true;
}

function isImageName(text: string): boolean {
  try {
    parseDockerImageName(text);
    return true;
  } catch {
    return false;
  }
}

const ANOTHER_REGISTRY = `only images of ${MICROSOFT} are pinned; pin it by hand, and ask coverage what hosts pull of it`;

function pinOfName(name: string, line: number, place: string, cached: readonly CachedImage[]): Pin {
  let reference;
  try {
    reference = parseDockerImageName(name);
  } catch (error) {
    const sentence = error instanceof UsageError ? error.message : String(error);
    throw new UsageError(`Line ${line} of the Dockerfile '${place}': ${sentence}`, { cause: error });
  }
  return reference.registry === MICROSOFT ? pinOf(reference, cached) : { kept: ANOTHER_REGISTRY };
}

/** The name without tag and digest, as it is written. */
function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

const WHOLE_VARIABLE = /^\$(?:(\w+)|\{(\w+)\})$/;
const TAG_VARIABLE = /^([^$]*\/[^$:]*):\$(?:(\w+)|\{(\w+)\})$/;

/** The change of the text that makes a base image another one, or why there is none. */
function editOf(
  base: BaseImage,
  file: Dockerfile,
  text: string,
  { digest, tag }: { readonly tag: string; readonly digest: string },
  to: string,
  pinAlike: (name: string) => Pin,
): Edit | string {
  const raw = text.slice(base.span.start, base.span.end);
  if (/[\r\n]/.test(raw)) {
    return 'its name goes over several lines; write it on one';
  }
  if (!raw.includes('$')) {
    return { span: base.span, text: to, base, to };
  }
  const [, one, other] = WHOLE_VARIABLE.exec(raw) ?? [];
  const [, , tagOne, tagOther] = TAG_VARIABLE.exec(raw) ?? [];
  const whole = one ?? other;
  const variable = whole ?? tagOne ?? tagOther;
  const argument = file.arguments.findLast(({ name }) => name === variable);
  const span = argument?.span;
  if (variable === undefined || span === undefined || text.slice(span.start, span.end).includes('$')) {
    return 'it is put together from variables; pin it by hand';
  }
  const replacement = whole === undefined ? `${tag}@${digest}` : to;
  const users = file.bases.filter(({ text: used }) => mentions(used, variable));
  const isOnlyThis = users.every((user) => {
    const pin = user.name === undefined ? undefined : pinAlike(user.name);
    const isAlike =
      whole === undefined ? TAG_VARIABLE.test(withoutQuotes(user.text)) : withoutQuotes(user.text) === raw;
    return isAlike && pin !== undefined && pin.kept === undefined && pin.tag === tag && pin.digest === digest;
  });
  if (
    !isOnlyThis ||
    file.redeclared.has(variable) ||
    file.arguments.some((one) => isMadeOf(one, variable, text))
  ) {
    return `its variable ${variable} is used elsewhere too; give this FROM one of its own, or pin it by hand`;
  }
  return { span, text: replacement, base, to };
}

function withoutQuotes(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}

function mentions(text: string, variable: string): boolean {
  return [...text.matchAll(/\$\{?(\w+)/g)].some(([, name]) => name === variable);
}

/** Whether the default of another ARG is made of a variable. */
function isMadeOf({ span }: Dockerfile['arguments'][number], variable: string, text: string): boolean {
  return span !== undefined && mentions(text.slice(span.start, span.end), variable);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\n|\r/).length;
}

/** Lines around a change that a diff shows. */
const CONTEXT = 3;

/** What changed in a file, of which each line is still a line, in the unified form that `patch` and `git apply` take. */
export function diffOf(file: string, before: string, after: string): string {
  const [old, changed] = [linesOf(before), linesOf(after)];
  const differing = old.flatMap((line, at) => (line === changed[at] ? [] : at));
  const hunks: { from: number; to: number }[] = [];
  for (const at of differing) {
    const last = hunks.at(-1);
    const [from, to] = [Math.max(0, at - CONTEXT), Math.min(old.length, at + CONTEXT + 1)];
    if (last !== undefined && from <= last.to) {
      last.to = to;
    } else {
      hunks.push({ from, to });
    }
  }
  const body = hunks.map(({ from, to }) => {
    const parts: string[] = [];
    let minus: string[] = [];
    let plus: string[] = [];
    const flush = () => {
      parts.push(...minus, ...plus);
      [minus, plus] = [[], []];
    };
    for (let at = from; at < to; at += 1) {
      const [was = '', is = ''] = [old[at], changed[at]];
      if (was === is) {
        flush();
        parts.push(` ${ended(was)}`);
      } else {
        minus.push(`-${ended(was)}`);
        plus.push(`+${ended(is)}`);
      }
    }
    flush();
    const range = `${from + 1},${to - from}`;
    return `@@ -${range} +${range} @@\n${parts.join('')}`;
  });
  return body.length === 0 ? '' : `--- a/${file}\n+++ b/${file}\n${body.join('')}`;
}

/** The lines of a text with their ends. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function ended(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`;
}

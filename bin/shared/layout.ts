import { printableJson, printableLines } from '../../lib/contract/values/printable';
import type { Terminal } from './terminal';

const INSTANT = /\b(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z/g;

/** The instants of a text in the one form that people read, to the minute: `2025-10-16T06:00Z`. `--as-of` takes it, too. */
export function shortInstants(text: string): string {
  return text.replaceAll(INSTANT, '$1Z');
}

/** What other programs said may have several lines; in one of ours it is one. */
export function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

/** A line as lines of at most `width` columns, wrapped between words; what has no space stays whole. */
export function wrapLine(line: string, width: number, indent: string): readonly string[] {
  const [start = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let last = line;
  while (last.length > width) {
    const least = lines.length === 0 ? start.length : indent.length;
    const before = last.lastIndexOf(' ', width);
    const at = before > least ? before : last.indexOf(' ', Math.max(width, least));
    if (at < 0) {
      break;
    }
    lines.push(last.slice(0, at).trimEnd());
    last = `${indent}${last.slice(at).trimStart()}`;
  }
  return [...lines, last];
}

/** Text whose lines fit `width` columns, continued lines indented by two more spaces than they begin with. */
export function wrapText(text: string, width: number | undefined): string {
  return width === undefined
    ? text
    : text
        .split('\n')
        .flatMap((line) => wrapLine(line, width, `${/^ */.exec(line)?.[0] ?? ''}  `))
        .join('\n');
}

/** What a command answers: one JSON document with its schema, or text for people that fits their terminal. */
export interface Answer {
  /** Such as `winbake.resolution/1`. */
  readonly schema: string;
  readonly document: object;
  readonly text: (width: number | undefined) => string;
}

/** Prints an answer on stdout; what a terminal would obey is escaped. */
export function printAnswer(terminal: Terminal, json: boolean | undefined, answer: Answer): void {
  const { document, schema, text } = answer;
  terminal.out(
    json === true
      ? `${printableJson({ schema, ...document })}\n`
      : wrapText(printableLines(shortInstants(text(terminal.columns))), terminal.columns),
  );
}

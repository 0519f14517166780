import { printable } from '../../lib/contract/values/printable';
import { shortInstants } from './layout';
import { PAGE_PATTERNS, PAGE_STYLE } from './html-style';
import type { Column } from './table';

/** Markup of a page: what `markup` has made, and nothing that people or registries wrote. */
export class Markup {
  /** @internal */
  constructor(readonly text: string) {}
}

/** What may stand in markup: it is escaped unless it is markup itself. */
export type Content = string | number | Markup | readonly Markup[];

/** Markup of a template whose values are escaped; attributes are quoted by the template. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, at) => `${part}${textOf(values[at] ?? '')}`).join(''));
}

function textOf(content: Content): string {
  if (content instanceof Markup) {
    return content.text;
  }
  return typeof content === 'object'
    ? content.map(({ text }) => text).join('')
    : printable(shortInstants(String(content))).replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

/** A table with its title. */
export interface PageTable {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of each names its row. */
  readonly rows: readonly (readonly Content[])[];
}

/** A table that scrolls by itself where it is wider than the page; empty where it has no rows. */
export function table({ caption, columns, rows }: PageTable): Markup {
  if (rows.length === 0) {
    return markup``;
  }
  const head = columns.map(
    ({ align = 'left', title }) => markup`<th scope="col" class="${align}">${title}</th>`,
  );
  const cell = (content: Content, at: number) => {
    const style = `${columns[at]?.align ?? 'left'} ${lengthOf(content)}`;
    return at === 0
      ? markup`<th scope="row" class="${style}">${content}</th>`
      : markup`<td class="${style}">${content}</td>`;
  };
  return markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
<table>
<caption><span>${caption}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table>
</div>
`;
}

/** Ids and regions are not wrapped, and sentences have room for some words a line. */
function lengthOf(content: Content): 'short' | 'medium' | 'long' {
  const { length } = typeof content === 'object' ? textOf(content) : String(content);
  return length <= 24 ? 'short' : length <= 60 ? 'medium' : 'long';
}

/** A part of a page below its answer. */
export interface PageSection {
  readonly title: string;
  readonly content: readonly Markup[];
}

/** What a page is made of: the answer first. */
export interface Page {
  readonly title: string;
  /** The answer in sentences. */
  readonly answer: readonly string[];
  /** What it rests on, in figures. */
  readonly facts: readonly (readonly [term: string, value: Content])[];
  readonly sections: readonly PageSection[];
  /** How it was made. */
  readonly footer: string;
}

/** What a page may load: nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** A whole page in one file, that needs no network and no script. */
export function page({ answer, facts, footer, sections, title }: Page): string {
  const shown = sections
    .map(({ content, title: heading }, index) => ({ content, heading, id: `part-${index + 1}` }))
    .filter(({ content }) => content.some(({ text }) => text !== ''));
  const links = shown.map(({ heading, id }) => markup`<li><a href="#${id}">${heading}</a></li>\n`);
  const figures = facts.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>\n`);
  const parts = shown.map(
    ({ content, heading, id }) => markup`<section aria-labelledby="${id}">
<h2 id="${id}">${heading}</h2>
${content}</section>
`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
${new Markup(PAGE_PATTERNS)}<header>
<h1>${title}</h1>
${answer.map((sentence) => markup`<p class="answer">${sentence}</p>\n`)}</header>
<nav aria-label="Parts of this page"><ul>
${links}</ul></nav>
<main>
<dl class="facts">
${figures}</dl>
${parts}</main>
<footer><p>${footer}</p></footer>
</body>
</html>
`.text;
}

/** A paragraph. */
export function paragraph(text: string): Markup {
  return text === '' ? markup`` : markup`<p>${text}</p>\n`;
}

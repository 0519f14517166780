import { printable } from '../../lib/contract/values/printable';
import { shortInstants } from './layout';
import type { Column } from './table';

/** The style of every page: light and dark, for screens from 360 pixels on and for paper. */
const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #8c959f; --soft: #f3f5f7; --link: #0b5cad; --there: #0b5cad; --ink: #57606a; --late: #a40e26; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --text: #e6edf3; --quiet: #9da7b3; --line: #6e7681; --soft: #161b22; --link: #79b8ff; --there: #58a6ff; --ink: #9da7b3; --late: #ff9492; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
.answer { font-size: 1.1rem; margin: .25rem 0; max-width: 60rem; }
a { color: var(--link); }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0; padding: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9.5rem, 100%), 1fr)); gap: .5rem; margin: 1rem 0; }
.facts div { background: var(--soft); border: 1px solid var(--line); border-radius: .375rem; padding: .5rem .6rem; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
figure { margin: 1rem 0; }
figcaption, caption { text-align: left; font-weight: 600; padding: .25rem 0; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0; color: var(--quiet); font-size: .875rem; }
.legend svg { width: 1.75rem; height: .75rem; margin-right: .375rem; vertical-align: baseline; }
svg { display: block; width: 100%; overflow: visible; }
.legend svg { display: inline-block; }
svg text { fill: var(--text); font: .8125rem system-ui, sans-serif; }
svg .quiet { fill: var(--quiet); font-size: .75rem; }
svg .there { fill: var(--there); }
svg .waits, svg .works { stroke: var(--line); }
svg .ink { stroke: var(--ink); fill: none; }
svg .dot { fill: var(--ink); }
svg .tick { stroke: var(--line); stroke-dasharray: 1 3; }
svg .limit { stroke: var(--late); stroke-width: 2; stroke-dasharray: 6 3; }
.patterns { position: absolute; width: 0; height: 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .875rem; min-width: 100%; }
th, td { padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; }
caption span { position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 2rem); }
.short { white-space: nowrap; }
.medium { min-width: 10rem; }
.long { min-width: 18rem; }
thead th { color: var(--quiet); font-weight: 600; vertical-align: bottom; }
td { overflow-wrap: break-word; max-width: 28rem; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .875rem; border-top: 1px solid var(--line); }
@media print {
  :root { color-scheme: light; --page: #ffffff; --text: #000000; --quiet: #444444; --line: #777777; --soft: #ffffff; --link: #000000; --there: #0b5cad; --ink: #444444; --late: #a40e26; }
  body { max-width: none; padding: 0; font-size: .8rem; print-color-adjust: exact; }
  nav { display: none; }
  .scroll { overflow: visible; }
  table { font-size: .6rem; }
  th, td { padding-right: .4rem; }
  .short { white-space: normal; }
  .medium, .long { overflow-wrap: anywhere; min-width: 0; }
  thead { display: table-header-group; }
  tr, figure, .facts div { break-inside: avoid; }
  h2, caption { break-after: avoid; }
}
`;

/** The patterns that pictures of a page are filled with. */
const PAGE_PATTERNS = `<svg class="patterns" aria-hidden="true" focusable="false"><defs>
<pattern id="waits" width="6" height="6" patternUnits="userSpaceOnUse"><circle class="dot" cx="3" cy="3" r="0.9"/></pattern>
<pattern id="works" width="6" height="6" patternUnits="userSpaceOnUse"><path class="ink" d="M-1 1L1 -1M0 6L6 0M5 7L7 5" stroke-width="1.6"/></pattern>
</defs></svg>
`;

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

const VOID = new Set(['meta', 'br', 'link', 'img']);

/** What a page of ours is made of; anything else came from somewhere else. */
const ELEMENTS = new Set(
  (
    'html head meta title style body header h1 h2 p nav ul li a main dl div dt dd section footer figure figcaption ' +
    'table caption thead tbody tr th td svg span defs pattern circle path g line rect text'
  ).split(' '),
);

/** An element with what stands around it. */
export interface PageElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly parents: readonly string[];
}

/** The elements of a page and what is wrong with its markup: nesting, quoting, references and structure. */
export function readPage(text: string): { elements: readonly PageElement[]; errors: readonly string[] } {
  const errors: string[] = [];
  const elements: PageElement[] = [];
  const open: string[] = [];
  const withoutStyle = text.replace(/<style>[^<]*<\/style>/, '<style></style>');
  for (const [token, close = '', name = '', rest = '', self = ''] of withoutStyle.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+[0-9]?="[^"<>]*"|\s+[A-Za-z-]+="[^"<>]*")*)\s*(\/?)>|<(?!!doctype html>)/g,
  )) {
    if (name === '') {
      errors.push(`no markup: ${token}${withoutStyle.slice(withoutStyle.indexOf(token)).slice(0, 40)}`);
    } else if (close !== '') {
      const last = open.pop();
      if (last !== name) {
        errors.push(`</${name}> closes ${last}`);
      }
    } else {
      const attributes = Object.fromEntries(
        [...rest.matchAll(/([A-Za-z-]+[0-9]?)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      );
      elements.push({ name, attributes, parents: [...open] });
      if (!VOID.has(name) && self === '') {
        open.push(name);
      }
    }
  }
  return { elements, errors: [...errors, ...open.map((name) => `${name} is open`), ...structure(elements)] };
}

function structure(elements: readonly PageElement[]): readonly string[] {
  const named = (name: string) => elements.filter((one) => one.name === name);
  const ids = elements.flatMap(({ attributes: { id } }) => id ?? []);
  const references = elements.flatMap(({ attributes }) => [
    attributes['href']?.replace(/^#/, '') ?? [],
    attributes['aria-labelledby'] ?? [],
    /^url\(#(.*)\)$/.exec(attributes['fill'] ?? '')?.[1] ?? [],
  ]);
  const hidden = (one: PageElement) => one.attributes['aria-hidden'] === 'true';
  const wrong: readonly (readonly [string, boolean])[] = [
    ['an id is there twice', new Set(ids).size !== ids.length],
    ['a reference leads nowhere', references.flat().some((id) => !ids.includes(id))],
    ['a header cell has no scope', named('th').some(({ attributes }) => !attributes['scope'])],
    ['a table has no caption', named('table').length !== named('caption').length],
    [
      'a picture has no alternative',
      named('svg').some(
        (one) => !hidden(one) && !(one.attributes['role'] === 'img' && one.attributes['aria-label']),
      ),
    ],
    [
      'a landmark is missing or twice',
      ['header', 'nav', 'main', 'footer', 'h1'].some((name) => named(name).length !== 1),
    ],
    ['a heading is out of order', named('h2').some(({ parents }) => !parents.includes('section'))],
    [
      'a scrolling part cannot be reached',
      elements.some(
        ({ attributes }) =>
          attributes['class'] === 'scroll' && !(attributes['tabindex'] === '0' && attributes['aria-label']),
      ),
    ],
    ['something runs or loads', elements.some(({ attributes }) => Object.keys(attributes).some(isActive))],
  ];
  const foreign = elements.filter(({ name }) => !ELEMENTS.has(name)).map(({ name }) => `${name} is foreign`);
  return [...wrong.filter(([, is]) => is).map(([what]) => what), ...foreign];
}

function isActive(name: string): boolean {
  return name.startsWith('on') || ['src', 'srcset', 'action', 'data', 'style'].includes(name);
}

/** The text of a page as a reader has it, without markup. */
export function pageText(text: string): string {
  return text
    .replace(/<style>[^<]*<\/style>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ');
}

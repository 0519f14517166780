import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateFormula } from '../support/evaluate-formula';

const page = (name: string) => readFileSync(join(__dirname, '..', '..', 'docs', name), 'utf8');
const text = page('performance.md');

/** The rows of the table below a heading, as cells. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = new RegExp(`^## ${heading}$([^]*?)(?=^## |$(?![^]))`, 'm').exec(text) ?? [];
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const formulaIn = (cell = '') => /`([^`]+)`/.exec(cell)?.[1] ?? cell;

/** The terms as the published figures of this half give them, each once with the others at the same end. */
const TERMS = rowsOf('Terms');
const fitted = { least: new Map<string, number>(), most: new Map<string, number>() };
for (const [term = '', , least, most] of TERMS) {
  fitted.least.set(formulaIn(term), evaluateFormula(formulaIn(least), fitted.least));
  fitted.most.set(formulaIn(term), evaluateFormula(formulaIn(most), fitted.most));
}

const rangeOf = (formula: string) =>
  [evaluateFormula(formula, fitted.least), evaluateFormula(formula, fitted.most)] as const;
const shown = (range: readonly number[]) => range.map((one) => one.toFixed(0)).join('-');

test.each(TERMS)('the term %s is what its figures give', (term, _what, _least, _most, least, most) => {
  expect([least, most]).toEqual(rangeOf(formulaIn(term)).map((one) => one.toFixed(0)));
});

const TESTED = rowsOf('The other half');
const offBy = (published: readonly number[], model: readonly number[]) => {
  const [[from = 0, to = 0], [least = 0, most = 0]] = [published, model];
  return Math.max(1, least / to, from / most);
};

test.each(TESTED)(
  'the model is as far from "%s" as the page says',
  (_figure, published, model, range, off) => {
    const of = rangeOf(formulaIn(model));
    expect(range).toBe(shown(of));
    const factor = offBy(published.split('-').map(Number), of);
    expect(Number(off)).toBe(Number(factor.toFixed(1)));
  },
);

test('the two halves are as large as each other or nearly, each figure has a source, and the page counts its misses', () => {
  expect(TESTED.length).toBeGreaterThanOrEqual(TERMS.length);
  const sources = [...TERMS.map((row) => row.at(-1)), ...TESTED.map((row) => row.at(-1))];
  expect(sources.filter((one) => !/\[[^\]]+\]\[|the same/.test(one ?? ''))).toEqual([]);
  const within = (factor: number) => TESTED.filter(([, , , , off]) => Number(off) <= factor).length;
  expect([within(1.5), within(2), TESTED.length]).toEqual([5, 7, 10]);
  expect(text).toContain('Five of ten are within a factor of 1.5, and seven within 2.');
  const known = [...text.matchAll(/^\[([\w-]+)\]: https:/gm)].map(([, name]) => name);
  const used = [...text.matchAll(/\]\[([\w-]+)\]/g)].map(([, name]) => name);
  expect([...new Set(used)].sort()).toEqual([...known].sort());
});

const OPTIONS = rowsOf('What buys what');
/** The inputs of the page on costs. */
const inputs = new Map(
  [...page('costs.md').matchAll(/^\| `(\w+)` +\| ([\d.]+) /gm)].map(([, name = '', value]) => [
    name,
    Number(value),
  ]),
);

test.each(OPTIONS)('a start on a host "%s" takes what the page says', (_host, model, range, price = '') => {
  expect(range).toBe(shown(rangeOf(formulaIn(model))));
  for (const [, figure = '', formula = ''] of price.matchAll(/([\d.]+) USD[^(]*\(`([^`]+)`\)/g)) {
    expect(figure).toBe(evaluateFormula(formula, inputs).toFixed(2));
  }
});

test('the sentences say the differences', () => {
  const [plain, without, fast, rate, warm] = OPTIONS.map(([, model]) => rangeOf(formulaIn(model)));
  expect(text).toContain(`${(plain![0] - fast![0]).toFixed(0)} s of each cold start`);
  expect(text).toContain(`**A warm pool** buys ${(plain![0] - warm![0]).toFixed(0)} s,`);
  expect(text).toContain(`buys ${(plain![1] - rate![1]).toFixed(0)} s at most`);
  const missing = [without![0] - plain![0], without![1] - plain![1]].map((one) => one.toFixed(0));
  expect(text).toContain(`buy ${missing.join(' to ')} s in each week`);
});

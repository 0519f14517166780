import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateFormula } from '../support/evaluate-formula';
import { rowsBelow } from '../support/page-tables';

const page = (name: string) => readFileSync(join(__dirname, '..', '..', 'docs', name), 'utf8');
const text = page('performance.md');

const rowsOf = (heading: string) => rowsBelow(text, heading);

/** The terms as the published figures of this half give them, each once with the others at the same end. */
const TERMS = rowsOf('Terms');
const fitted = { least: new Map<string, number>(), most: new Map<string, number>() };
for (const [term = '', , from = ''] of TERMS) {
  const [least = '', most = least] = from.split(',');
  fitted.least.set(term, evaluateFormula(least, fitted.least));
  fitted.most.set(term, evaluateFormula(most, fitted.most));
}

const rangeOf = (formula: string) =>
  [evaluateFormula(formula, fitted.least), evaluateFormula(formula, fitted.most)] as const;
const shown = (range: readonly number[]) => [...new Set(range.map((one) => one.toFixed(0)))].join('-');
/** A range of the page; one number is both of its ends. */
const endsOf = (range = '') => {
  const [from = NaN, to = from] = range.split('-').map(Number);
  return [from, to] as const;
};

test.each(TERMS)('the term %s is what its figures give', (term = '', seconds) => {
  expect(seconds).toBe(shown(rangeOf(term)));
});

const TESTED = rowsOf('The other half');
const offBy = (published: readonly number[], model: readonly number[]) => {
  const [[from = 0, to = 0], [least = 0, most = 0]] = [published, model];
  return Math.max(1, least / to, from / most);
};

test.each(TESTED)('the model is as far from %s s as the page says', (published, range, off, formula = '') => {
  const of = rangeOf(formula);
  expect(range).toBe(shown(of));
  expect(Number(off)).toBe(Number(offBy(endsOf(published), of).toFixed(1)));
});

test('the two halves are as large as each other or nearly, each figure has a source, and the page counts its misses', () => {
  expect(TESTED.length).toBeGreaterThanOrEqual(TERMS.length);
  const used = [...TERMS.map((row) => row[3]), ...TESTED.map((row) => row[4])];
  const within = (factor: number) => TESTED.filter(([, , off]) => Number(off) <= factor).length;
  expect([within(1.5), within(2), TESTED.length]).toEqual([5, 7, 10]);
  expect(text).toContain('Five of ten are within a factor of 1.5, and seven within 2.');
  const [, sources = ''] = text.split('\n## Sources\n');
  const known = [...sources.matchAll(/^\[(\w+)-20\d\d\]\(https:/gm)].map(([, name]) => name);
  expect([...new Set(used)].filter((name) => name !== 'sum').sort()).toEqual([...known].sort());
});

const OPTIONS = rowsOf('What buys what');
/** What the priced ones cost, by the inputs and prices of the page on costs. */
const PRICES: Readonly<Record<string, string>> = {
  'Fast Launch': 'gSnapshot * pSnapshot',
  'initialization rate': 'gSnapshot * pInit',
  'warm pool': 'gVolume * pVolume',
};
const costs = page('costs.md');
const inputs = new Map(
  [...rowsBelow(costs, 'Inputs'), ...rowsBelow(costs, 'Unit prices')].map(([name = '', value]) => [
    name,
    Number(value),
  ]),
);

test.each(OPTIONS)(
  'a start on a host "%s" takes what the page says',
  (host = '', model = '', range, price = '') => {
    expect(range).toBe(shown(rangeOf(model)));
    const formula = PRICES[host];
    const figure = formula === undefined ? undefined : evaluateFormula(formula, inputs).toFixed(2);
    expect(/^[\d.]+/.exec(price)?.[0]).toBe(figure);
  },
);

test('the sentences say the differences', () => {
  const [plain, without, fast, rate, warm] = OPTIONS.map(([, model]) => rangeOf(model!));
  expect(text).toContain(`${(plain![0] - fast![0]).toFixed(0)} s of each cold start`);
  expect(text).toContain(`**A warm pool** buys ${(plain![0] - warm![0]).toFixed(0)} s,`);
  expect(text).toContain(`buys ${(plain![1] - rate![1]).toFixed(0)} s at most`);
  const missing = [without![0] - plain![0], without![1] - plain![1]].map((one) => one.toFixed(0));
  expect(text).toContain(`buy ${missing.join(' to ')} s in each week`);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addStacks } from '../../bin/app';
import { evaluateFormula } from '../support/evaluate-formula';
import { rowsBelow } from '../support/page-tables';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'costs.md'), 'utf8');

const rowsOf = (heading: string) => rowsBelow(text, heading);

const inputs = new Map(rowsOf('Inputs').map(([symbol = '', value = '']) => [symbol, Number(value)]));
const priced = rowsOf('Unit prices');
/** Those that the page leaves to its reader are items of a list. */
const left = [...text.matchAll(/^- ((?:`p[A-Z]\w+`(?:, )?)+): /gm)].flatMap(([, symbols = '']) =>
  symbols.replaceAll('`', '').split(', '),
);
const prices = [...priced.map(([symbol = '']) => symbol), ...left];

test('every input is a number, and every price has a symbol of its own', () => {
  expect(inputs.size).toBeGreaterThan(10);
  expect([...inputs.values()].filter((value) => !Number.isFinite(value))).toEqual([]);
  expect(new Set([...prices, ...inputs.keys()]).size).toBe(prices.length + inputs.size);
});

test('a price that is said is a number and has its source, and the others are named', () => {
  expect(priced.map(([symbol, usd]) => [symbol, Number(usd)])).toEqual([
    ['pVolume', 0.08],
    ['pSnapshot', 0.05],
    ['pInit', 0.0036],
    ['pFsr', 0.75],
    ['pKey', 1],
  ]);
  const [, sources = ''] = /^Sources: ([^]*?)\n\n/m.exec(text) ?? [];
  expect(sources.match(/\]\(https:|AWS's price page/g)).toHaveLength(6);
  expect(left.length).toBeGreaterThan(5);
});

test.each(rowsOf('A worked month: 2 releases, 3 accounts, 6 fleets'))(
  'the figure for %s is that of its formula',
  (_part, formula = '', amount, price) => {
    expect(evaluateFormula(formula, inputs)).toBeCloseTo(Number(amount), 2);
    expect(prices).toContain(price);
  },
);

test('one pipeline and one fleet in one account take what the text says', () => {
  const one = new Map([...inputs, ['releases', 1], ['fleets', 1], ['stacks', 1], ['accounts', 1]]);
  const figures = new Map(
    rowsOf('A worked month: 2 releases, 3 accounts, 6 fleets').map(([part, formula = '']) => [
      part,
      evaluateFormula(formula, one),
    ]),
  );
  // Without other accounts a pipeline has no key of its own for AMIs.
  const keys = figures.get('keys')! - 1;
  expect(text.replaceAll(/\s+/g, ' ')).toContain(
    `: ${figures.get('build and test')} hours of builds, ${figures.get('snapshots')} GiB-months, ` +
      `${figures.get('rollouts')} hours of rollouts, ${figures.get('functions')} GB-seconds, ` +
      `${figures.get('metrics in alarms')} metrics in alarms, ${figures.get('custom metrics')} custom ones, ${keys} keys.`,
  );
});

test('the figures in the text are those of their formulas', () => {
  const claims = [...text.matchAll(/`([^`]+)` = ([\d,]+) GiB/g)];
  expect(claims).toHaveLength(1);
  for (const [, formula = '', figure = ''] of claims) {
    expect(evaluateFormula(formula, inputs)).toBe(Number(figure.replaceAll(',', '')));
  }
  expect(text).toContain(`so ${evaluateFormula('730 * 0.75', inputs)} USD a month`);
  const rounded = (formula: string, digits: number) => evaluateFormula(formula, inputs).toFixed(digits);
  const page = text.replaceAll(/\s+/g, ' ');
  for (const [rate, price] of [
    [100, '0.0012'],
    [300, '0.0036'],
  ] as const) {
    expect(page).toContain(`${rounded(`gSnapshot * ${price}`, 2)} USD`);
    expect(page).toContain(`${rounded(`gSnapshot * 1024 / ${rate}`, 0)} s`);
  }
  expect(page).toContain(`${rounded('14112 * 0.0036', 2)} USD`);
});

const app = new App();
addStacks(app);

/** How often each part is in a stack of the app. */
function countsIn(stack: string): Readonly<Record<string, number>> {
  const template = Template.fromStack(Stack.of(app.node.findChild(stack)));
  const of = (type: string) => Object.values(template.findResources(type)).map((one) => one['Properties']);
  const clocks = [...of('AWS::Scheduler::Schedule'), ...of('AWS::Events::Rule')];
  const metrics = of('AWS::CloudWatch::Alarm').flatMap((properties): readonly unknown[] => {
    const parts = properties.Metrics as readonly { readonly MetricStat?: unknown }[] | undefined;
    return parts?.filter(({ MetricStat }) => MetricStat !== undefined) ?? [properties.MetricName];
  });
  return {
    clocks: clocks.filter((one) => one.ScheduleExpression === 'rate(15 minutes)').length,
    'metrics in alarms': metrics.length,
    keys: of('AWS::KMS::Key').length,
  };
}

test.each([
  ['a pipeline', 'WinbakePipeline', { releases: 1, stacks: 0 }],
  ['a stack of fleets', 'WinbakeFleet', { releases: 0, stacks: 1 }],
])('the counts of %s are those of its template', (_what, stack, one) => {
  const formulas = new Map(
    rowsOf('A worked month: 2 releases, 3 accounts, 6 fleets').map(([part = '', formula = '']) => [
      part,
      formula,
    ]),
  );
  const of = (part: string) => evaluateFormula(formulas.get(part)!, new Map(Object.entries(one)));
  expect(text).toContain('One function of each pipeline and of each stack of fleets runs every 15 minutes');
  // Without other accounts a pipeline has one key.
  expect({
    clocks: 1,
    'metrics in alarms': of('metrics in alarms'),
    keys: of('keys') - one.releases,
  }).toEqual(countsIn(stack));
});

test('a wrong figure would be noticed', () => {
  expect(evaluateFormula('releases * (hBuild + hTest) / 2', inputs)).toBe(2.5);
  expect(() => evaluateFormula('releases * typo', inputs)).toThrow("'typo' is no input of docs/costs.md");
  expect(() => evaluateFormula('releases releases', inputs)).toThrow('cannot be read');
});
